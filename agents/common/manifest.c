/* NAME
 *	manifest - .parcel, the small file that makes a folder a parcel
 * DIAGNOSTICS
 *	A manifest without its last line ("end") was cut by a crash before
 *	anything was sent: TSK_INVALID, and the folder is taken apart again.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "digest.h"
#include "file.h"

#include "manifest.h"

#define MANIFEST_MAX (64 * 1024)

struct wire_parcel *
manifest_new(size_t count)
{
	struct wire_parcel *p = mem_new(sizeof(*p));

	p->documents = mem_new((count + 1) * sizeof(*p->documents));
	p->document_count = count;
	return p;
}

void
manifest_document(
    struct wire_parcel *parcel, size_t i, const char *name, const char *kind)
{
	parcel->documents[i].name = mem_text(name);
	parcel->documents[i].kind = mem_text(kind);
}

void
manifest_free(struct wire_parcel **parcel_p)
{
	struct wire_parcel *p = *parcel_p;

	if (p == NULL)
		return;
	*parcel_p = NULL;
	for (size_t i = 0; i < p->document_count; i++) {
		free((void *)(uintptr_t)p->documents[i].name);
		free((void *)(uintptr_t)p->documents[i].kind);
	}
	free(p->documents);
	free(p);
}

/* ---- writing ---- */

static const char *
or_dash(const char *s)
{
	return s[0] == '\0' ? "-" : s;
}

void
manifest_print(const struct wire_parcel *p, struct buf *out)
{
	char hex[DIGEST_HEX_BYTES];

	buf_text(out, "tasuki-parcel 1\n");
	buf_printf(out, "id %s\n", id_text(&p->id, hex));
	buf_printf(out, "from %s %s\n", p->from, or_dash(p->from_type));
	buf_printf(out, "to %s %s\n", p->to, or_dash(p->to_type));
	buf_printf(out, "month %s\n", or_dash(p->month));
	buf_printf(out, "stamp %s\n", or_dash(p->stamp));
	buf_printf(out, "clients %u\n", p->clients);
	if (wire_marked(p))
		buf_printf(out, "mark %s\n",
		    digest_hex(p->clients_mark, WIRE_MARK_BYTES, hex));
	if (!id_is_zero(&p->repeat_of))
		buf_printf(out, "repeat %s\n", id_text(&p->repeat_of, hex));
	for (size_t i = 0; i < p->document_count; i++) {
		const struct wire_document *d = &p->documents[i];

		buf_printf(out, "document %s %" PRIu64 " %s %s\n",
		    digest_hex(d->sha256, DIGEST_BYTES, hex), d->bytes,
		    or_dash(d->kind), d->name);
	}
	buf_text(out, "end\n");
}

int
manifest_write(int dir, const struct wire_parcel *parcel)
{
	struct buf text;
	ssize_t n;
	int fd, rc = 0;

	buf_init(&text, MANIFEST_MAX);
	manifest_print(parcel, &text);
	fd = openat(dir, MANIFEST_NAME,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		buf_fini(&text);
		return TSK_SYSTEM;
	}
	n = write(fd, text.data, text.len);
	if (n != (ssize_t)text.len || !buf_ok(&text))
		rc = n == -1 ? TSK_SYSTEM : TSK_FULL;
	if (close(fd) == -1)
		rc = TSK_SYSTEM;
	buf_fini(&text);
	return rc;
}

/* ---- reading ---- */

/* Copy a word; "-" is nothing. */
static bool
take_word(char *out, size_t size, const char *word)
{
	if (strcmp(word, "-") == 0)
		word = "";
	if (strlen(word) >= size)
		return false;
	memcpy(out, word, strlen(word) + 1);
	return true;
}

static bool
read_office(const char *rest, char number[NUMBER_OFFICE_BYTES],
    char type[NUMBER_TYPE_BYTES])
{
	char a[16], b[16];

	return sscanf(rest, "%15s %15s", a, b) == 2 &&
	       take_word(number, NUMBER_OFFICE_BYTES, a) &&
	       take_word(type, NUMBER_TYPE_BYTES, b);
}

static bool
read_document(struct wire_parcel *p, const char *rest)
{
	char sha[80], kind[32];
	unsigned long long bytes;
	int used = 0;
	struct wire_document *d = &p->documents[p->document_count];

	if (p->document_count == WIRE_DOCUMENTS_MAX ||
	    sscanf(rest, "%79s %llu %31s %n", sha, &bytes, kind, &used) != 3 ||
	    used == 0 || !file_name_safe(rest + used) ||
	    digest_unhex(sha, d->sha256, DIGEST_BYTES) != 0 ||
	    bytes > WIRE_PARCEL_BYTES_MAX)
		return false;
	manifest_document(p, p->document_count, rest + used,
	    strcmp(kind, "-") == 0 ? "" : kind);
	d->bytes = d->encoded_bytes = bytes;
	p->document_count++;
	return true;
}

/* One line; *end is set by the last one. */
static bool
read_line(struct wire_parcel *p, const char *line, bool *end)
{
	const char *rest = strchr(line, ' ');
	size_t n = rest == NULL ? strlen(line) : (size_t)(rest - line);
	unsigned clients;

	rest = rest == NULL ? "" : rest + 1;
#define IS(word) (n == sizeof(word) - 1 && memcmp(line, word, n) == 0)
	if (IS("tasuki-parcel"))
		return strcmp(rest, "1") == 0;
	if (IS("id"))
		return id_parse(rest, &p->id) == 0;
	if (IS("from"))
		return read_office(rest, p->from, p->from_type);
	if (IS("to"))
		return read_office(rest, p->to, p->to_type);
	if (IS("month"))
		return take_word(p->month, sizeof(p->month), rest);
	if (IS("stamp"))
		return take_word(p->stamp, sizeof(p->stamp), rest);
	if (IS("repeat"))
		return id_parse(rest, &p->repeat_of) == 0;
	if (IS("mark"))
		return digest_unhex(rest, p->clients_mark, WIRE_MARK_BYTES) ==
		       0;
	if (IS("document"))
		return read_document(p, rest);
	if (IS("clients") && sscanf(rest, "%u", &clients) == 1) {
		p->clients = clients;
		return true;
	}
	*end = IS("end");
#undef IS
	return *end;
}

int
manifest_read(int dir, struct wire_parcel **out)
{
	struct wire_parcel *p;
	struct buf text;
	char *line, *rest;
	bool good = true, end = false;
	int rc;

	*out = NULL;
	buf_init(&text, MANIFEST_MAX);
	rc = file_read(dir, MANIFEST_NAME, MANIFEST_MAX - 1, &text);
	if (rc != 0) {
		buf_fini(&text);
		return rc;
	}
	p = manifest_new(WIRE_DOCUMENTS_MAX);
	p->document_count = 0;
	for (rest = text.data; good && !end && rest != NULL;) {
		line = strsep(&rest, "\n");
		good = read_line(p, line, &end);
	}
	buf_fini(&text);
	if (!good || !end || p->document_count == 0 || id_is_zero(&p->id)) {
		manifest_free(&p);
		return TSK_INVALID;
	}
	*out = p;
	return 0;
}

/* ---- content ---- */

static int
compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_BYTES);
}

void
manifest_content(const struct wire_parcel *p, char out[MANIFEST_CONTENT_BYTES])
{
	uint8_t sums[WIRE_DOCUMENTS_MAX][DIGEST_BYTES], all[DIGEST_BYTES];
	struct digest *d = digest_new();

	for (size_t i = 0; i < p->document_count; i++)
		memcpy(sums[i], p->documents[i].sha256, DIGEST_BYTES);
	qsort(sums, p->document_count, DIGEST_BYTES, compare_digests);
	digest_add(d, p->to, sizeof(p->to));
	digest_add(d, p->to_type, sizeof(p->to_type));
	digest_add(d, sums, p->document_count * DIGEST_BYTES);
	digest_end(&d, all);
	digest_hex(all, (MANIFEST_CONTENT_BYTES - 1) / 2, out);
}

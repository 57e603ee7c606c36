/* NAME
 *	known - which parcels from outside came before
 * SUMMARY
 *	see known.h
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "log.h"

#include "known.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600

/* ---- marks ---- */

static int
compare_sums(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_BYTES);
}

static void
content_of(const struct wire_parcel *p, char hex[DIGEST_HEX_BYTES])
{
	uint8_t sums[WIRE_DOCUMENTS_MAX][DIGEST_BYTES], all[DIGEST_BYTES];
	struct digest *d;

	for (size_t i = 0; i < p->document_count; i++) {
		d = digest_new();
		digest_add(
		    d, p->documents[i].name, strlen(p->documents[i].name));
		digest_add(d, "", 1);
		digest_add(d, p->documents[i].sha256, DIGEST_BYTES);
		digest_end(&d, sums[i]);
	}
	/* listings come in any order */
	qsort(sums, p->document_count, DIGEST_BYTES, compare_sums);
	d = digest_new();
	digest_add(d, p->from, sizeof(p->from));
	digest_add(d, p->from_type, sizeof(p->from_type));
	digest_add(d, p->to, sizeof(p->to));
	digest_add(d, p->to_type, sizeof(p->to_type));
	digest_add(d, sums, p->document_count * DIGEST_BYTES);
	digest_end(&d, all);
	digest_hex(all, DIGEST_BYTES, hex);
}

const char *
known_mark(const struct wire_parcel *p, bool given, char out[KNOWN_MARK_BYTES])
{
	if (given)
		return id_text(&p->id, out);
	content_of(p, out);
	return out;
}

/* ---- the folder ---- */

int
known_find(int dirfd, const char *mark, struct id *id)
{
	char **months;
	int n = file_list(dirfd, &months), rc = TSK_NOTFOUND;
	struct buf text;

	if (n < 0)
		return n;
	buf_init(&text, ID_TEXT_BYTES);
	for (int i = n; i-- > 0 && rc == TSK_NOTFOUND;) {
		int dir = file_dir_open(dirfd, months[i]);

		if (dir < 0)
			continue;
		buf_clear(&text);
		rc = file_read(dir, mark, ID_TEXT_BYTES - 1, &text);
		close(dir);
	}
	file_list_free(&months);
	if (rc == 0 && (text.len == 0 || id_parse(text.data, id) != 0))
		rc = TSK_NOTFOUND; /* a mark nobody can read is none */
	buf_fini(&text);
	return rc;
}

int
known_add(int dirfd, const char *mark, const struct id *id)
{
	char month[CLOCK_TEXT_BYTES], text[ID_TEXT_BYTES];
	int dir, rc;

	clock_month(id_wall_ms(id), month);
	dir = file_dir_below(dirfd, month, FOLDER_MODE);
	if (dir < 0)
		return dir;
	rc = file_write(
	    dir, mark, id_text(id, text), ID_TEXT_BYTES - 1, FILE_MODE);
	close(dir);
	return rc;
}

void
known_prune(int dirfd)
{
	char **months;
	int n = file_list(dirfd, &months);

	if (n < 0)
		return;
	for (int i = 0; i + KNOWN_MONTHS < n; i++)
		if (file_remove_tree(dirfd, months[i]) < 0)
			log_warn(
			    "inbound: known=%s result=not-removed", months[i]);
	file_list_free(&months);
}

int
known_forget(int dirfd, const char *mark, const struct id *id)
{
	char month[CLOCK_TEXT_BYTES];
	int dir, rc;

	clock_month(id_wall_ms(id), month);
	dir = file_dir_open(dirfd, month);
	if (dir < 0)
		return dir == TSK_NOTFOUND ? 0 : dir;
	rc = file_remove_tree(dir, mark);
	close(dir);
	return rc;
}

/* NAME
 *	cargo - the records inside a courier's bundle
 * SUMMARY
 *	see cargo.h
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "file.h"

#include "cargo.h"

#define LINE_MAX_    128
#define RECORD_BYTES 9

static const char *const states[] = {NULL, "accepted", "delivered", "refused"};

/* ---- writing ---- */

static void
add_record(struct buf *out, char letter, size_t n)
{
	buf_char(out, letter);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_char(out, (char)((uint64_t)n >> shift & 0xff));
}

void
cargo_head(struct buf *out, const struct cargo_head *head)
{
	char hex[2 * SEAL_SERIAL_BYTES + 1];
	struct buf text;

	buf_init(&text, 64 + CARGO_HAVE_MAX * 64u);
	buf_printf(&text, "highest %" PRIu64 "\n", head->highest);
	for (size_t i = 0; i < head->count; i++)
		buf_printf(&text, "have %s\n",
		    digest_hex(head->have[i], SEAL_SERIAL_BYTES, hex));
	add_record(out, 'H', text.len);
	buf_add(out, text.data, text.len);
	buf_fini(&text);
}

void
cargo_parcel(struct buf *out, const char *key, const void *manifest, size_t n)
{
	add_record(out, 'P', strlen(key) + 1 + n);
	buf_text(out, key);
	buf_char(out, '\n');
	buf_add(out, manifest, n);
}

void
cargo_document(struct buf *out, const char *name, const void *p, size_t n)
{
	size_t length = strlen(name);

	add_record(out, 'D', 2 + length + n);
	buf_char(out, (char)(length >> 8 & 0xff));
	buf_char(out, (char)(length & 0xff));
	buf_text(out, name);
	buf_add(out, p, n);
}

void
cargo_receipt_print(const struct cargo_receipt *r, struct buf *out)
{
	buf_printf(out, "%s %s %" PRId64 " %s", r->key, states[r->state],
	    r->at_ms, r->code[0] != '\0' ? r->code : "-");
}

void
cargo_receipt(struct buf *out, const struct cargo_receipt *receipt)
{
	struct buf text;

	buf_init(&text, LINE_MAX_);
	cargo_receipt_print(receipt, &text);
	add_record(out, 'R', text.len);
	buf_add(out, text.data, text.len);
	buf_fini(&text);
}

void
cargo_end(struct buf *out)
{
	add_record(out, 'E', 0);
}

/* ---- reading ---- */

bool
cargo_key_ok(const char *key)
{
	struct id id;
	unsigned leg;

	return leg_key_parse(key, &id, &leg) == 0 && !id_is_zero(&id);
}

static enum cargo_state
state_of(const char *word)
{
	for (size_t i = 1; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i], word) == 0)
			return (enum cargo_state)i;
	return (enum cargo_state)0;
}

static bool
code_ok(const char *code)
{
	return strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
	       strlen(code);
}

int
cargo_receipt_parse(const char *line, size_t n, struct cargo_receipt *out)
{
	char text[LINE_MAX_], state[16], code[CARGO_CODE_BYTES];
	int used = 0;

	memset(out, 0, sizeof(*out));
	if (n >= sizeof(text) || memchr(line, '\0', n) != NULL)
		return TSK_INVALID;
	memcpy(text, line, n);
	text[n] = '\0';
	if (sscanf(text, "%36s %15s %18" SCNd64 " %31s%n", out->key, state,
		&out->at_ms, code, &used) != 4 ||
	    (size_t)used != n || !cargo_key_ok(out->key) || !code_ok(code) ||
	    out->at_ms < 0)
		return TSK_INVALID;
	out->state = state_of(state);
	if (strcmp(code, "-") != 0)
		memcpy(out->code, code, sizeof(code));
	return out->state == 0 ? TSK_INVALID : 0;
}

struct reading {
	const struct cargo_events *events;
	void *arg;
	bool head, end, parcel;
	unsigned documents;
};

static int
head_line(const char *line, size_t n, struct cargo_head *head)
{
	char text[64], hex[2 * SEAL_SERIAL_BYTES + 1];
	int used = 0;

	if (n >= sizeof(text))
		return TSK_INVALID;
	memcpy(text, line, n);
	text[n] = '\0';
	if (sscanf(text, "have %32[0-9a-f]%n", hex, &used) == 1 &&
	    (size_t)used == n && head->count < CARGO_HAVE_MAX)
		return digest_unhex(
		    hex, head->have[head->count++], SEAL_SERIAL_BYTES);
	return sscanf(text, "highest %18" SCNu64 "%n", &head->highest, &used) ==
			   1 &&
		       (size_t)used == n
		   ? 0
		   : TSK_INVALID;
}

static int
read_head(struct reading *r, const char *p, size_t n)
{
	struct cargo_head *head;
	int rc = 0;

	if (r->head || n > 64 + CARGO_HAVE_MAX * 64u)
		return TSK_INVALID;
	r->head = true;
	head = mem_new(sizeof(*head));
	while (rc == 0 && n > 0) {
		const char *end = memchr(p, '\n', n);

		rc = end == NULL ? TSK_INVALID
				 : head_line(p, (size_t)(end - p), head);
		if (end != NULL) {
			n -= (size_t)(end - p) + 1;
			p = end + 1;
		}
	}
	if (rc == 0 && r->events->head != NULL)
		rc = r->events->head(r->arg, head);
	free(head);
	return rc;
}

static int
read_parcel(struct reading *r, const char *p, size_t n)
{
	const char *end =
	    memchr(p, '\n', n < CARGO_KEY_BYTES ? n : (size_t)CARGO_KEY_BYTES);
	char key[CARGO_KEY_BYTES];
	size_t length;

	if (end == NULL || n > CARGO_MANIFEST_MAX)
		return TSK_INVALID;
	length = (size_t)(end - p);
	if (length >= sizeof(key))
		return TSK_INVALID;
	memcpy(key, p, length);
	key[length] = '\0';
	if (strlen(key) != length || !cargo_key_ok(key))
		return TSK_INVALID;
	r->parcel = true;
	r->documents = 0;
	return r->events->parcel == NULL
		   ? 0
		   : r->events->parcel(r->arg, key, end + 1, n - length - 1);
}

static int
read_document(struct reading *r, const char *p, size_t n)
{
	char name[256];
	size_t length;

	if (!r->parcel || n < 2 || ++r->documents > CARGO_DOCUMENTS_MAX)
		return TSK_INVALID;
	length = (size_t)((unsigned char)p[0] << 8 | (unsigned char)p[1]);
	if (length >= sizeof(name) || length > n - 2 ||
	    n - 2 - length > CARGO_DOCUMENT_MAX)
		return TSK_INVALID;
	memcpy(name, p + 2, length);
	name[length] = '\0';
	if (strlen(name) != length || !file_name_safe(name))
		return TSK_INVALID;
	return r->events->document == NULL
		   ? 0
		   : r->events->document(
			 r->arg, name, p + 2 + length, n - 2 - length);
}

static int
read_receipt(struct reading *r, const char *p, size_t n)
{
	struct cargo_receipt receipt;
	int rc = cargo_receipt_parse(p, n, &receipt);

	r->parcel = false;
	if (rc == 0 && r->events->receipt != NULL)
		rc = r->events->receipt(r->arg, &receipt);
	return rc;
}

static int
read_record(struct reading *r, char letter, const char *p, size_t n)
{
	if (letter != 'H' && !r->head)
		return TSK_INVALID;
	switch (letter) {
	case 'H':
		return read_head(r, p, n);
	case 'P':
		return read_parcel(r, p, n);
	case 'D':
		return read_document(r, p, n);
	case 'R':
		return read_receipt(r, p, n);
	case 'E':
		r->end = true;
		return n == 0 ? 0 : TSK_INVALID;
	default:
		return TSK_INVALID;
	}
}

int
cargo_read(
    const void *p, size_t n, const struct cargo_events *events, void *arg)
{
	static const struct cargo_events none;
	struct reading r = {
	    .events = events != NULL ? events : &none, .arg = arg};
	const char *at = p;
	unsigned records = 0;
	int rc = 0;

	while (rc == 0 && n > 0 && !r.end) {
		uint64_t length = 0;

		if (n < RECORD_BYTES || ++records > CARGO_RECORDS_MAX)
			return TSK_INVALID;
		for (int i = 1; i < RECORD_BYTES; i++)
			length = length << 8 | (unsigned char)at[i];
		n -= RECORD_BYTES;
		if (length > n)
			return TSK_INVALID;
		rc = read_record(&r, at[0], at + RECORD_BYTES, (size_t)length);
		at += RECORD_BYTES + length;
		n -= (size_t)length;
	}
	if (rc == 0 && (!r.end || n > 0))
		rc = TSK_INVALID;
	return rc;
}

/* NAME
 *	record - a struct as a small text with a checksum over it
 * SUMMARY
 *	see record.h
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "err.h"

#include "record.h"

void
record_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
}

static void
write_row(struct buf *out, const struct record_row *row, const void *at)
{
	buf_printf(out, "%s ", row->name);
	switch (row->kind) {
	case RECORD_TEXT:
		record_text(out, at);
		break;
	case RECORD_COUNT:
		buf_printf(out, "%u", *(const unsigned *)at);
		break;
	case RECORD_MOMENT:
		buf_printf(out, "%" PRId64, *(const int64_t *)at);
		break;
	case RECORD_FLAG:
		buf_printf(out, "%d", *(const bool *)at);
		break;
	}
	buf_char(out, '\n');
}

void
record_write(struct buf *out, const struct record_row *rows, size_t count,
    const void *record)
{
	for (size_t i = 0; i < count; i++)
		write_row(out, &rows[i], (const char *)record + rows[i].offset);
}

static void
take_row(const struct record_row *row, const char *value, void *at)
{
	switch (row->kind) {
	case RECORD_TEXT:
		snprintf(at, row->bytes, "%s", value);
		break;
	case RECORD_COUNT:
		*(unsigned *)at = (unsigned)strtoul(value, NULL, 10);
		break;
	case RECORD_MOMENT:
		*(int64_t *)at = strtoll(value, NULL, 10);
		break;
	case RECORD_FLAG:
		*(bool *)at = value[0] == '1';
		break;
	}
}

void
record_take(const struct record_row *rows, size_t count, const char *name,
    const char *value, void *record)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0)
			take_row(
			    &rows[i], value, (char *)record + rows[i].offset);
	}
}

void
record_seal(struct buf *out, uint64_t seed)
{
	buf_printf(
	    out, "tag %016" PRIx64 "\n", digest_tag(out->data, out->len, seed));
}

char *
record_unseal(const char *text, size_t n, uint64_t seed)
{
	const size_t tail = strlen("tag ") + 16 + 1;
	char wanted[32];

	if (n < tail || text[n - 1] != '\n' || memchr(text, '\0', n) != NULL)
		return NULL;
	snprintf(wanted, sizeof(wanted), "tag %016" PRIx64 "\n",
	    digest_tag(text, n - tail, seed));
	if (memcmp(text + n - tail, wanted, tail) != 0)
		return NULL;
	char *copy = mem_new(n - tail + 1);
	memcpy(copy, text, n - tail);
	return copy;
}

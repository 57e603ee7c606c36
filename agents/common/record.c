/* NAME
 *	record - what an agent keeps of one leg, as a small text
 * SUMMARY
 *	see record.h
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "leg.h"
#include "utf8.h"

#include "record.h"

/* ---- words ---- */

const char *
record_word(const struct record_words *words, unsigned value)
{
	return value < words->count && words->names[value] != NULL
		   ? words->names[value]
		   : "?";
}

int
record_word_parse(const struct record_words *words, const char *name)
{
	for (size_t i = 1; i < words->count; i++) {
		if (strcmp(words->names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

void
record_print(char *out, size_t bytes, const char *format, va_list args)
{
	int n = vsnprintf(out, bytes, format, args);

	if (n >= (int)bytes)
		out[utf8_cut(out, bytes - 1)] = '\0';
}

/* ---- writing ---- */

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
record_begin(
    struct buf *out, const struct record_form *form, const void *record)
{
	const char *at = record;
	char key[LEG_KEY_BYTES];
	unsigned leg, state;
	struct id id;

	memcpy(&id, at + form->id, sizeof(id));
	memcpy(&leg, at + form->leg, sizeof(leg));
	memcpy(&state, at + form->state, sizeof(state));
	buf_printf(out, "%s\nkey %s\nstate %s\n", form->version,
	    leg_key(&id, leg, key), record_word(&form->states, state));
	for (size_t i = 0; i < form->count; i++)
		write_row(out, &form->rows[i], at + form->rows[i].offset);
}

void
record_end(struct buf *out, const struct record_form *form)
{
	buf_printf(out, "tag %016" PRIx64 "\n",
	    digest_tag(out->data, out->len, form->seed));
}

/* ---- reading ---- */

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

static bool
take(const struct record_form *form, const char *name, const char *value,
    char *record)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct record_row *row = &form->rows[i];

		if (strcmp(row->name, name) != 0)
			continue;
		take_row(row, value, record + row->offset);
		return true;
	}
	return false;
}

static int
take_key(const struct record_form *form, const char *value, char *record)
{
	struct id id;
	unsigned leg;

	if (leg_key_parse(value, &id, &leg) != 0 || id_is_zero(&id))
		return TSK_DAMAGED;
	memcpy(record + form->id, &id, sizeof(id));
	memcpy(record + form->leg, &leg, sizeof(leg));
	return 0;
}

static int
take_state(const struct record_form *form, const char *value, char *record)
{
	int state = record_word_parse(&form->states, value);

	if (state < 0)
		return TSK_VERSION;
	memcpy(record + form->state, &state, sizeof(state));
	return 0;
}

static int
read_lines(const struct record_form *form, char *rest, record_line_fn *line,
    void *record)
{
	bool key = false, state = false;
	int rc = 0;

	if (strcmp(strsep(&rest, "\n"), form->version) != 0)
		return TSK_VERSION;
	while (rc == 0 && rest != NULL && *rest != '\0') {
		char *value = strsep(&rest, "\n");
		const char *name = strsep(&value, " ");

		if (value == NULL)
			continue;
		if (strcmp(name, "key") == 0) {
			rc = take_key(form, value, record);
			key = true;
		} else if (strcmp(name, "state") == 0) {
			rc = take_state(form, value, record);
			state = true;
		} else if (!take(form, name, value, record) && line != NULL) {
			rc = line(record, name, value);
		}
	}
	return rc == 0 && !(key && state) ? TSK_DAMAGED : rc;
}

/* A copy without the last line, malloced, or NULL if that does not match. */
static char *
unseal(const char *text, size_t n, uint64_t seed)
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

int
record_read(const struct record_form *form, const char *text, size_t n,
    record_line_fn *line, void *record)
{
	char *copy = unseal(text, n, form->seed);
	int rc =
	    copy == NULL ? TSK_DAMAGED : read_lines(form, copy, line, record);

	free(copy);
	return rc;
}

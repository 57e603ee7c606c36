/* NAME
 *	parcel - what is kept of one outgoing parcel
 * DESCRIPTION
 *	The text form is that of record.h; a document is one line:
 *
 *	    document STATE BYTES SHA256 KIND-or-- REF-or-- NAME
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#include "parcel.h"

#define ROW(name, kind, field) RECORD_ROW(struct parcel, name, kind, field)

/* the documents are written and read by hand */
static const struct record_row rows[] = {
    ROW("from", RECORD_TEXT, from),
    ROW("from-type", RECORD_TEXT, from_type),
    ROW("to", RECORD_TEXT, to),
    ROW("to-type", RECORD_TEXT, to_type),
    ROW("from-name", RECORD_TEXT, from_name),
    ROW("to-name", RECORD_TEXT, to_name),
    ROW("month", RECORD_TEXT, month),
    ROW("stamp", RECORD_TEXT, stamp),
    ROW("clients", RECORD_COUNT, clients),
    ROW("hold", RECORD_FLAG, hold),
    ROW("tries", RECORD_COUNT, tries),
    ROW("accepted", RECORD_MOMENT, accepted_ms),
    ROW("made", RECORD_MOMENT, made_ms),
    ROW("due", RECORD_MOMENT, due_ms),
    ROW("handing", RECORD_MOMENT, handing_ms),
    ROW("handed", RECORD_MOMENT, handed_ms),
    ROW("listed", RECORD_MOMENT, listed_ms),
    ROW("fetched", RECORD_MOMENT, fetched_ms),
    ROW("ended", RECORD_MOMENT, ended_ms),
    ROW("ref", RECORD_TEXT, ref),
    ROW("code", RECORD_TEXT, code),
    ROW("text", RECORD_TEXT, text),
    ROW("by", RECORD_TEXT, by),
    ROW("told", RECORD_FLAG, told),
    ROW("picked", RECORD_FLAG, picked),
};

static const char *const states[] = {
    [PARCEL_PREPARED] = "prepared",
    [PARCEL_HANDING] = "handing-over",
    [PARCEL_HANDED] = "handed-over",
    [PARCEL_LISTED] = "listed",
    [PARCEL_FETCHED] = "fetched",
    [PARCEL_FAILED] = "failed",
    [PARCEL_UNKNOWN] = "unknown",
    [PARCEL_RECALLED] = "recalled",
};

static const struct record_form form = {
    .version = "tasuki-national-parcel 1",
    .seed = 0x6e6174u,
    .states = RECORD_WORDS(states),
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .id = offsetof(struct parcel, id),
    .leg = offsetof(struct parcel, leg),
    .state = offsetof(struct parcel, state),
};

static const char *const document_names[] = {
    [DOCUMENT_OPEN] = "open",
    [DOCUMENT_HANDED] = "handed",
    [DOCUMENT_LISTED] = "listed",
    [DOCUMENT_FETCHED] = "fetched",
    [DOCUMENT_REFUSED] = "refused",
};
static const struct record_words document_states = RECORD_WORDS(document_names);

/* ---- words ---- */

const char *
parcel_state_name(enum parcel_state state)
{
	return record_word(&form.states, (unsigned)state);
}

int
parcel_state_parse(const char *name)
{
	return record_word_parse(&form.states, name);
}

const char *
document_state_name(enum document_state state)
{
	return record_word(&document_states, (unsigned)state);
}

int
document_state_parse(const char *name)
{
	return record_word_parse(&document_states, name);
}

bool
parcel_ended(const struct parcel *parcel)
{
	return parcel->state >= PARCEL_LISTED;
}

void
parcel_say(struct parcel *parcel, const char *code, const char *format, ...)
{
	va_list ap;

	snprintf(parcel->code, sizeof(parcel->code), "%s", code);
	va_start(ap, format);
	record_print(parcel->text, sizeof(parcel->text), format, ap);
	va_end(ap);
}

/* ---- names ---- */

const char *
parcel_key_of(const struct parcel *parcel, char out[PARCEL_KEY_BYTES])
{
	return leg_key(&parcel->id, parcel->leg, out);
}

const char *
parcel_file(size_t i, char out[PARCEL_FILE_BYTES])
{
	snprintf(out, PARCEL_FILE_BYTES, "%02u", (unsigned)(i % 1000));
	return out;
}

/* ---- memory ---- */

struct parcel *
parcel_new(size_t count)
{
	struct parcel *p = mem_new(sizeof(*p));

	p->count = count;
	p->documents = mem_new((count + 1) * sizeof(*p->documents));
	for (size_t i = 0; i < count; i++)
		p->documents[i].state = DOCUMENT_OPEN;
	return p;
}

struct parcel *
parcel_copy(const struct parcel *parcel)
{
	struct parcel *p = mem_dup(parcel, sizeof(*parcel));

	p->documents = mem_dup(parcel->documents,
	    (parcel->count + 1) * sizeof(*parcel->documents));
	return p;
}

void
parcel_free(struct parcel **parcel_p)
{
	struct parcel *p = *parcel_p;

	if (p == NULL)
		return;
	free(p->documents);
	free(p);
	*parcel_p = NULL;
}

/* ---- writing ---- */

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

/* A word: whatever the other side made up, it must not fall into two. */
static void
write_word(struct buf *out, const char *text)
{
	for (text = or_dash(text); *text != '\0'; text++)
		buf_char(out, (unsigned char)*text <= 0x20 ? '_' : *text);
	buf_char(out, ' ');
}

static void
write_document(struct buf *out, const struct parcel_document *d)
{
	char hex[DIGEST_HEX_BYTES];

	buf_printf(out, "document %s %" PRIu64 " %s ",
	    document_state_name(d->state), d->bytes,
	    digest_hex(d->sha256, DIGEST_BYTES, hex));
	write_word(out, d->kind);
	write_word(out, d->ref);
	record_text(out, d->name);
	buf_char(out, '\n');
}

void
parcel_write(const struct parcel *parcel, struct buf *out)
{
	record_begin(out, &form, parcel);
	for (size_t i = 0; i < parcel->count; i++)
		write_document(out, &parcel->documents[i]);
	record_end(out, &form);
}

/* ---- reading ---- */

static void
read_word(char **rest, char *out, size_t bytes)
{
	const char *word = strsep(rest, " ");

	snprintf(out, bytes, "%s",
	    word == NULL || strcmp(word, "-") == 0 ? "" : word);
}

static int
read_document(struct parcel *p, char *value)
{
	struct parcel_document *d = &p->documents[p->count];
	char *rest = value;
	const char *state = strsep(&rest, " ");
	const char *bytes = strsep(&rest, " ");
	const char *hex = strsep(&rest, " ");
	int parsed = state == NULL ? -1 : document_state_parse(state);

	if (parsed < 0 || bytes == NULL || hex == NULL ||
	    digest_unhex(hex, d->sha256, DIGEST_BYTES) != 0)
		return TSK_DAMAGED;
	d->state = (enum document_state)parsed;
	d->bytes = strtoull(bytes, NULL, 10);
	read_word(&rest, d->kind, sizeof(d->kind));
	read_word(&rest, d->ref, sizeof(d->ref));
	if (rest == NULL || rest[0] == '\0')
		return TSK_DAMAGED;
	snprintf(d->name, sizeof(d->name), "%s", rest);
	p->count++;
	return 0;
}

static int
take_line(void *record, const char *name, char *value)
{
	struct parcel *p = record;

	if (strcmp(name, "document") != 0)
		return 0;
	return p->count < PARCEL_DOCUMENTS_MAX ? read_document(p, value)
					       : TSK_DAMAGED;
}

int
parcel_read(const char *text, size_t n, struct parcel **out)
{
	struct parcel *p = parcel_new(PARCEL_DOCUMENTS_MAX);

	*out = NULL;
	p->count = 0;
	int rc = record_read(&form, text, n, take_line, p);
	if (rc == 0) { /* most parcels have three */
		p->documents = mem_resize(
		    p->documents, (p->count + 1) * sizeof(*p->documents));
		*out = p;
	} else {
		parcel_free(&p);
	}
	return rc;
}

/* NAME
 *	compare_read - from records to uses
 * DESCRIPTION
 *	Liberal: what can be understood is taken, with a note; what cannot is
 *	left out, with a note that makes the comparison doubtful.  The checker
 *	(check.h) says what is wrong with a file in detail; here it only must not
 *	spoil the comparison unnoticed.
 */
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "digest.h"
#include "utf8.h"

#include "compare_inside.h"

#define WORD_BYTES_MAX 240 /* of a name, as UTF-8 */
#define COUNT_MAX      9999
#define UNITS_MAX      999999999

enum column {
	INSURER,
	INSURED,
	MONTH,
	UNITS,
	DATE,
	START,
	END,
	COUNT,
	CODE,
	TAIS,
	NOTICE,
	OFFICE,
	OFFICE_NAME,
	SATELLITE,
	CLIENT_NAME,
	COLUMNS,
};

static const char *const column_names[COLUMNS] = {
    [INSURER] = "insurer_number",
    [INSURED] = "insured_number",
    [MONTH] = "target_month",
    [UNITS] = "units",
    [DATE] = "service_date",
    [START] = "service_start_time",
    [END] = "service_end_time",
    [COUNT] = "service_count",
    [CODE] = "service_code",
    [TAIS] = "tais_code",
    [NOTICE] = "equipment_notice_code",
    [OFFICE] = "service_office_number",
    [OFFICE_NAME] = "service_office_name",
    [SATELLITE] = "satellite_no",
    [CLIENT_NAME] = "client_name",
};

/* Notes of one file that come once with a count. */
struct tally {
	uint64_t first, count;
};

struct source {
	struct compare *compare;
	uint32_t file;
	const struct layout *layout;
	enum layout_shape shape;
	bool shape_known, utf8, v3;
	unsigned fields[COLUMNS]; /* 4.1 numbers; 0: this kind has none */
	const struct reader_record *record;
	struct tally tallies[NOTE_KINDS];
	struct buf text;
};

static void
count_note(struct source *s, enum compare_note_kind kind)
{
	if (s->tallies[kind].count++ == 0)
		s->tallies[kind].first = s->record->no;
}

/* -- cells --------------------------------------------------------------- */

static struct reader_field
cell(const struct source *s, enum column column)
{
	static const struct reader_field none = {"", 0};
	unsigned at = layout_position(s->layout, s->shape, s->fields[column]);

	return at == 0 || at > s->record->kept ? none
					       : s->record->fields[at - 1];
}

/* A key of the standard is ASCII; whatever else stands there is kept apart as
 * it is, only not its controls. */
static uint32_t
key_word(struct source *s, enum column column)
{
	struct reader_field f = cell(s, column);
	char text[64];
	size_t n = 0;

	for (size_t i = 0; i < f.n && n < sizeof text; i++) {
		char c = f.p[i];

		text[n++] = c >= ' ' && c < 0x7f ? c : '?';
	}
	return words_add(&s->compare->words, text, n);
}

static uint32_t
text_word(struct source *s, enum column column)
{
	const struct charset *charset = standard_charset(s->compare->standard);
	struct reader_field f = cell(s, column);
	struct buf *out = &s->text;
	size_t n;

	buf_clear(out);
	if (f.n > 4 * WORD_BYTES_MAX)
		f.n = 4 * WORD_BYTES_MAX;
	if (s->utf8 && charset_is_utf8(f.p, f.n))
		buf_add(out, f.p, f.n);
	else
		charset_to_utf8(charset, f.p, f.n, out);
	if (out->len == 0)
		return 0;
	for (size_t i = 0; i < out->len; i++) {
		if ((unsigned char)out->data[i] < ' ' || out->data[i] == 0x7f)
			out->data[i] = ' ';
	}
	n = out->len <= WORD_BYTES_MAX ? out->len
				       : utf8_cut(out->data, WORD_BYTES_MAX);
	return words_add(&s->compare->words, out->data, n);
}

/* A decimal number with a sign before it, at most max; false: it is none. */
static bool
number_of(struct reader_field f, int64_t max, int64_t *out)
{
	bool minus = f.n > 0 && f.p[0] == '-';
	int64_t value = 0;

	if (f.n == (size_t)minus)
		return false;
	for (size_t i = minus; i < f.n; i++) {
		if (f.p[i] < '0' || f.p[i] > '9')
			return false;
		value = value * 10 + (f.p[i] - '0');
		if (value > max)
			return false;
	}
	*out = minus ? -value : value;
	return true;
}

static bool
digits(struct reader_field f, size_t n)
{
	for (size_t i = 0; i < n && i < f.n; i++) {
		if (f.p[i] < '0' || f.p[i] > '9')
			return false;
	}
	return f.n == n;
}

/* -- one use ------------------------------------------------------------- */

/* The day of the service date, if that lies within the month; else 0. */
static unsigned
day_of(struct source *s, const char *month)
{
	struct reader_field f = cell(s, DATE);
	unsigned day;

	if (!digits(f, 8) || memcmp(f.p, month, 6) != 0)
		return 0;
	day = calendar_digits(f.p + 6, 2);
	return day <= calendar_days(calendar_digits(month, 4),
			  calendar_digits(month + 4, 2))
		   ? day
		   : 0;
}

/* "2400" is the end of the day, as "0000" is. */
static uint16_t
time_of(struct source *s, enum column column)
{
	struct reader_field f = cell(s, column);
	unsigned value;

	if (f.n == 0)
		return COMPARE_NO_TIME;
	if (!digits(f, 4)) {
		count_note(s, NOTE_TIME);
		return COMPARE_NO_TIME;
	}
	value = calendar_digits(f.p, 4);
	if (value == COMPARE_NO_TIME)
		return COMPARE_NO_TIME;
	if (value == 2400)
		return 0;
	if (value > 2359 || value % 100 > 59) {
		count_note(s, NOTE_TIME);
		return COMPARE_NO_TIME;
	}
	return (uint16_t)value;
}

static uint32_t
count_of(struct source *s)
{
	int64_t count;

	if (number_of(cell(s, COUNT), COUNT_MAX, &count) && count >= 0)
		return (uint32_t)count;
	count_note(s, NOTE_COUNT);
	return 1;
}

static void
take_units(struct source *s, struct use *use)
{
	struct reader_field f = cell(s, UNITS);

	use->units_given = number_of(f, UNITS_MAX, &use->units);
	if (!use->units_given && f.n > 0)
		count_note(s, NOTE_UNITS);
	use->amount = use->units * (int64_t)use->count;
}

/* "", "0" and "00": no satellite; "01" is "1". */
static uint32_t
satellite_of(struct source *s)
{
	uint32_t word = key_word(s, SATELLITE);
	const char *text = words_text(&s->compare->words, word);
	size_t zeros = strspn(text, "0");
	char plain[64];
	size_t n;

	if (zeros == 0)
		return word;
	n = strlen(text + zeros);
	memcpy(plain, text + zeros, n);
	return words_add(&s->compare->words, plain, n);
}

static uint32_t
equipment_of(struct source *s)
{
	uint32_t word;

	/* V3 has none: said once for all files when they are compared */
	if (s->shape == LAYOUT_V3 || cell(s, CODE).n < 2)
		return 0;
	word = key_word(s, TAIS);
	return word != 0 ? word : key_word(s, NOTICE);
}

/* -- clients ------------------------------------------------------------- */

static uint32_t *
client_slot(
    struct compare *c, uint32_t insurer, uint32_t insured, uint32_t month)
{
	uint32_t key[3] = {insurer, insured, month};
	size_t i =
	    (size_t)digest_tag(key, sizeof key, 0) & (c->client_slot_count - 1);

	while (c->client_slots[i] != 0) {
		const struct client *x = &c->clients[c->client_slots[i] - 1];

		if (x->insurer == insurer && x->insured == insured &&
		    x->month == month)
			break;
		i = (i + 1) & (c->client_slot_count - 1);
	}
	return &c->client_slots[i];
}

static void
grow_clients(struct compare *c)
{
	if (c->client_count == c->client_room) {
		c->client_room = c->client_room == 0 ? 64 : 2 * c->client_room;
		c->clients =
		    mem_resize(c->clients, c->client_room * sizeof *c->clients);
	}
	if (2 * ((size_t)c->client_count + 1) <= c->client_slot_count)
		return;
	free(c->client_slots);
	c->client_slot_count =
	    c->client_slot_count == 0 ? 256 : 2 * c->client_slot_count;
	c->client_slots =
	    mem_new(c->client_slot_count * sizeof *c->client_slots);
	for (uint32_t i = 0; i < c->client_count; i++) {
		const struct client *x = &c->clients[i];

		*client_slot(c, x->insurer, x->insured, x->month) = i + 1;
	}
}

static uint32_t
client_of(struct compare *c, uint32_t insurer, uint32_t insured, uint32_t month)
{
	uint32_t *slot;

	grow_clients(c);
	slot = client_slot(c, insurer, insured, month);
	if (*slot == 0) {
		c->clients[c->client_count++] = (struct client){
		    .insurer = insurer, .insured = insured, .month = month};
		*slot = c->client_count;
	}
	return *slot - 1;
}

/* -- records ------------------------------------------------------------- */

static void
name_office(struct source *s, uint32_t office)
{
	struct compare *c = s->compare;

	if (office >= c->office_name_room) {
		uint32_t room = 2 * office + 64;

		c->office_names =
		    mem_resize(c->office_names, room * sizeof *c->office_names);
		memset(c->office_names + c->office_name_room, 0,
		    (room - c->office_name_room) * sizeof *c->office_names);
		c->office_name_room = room;
	}
	if (c->office_names[office] == 0)
		c->office_names[office] = text_word(s, OFFICE_NAME);
}

static void
add_use(struct compare *c, const struct use *use)
{
	if (c->use_count == c->use_room) {
		c->use_room = c->use_room == 0 ? 1024 : 2 * c->use_room;
		c->uses = mem_resize(c->uses, c->use_room * sizeof *c->uses);
	}
	c->uses[c->use_count++] = *use;
	c->files[use->file].kept++;
}

static void
take_use(struct source *s)
{
	struct compare *c = s->compare;
	uint32_t insurer = key_word(s, INSURER), insured = key_word(s, INSURED);
	uint32_t month_word = key_word(s, MONTH);
	struct use use = {.file = s->file, .records = 1};
	char month[7] = "";

	use.office = key_word(s, OFFICE);
	use.code = key_word(s, CODE);
	if (insurer == 0 || insured == 0 || use.office == 0 || use.code == 0 ||
	    !digits(cell(s, MONTH), 6)) {
		count_note(s, NOTE_KEY);
		return;
	}
	memcpy(month, cell(s, MONTH).p, 6);
	use.day = (uint8_t)day_of(s, month);
	if (use.day == 0) {
		count_note(s, NOTE_DATE);
		return;
	}
	use.client = client_of(c, insurer, insured, month_word);
	use.start = time_of(s, START);
	use.end = time_of(s, END);
	use.count = count_of(s);
	take_units(s, &use);
	use.satellite = satellite_of(s);
	use.equipment = equipment_of(s);
	use.record = (uint32_t)s->record->no;
	use.digest =
	    digest_tag(s->record->text, s->record->text_bytes, s->file);
	name_office(s, use.office);
	add_use(c, &use);
}

static void
take_person(struct source *s)
{
	struct compare *c = s->compare;
	struct person person = {.insurer = key_word(s, INSURER),
	    .insured = key_word(s, INSURED),
	    .name = text_word(s, CLIENT_NAME),
	    .file = s->file};

	if (person.name == 0 || person.insured == 0 ||
	    c->person_count == COMPARE_RECORDS_MAX)
		return;
	if (c->person_count == c->person_room) {
		c->person_room = c->person_room == 0 ? 64 : 2 * c->person_room;
		c->persons =
		    mem_resize(c->persons, c->person_room * sizeof *c->persons);
	}
	c->persons[c->person_count++] = person;
}

/* The version says which layout it is; the columns, if it says nothing. */
static bool
find_shape(struct source *s)
{
	const struct reader_record *r = s->record;
	const struct layout_edition *e =
	    r->kept > 0 ? layout_edition(s->compare->standard, r->fields[0].p)
			: NULL;

	if (e != NULL && layout_columns(s->layout, e->shape) == r->count)
		s->shape = e->shape;
	else if (!layout_by_columns(s->layout, r->count, &s->shape))
		return false;
	if (s->shape == LAYOUT_V3 && layout_columns(s->layout, LAYOUT_V3) !=
					 layout_columns(s->layout, LAYOUT_V4))
		s->v3 = true;
	return true;
}

static void
take_record(struct source *s)
{
	struct compare *c = s->compare;

	if (s->record->blank ||
	    (s->record->count == 1 && s->record->fields[0].n <= 1))
		return;
	if (reader_heading(s->record)) {
		count_note(s, NOTE_HEADER);
		return;
	}
	c->files[s->file].records++;
	if (s->record->faults != 0 || !find_shape(s)) {
		count_note(s, NOTE_RECORD);
		return;
	}
	if (c->files[s->file].role == FILE_NAMES)
		take_person(s);
	else if (c->use_count == COMPARE_RECORDS_MAX)
		count_note(s, NOTE_TOO_MANY);
	else
		take_use(s);
}

static int
take_encoding(struct source *s, struct reader *reader)
{
	const char *sample;
	size_t n;
	int rc = reader_sample(reader, &sample, &n);

	if (rc != 0)
		return rc;
	switch (charset_guess(sample, n)) {
	case CHARSET_MS932:
		return 0;
	case CHARSET_UTF8_BOM:
		reader_skip(reader, 3);
		s->utf8 = true;
		break;
	case CHARSET_UTF8:
		s->utf8 = true;
		break;
	case CHARSET_UTF16:
		compare_note_add(
		    s->compare, NOTE_UNREADABLE, s->file, 1, 0, "");
		return TSK_EMPTY;
	}
	compare_note_add(s->compare, NOTE_ENCODING, s->file, 0, 0, "");
	return 0;
}

static void
end_notes(struct source *s)
{
	for (unsigned i = 0; i < NOTE_KINDS; i++) {
		if (s->tallies[i].count > 0)
			compare_note_add(s->compare, (enum compare_note_kind)i,
			    s->file, s->tallies[i].first, s->tallies[i].count,
			    "");
	}
}

static int
read_records(struct source *s, struct reader *reader)
{
	struct reader_record record;
	int rc;

	while ((rc = reader_next(reader, &record)) == 0) {
		s->record = &record;
		take_record(s);
	}
	if (rc == TSK_TOOBIG)
		compare_note_add(
		    s->compare, NOTE_UNREADABLE, s->file, record.no, 1, "");
	end_notes(s);
	s->compare->v3 = s->compare->v3 || s->v3;
	return rc == TSK_EMPTY || rc == TSK_TOOBIG ? 0 : rc;
}

int
compare_read(struct compare *c, uint32_t file, struct reader *reader)
{
	struct source s = {.compare = c, .file = file};
	int rc;

	s.layout = layout_find(c->standard, c->files[file].name.kind);
	if (s.layout == NULL)
		return 0;
	for (unsigned i = 0; i < COLUMNS; i++)
		s.fields[i] = layout_field(s.layout, column_names[i]);
	buf_init(&s.text, 64 * WORD_BYTES_MAX);
	rc = take_encoding(&s, reader);
	if (rc == 0)
		rc = read_records(&s, reader);
	buf_fini(&s.text);
	return rc == TSK_EMPTY ? 0 : rc;
}

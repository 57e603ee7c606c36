/* NAME
 *	status - 送信状況.csv, what became of each parcel, for Excel
 * DESCRIPTION
 *	A list of the last parcels in memory, rebuilt at start from the folders
 *	of sent and sending parcels.  The file is written whole and atomically,
 *	at most once a second: a clerk who opens it sees a complete table.
 *
 *	No cell is one that a spreadsheet would calculate (cell.h).
 * BUGS
 *	A file held open by Excel on a share cannot be replaced; the next change
 *	tries again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "cell.h"
#include "clock.h"
#include "file.h"
#include "log.h"
#include "set.h"

#include "status.h"

#define NAME_JA   "送信状況.csv"
#define NAME_EN   "status.csv"
#define FILE_MAX  (64u * 1024 * 1024)
#define EVERY_MS  1000
#define LEGS_KEPT 4
#define DOCS_SAID 4

struct row {
	TAILQ_ENTRY(row) entry;
	struct id id;
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char month[WIRE_MONTH_BYTES];
	char *documents, *note, *compared;
	bool repeat;
	enum status_state state;
	uint32_t ways;
	struct {
		enum leg_state state;
		enum leg_way way;
		char code[WIRE_CODE_BYTES_MAX + 1]; /* working: how far */
	} legs[LEGS_KEPT];
	int64_t made_ms, changed_ms;
};
TAILQ_HEAD(rows, row);

struct status {
	struct office *office;
	struct rows rows; /* oldest first */
	zhashx_t *by_id;
	size_t count;
	bool dirty;
	int64_t written_ms;
};

/* ---- rows ---- */

static struct row *
row_find(struct status *s, const struct id *id)
{
	char key[ID_TEXT_BYTES];

	return zhashx_lookup(s->by_id, id_text(id, key));
}

static void
row_drop(struct status *s, struct row *r)
{
	char key[ID_TEXT_BYTES];

	TAILQ_REMOVE(&s->rows, r, entry);
	zhashx_delete(s->by_id, id_text(&r->id, key));
	free(r->documents);
	free(r->note);
	free(r->compared);
	free(r);
	s->count--;
}

static void
add_document(struct buf *out, const struct standard *standard,
    const struct wire_document *d)
{
	if (out->len > 0)
		buf_text(out, "、");
	buf_text(
	    out, d->kind[0] == '\0' ? d->name : set_kind_ja(standard, d->kind));
}

static char *
documents_text(const struct office *office, const struct wire_parcel *p)
{
	struct buf out;
	char more[24], *text;

	buf_init(&out, 4096);
	buf_text(&out, "");
	for (size_t i = 0; i < p->document_count && i < DOCS_SAID; i++)
		add_document(&out, office->app->standard, &p->documents[i]);
	if (p->document_count > DOCS_SAID) {
		snprintf(
		    more, sizeof(more), "%zu", p->document_count - DOCS_SAID);
		text_add(&out, office->app->language, TEXT_AND_MORE, more, NULL,
		    NULL);
	}
	text = mem_text(out.data == NULL ? "" : out.data);
	buf_fini(&out);
	return text;
}

static struct row *
row_make(struct status *s, const struct wire_parcel *p)
{
	struct row *r = mem_new(sizeof(*r));
	char key[ID_TEXT_BYTES];

	r->id = p->id;
	memcpy(r->to, p->to, sizeof(r->to));
	memcpy(r->to_type, p->to_type, sizeof(r->to_type));
	memcpy(r->month, p->month, sizeof(r->month));
	r->repeat = !id_is_zero(&p->repeat_of);
	r->documents = documents_text(s->office, p);
	r->note = mem_text("");
	r->compared = mem_text("");
	r->made_ms = id_wall_ms(&p->id);
	TAILQ_INSERT_TAIL(&s->rows, r, entry);
	zhashx_insert(s->by_id, id_text(&p->id, key), r);
	s->count++;
	while (s->count > (size_t)s->office->app->settings->status_parcels)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		row_drop(s, TAILQ_FIRST(&s->rows));
	return r;
}

static void
changed(struct status *s)
{
	if (!s->dirty)
		app_wake(s->office->app, s->written_ms + EVERY_MS);
	s->dirty = true;
}

static void
row_set(struct status *s, struct row *r, enum status_state state, int64_t at_ms,
    const char *note)
{
	r->state = state;
	r->changed_ms = at_ms;
	if (note[0] != '\0') {
		free(r->note);
		r->note = mem_text(note);
	}
	changed(s);
}

void
status_parcel(struct status *s, const struct wire_parcel *parcel,
    enum status_state state, int64_t at_ms, const char *note)
{
	struct row *r = row_find(s, &parcel->id);

	row_set(s, r == NULL ? row_make(s, parcel) : r, state, at_ms, note);
}

void
status_set(struct status *s, const struct id *id, enum status_state state,
    int64_t at_ms, const char *note)
{
	struct row *r = row_find(s, id);

	if (r != NULL)
		row_set(s, r, state, at_ms, note);
}

void
status_rejected(struct status *s, const struct wire_parcel *parcel)
{
	struct buf note;

	buf_init(&note, 1024);
	text_add(&note, s->office->app->language, TEXT_STATUS_SEE_REJECTED,
	    s->office->app->settings->rejected, NULL, NULL);
	status_parcel(
	    s, parcel, STATUS_REJECTED, id_wall_ms(&parcel->id), note.data);
	buf_fini(&note);
}

void
status_ways(struct status *s, const struct id *id, uint32_t ways)
{
	struct row *r = row_find(s, id);

	if (r != NULL)
		r->ways = ways;
}

void
status_leg(struct status *s, const struct id *id, uint32_t leg,
    enum leg_state state, enum leg_way way, const char *code, int64_t at_ms)
{
	struct row *r = row_find(s, id);

	if (r == NULL || leg >= LEGS_KEPT)
		return;
	r->legs[leg].state = state;
	r->legs[leg].way = way;
	snprintf(r->legs[leg].code, sizeof(r->legs[leg].code), "%s", code);
	r->ways |= 1u << way;
	if (at_ms > r->changed_ms)
		r->changed_ms = at_ms;
	changed(s);
}

void
status_compared(struct status *s, const struct id *id, const char *text)
{
	struct row *r = row_find(s, id);

	if (r == NULL)
		return;
	free(r->compared);
	r->compared = mem_text(text);
	changed(s);
}

/* ---- the file ---- */

static const char *
leg_words(const struct status *s, enum leg_state state, const char *code)
{
	bool why = state == LEG_WAITING && (strcmp(code, "quiet-hours") == 0 ||
					       strcmp(code, "agent-away") == 0);

	if (state != LEG_WORKING && !why)
		return leg_state_ja(state);
	if (s->office->app->language == LANGUAGE_EN && code[0] != '\0')
		return code;
	return leg_step_ja(code);
}

static void
add_ways(struct buf *out, const struct row *r)
{
	for (unsigned way = WAY_BUS; way <= WAY_PDF; way++)
		if (r->ways & (1u << way)) {
			if (out->len > 0)
				buf_text(out, "・");
			buf_text(out, leg_way_ja((enum leg_way)way));
		}
}

static void
add_state(struct buf *out, const struct status *s, const struct row *r)
{
	static const enum text texts[] = {
	    [STATUS_SENDING] = TEXT_STATUS_SENDING,
	    [STATUS_WAITING] = TEXT_STATUS_WAITING,
	    [STATUS_ACCEPTED] = TEXT_STATUS_ACCEPTED,
	    [STATUS_REJECTED] = TEXT_STATUS_REJECTED,
	};
	size_t said = 0, legs = 0;

	for (size_t i = 0; i < LEGS_KEPT; i++)
		legs += r->legs[i].state != 0;
	for (size_t i = 0; r->state == STATUS_ACCEPTED && i < LEGS_KEPT; i++) {
		if (r->legs[i].state == 0)
			continue;
		if (said++ > 0)
			buf_text(out, "・");
		buf_text(out, leg_words(s, r->legs[i].state, r->legs[i].code));
		/* data and paper: which of them? */
		if (legs > 1)
			buf_printf(out, "（%s）", leg_way_ja(r->legs[i].way));
	}
	if (said == 0)
		buf_text(
		    out, text_of(s->office->app->language, texts[r->state]));
}

static void
add_cell(struct buf *out, struct buf *cell, bool last)
{
	cell_add(out, cell->data == NULL ? "" : cell->data);
	buf_text(out, last ? "\r\n" : ",");
	buf_clear(cell);
}

static void
add_row(struct buf *out, struct buf *cell, const struct status *s,
    const struct row *r)
{
	enum language language = s->office->app->language;
	char text[CLOCK_TEXT_BYTES], id[ID_TEXT_BYTES];

	buf_text(cell, clock_people(r->made_ms, text));
	add_cell(out, cell, false);
	if (r->to_type[0] == '\0')
		buf_text(cell, r->to);
	else
		text_add(
		    cell, language, TEXT_PARTNER_TYPE, r->to, r->to_type, NULL);
	add_cell(out, cell, false);
	buf_text(cell, r->documents);
	add_cell(out, cell, false);
	if (strlen(r->month) == 6 && strcmp(r->month, "000000") != 0)
		buf_printf(cell, "%.4s/%s", r->month, r->month + 4);
	add_cell(out, cell, false);
	add_ways(cell, r);
	add_cell(out, cell, false);
	add_state(cell, s, r);
	add_cell(out, cell, false);
	buf_text(cell, clock_people(r->changed_ms, text));
	add_cell(out, cell, false);
	if (r->repeat)
		buf_text(cell, text_of(language, TEXT_STATUS_REPEAT));
	if (r->repeat && r->note[0] != '\0')
		buf_text(cell, " ");
	buf_text(cell, r->note);
	add_cell(out, cell, false);
	buf_text(cell, id_text(&r->id, id));
	add_cell(out, cell, false);
	buf_text(cell, r->compared);
	add_cell(out, cell, true);
}

static void
write_file(struct status *s)
{
	enum language language = s->office->app->language;
	struct buf out, cell;
	struct row *r;

	buf_init(&out, FILE_MAX);
	buf_init(&cell, 8192);
	buf_text(&out, "\xef\xbb\xbf");
	buf_text(&out, text_of(language, TEXT_STATUS_HEAD));
	buf_text(&out, "\r\n");
	TAILQ_FOREACH_REVERSE(r, &s->rows, rows, entry)
	{
		add_row(&out, &cell, s, r);
	}
	if (file_write(s->office->folders.root,
		language == LANGUAGE_EN ? NAME_EN : NAME_JA, out.data, out.len,
		0600) != 0)
		log_warn("status: office=%s not written: %s", s->office->label,
		    strerror(errno));
	buf_fini(&out);
	buf_fini(&cell);
}

int64_t
status_flush(struct status *s, int64_t now_ms)
{
	if (!s->dirty)
		return INT64_MAX;
	if (now_ms < s->written_ms + EVERY_MS)
		return s->written_ms + EVERY_MS;
	write_file(s);
	s->dirty = false;
	s->written_ms = now_ms;
	return INT64_MAX;
}

struct status *
status_new(struct office *office)
{
	struct status *s = mem_new(sizeof(*s));

	s->office = office;
	TAILQ_INIT(&s->rows);
	s->by_id = zhashx_new();
	s->dirty = true;
	s->written_ms = -EVERY_MS;
	return s;
}

void
status_free(struct status **s_p)
{
	struct status *s = *s_p;

	if (s == NULL)
		return;
	*s_p = NULL;
	if (s->dirty)
		write_file(s);
	while (!TAILQ_EMPTY(&s->rows))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it unlinks itself */
		row_drop(s, TAILQ_FIRST(&s->rows));
	zhashx_destroy(&s->by_id);
	free(s);
}

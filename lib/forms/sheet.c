/* NAME
 *	sheet - what the pages of all forms have in common
 * DESCRIPTION
 *	A page begins with everything the table of its form draws, and the stamp
 *	of its set.  What does not fit into its box is kept as a note; when the
 *	unit is done its notes come on pages of their own (続紙).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#include "inside.h"
#include "wareki.h"

#define STAMP_SIZE       11
#define STAMP_SIZE_BELOW 7
#define LEARN_MAX        2000 /* records looked at for the name of an office */
#define STAMP_LINE       1.6

/* The name that a record of that kind gives to an office. */
static const char *
name_in(const struct records *r, const char *number_field,
    const char *name_field, const char *number)
{
	for (size_t i = 0; i < r->count && i < LEARN_MAX; i++) {
		const char *name = records_cell(r, i, name_field);
		if (name[0] != '\0' &&
		    strcmp(records_cell(r, i, number_field), number) == 0)
			return name;
	}
	return NULL;
}

static const char *
name_in_services(const struct pivot *pivot, const char *number)
{
	size_t looked = 0;

	for (size_t i = 0; i < pivot->count && looked < LEARN_MAX; i++) {
		const struct pivot_client *c = &pivot->clients[i];
		for (size_t k = 0; k < c->service_count; k++, looked++) {
			if (c->services[k].office_name[0] != '\0' &&
			    strcmp(c->services[k].office_number, number) == 0)
				return c->services[k].office_name;
		}
	}
	return NULL;
}

/* The documents of the set know names that the caller may not. */
static const char *
name_in_set(const struct bundle *b, const char *number)
{
	const char *name =
	    name_in(&b->records[KIND_1], "care_management_office_number",
		"care_management_office_name", number);

	if (name == NULL)
		name = name_in_services(&b->pivot, number);
	if (name == NULL)
		name = name_in(&b->records[KIND_7], "service_office_number",
		    "service_office_name", number);
	if (name == NULL)
		name = name_in(&b->records[KIND_2], "service_office_number",
		    "service_office_name", number);
	return name;
}

/* Every page of a set asks for the same office. */
static const char *
name_kept(struct draw *d, const char *number)
{
	const struct bundle *bundle = d->unit->bundle;

	if (bundle == d->office_bundle && strcmp(number, d->office_number) == 0)
		return d->office_name;
	const char *name = name_in_set(bundle, number);
	if (strlen(number) < sizeof(d->office_number)) {
		memcpy(d->office_number, number, strlen(number) + 1);
		d->office_name = name;
		d->office_bundle = bundle;
	}
	return name;
}

const char *
sheet_office(struct draw *d, const char *number)
{
	const char *name = NULL;

	if (number[0] == '\0')
		return NULL;
	if (d->job->office_name != NULL)
		name = d->job->office_name(d->job->arg, number);
	if ((name == NULL || name[0] == '\0') && d->unit->bundle != NULL)
		name = name_kept(d, number);
	return name;
}

/* 令和8年11月24日 14:05　送信単位 0193a1b2c3d4 */
static void
stamp_below(const struct draw *d, struct buf *out)
{
	const struct draw_set *set = d->set;
	char stamp[CLOCK_TEXT_BYTES], day[9];

	if (set->stamp_ms != 0) {
		clock_stamp(set->stamp_ms, stamp);
		snprintf(day, sizeof(day), "%.8s", stamp);
		values_date(out, day);
		buf_printf(out, " %.2s:%.2s", stamp + 8, stamp + 10);
	}
	if (set->reference != NULL && set->reference[0] != '\0')
		buf_printf(out, "%s送信単位 %s", out->len > 0 ? "　" : "",
		    set->reference);
}

static void
draw_stamp(struct draw *d, const struct form *form)
{
	struct form_place place;
	struct page_style style = {.size = STAMP_SIZE, .align = PAGE_CENTER};
	struct buf below;

	if (d->set == NULL || d->set->stamp == NULL ||
	    form_place(form, "stamp", &place) < 0)
		return;
	struct page_box box = place.box;
	page_frame(d->page, box, STAMP_LINE);
	box.height *= 0.58;
	page_text(d->page, d->set->stamp, box, style);
	box.y += box.height;
	box.height = place.box.height * 0.36;
	style.size = STAMP_SIZE_BELOW;
	buf_init(&below, 512);
	stamp_below(d, &below);
	if (below.len > 0)
		page_text(d->page, below.data, box, style);
	buf_fini(&below);
}

void
sheet_begin(struct draw *d, enum form_id id)
{
	const struct form *form = forms_table(d->forms, id);
	struct page_box paper = form_paper(form);

	d->form = id;
	d->page_no++;
	page_begin(d->page, paper.width, paper.height);
	form_draw(form, d->page, values_get, d);
	draw_stamp(d, form);
}

void
sheet_end(struct draw *d)
{
	page_next(d->page);
}

/* ---- ledgers ---- */

struct ledger_sheet {
	struct draw *d;
	enum form_id form;
};

static void
ledger_begin(void *arg)
{
	const struct ledger_sheet *sheet = arg;

	sheet_begin(sheet->d, sheet->form);
}

static void
ledger_end(void *arg, bool last)
{
	const struct ledger_sheet *sheet = arg;

	(void)last;
	sheet_end(sheet->d);
}

void
sheet_ledger(struct draw *d, const struct ledger *ledger, enum form_id form)
{
	struct ledger_sheet sheet = {d, form};
	struct ledger_pages pages = {ledger_begin, ledger_end, &sheet};

	ledger_draw(ledger, d->page, &pages);
}

/* ---- what does not fit ---- */

/* The same text again gets the mark it has. */
const char *
sheet_overflow(void *arg, const char *label, const char *text)
{
	struct draw *d = arg;
	size_t i = 0;

	label = values_label(d, label);
	while (i < d->note_count && (strcmp(d->notes[i].text, text) != 0 ||
					strcmp(d->notes[i].label, label) != 0))
		i++;
	if (i == d->note_count) {
		if (d->note_count == d->note_room) {
			d->note_room = d->note_room == 0 ? 8 : 2 * d->note_room;
			d->notes = mem_resize(
			    d->notes, d->note_room * sizeof(*d->notes));
		}
		d->notes[d->note_count].label = mem_text(label);
		d->notes[d->note_count++].text = mem_text(text);
	}
	snprintf(d->mark, sizeof(d->mark), "※続紙%zu", i + 1);
	return d->mark;
}

void
sheet_more(struct draw *d)
{
	struct ledger ledger;

	if (d->note_count == 0)
		return;
	struct note *notes = d->notes;
	size_t count = d->note_count;
	d->notes = NULL;
	d->note_count = d->note_room = 0;
	ledger_init(&ledger, d->forms->table[FORM_MORE], "notes");
	for (size_t i = 0; i < count; i++) {
		char no[24];
		struct ledger_row *row = ledger_add(&ledger);
		snprintf(no, sizeof(no), "%zu", i + 1);
		ledger_put(row, 0, no);
		ledger_put(row, 1, notes[i].label);
		ledger_put(row, 2, notes[i].text);
		free(notes[i].label);
		free(notes[i].text);
	}
	free(notes);
	sheet_ledger(d, &ledger, FORM_MORE);
	ledger_fini(&ledger);
	/* the heads of these pages may have left notes of their own, which
	 * are already told */
	for (size_t i = 0; i < d->note_count; i++) {
		free(d->notes[i].label);
		free(d->notes[i].text);
	}
	d->note_count = 0;
}

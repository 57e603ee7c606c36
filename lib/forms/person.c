/* NAME
 *	person - 利用者基本情報, from UPKIHON, its two tables and its image
 * DESCRIPTION
 *	Two pages: the person, and what matters for prevention.  The tables of
 *	the second page go on over more pages if they are long: the last page of
 *	the day's schedule is the first one of the illnesses.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "inside.h"

struct two_ledgers {
	struct draw *d;
	bool open; /* the page is begun */
};

static void
days_begin(void *arg)
{
	struct two_ledgers *two = arg;

	sheet_begin(two->d, FORM_PERSON_SECOND);
}

static void
days_end(void *arg, bool last)
{
	struct two_ledgers *two = arg;

	if (last)
		two->open = true;
	else
		sheet_end(two->d);
}

static void
history_begin(void *arg)
{
	struct two_ledgers *two = arg;

	if (!two->open)
		sheet_begin(two->d, FORM_PERSON_SECOND);
	two->open = false;
}

static void
history_end(void *arg, bool last)
{
	struct two_ledgers *two = arg;

	(void)last;
	sheet_end(two->d);
}

static void
fill(struct draw *d, struct ledger *ledger, enum kind_id kind, uint64_t tag)
{
	const struct bundle *bundle = d->unit->bundle;
	const struct records *r = &bundle->records[kind];
	const struct group *group = groups_find(&bundle->groups[kind], tag);

	if (group == NULL)
		return;
	for (size_t i = 0; i < group->count; i++) {
		struct ledger_row *row = ledger_add(ledger);
		for (size_t c = 0; c < ledger->column_count; c++) {
			const char *name = ledger->columns[c].name;
			unsigned no = layout_field(r->layout, name);
			buf_clear(&d->value);
			if (no > 0)
				values_write(d, &d->value,
				    &r->layout->fields[no - 1],
				    records_cell(r, group->rows[i], name),
				    ledger->columns[c].format);
			ledger_put(
			    row, c, d->value.len > 0 ? d->value.data : "");
		}
	}
}

static void
draw_second(struct draw *d, uint64_t tag)
{
	const struct form *form = d->forms->table[FORM_PERSON_SECOND];
	struct two_ledgers two = {d, false};
	struct ledger_pages pages = {days_begin, days_end, &two};
	struct ledger ledger;

	ledger_init(&ledger, form, "days");
	ledger.fill = true;
	fill(d, &ledger, KIND_KIHON_SUB1, tag);
	ledger_draw(&ledger, d->page, &pages);
	ledger_fini(&ledger);

	pages = (struct ledger_pages){history_begin, history_end, &two};
	ledger_init(&ledger, form, "history");
	ledger.fill = true;
	fill(d, &ledger, KIND_KIHON_SUB2, tag);
	ledger_draw(&ledger, d->page, &pages);
	ledger_fini(&ledger);
}

/* The image that the record names, if it came and can be read. */
static void
draw_image(struct draw *d, const char *wanted)
{
	const struct draw_set *set = d->unit->bundle->set;
	struct form_place place;

	if (wanted[0] == '\0' ||
	    form_place(d->forms->table[FORM_PERSON], "image", &place) < 0)
		return;
	for (size_t i = 0; i < set->count; i++) {
		const struct draw_document *doc = &set->documents[i];
		if (doc->name == NULL || strcasecmp(doc->name, wanted) != 0)
			continue;
		bool good =
		    page_photo(d->page, doc->data, doc->bytes, place.box);
		d->unit->bundle->joined[i] = good;
		if (good)
			return;
	}
	buf_clear(&d->value);
	buf_printf(&d->value, "（画像 %s は紙に印刷できません）", wanted);
	place.style.label = "家族構成の画像";
	page_text(d->page, d->value.data, place.box, place.style);
}

/* The first kind that has this client. */
static enum kind_id
kind_of(const struct unit *unit)
{
	for (int k = KIND_KIHON; k <= KIND_KIHON_SUB2; k++) {
		if (groups_find(&unit->bundle->groups[k], unit->tag) != NULL)
			return (enum kind_id)k;
	}
	return KIND_KIHON;
}

void
person_draw_unit(struct draw *d, const struct unit *unit)
{
	enum kind_id kind = kind_of(unit);
	const struct records *r = &unit->bundle->records[kind];
	const struct group *group =
	    groups_find(&unit->bundle->groups[kind], unit->tag);

	if (group == NULL)
		return;
	/* records of one day that stand twice in the file are all drawn */
	for (size_t i = 0; i < group->count; i++) {
		if (kind != KIND_KIHON && i > 0)
			break;
		d->source_count = 0;
		values_source(d, r, group->rows[i]);
		if (kind == KIND_KIHON) {
			sheet_begin(d, FORM_PERSON);
			draw_image(d, records_cell(r, group->rows[i],
					  "family_image_file_name"));
			sheet_end(d);
		}
		draw_second(d, unit->tag);
	}
}

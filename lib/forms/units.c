/* NAME
 *	units - which forms the documents of a set become, in which order
 * DESCRIPTION
 *	Deletions first; then persons, prevention plans, the three forms of a plan
 *	together, forms 6 and 7 of a client together; last what is no form.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inside.h"

#define KEY_FIELDS 3

struct unit *
units_add(struct draw *d, unit_fn *draw, const struct bundle *bundle,
    uint64_t tag, size_t index)
{
	if (d->unit_count == d->unit_room) {
		d->unit_room = d->unit_room == 0 ? 64 : 2 * d->unit_room;
		d->units =
		    mem_resize(d->units, d->unit_room * sizeof(*d->units));
	}
	struct unit *unit = &d->units[d->unit_count++];
	*unit = (struct unit){draw, bundle, tag, 0, index, 0};
	return unit;
}

/* ---- which units a set has ---- */

static uint64_t
person_tag(const char *insurer, const char *insured)
{
	const char *key[] = {insurer, insured};
	uint64_t tag = groups_tag(key, 2);

	return tag == 0 ? 1 : tag;
}

uint64_t
units_person(const struct records *records, size_t row)
{
	return person_tag(records_cell(records, row, "insurer_number"),
	    records_cell(records, row, "insured_number"));
}

static void
add_group(struct draw *d, struct bundle *bundle, enum kind_id kind,
    uint64_t tag, unit_fn *draw)
{
	struct group *group = groups_find(&bundle->groups[kind], tag);

	if (group == NULL || group->used)
		return;
	group->used = true;
	units_add(
	    d, draw, bundle, tag, (size_t)(group - bundle->groups[kind].groups))
	    ->person = units_person(&bundle->records[kind], group->rows[0]);
}

/* The groups of the first kind, each followed by those of the others with the
 * same key; then what is left of the others. */
static void
add_chain(struct draw *d, struct bundle *bundle, const enum kind_id *kinds,
    unit_fn *const *draws, size_t count)
{
	for (size_t first = 0; first < count; first++) {
		struct groups *groups = &bundle->groups[kinds[first]];
		for (size_t i = 0; i < groups->count; i++) {
			uint64_t tag = groups->groups[i].tag;
			for (size_t k = first; k < count; k++)
				add_group(d, bundle, kinds[k], tag, draws[k]);
		}
	}
}

static void
add_months(struct draw *d, struct bundle *bundle)
{
	static const enum kind_id kinds[] = {KIND_7};
	static unit_fn *const draws[] = {form7_draw_unit};

	for (size_t i = 0; i < bundle->pivot.count; i++) {
		const struct pivot_client *c = &bundle->pivot.clients[i];
		const char *key[KEY_FIELDS] = {
		    c->insurer_number, c->insured_number, c->month};
		uint64_t tag = groups_tag(key, KEY_FIELDS);
		units_add(d, form6_draw_unit, bundle, tag, i)->person =
		    person_tag(c->insurer_number, c->insured_number);
		add_group(d, bundle, KIND_7, tag, form7_draw_unit);
	}
	add_chain(d, bundle, kinds, draws, 1);
}

/* The other tables of a person or plan are part of its form. */
static void
use_up(struct bundle *bundle, enum kind_id whole, enum kind_id part)
{
	const struct groups *groups = &bundle->groups[whole];

	for (size_t i = 0; i < groups->count; i++) {
		struct group *group =
		    groups_find(&bundle->groups[part], groups->groups[i].tag);
		if (group != NULL)
			group->used = true;
	}
}

static void
add_forms(struct draw *d, struct bundle *bundle)
{
	static const enum kind_id plan[] = {KIND_1, KIND_2, KIND_3};
	static unit_fn *const plan_draws[] = {
	    plan1_draw_unit, plan2_draw_unit, week_draw_unit};
	static const enum kind_id person[] = {
	    KIND_KIHON, KIND_KIHON_SUB1, KIND_KIHON_SUB2};
	static unit_fn *const person_draws[] = {
	    person_draw_unit, person_draw_unit, person_draw_unit};
	static const enum kind_id prevent[] = {KIND_YOBO, KIND_YOBO_SUB};
	static unit_fn *const prevent_draws[] = {
	    prevent_draw_unit, prevent_draw_unit};

	for (int kind = KIND_DLT_PLAN1; kind <= KIND_DLT_YOBO; kind++) {
		if (bundle->records[kind].count > 0)
			units_add(d, notice_draw_unit, bundle, 0, (size_t)kind);
	}
	use_up(bundle, KIND_KIHON, KIND_KIHON_SUB1);
	use_up(bundle, KIND_KIHON, KIND_KIHON_SUB2);
	use_up(bundle, KIND_KIHON_SUB1, KIND_KIHON_SUB2);
	use_up(bundle, KIND_YOBO, KIND_YOBO_SUB);
	add_chain(d, bundle, person, person_draws, 3);
	add_chain(d, bundle, prevent, prevent_draws, 2);
	add_chain(d, bundle, plan, plan_draws, 3);
	add_months(d, bundle);
}

/* ---- documents that are no forms ---- */

static bool
named(const struct draw_document *document, const char *end)
{
	size_t n = document->name == NULL ? 0 : strlen(document->name);
	size_t m = strlen(end);

	return n > m && strcasecmp(document->name + n - m, end) == 0;
}

/* Whether it can be drawn is found out by drawing it onto nothing. */
static void
add_others(struct draw *d, struct bundle *bundle)
{
	const struct draw_set *set = bundle->set;
	char kind[NAME_KIND_BYTES];

	for (size_t i = 0; i < set->count; i++) {
		const struct draw_document *document = &set->documents[i];
		bundle_document_kind(d->forms, document, kind);
		bool image = named(document, ".jpg") ||
			     named(document, ".jpeg") ||
			     named(document, ".png") ||
			     named(document, ".gif"); /* made a PNG before */
		bool table = named(document, ".csv") || named(document, ".txt");
		if (strcmp(kind, "UPKIHON_IMAGE") == 0)
			image = !bundle->joined[i];
		else if (kind[0] != '\0')
			continue;
		if (image)
			units_add(d, photo_draw_unit, bundle, 0, i);
		else if (table)
			units_add(d, plain_draw_unit, bundle, 0, i);
	}
}

/* Images of the set that a record of UPKIHON names. */
static void
join_images(const struct draw *d, struct bundle *bundle)
{
	const struct records *persons = &bundle->records[KIND_KIHON];
	char kind[NAME_KIND_BYTES];

	for (size_t i = 0; i < bundle->set->count; i++) {
		const struct draw_document *doc = &bundle->set->documents[i];
		bundle_document_kind(d->forms, doc, kind);
		if (strcmp(kind, "UPKIHON_IMAGE") != 0 || doc->name == NULL)
			continue;
		for (size_t k = 0; k < persons->count; k++) {
			if (strcasecmp(
				doc->name, records_cell(persons, k,
					       "family_image_file_name")) == 0)
				bundle->joined[i] = true;
		}
	}
}

void
units_add_set(struct draw *d, struct bundle *bundle)
{
	join_images(d, bundle);
	if (bundle->set->recalled)
		units_add(d, recall_draw_unit, bundle, 0, 0);
	else {
		add_forms(d, bundle);
		add_others(d, bundle);
	}
}

/* NAME
 *	draw - documents of the standard as the official forms, on any paper
 * SUMMARY
 *	see draw.h
 * DESCRIPTION
 *	The job is read, its units are listed in the order of the paper, drawn
 *	onto nothing to count their pages, and then onto the target.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "raster.h"

#define VALUE_MAX  (1024u * 1024)
#define DPI_FINE   196
#define DPI_SUPER  391
#define DPI_MIN    50
#define DPI_MAX    600
#define KEY_FIELDS 3

typedef void unit_fn(struct draw *d, const struct unit *unit);

static struct unit *
add_unit(struct draw *d, unit_fn *draw, const struct bundle *bundle,
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

static uint64_t
person_of(const struct records *records, size_t row)
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
	add_unit(
	    d, draw, bundle, tag, (size_t)(group - bundle->groups[kind].groups))
	    ->person = person_of(&bundle->records[kind], group->rows[0]);
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
		add_unit(d, form6_draw_unit, bundle, tag, i)->person =
		    person_tag(c->insurer_number, c->insured_number);
		add_group(d, bundle, KIND_7, tag, form7_draw_unit);
	}
	add_chain(d, bundle, kinds, draws, 1);
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
			add_unit(d, notice_draw_unit, bundle, 0, (size_t)kind);
	}
	/* the other tables of a person or plan are part of its form */
	for (size_t i = 0; i < bundle->groups[KIND_KIHON].count; i++) {
		uint64_t tag = bundle->groups[KIND_KIHON].groups[i].tag;
		for (int k = KIND_KIHON_SUB1; k <= KIND_KIHON_SUB2; k++) {
			struct group *sub =
			    groups_find(&bundle->groups[k], tag);
			if (sub != NULL)
				sub->used = true;
		}
	}
	for (size_t i = 0; i < bundle->groups[KIND_KIHON_SUB1].count; i++) {
		const struct group *sub =
		    &bundle->groups[KIND_KIHON_SUB1].groups[i];
		struct group *other =
		    groups_find(&bundle->groups[KIND_KIHON_SUB2], sub->tag);
		if (other != NULL)
			other->used = true;
	}
	for (size_t i = 0; i < bundle->groups[KIND_YOBO].count; i++) {
		struct group *sub = groups_find(&bundle->groups[KIND_YOBO_SUB],
		    bundle->groups[KIND_YOBO].groups[i].tag);
		if (sub != NULL)
			sub->used = true;
	}
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
			     named(document, ".png");
		bool table = named(document, ".csv") || named(document, ".txt");
		if (strcmp(kind, "UPKIHON_IMAGE") == 0)
			image = !bundle->joined[i];
		else if (kind[0] != '\0')
			continue;
		if (image)
			add_unit(d, photo_draw_unit, bundle, 0, i);
		else if (table)
			add_unit(d, plain_draw_unit, bundle, 0, i);
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

static void
add_set(struct draw *d, struct bundle *bundle)
{
	join_images(d, bundle);
	if (bundle->set->recalled)
		add_unit(d, recall_draw_unit, bundle, 0, 0);
	else {
		add_forms(d, bundle);
		add_others(d, bundle);
	}
}

/* ---- drawing ---- */

static void
draw_unit(struct draw *d, struct unit *unit)
{
	unsigned before = page_count(d->page);

	d->unit = unit;
	d->set = unit->bundle == NULL ? NULL : unit->bundle->set;
	d->page_no = 0;
	d->values = NULL;
	d->value_count = d->source_count = 0;
	d->client = NULL;
	unit->draw(d, unit);
	sheet_more(d);
	unit->pages = page_count(d->page) - before;
}

static struct page *
new_page(struct draw *d, const struct page_setup *setup)
{
	struct page_setup s = *setup;

	s.fonts = form_fonts(d->forms->table[FORM_6]);
	s.made_ms = d->job->made_ms;
	s.overflow = sheet_overflow;
	s.overflow_arg = d;
	return page_new(&s);
}

static int
by_value(const void *a_, const void *b_)
{
	const uint64_t *a = a_, *b = b_;

	return *a < *b ? -1 : *a > *b;
}

/* Persons that files of deletions name. */
static size_t
deleted_persons(const struct bundle *bundle, uint64_t *persons)
{
	size_t count = 0;

	for (int kind = KIND_DLT_PLAN1; kind <= KIND_DLT_YOBO; kind++) {
		const struct records *r = &bundle->records[kind];
		for (size_t i = 0; i < r->count; i++, count++) {
			if (persons != NULL)
				persons[count] = person_of(r, i);
		}
	}
	return count;
}

/* A client of two forms, or of two sets, is one. */
static size_t
clients_of(const struct draw *d)
{
	size_t room = d->unit_count + 1, count = 0, different = 0;

	for (size_t s = 0; s < d->job->set_count; s++)
		room += deleted_persons(&d->bundles[s], NULL);
	uint64_t *persons = mem_new(room * sizeof(*persons));
	for (size_t s = 0; s < d->job->set_count; s++)
		count += deleted_persons(&d->bundles[s], persons + count);
	for (size_t i = 0; i < d->unit_count; i++) {
		if (d->units[i].person != 0)
			persons[count++] = d->units[i].person;
	}
	qsort(persons, count, sizeof(*persons), by_value);
	for (size_t i = 0; i < count; i++)
		different += i == 0 || persons[i] != persons[i - 1];
	free(persons);
	return different;
}

static void
count_up(struct draw *d)
{
	d->pages_all = d->form_pages = 0;
	for (size_t i = 0; i < d->unit_count; i++) {
		d->pages_all += d->units[i].pages;
		if (d->units[i].bundle != NULL)
			d->form_pages += d->units[i].pages;
	}
	d->result->pages = d->pages_all;
	d->result->form_pages = d->form_pages;
}

static int
check_count(const struct draw *d, struct why *why)
{
	unsigned max =
	    d->job->pages_max == 0 ? DRAW_PAGES_MAX : d->job->pages_max;

	if (d->pages_all == 0 || (d->form_pages == 0 && d->result->left == 0 &&
				     d->job->set_count > 0)) {
		why_set(
		    why, WHY_NEVER, "no-pages", "There is no record to draw.");
		return TSK_EMPTY;
	}
	if (d->pages_all > max) {
		why_set(why, WHY_NEVER, "too-many-pages",
		    "The papers would have %u pages; %u are allowed.",
		    d->pages_all, max);
		return TSK_TOOBIG;
	}
	return 0;
}

/* What every document became. */
static void
judge_fates(struct draw *d)
{
	char kind[NAME_KIND_BYTES];

	d->result->drawn = d->result->left = 0;
	for (size_t s = 0; s < d->job->set_count; s++) {
		struct draw_set *set = &d->job->sets[s];
		for (size_t i = 0; i < set->count; i++) {
			struct draw_document *doc = &set->documents[i];
			bundle_document_kind(d->forms, doc, kind);
			bool form = kind[0] != '\0' &&
				    strcmp(kind, "UPKIHON_IMAGE") != 0;
			bool drawn =
			    form || set->recalled || d->bundles[s].joined[i];
			doc->fate = drawn ? DRAW_DRAWN : DRAW_LEFT;
		}
	}
	for (size_t i = 0; i < d->unit_count; i++) {
		const struct unit *unit = &d->units[i];
		if ((unit->draw == plain_draw_unit ||
			unit->draw == photo_draw_unit) &&
		    unit->pages > 0)
			unit->bundle->set->documents[unit->index].fate =
			    DRAW_DRAWN;
	}
	for (size_t s = 0; s < d->job->set_count; s++) {
		const struct draw_set *set = &d->job->sets[s];
		for (size_t i = 0; i < set->count; i++) {
			if (set->documents[i].fate == DRAW_DRAWN)
				d->result->drawn++;
			else
				d->result->left++;
		}
	}
}

static void
describe_forms(struct draw *d)
{
	struct draw_result *r = d->result;

	for (size_t s = 0; s < d->job->set_count; s++) {
		const struct pivot *pivot = &d->bundles[s].pivot;
		const struct records *seven = &d->bundles[s].records[KIND_7];
		r->planned |= pivot->side[PIVOT_PLANNED];
		r->actual |= pivot->side[PIVOT_ACTUAL];
		for (size_t i = 0; i < pivot->count; i++)
			r->services += pivot->clients[i].service_count;
		if (r->month[0] == '\0' && pivot->count > 0)
			snprintf(r->month, sizeof(r->month), "%.6s",
			    pivot->clients[0].month);
		else if (r->month[0] == '\0' && seven->count > 0)
			snprintf(r->month, sizeof(r->month), "%.6s",
			    records_cell(seven, 0, "target_month"));
	}
	r->clients = d->job->clients > 0 ? d->job->clients : clients_of(d);
}

static int
read_job(struct draw *d, struct why *why)
{
	const struct draw_job *job = d->job;
	int rc = 0;

	d->bundles = mem_new((job->set_count + 1) * sizeof(*d->bundles));
	if (job->cover != NULL)
		add_unit(d, cover_draw_unit, NULL, 0, 0);
	for (size_t i = 0; i < job->set_count && rc == 0; i++) {
		rc = bundle_read(&d->bundles[i], d->forms, &job->sets[i], why);
		if (rc == 0)
			add_set(d, &d->bundles[i]);
	}
	for (size_t i = 0; i < job->image_count && rc == 0; i++) {
		const struct draw_image *image = &job->images[i];
		if (image->width == 0 || image->height == 0 ||
		    image->width > DRAW_IMAGE_DOTS_MAX ||
		    image->height > DRAW_IMAGE_DOTS_MAX ||
		    image->stride < (image->width + 7) / 8) {
			why_set(why, WHY_NEVER, "bad-image",
			    "Image page %zu is empty or over %u dots.", i + 1,
			    DRAW_IMAGE_DOTS_MAX);
			return TSK_INVALID;
		}
		add_unit(d, image_draw_unit, NULL, 0, i);
	}
	return rc;
}

/* Onto nothing: how many pages each unit has. */
static int
count_pages(struct draw *d, struct why *why)
{
	struct page_setup setup = {.target = PAGE_NOTHING};

	d->page = new_page(d, &setup);
	for (size_t i = 0; i < d->unit_count; i++)
		draw_unit(d, &d->units[i]);
	page_free(&d->page);
	judge_fates(d);
	describe_forms(d);
	count_up(d);
	return check_count(d, why);
}

static int
draw_all(struct draw *d, const struct page_setup *setup, struct buf *out,
    struct why *why)
{
	struct raster *raster = NULL;
	struct page_setup s = *setup;

	if (s.target == PAGE_FAX) {
		raster = raster_open(
		    d->pages_all, s.dpi, d->job->made_ms, s.out_max);
		s.sink = raster_add;
		s.sink_arg = raster;
	}
	d->page = new_page(d, &s);
	page_title(d->page, d->result->title);
	for (size_t i = 0; i < d->unit_count; i++)
		draw_unit(d, &d->units[i]);
	int rc = page_finish(d->page, out, why);
	d->result->marked = page_marked(d->page);
	page_free(&d->page);
	if (raster != NULL && rc == 0)
		rc = raster_finish(raster, out, why);
	raster_free(&raster);
	return rc;
}

static void
draw_fini(struct draw *d)
{
	for (size_t i = 0; i < d->job->set_count; i++)
		bundle_fini(&d->bundles[i]);
	free(d->bundles);
	free(d->units);
	free(d->notes);
	buf_fini(&d->value);
}

static void
title_of(struct draw *d)
{
	const struct form *form = NULL;
	struct form_place place;

	for (size_t i = 0; i < d->unit_count && form == NULL; i++) {
		static const struct {
			unit_fn *draw;
			enum form_id form;
		} rows[] = {
		    {form6_draw_unit, FORM_6},
		    {form7_draw_unit, FORM_7},
		    {plan1_draw_unit, FORM_1},
		    {plan2_draw_unit, FORM_2},
		    {week_draw_unit, FORM_3},
		    {person_draw_unit, FORM_PERSON},
		    {prevent_draw_unit, FORM_PREVENT},
		    {notice_draw_unit, FORM_NOTICE},
		    {recall_draw_unit, FORM_NOTICE},
		    {plain_draw_unit, FORM_PLAIN},
		};
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (d->units[i].draw == rows[k].draw)
				form = d->forms->table[rows[k].form];
		}
		if (form == d->forms->table[FORM_6] &&
		    d->units[i].bundle->set->for_client) {
			snprintf(d->result->title, sizeof(d->result->title),
			    "サービス利用票");
			return;
		}
	}
	snprintf(d->result->title, sizeof(d->result->title), "%s",
	    form != NULL && form_place(form, "name", &place) == 0 ? place.text
								  : "送付状");
}

static int
run(const struct forms *forms, const struct draw_job *job,
    const struct page_setup *setup, struct buf *out, struct draw_result *result,
    struct why *why)
{
	struct draw d = {.forms = forms, .job = job, .result = result};

	memset(result, 0, sizeof(*result));
	buf_init(&d.value, VALUE_MAX);
	int rc = read_job(&d, why);
	if (rc == 0) {
		title_of(&d);
		rc = count_pages(&d, why);
	}
	if (rc == 0 && setup->target != PAGE_NOTHING)
		rc = draw_all(&d, setup, out, why);
	draw_fini(&d);
	return rc;
}

int
draw_count(const struct forms *forms, const struct draw_job *job,
    struct draw_result *result, struct why *why)
{
	struct page_setup setup = {.target = PAGE_NOTHING};

	return run(forms, job, &setup, NULL, result, why);
}

int
draw_pdf(const struct forms *forms, const struct draw_job *job, struct buf *out,
    struct draw_result *result, struct why *why)
{
	struct page_setup setup = {
	    .target = PAGE_PDF, .out_max = DRAW_BYTES_MAX};

	return run(forms, job, &setup, out, result, why);
}

int
draw_fax(const struct forms *forms, const struct draw_job *job,
    enum draw_fine fine, struct buf *out, struct draw_result *result,
    struct why *why)
{
	struct page_setup setup = {.target = PAGE_FAX,
	    .out_max = DRAW_BYTES_MAX,
	    .dpi = fine == DRAW_SUPERFINE ? DPI_SUPER : DPI_FINE};

	return run(forms, job, &setup, out, result, why);
}

struct png_way {
	draw_png_fn *put;
	void *arg;
};

static int
put_png(void *arg, const struct page_bitmap *bitmap, struct why *why)
{
	const struct png_way *way = arg;

	return way->put(way->arg, bitmap->no, bitmap->data, bitmap->bytes, why);
}

int
draw_png(const struct forms *forms, const struct draw_job *job, unsigned dpi,
    draw_png_fn *put, void *put_arg, struct draw_result *result,
    struct why *why)
{
	struct png_way way = {put, put_arg};
	struct page_setup setup = {.target = PAGE_PNG,
	    .out_max = DRAW_BYTES_MAX,
	    .dpi = dpi,
	    .sink = put_png,
	    .sink_arg = &way};

	if (dpi < DPI_MIN || dpi > DPI_MAX) {
		why_set(why, WHY_NEVER, "bad-dpi",
		    "The preview has %d to %d dots an inch.", DPI_MIN, DPI_MAX);
		return TSK_INVALID;
	}
	return run(forms, job, &setup, NULL, result, why);
}

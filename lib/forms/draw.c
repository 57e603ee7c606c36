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

#define VALUE_MAX (1024u * 1024)
#define DPI_FINE  196
#define DPI_SUPER 391
#define DPI_MIN   50
#define DPI_MAX   600

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
				persons[count] = units_person(r, i);
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
		units_add(d, cover_draw_unit, NULL, 0, 0);
	for (size_t i = 0; i < job->set_count && rc == 0; i++) {
		rc = bundle_read(&d->bundles[i], d->forms, &job->sets[i], why);
		if (rc == 0)
			units_add_set(d, &d->bundles[i]);
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
		units_add(d, image_draw_unit, NULL, 0, i);
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

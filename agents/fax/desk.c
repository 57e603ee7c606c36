/* NAME
 *	desk - one delivery from the queue becomes a job
 * SUMMARY
 *	see desk.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_sheet.h"
#include "draw.h"
#include "flatten.h"
#include "log.h"

#include "desk.h"

#define REFERENCE_DIGITS 12 /* as tasukictl parcel takes it */
#define NAME_BYTES       256
#define SHEETS_MAX       (FRAME_PARTS_MAX / DATA_SHEET_PER_PAGE + 1)
#define FAX_NOTE         "fax_resolution"

/* All that one drawing needs, so that it goes at once when it is done. */
struct drawing {
	const struct wire_deliver *deliver;
	struct draw_document *documents;
	size_t document_count;
	/* pages of attachments, then data sheets */
	struct draw_image *images;
	uint8_t **bits;
	size_t image_count;
	struct buf *pngs; /* of documents that were another picture */
	size_t png_count;
	char title[64];
	struct draw_result result;
	struct buf tiff;
};

static const char *
note(const struct wire_paper *paper, const char *name)
{
	for (size_t i = 0; i < paper->partner_count; i++) {
		if (strcmp(paper->partner[i].name, name) == 0)
			return paper->partner[i].value;
	}
	return "";
}

static bool
is_test(const struct wire_paper *paper)
{
	return paper->test_code[0] != '\0';
}

int
desk_check(const struct wire_deliver *deliver, char number[FAX_NUMBER_BYTES],
    struct why *why)
{
	const struct wire_paper *paper = deliver->paper;

	number[0] = '\0';
	if (paper == NULL) {
		why_set(why, WHY_NEVER, "fax-unverified",
		    "The broker says nothing about the FAX number.");
		return TSK_DENIED;
	}
	/* the grammar first: its sentence says what to mend */
	int rc = fax_number_parse(paper->fax_number, number, why);
	if (rc < 0)
		return rc;
	if (paper->fax_verified || is_test(paper))
		return 0;
	number[0] = '\0';
	why_set(why, WHY_NEVER, "fax-unverified",
	    "The FAX number of the partner is not verified, or was changed.");
	return TSK_DENIED;
}

/* ---- drawing ---- */

static bool
wants_sheet(const struct desk *desk, const struct wire_paper *paper)
{
	const char *setting = desk->settings->datasheet;

	if (is_test(paper) || strcmp(setting, "never") == 0)
		return false;
	return strcmp(setting, "always") == 0 ||
	       strcmp(note(paper, "qr"), "1") == 0;
}

static bool
wants_superfine(const struct desk *desk, const struct wire_paper *paper)
{
	const char *wanted = note(paper, FAX_NOTE);

	if (wanted[0] == '\0')
		wanted = desk->settings->resolution;
	return strcmp(wanted, "superfine") == 0;
}

/* A page of its own; ${bits} is the drawing's from now on. */
static struct draw_image *
add_image(struct drawing *d, uint8_t *bits, size_t stride, unsigned width,
    unsigned height)
{
	d->bits = mem_resize(d->bits, (d->image_count + 1) * sizeof(*d->bits));
	d->images =
	    mem_resize(d->images, (d->image_count + 1) * sizeof(*d->images));
	d->bits[d->image_count] = bits;
	d->images[d->image_count] = (struct draw_image){
	    .bits = bits, .stride = stride, .width = width, .height = height};
	return &d->images[d->image_count++];
}

static void
add_sheets(struct drawing *d, struct data_sheet *sheet)
{
	struct draw_image *image;

	unsigned pages = data_sheet_pages(sheet);

	snprintf(d->title, sizeof(d->title), "データシート %08X",
	    data_sheet_id(sheet));
	for (unsigned i = 0; i < pages && i < SHEETS_MAX; i++) {
		uint8_t *bits =
		    mem_new((size_t)DATA_SHEET_STRIDE * DATA_SHEET_HEIGHT);
		data_sheet_draw(sheet, i, bits, DATA_SHEET_STRIDE);
		image = add_image(d, bits, DATA_SHEET_STRIDE, DATA_SHEET_WIDTH,
		    DATA_SHEET_HEIGHT);
		image->title = d->title;
		image->note = "スキャンして読み取ると、元のデータになります。";
	}
}

/* Without a data sheet the FAX still says everything: what does not fit on one
 * goes without. */
static void
make_sheets(const struct link_delivery *delivery, struct drawing *d)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	struct parts_document *documents =
	    mem_new((parcel->document_count + 1) * sizeof(*documents));
	struct data_sheet *sheet = NULL;
	struct why why = {0};

	for (size_t i = 0; i < parcel->document_count; i++) {
		documents[i].name = parcel->documents[i].name;
		documents[i].data = delivery->bodies[i].data;
		documents[i].bytes = delivery->bodies[i].bytes;
	}
	if (data_sheet_new(documents, parcel->document_count, &sheet, &why) ==
	    0)
		add_sheets(d, sheet);
	else
		log_info("desk: data-sheet=none code=%s", why.code);
	data_sheet_free(&sheet);
	free(documents);
}

/* ---- documents ---- */

/* Its pages, as dots; the document itself need not be drawn any more. */
static int
add_pdf(const struct desk *desk, struct drawing *d,
    const struct link_body *body, struct why *why)
{
	struct flatten pages;
	int rc =
	    flatten_pdf(body->data, body->bytes, desk->pages_max, &pages, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < pages.count; i++) {
		struct flatten_page *page = &pages.pages[i];

		(void)add_image(
		    d, page->bits, page->stride, page->width, page->height);
		page->bits = NULL;
	}
	flatten_fini(&pages);
	return 0;
}

static int
add_gif(struct drawing *d, const struct link_body *body,
    struct draw_document *document, struct why *why)
{
	struct buf png;
	int rc;

	buf_init(&png, DRAW_BYTES_MAX);
	rc = flatten_gif(body->data, body->bytes, &png, why);
	if (rc < 0) {
		buf_fini(&png);
		return rc;
	}
	document->data = png.data;
	document->bytes = png.len;
	d->pngs = mem_resize(d->pngs, (d->png_count + 1) * sizeof(*d->pngs));
	d->pngs[d->png_count++] = png;
	return 0;
}

/* What a form or a picture can show goes into the set; a PDF becomes pages. */
static int
take_documents(const struct desk *desk, const struct link_delivery *delivery,
    struct drawing *d, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	int rc = 0;

	d->documents =
	    mem_new((parcel->document_count + 1) * sizeof(*d->documents));
	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++) {
		const struct link_body *body = &delivery->bodies[i];
		struct draw_document *to = &d->documents[d->document_count];

		if (flatten_is_pdf(body->data, body->bytes)) {
			rc = add_pdf(desk, d, body, why);
			continue;
		}
		to->name = parcel->documents[i].name;
		to->kind = parcel->documents[i].kind;
		to->data = body->data;
		to->bytes = body->bytes;
		d->document_count++;
		if (flatten_is_gif(body->data, body->bytes))
			rc = add_gif(d, body, to, why);
	}
	return rc;
}

/* Names on the forms come from the registry; a third office stays a number. */
static const char *
office_name(void *arg, const char *number)
{
	const struct drawing *d = arg;
	const struct wire_deliver *deliver = d->deliver;
	const char *name = NULL;

	if (strcmp(number, deliver->parcel.from) == 0)
		name = deliver->paper->from_name;
	else if (strcmp(number, deliver->parcel.to) == 0)
		name = deliver->paper->to_name;
	return name != NULL && name[0] != '\0' ? name : NULL;
}

static int
draw_job_of(const struct desk *desk, struct drawing *d, struct draw_set *set,
    const struct draw_cover *cover, bool superfine, struct why *why)
{
	const struct wire_deliver *deliver = d->deliver;
	bool test = is_test(deliver->paper);
	struct draw_job job = {
	    .sets = set,
	    .set_count = test || d->document_count == 0 ? 0 : 1,
	    .cover = cover,
	    .images = d->images,
	    .image_count = d->image_count,
	    .made_ms = (int64_t)deliver->accepted_ms,
	    .office_name = office_name,
	    .arg = d,
	    .pages_max = desk->pages_max,
	    .clients = test ? 0 : deliver->parcel.clients,
	};

	return draw_fax(desk->forms, &job,
	    superfine ? DRAW_SUPERFINE : DRAW_FINE, &d->tiff, &d->result, why);
}

static const char *
stamp_of(const struct wire_paper *paper)
{
	if (paper->copy)
		return DRAW_STAMP_COPY;
	return strcmp(paper->reason, WIRE_REASON_UNSURE) == 0 ? DRAW_STAMP_TWICE
							      : NULL;
}

static int
draw(const struct desk *desk, struct drawing *d, const char *number,
    bool superfine, struct why *why)
{
	const struct wire_parcel *parcel = &d->deliver->parcel;
	const struct wire_paper *paper = d->deliver->paper;
	char id[ID_TEXT_BYTES];
	struct draw_cover cover = {
	    .kind = is_test(paper) ? DRAW_COVER_TEST : DRAW_COVER_FAX,
	    .to_number = parcel->to,
	    .to_type = parcel->to_type,
	    .to_name = paper->to_name,
	    .to_fax = number,
	    .from_number = parcel->from,
	    .from_name = paper->from_name,
	    .from_phone = desk->settings->phone,
	    .from_fax = desk->settings->fax,
	    .code = paper->test_code,
	    .message = desk->settings->message,
	};
	struct draw_set set = {
	    .documents = d->documents,
	    .count = d->document_count,
	    .from = parcel->from,
	    .to = parcel->to,
	    .reference = id,
	    .stamp = stamp_of(paper),
	    .stamp_ms = (int64_t)paper->data_ms,
	};

	id_text(&parcel->id, id);
	id[REFERENCE_DIGITS] = '\0';
	return draw_job_of(desk, d, &set, &cover, superfine, why);
}

/* ---- judging what was drawn ---- */

static int
judge(const struct desk *desk, const struct drawing *d, struct why *why)
{
	if (d->result.left > 0 && !is_test(d->deliver->paper)) {
		why_set(why, WHY_NEVER, "fax-document",
		    "%zu documents of the parcel cannot be shown on a FAX.",
		    d->result.left);
		return TSK_INVALID;
	}
	if (d->tiff.len > desk->bytes_max) {
		why_set(why, WHY_NEVER, "fax-pages",
		    "The FAX is larger than the provider takes.");
		return TSK_TOOBIG;
	}
	return 0;
}

static void
fill_job(const struct desk *desk, const struct drawing *d, const char *number,
    bool superfine, int64_t now, struct job *job)
{
	const struct wire_parcel *parcel = &d->deliver->parcel;
	const struct wire_paper *paper = d->deliver->paper;

	job->id = parcel->id;
	job->leg = d->deliver->leg;
	job->state = JOB_QUEUED;
	memcpy(job->from, parcel->from, sizeof(job->from));
	memcpy(job->to, parcel->to, sizeof(job->to));
	snprintf(
	    job->from_name, sizeof(job->from_name), "%s", paper->from_name);
	snprintf(job->to_name, sizeof(job->to_name), "%s", paper->to_name);
	snprintf(job->month, sizeof(job->month), "%s", parcel->month);
	snprintf(job->number, sizeof(job->number), "%s", number);
	job->clients = parcel->clients;
	job->pages = d->result.pages;
	job->superfine = superfine;
	job->test = is_test(paper);
	job->hold =
	    paper->fax_first && desk->settings->hold_first && !job->test;
	job->made_ms = job->due_ms = now;
	if (job->hold)
		job_say(job, "held",
		    "The first FAX to this partner: look at it and release it.");
	else
		job_say(job, "queued", "It waits for its turn.");
}

static void
drawing_fini(struct drawing *d)
{
	for (size_t i = 0; i < d->image_count; i++)
		free(d->bits[i]);
	for (size_t i = 0; i < d->png_count; i++)
		buf_fini(&d->pngs[i]);
	free(d->bits);
	free(d->images);
	free(d->pngs);
	free(d->documents);
	buf_fini(&d->tiff);
}

/* What the old record counted goes on counting: tags of tries must differ. */
static void
inherit(struct desk *desk, struct job *job)
{
	const struct job *old = run_find(desk->run, &job->id, job->leg);

	if (old != NULL)
		job->tries = old->tries;
}

int
desk_deliver(struct desk *desk, const struct link_delivery *delivery,
    int64_t now, struct job **out, struct why *why)
{
	const struct wire_deliver *deliver = delivery->deliver;
	struct drawing d = {.deliver = deliver};
	struct job job = {0};
	char number[FAX_NUMBER_BYTES];
	int rc = desk_check(deliver, number, why);

	if (rc < 0)
		return rc;
	bool superfine = wants_superfine(desk, deliver->paper);
	buf_init(&d.tiff, DRAW_BYTES_MAX);
	rc = take_documents(desk, delivery, &d, why);
	if (rc == 0 && wants_sheet(desk, deliver->paper))
		make_sheets(delivery, &d);
	if (rc == 0)
		rc = draw(desk, &d, number, superfine, why);
	if (rc == 0)
		rc = judge(desk, &d, why);
	if (rc == 0) {
		fill_job(desk, &d, number, superfine, now, &job);
		inherit(desk, &job);
		rc =
		    run_add(desk->run, &job, d.tiff.data, d.tiff.len, out, why);
	}
	drawing_fini(&d);
	return rc;
}

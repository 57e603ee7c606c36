/* NAME
 *	paper - the PDF of one delivery
 * SUMMARY
 *	see paper.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attach.h"
#include "data_sheet.h"
#include "log.h"

#include "paper.h"
#include "texts.h"

#define REFERENCE_DIGITS 12 /* as in the name of the folder */
#define SHEET_PAGES_MAX  (FRAME_PARTS_MAX / DATA_SHEET_PER_PAGE)
#define TEXT_BYTES_MAX   4096u

/* What a job is drawn from; lives as long as the drawing. */
struct easel {
	const struct paper_order *order;
	const struct wire_parcel *parcel;
	const struct wire_paper *wire;
	char reference[ID_TEXT_BYTES];
	struct draw_document *documents;
	struct draw_set set;
	struct draw_cover cover;
	struct buf message;
	struct draw_image images[SHEET_PAGES_MAX];
	uint8_t *bits[SHEET_PAGES_MAX];
	struct buf titles[SHEET_PAGES_MAX], notes[SHEET_PAGES_MAX];
	struct draw_job job;
};

const char *
paper_office(const struct paper_order *order, const char *number)
{
	const struct wire_deliver *deliver = order->delivery->deliver;
	const struct wire_paper *wire = deliver->paper;

	if (wire != NULL && wire->from_name[0] != '\0' &&
	    strcmp(number, deliver->parcel.from) == 0)
		return wire->from_name;
	if (wire != NULL && wire->to_name[0] != '\0' &&
	    strcmp(number, deliver->parcel.to) == 0)
		return wire->to_name;
	return names_find(order->names, number);
}

static const char *
office_name(void *arg, const char *number)
{
	return paper_office(arg, number);
}

/* ---- what is drawn ---- */

static void
take_documents(struct easel *e)
{
	const struct link_body *bodies = e->order->delivery->bodies;
	size_t count = e->parcel->document_count;

	e->documents = mem_new((count + 1) * sizeof(*e->documents));
	for (size_t i = 0; i < count; i++)
		e->documents[i] = (struct draw_document){
		    .name = e->parcel->documents[i].name,
		    .kind = e->parcel->documents[i].kind,
		    .data = bodies[i].data,
		    .bytes = bodies[i].bytes,
		};
	e->set = (struct draw_set){
	    .documents = e->documents,
	    .count = count,
	    .from = e->parcel->from,
	    .to = e->parcel->to,
	    .reference = e->reference,
	};
	if (e->wire != NULL && e->wire->copy) {
		e->set.stamp = DRAW_STAMP_COPY;
		e->set.stamp_ms = (int64_t)e->wire->data_ms;
	} else if (e->wire != NULL &&
		   strcmp(e->wire->reason, WIRE_REASON_UNSURE) == 0) {
		e->set.stamp = DRAW_STAMP_TWICE;
	}
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
add_message(struct easel *e, enum pdf_text text, const char *argument)
{
	const char *arguments[] = {argument, NULL};

	if (e->message.len > 0)
		buf_char(&e->message, '\n');
	pdf_text_add(&e->message, e->order->ja, text, arguments);
}

static void
take_cover(struct easel *e, size_t left)
{
	const struct paper_order *order = e->order;
	char count[24];

	buf_init(&e->message, TEXT_BYTES_MAX);
	if (order->contact[0] != '\0')
		add_message(e, PDF_TEXT_CONTACT, order->contact);
	if (order->code[0] != '\0')
		add_message(e, PDF_TEXT_HANDOVER, NULL);
	snprintf(count, sizeof(count), "%zu", left);
	if (left > 0 && order->password == NULL)
		add_message(e, PDF_TEXT_LEFT, count);
	e->cover = (struct draw_cover){
	    .kind = DRAW_COVER_POST,
	    .to_number = e->parcel->to,
	    .to_type = e->parcel->to_type,
	    .to_name = or_empty(paper_office(order, e->parcel->to)),
	    .from_number = e->parcel->from,
	    .from_name = or_empty(paper_office(order, e->parcel->from)),
	    .code = order->code,
	    .message = e->message.len > 0 ? e->message.data : "",
	    .made_ms = e->job.made_ms,
	};
	e->job.cover = &e->cover;
}

/* ---- data sheets ---- */

static bool
is_csv(const struct wire_document *document)
{
	size_t n = strlen(document->name);

	return document->kind[0] != '\0' ||
	       (n > 4 && strcasecmp(document->name + n - 4, ".csv") == 0);
}

static void
take_page(struct easel *e, const struct data_sheet *sheet, unsigned page)
{
	struct draw_image *image = &e->images[page];
	char no[12], of[12], id[12];
	const char *title[] = {no, of, NULL},
		   *note[] = {id, e->reference, NULL};

	snprintf(no, sizeof(no), "%u", page + 1);
	snprintf(of, sizeof(of), "%u", data_sheet_pages(sheet));
	snprintf(id, sizeof(id), "%08x", data_sheet_id(sheet));
	buf_init(&e->titles[page], TEXT_BYTES_MAX);
	buf_init(&e->notes[page], TEXT_BYTES_MAX);
	pdf_text_add(
	    &e->titles[page], e->order->ja, PDF_TEXT_SHEET_TITLE, title);
	pdf_text_add(&e->notes[page], e->order->ja, PDF_TEXT_SHEET_NOTE, note);
	e->bits[page] = mem_new(DATA_SHEET_STRIDE * DATA_SHEET_HEIGHT);
	data_sheet_draw(sheet, page, e->bits[page], DATA_SHEET_STRIDE);
	*image = (struct draw_image){
	    .bits = e->bits[page],
	    .stride = DATA_SHEET_STRIDE,
	    .width = DATA_SHEET_WIDTH,
	    .height = DATA_SHEET_HEIGHT,
	    .title = e->titles[page].data,
	    .note = e->notes[page].data,
	};
}

/* A parcel that is too big for a sheet goes without one: the paper counts. */
static const char *
take_sheets(struct easel *e)
{
	const struct link_body *bodies = e->order->delivery->bodies;
	struct parts_document documents[WIRE_DOCUMENTS_MAX];
	struct data_sheet *sheet;
	size_t count = 0;

	for (size_t i = 0; i < e->parcel->document_count; i++) {
		if (!is_csv(&e->parcel->documents[i]))
			continue;
		documents[count++] = (struct parts_document){
		    .name = e->parcel->documents[i].name,
		    .data = bodies[i].data,
		    .bytes = bodies[i].bytes,
		};
	}
	if (count == 0)
		return "no-csv";
	if (data_sheet_new(documents, count, &sheet, NULL) < 0)
		return "sheet-too-big";
	for (unsigned i = 0; i < data_sheet_pages(sheet); i++)
		take_page(e, sheet, i);
	e->job.images = e->images;
	e->job.image_count = data_sheet_pages(sheet);
	data_sheet_free(&sheet);
	return NULL;
}

/* ---- the whole ---- */

static void
easel_init(struct easel *e, const struct paper_order *order)
{
	memset(e, 0, sizeof(*e));
	e->order = order;
	e->parcel = &order->delivery->deliver->parcel;
	e->wire = order->delivery->deliver->paper;
	id_text(&e->parcel->id, e->reference);
	e->reference[REFERENCE_DIGITS] = '\0';
	e->job = (struct draw_job){
	    .sets = &e->set,
	    .set_count = 1,
	    .made_ms = (int64_t)order->delivery->deliver->accepted_ms,
	    .office_name = office_name,
	    .arg = (void *)order,
	    .clients = e->parcel->clients,
	};
}

static void
easel_fini(struct easel *e)
{
	for (size_t i = 0; i < SHEET_PAGES_MAX; i++) {
		free(e->bits[i]);
		buf_fini(&e->titles[i]);
		buf_fini(&e->notes[i]);
	}
	buf_fini(&e->message);
	free(e->documents);
}

static bool
has_name(const struct wire_parcel *parcel, const char *name)
{
	for (size_t i = 0; i < parcel->document_count; i++) {
		if (strcmp(parcel->documents[i].name, name) == 0)
			return true;
	}
	return false;
}

/* サービス提供票_2026-12_予定.pdf; never the name of a document beside it. */
static void
name_paper(const struct easel *e, struct paper *out)
{
	const struct draw_result *r = &out->result;
	bool ja = e->order->ja;
	char month[16] = "";

	if (strlen(r->month) == 6)
		snprintf(
		    month, sizeof(month), "_%.4s-%.2s", r->month, r->month + 4);
	for (int n = 1;; n++) {
		char again[16] = "";
		if (n > 1)
			snprintf(again, sizeof(again), "_%d", n);
		snprintf(out->name, sizeof(out->name), "%.90s%s%s%s%s%s.pdf",
		    r->title[0] != '\0' ? r->title
					: pdf_text(ja, PDF_TEXT_OTHER),
		    month, r->planned || r->actual ? "_" : "",
		    r->planned ? pdf_text(ja, PDF_TEXT_PLANNED) : "",
		    r->actual ? pdf_text(ja, PDF_TEXT_ACTUAL) : "", again);
		if (!has_name(e->parcel, out->name))
			return;
	}
}

static int
put_inside(const struct easel *e, const struct buf *drawn, bool all,
    const char *password, struct buf *out, struct why *why)
{
	const struct link_body *bodies = e->order->delivery->bodies;
	struct attach_file files[WIRE_DOCUMENTS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < e->parcel->document_count; i++) {
		if (!all && !is_csv(&e->parcel->documents[i]))
			continue;
		files[count++] = (struct attach_file){
		    .name = e->parcel->documents[i].name,
		    .data = bodies[i].data,
		    .bytes = bodies[i].bytes,
		};
	}
	buf_init(out, DRAW_BYTES_MAX + WIRE_PARCEL_BYTES_MAX);
	return attach_put(
	    drawn->data, drawn->len, files, count, password, out, why);
}

static bool
wants_form(const struct wire_parcel *parcel)
{
	for (size_t i = 0; i < parcel->document_count; i++) {
		if (draw_wanted(parcel->documents[i].kind))
			return true;
	}
	return false;
}

static int
draw(const struct forms *forms, struct easel *e, struct paper *out,
    struct why *why)
{
	struct draw_result count = {0};
	struct why none = {0};

	take_documents(e);
	/* nothing but what has no place on paper: then only a cover, if one
	 * is wanted; a form without a record is a person's business */
	int rc = draw_count(forms, &e->job, &count, &none);
	if (rc == TSK_EMPTY && !wants_form(e->parcel)) {
		if (e->order->cover == PAPER_NO_COVER)
			return 0;
		e->job.set_count = 0;
	} else if (rc < 0) {
		*why = none;
		return rc;
	}
	if (e->order->sheet)
		out->sheet = take_sheets(e);
	if (e->order->cover)
		take_cover(e,
		    rc == TSK_EMPTY ? e->parcel->document_count : count.left);
	struct buf drawn;
	buf_init(&drawn, DRAW_BYTES_MAX);
	rc = draw_pdf(forms, &e->job, &drawn, &out->result, why);
	if (rc == 0)
		name_paper(e, out);
	if (rc == 0)
		rc = put_inside(e, &drawn, false, NULL, &out->pdf, why);
	if (rc == 0 && e->order->password != NULL)
		rc = put_inside(
		    e, &drawn, true, e->order->password, &out->closed, why);
	buf_fini(&drawn);
	return rc;
}

int
paper_make(const struct forms *forms, const struct paper_order *order,
    struct paper *out, struct why *why)
{
	struct easel *e = mem_new(sizeof(*e));

	memset(out, 0, sizeof(*out));
	easel_init(e, order);
	int rc = draw(forms, e, out, why);
	easel_fini(e);
	free(e);
	return rc;
}

void
paper_fini(struct paper *paper)
{
	buf_fini(&paper->pdf);
	buf_fini(&paper->closed);
}

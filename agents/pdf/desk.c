/* NAME
 *	desk - one delivery from the queue becomes papers in a folder
 * SUMMARY
 *	see desk.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form6.h"
#include "log.h"

#include "desk.h"

#define REFERENCE_DIGITS 12 /* as in the name of the folder */
#define PDF_NAME_BYTES   160

struct drawing {
	struct buf pdf;
	struct form6_result result;
	char name[PDF_NAME_BYTES];
};

static const char *
office_name(void *arg, const char *number)
{
	return names_find(arg, number);
}

static void
learn(struct desk *desk, const struct link_delivery *delivery)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	struct names_document *documents =
	    mem_new((parcel->document_count + 1) * sizeof(*documents));

	for (size_t i = 0; i < parcel->document_count; i++) {
		documents[i].kind = parcel->documents[i].kind;
		documents[i].data = delivery->bodies[i].data;
		documents[i].bytes = delivery->bodies[i].bytes;
	}
	if (names_learn(desk->names, documents, parcel->document_count,
		parcel->from, parcel->to) < 0)
		log_warn("names: result=not-kept");
	free(documents);
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
name_drawing(const struct wire_parcel *parcel, struct drawing *drawing)
{
	const struct form6_result *r = &drawing->result;

	for (int n = 1;; n++) {
		char again[16] = "";
		if (n > 1)
			snprintf(again, sizeof(again), "_%d", n);
		snprintf(drawing->name, sizeof(drawing->name),
		    "サービス提供票_%.4s-%.2s_%s%s%s.pdf", r->month,
		    r->month + 4, r->planned ? "予定" : "",
		    r->actual ? "実績" : "", again);
		if (!has_name(parcel, drawing->name))
			return;
	}
}

static bool
wants_form6(const struct wire_parcel *parcel)
{
	for (size_t i = 0; i < parcel->document_count; i++) {
		if (form6_wanted(parcel->documents[i].kind))
			return true;
	}
	return false;
}

static int
draw(struct desk *desk, const struct link_delivery *delivery,
    struct drawing *drawing, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	struct form6_document *documents =
	    mem_new((parcel->document_count + 1) * sizeof(*documents));
	char id[ID_TEXT_BYTES];

	for (size_t i = 0; i < parcel->document_count; i++) {
		documents[i].name = parcel->documents[i].name;
		documents[i].kind = parcel->documents[i].kind;
		documents[i].data = delivery->bodies[i].data;
		documents[i].bytes = delivery->bodies[i].bytes;
	}
	id_text(&parcel->id, id);
	id[REFERENCE_DIGITS] = '\0';
	struct form6_input input = {
	    .documents = documents,
	    .count = parcel->document_count,
	    .from = parcel->from,
	    .reference = id,
	    .made_ms = (int64_t)delivery->deliver->accepted_ms,
	    .office_name = office_name,
	    .arg = desk->names,
	};
	int rc = form6_draw(
	    desk->forms, &input, &drawing->pdf, &drawing->result, why);
	if (rc == 0)
		name_drawing(parcel, drawing);
	free(documents);
	return rc;
}

static int
file_away(struct desk *desk, const struct link_delivery *delivery,
    const struct drawing *drawing, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	const char *to_name = names_find(desk->names, parcel->to);
	struct filing_file *files =
	    mem_new((parcel->document_count + 1) * sizeof(*files));
	struct filing_parcel wanted = {
	    .id = parcel->id,
	    .to_name = to_name != NULL ? to_name : "",
	    .month = parcel->month,
	    .accepted_ms = (int64_t)delivery->deliver->accepted_ms,
	    .files = files,
	};

	memcpy(wanted.from, parcel->from, sizeof(wanted.from));
	memcpy(wanted.to, parcel->to, sizeof(wanted.to));
	for (size_t i = 0; i < parcel->document_count; i++) {
		struct filing_file *file = &files[wanted.count++];
		file->name = parcel->documents[i].name;
		file->data = delivery->bodies[i].data;
		file->bytes = delivery->bodies[i].bytes;
	}
	if (drawing->pdf.len > 0) {
		struct filing_file *file = &files[wanted.count++];
		file->name = drawing->name;
		file->data = drawing->pdf.data;
		file->bytes = drawing->pdf.len;
	}
	int rc = filing_put(desk->filing, &wanted, why);
	free(files);
	return rc;
}

static void
log_filed(const struct link_delivery *delivery, const struct drawing *drawing)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	char id[ID_TEXT_BYTES];

	log_info("file: parcel=%s from=%s to=%s documents=%zu clients=%zu "
		 "pages=%u result=delivered",
	    id_text(&parcel->id, id), parcel->from, parcel->to,
	    parcel->document_count, drawing->result.clients,
	    drawing->result.pages);
}

int
desk_deliver(
    struct desk *desk, const struct link_delivery *delivery, struct why *why)
{
	const struct wire_parcel *parcel = &delivery->deliver->parcel;
	int rc = filing_has(desk->filing, &parcel->id, why);

	if (rc != 0)
		return rc < 0 ? rc : 0; /* filed before: say so at once */
	struct drawing drawing = {0};
	buf_init(&drawing.pdf, FORM6_PDF_MAX);
	learn(desk, delivery);
	if (wants_form6(parcel))
		rc = draw(desk, delivery, &drawing, why);
	if (rc == 0)
		rc = file_away(desk, delivery, &drawing, why);
	if (rc == 0)
		log_filed(delivery, &drawing);
	buf_fini(&drawing.pdf);
	return rc;
}

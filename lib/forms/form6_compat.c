/* NAME
 *	form6_compat - form 6 alone, for callers of before draw.h
 * SUMMARY
 *	see form6.h
 */
#include <stdlib.h>
#include <string.h>

#include "file.h"

#include "form6.h"
#include "inside.h"

bool
form6_wanted(const char *kind)
{
	return strcmp(kind, "UPPLAN") == 0 || strcmp(kind, "UPJSK") == 0;
}

int
form6_draw(const struct forms *forms, const struct form6_input *input,
    struct buf *pdf, struct form6_result *result, struct why *why)
{
	struct draw_document *documents =
	    mem_new((input->count + 1) * sizeof(*documents));
	struct draw_set set = {.documents = documents,
	    .from = input->from,
	    .reference = input->reference,
	    .for_client = input->for_client};
	struct draw_job job = {.sets = &set,
	    .set_count = 1,
	    .made_ms = input->made_ms,
	    .office_name = input->office_name,
	    .arg = input->arg};
	struct draw_result drawn;

	memset(result, 0, sizeof(*result));
	for (size_t i = 0; i < input->count; i++) {
		const struct form6_document *doc = &input->documents[i];
		if (!form6_wanted(doc->kind) &&
		    strcmp(doc->kind, "UPHOSOKU") != 0)
			continue;
		documents[set.count++] = (struct draw_document){
		    doc->name, doc->kind, doc->data, doc->bytes, DRAW_LEFT};
	}
	int rc = draw_pdf(forms, &job, pdf, &drawn, why);
	free(documents);
	if (rc < 0)
		return rc;
	result->clients = drawn.clients;
	result->services = drawn.services;
	result->pages = drawn.pages;
	result->planned = drawn.planned;
	result->actual = drawn.actual;
	memcpy(result->month, drawn.month, sizeof(result->month));
	return 0;
}

/* NAME
 *	fuzz_form6 - fuzz what form 6 makes of a delivered file
 * DESCRIPTION
 *	The first byte chooses the kind; the rest is the file.  Drawing is left
 *	out: it takes milliseconds and sees only what the pivot let through.
 */
#include <stdlib.h>

#include "inside.h"
#include "standard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct standard *standard;

static void
load(void)
{
	struct why why;

	if (standard_load(standard_dir(), &standard, &why) < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct draw_document documents[2] = {
	    {.kind = "UPPLAN"}, {.kind = "UPHOSOKU"}};
	struct draw_set set = {.documents = documents, .count = 2};
	struct forms *forms = mem_new(sizeof(*forms));
	struct pivot pivot;
	struct why why;

	if (standard == NULL)
		load();
	forms->standard = standard;
	if (size > 0 && data[0] & 1)
		documents[0].kind = "UPJSK";
	for (int i = 0; i < 2; i++) {
		documents[i].name = "x";
		documents[i].data = size > 0 ? data + 1 : data;
		documents[i].bytes = size > 0 ? size - 1 : 0;
	}
	pivot_init(&pivot);
	if (form6_read(standard, &set, forms, &pivot, &why) == 0) {
		for (size_t i = 0; i < pivot.count; i++) {
			if (pivot.clients[i].service_count == 0)
				abort();
		}
	}
	pivot_fini(&pivot);
	free(forms);
	return 0;
}

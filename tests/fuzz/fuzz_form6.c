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
	struct form6_document documents[2] = {
	    {.kind = "UPPLAN"}, {.kind = "UPHOSOKU"}};
	struct form6_input input = {.documents = documents, .count = 2};
	struct pivot pivot;
	struct why why;

	if (size == 0)
		return 0;
	if (standard == NULL)
		load();
	if (data[0] & 1)
		documents[0].kind = "UPJSK";
	for (int i = 0; i < 2; i++) {
		documents[i].name = "x";
		documents[i].data = data + 1;
		documents[i].bytes = size - 1;
	}
	pivot_init(&pivot);
	if (form6_read(standard, &input, &pivot, &why) == 0) {
		for (size_t i = 0; i < pivot.count; i++) {
			if (pivot.clients[i].service_count == 0)
				abort();
		}
	}
	pivot_fini(&pivot);
	return 0;
}

/* NAME
 *	fuzz_name - any bytes as a file name of the standard
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

static struct standard *standard;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses prints, and parses to the same again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name name, again;
	struct why why;
	char *text, out[NAME_TEXT_BYTES], back[NAME_TEXT_BYTES];

	if (standard == NULL && standard_load(standard_dir(), &standard, &why))
		abort();
	text = malloc(size + 1);
	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (name_parse(standard, text, &name, &why) == 0) {
		bool odd = name.odd;

		name.odd = false;
		if (name_parse(
			standard, name_print(&name, out), &again, &why) != 0)
			abort();
		if (!odd && (strcmp(name_print(&again, back), out) != 0 ||
				strcmp(name.kind, again.kind) != 0 ||
				name.form != again.form))
			abort();
	}
	free(text);
	return 0;
}

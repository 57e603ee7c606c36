/* NAME
 *	fuzz_file_name - fuzz the check of names from outside
 * DESCRIPTION
 *	Whatever is called safe must be one component without a control byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = mem_new(size + 1);

	if (size > 0)
		memcpy(name, data, size);
	if (file_name_safe(name)) {
		size_t n = strlen(name);
		if (n == 0 || n > 255 || name[0] == '.' || strchr(name, '/'))
			abort();
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)name[i];
			if (c < 0x20 || c == 0x7f)
				abort();
		}
	}
	free(name);
	return 0;
}

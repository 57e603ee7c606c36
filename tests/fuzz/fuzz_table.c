/* NAME
 *	fuzz_table - fuzz the reader of TSV tables
 */
#include <string.h>

#include "bytes_file.h"
#include "table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table *t;
	struct why why;
	char path[BYTES_FILE_PATH];
	int fd = bytes_file(data, size, path);
	size_t total = 0;

	if (table_load(path, &t, &why) == 0) {
		for (size_t row = 0; row <= table_rows(t); row++) {
			for (int column = -1; column < 5; column++)
				total += strlen(table_cell(t, row, column));
		}
		if (total > size)
			abort();
		table_free(&t);
	}
	(void)close(fd);
	return 0;
}

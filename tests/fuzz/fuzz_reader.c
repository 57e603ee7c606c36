/* NAME
 *	fuzz_reader - any bytes as CSV
 */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Offsets, lines and numbers grow; fields lie one behind the other. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader *reader = reader_bytes(data, size);
	struct reader_record record;
	uint64_t line = 0, no = 0, next = 0;
	int rc;

	while ((rc = reader_next(reader, &record)) == 0) {
		const char *p = record.text;

		if (record.line <= line || record.offset < next ||
		    record.offset >= size || record.kept > record.count ||
		    (!record.blank && record.no != no + 1) ||
		    (!record.blank && record.count == 0))
			abort();
		for (unsigned i = 0; i < record.kept; i++) {
			if (record.fields[i].p != p ||
			    p[record.fields[i].n] != '\0')
				abort();
			p += record.fields[i].n + 1;
		}
		line = record.line;
		no = record.no;
		next = record.offset + 1;
	}
	if (rc != TSK_EMPTY && rc != TSK_TOOBIG)
		abort();
	reader_close(&reader);
	return 0;
}

/* NAME
 *	fuzz_reader - any bytes as CSV (T25)
 */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The quick way and libcsv give the same record. */
static void
compare(struct reader *libcsv, int rc, const struct reader_record *a)
{
	struct reader_record b;

	if (reader_next(libcsv, &b) != rc)
		abort();
	if (rc == TSK_EMPTY)
		return;
	if (a->no != b.no || a->line != b.line || a->offset != b.offset ||
	    a->blank != b.blank || a->end != b.end || a->faults != b.faults ||
	    a->count != b.count || a->kept != b.kept)
		abort();
	if (rc == 0 && (a->text_bytes != b.text_bytes ||
			   (a->text_bytes > 0 &&
			       memcmp(a->text, b.text, a->text_bytes) != 0)))
		abort();
}

/* Offsets, lines and numbers grow; fields lie one behind the other. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader *reader = reader_bytes(data, size);
	struct reader *libcsv = reader_bytes(data, size);
	struct reader_record record;
	uint64_t line = 0, no = 0, next = 0;
	int rc;

	reader_libcsv_only(libcsv);
	while ((rc = reader_next(reader, &record)) == 0) {
		const char *p = record.text;

		compare(libcsv, rc, &record);
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
	compare(libcsv, rc, &record);
	reader_close(&libcsv);
	reader_close(&reader);
	return 0;
}

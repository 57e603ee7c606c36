/* NAME
 *	rows - the cells of a document of the standard, by name, as UTF-8
 * DESCRIPTION
 *	Reads bytes in memory record by record and gives the fields that were
 *	asked for by the English names of the layout, whichever edition the
 *	columns belong to.  Control characters become spaces, but line breaks are
 *	kept where all fields are asked for.  A header line is skipped.  Bytes that are no characters of MS932 refuse the file: what is
 *	printed must be what was meant.
 * DIAGNOSTICS
 *	TSK_INVALID "bad-csv": the sentence names file, record and reason and
 *	holds nothing of a person.
 */
#ifndef TASUKI_ROWS_H
#define TASUKI_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "standard.h"

#define ROWS_CELLS_MAX 128

struct rows;

/* fields NULL: all of the layout, in its order; count is then not looked at. */
/* rows_open(standard, kind, name, p, n, fields, count, why): NULL if the kind
 * has no layout or no such field.  name, bytes and fields are borrowed until
 * rows_close(). */
struct rows *rows_open(const struct standard *standard, const char *kind,
    const char *name, const void *p, size_t n, const char *const *fields,
    size_t count, struct why *why);
void rows_close(struct rows **rows);
/* rows_next(rows, cells, why): cells[i] is fields[i] ("" where this edition
 * doesn't have it), valid until the next call.  0, TSK_EMPTY, TSK_INVALID. */
int rows_next(
    struct rows *rows, const char **cells, struct why *why) TSK_MUST_USE;
uint64_t rows_record(const struct rows *rows); /* 1.. of the last rows_next() */

#endif

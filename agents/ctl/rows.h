/* NAME
 *	rows - a registry CSV file as JSON rows, and back
 * DESCRIPTION
 *	The first line names the columns; their order does not matter, unknown
 *	columns are kept; an empty cell is no member of its row.  Encoding: UTF-8 with or without byte-order mark, else
 *	MS932.
 */
#ifndef TASUKI_ROWS_H
#define TASUKI_ROWS_H

#include <stdio.h>

#include <jansson.h>

#include "err.h"

#define ROWS_COLUMNS_MAX 256
#define ROWS_MAX         1000000

struct rows {
	json_t *array; /* one object a row: column name -> text */
	size_t *lines; /* line of the file where each row starts, 1.. */
	size_t count;
};

/**
 * rows_load(path, rows, why):
 * Read the whole file; every row has as many cells as there are columns, or
 * fewer (the rest is "").  TSK_INVALID with path:line in ${why}; a file that
 * cannot be read: TSK_*.  Release with rows_fini().
 */
int rows_load(
    const char *path, struct rows *rows, struct why *why) TSK_MUST_USE;
void rows_fini(struct rows *rows);
/* rows_line(rows, row): where row 0.. starts; 1 (the heading) if there is no
 * such row. */
size_t rows_line(const struct rows *rows, size_t row);
/* rows_write(array, out): the array as CSV: UTF-8, CRLF, the columns of the
 * registry first, further ones behind. */
void rows_write(const json_t *array, FILE *out);

#endif

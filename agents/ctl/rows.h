/* NAME
 *	rows - a registry CSV file as JSON rows, and back
 * DESCRIPTION
 *	The first line names the columns; their order does not matter, unknown
 *	columns are kept; an empty cell is no member of its row.  What a
 *	spreadsheet would calculate is written with an apostrophe before it, and
 *	read without that one.  Encoding: UTF-8 with or without byte-order
 *	mark, else MS932.
 */
#ifndef TASUKI_ROWS_H
#define TASUKI_ROWS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "buf.h"
#include "err.h"

#define ROWS_COLUMNS_MAX 256
#define ROWS_MAX         1000000

#define ROWS_BYTES_MAX  (64u * 1024 * 1024)
#define ROWS_HASH_BYTES 65

struct rows {
	json_t *array;   /* one object a row: column name -> text */
	json_t *columns; /* names, as the first line has them */
	size_t *lines;   /* line of the file where each row starts, 1.. */
	size_t count;
	char sha256[ROWS_HASH_BYTES]; /* of the file's bytes */
};

/* What is asked of a file; all zero: nothing. */
struct rows_wish {
	const char *encoding; /* "ms932", "utf-8"; NULL: found out */
	bool whole;           /* must end with a line end: was it cut off? */
	bool foreign;         /* its columns are not ours: see map.h */
	size_t skip;          /* records before the heading */
};

/**
 * rows_load(path, rows, why):
 * Read the whole file; every row has as many cells as there are columns, or
 * fewer (the rest is "").  TSK_INVALID with path:line in ${why}; a file that
 * cannot be read: TSK_*.  Release with rows_fini().
 */
int rows_load(
    const char *path, struct rows *rows, struct why *why) TSK_MUST_USE;
/* rows_load_as(path, wish, rows, why): the same, as asked. */
int rows_load_as(const char *path, const struct rows_wish *wish,
    struct rows *rows, struct why *why) TSK_MUST_USE;
void rows_fini(struct rows *rows);
/* rows_line(rows, row): where row 0.. starts; 1 (the heading) if there is no
 * such row. */
size_t rows_line(const struct rows *rows, size_t row);
/* rows_write(array, out): the array as CSV: UTF-8, CRLF, the columns of the
 * registry first, further ones behind. */
void rows_write(const json_t *array, FILE *out);
/* rows_print(array, ms932, out, why): the same into ${out}; TSK_INVALID if MS932
 * does not have a character, with its row in ${why}. */
int rows_print(const json_t *array, bool ms932, struct buf *out,
    struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	table - small TSV tables of facts (config/standard, config/forms)
 * DESCRIPTION
 *	UTF-8, one header line, tab separated, no quoting.  Lines starting with
 *	'#' and empty lines are skipped.  The whole table is one allocation plus
 *	an index; cells are valid until table_free().
 */
#ifndef TASUKI_TABLE_H
#define TASUKI_TABLE_H

#include <stddef.h>

#include "err.h"

struct table;

/* table_load(path, out, why): 0, TSK_NOTFOUND, TSK_INVALID with file:line. */
int table_load(
    const char *path, struct table **out, struct why *why) TSK_MUST_USE;
void table_free(struct table **t);
size_t table_rows(const struct table *t);
/* table_column(t, name): index of a column, or -1. */
int table_column(const struct table *t, const char *name);
/* table_name(t, column): the name of a column, or NULL beyond the last. */
const char *table_name(const struct table *t, int column);
/* table_cell(t, row, column): never NULL; "" if the row is short or column is
 * -1. */
const char *table_cell(const struct table *t, size_t row, int column);
/* table_line(t, row): the line of that row in its file, 1.. (for messages). */
size_t table_line(const struct table *t, size_t row);
/* table_find(t, column, value): first row with that cell, or -1.  Linear. */
long table_find(const struct table *t, int column, const char *value);

#endif

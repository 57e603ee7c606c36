/* NAME
 *	cell - a text as a cell of a CSV file for a spreadsheet
 */
#ifndef TASUKI_CELL_H
#define TASUKI_CELL_H

#include <stdbool.h>

#include "buf.h"

/**
 * cell_add(out, text):
 * Append UTF-8 ${text} in quotes, as one line.  What a spreadsheet would
 * calculate gets an apostrophe in front: names and notes come from others, and
 * a clerk opens the file.  Commas and line ends are the caller's; look at
 * buf_ok(out) afterwards.
 */
void cell_add(struct buf *out, const char *text);
/* cell_formula(text): would a spreadsheet calculate it? */
bool cell_formula(const char *text);

#endif

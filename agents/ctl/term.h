/* NAME
 *	term - tables for people
 * DESCRIPTION
 *	Columns line up by display width, so that Japanese text (two columns a
 *	character) and English stand under each other.  On a terminal lines are
 *	cut at its width and states have colours (unless NO_COLOR is set); into
 *	a pipe or a file everything is written whole and plain.
 *
 *	Cells may hold text from a peer (office names, file names): control and
 *	direction characters never reach the terminal.
 */
#ifndef TASUKI_TERM_H
#define TASUKI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum term_colour { TERM_PLAIN, TERM_GOOD, TERM_BUSY, TERM_BAD, TERM_DIM };

struct term {
	FILE *out;
	bool colour;
	unsigned columns; /* 0 = lines are never cut */
};

/* term_init(term, out): look at ${out}: a terminal?  how wide? */
void term_init(struct term *term, FILE *out);
/* term_width(text): display columns of UTF-8 ${text}. */
unsigned term_width(const char *text);
/* term_safe(text): a malloced copy without control characters, direction marks
 * and broken UTF-8 (each becomes "?"). */
char *term_safe(const char *text);
/* term_text(term, text, colour): a line of text, made safe; no newline. */
void term_text(
    const struct term *term, const char *text, enum term_colour colour);

struct term_grid;

/* term_grid_new(columns): an empty table; the first row is its head. */
struct term_grid *term_grid_new(size_t columns);
void term_grid_free(struct term_grid **grid);
/* term_grid_add(grid, text, colour, right): the next cell, row by row. */
void term_grid_add(struct term_grid *grid, const char *text,
    enum term_colour colour, bool right);
void term_grid_print(const struct term_grid *grid, const struct term *term);

#endif

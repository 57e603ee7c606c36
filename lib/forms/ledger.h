/* NAME
 *	ledger - tables whose rows are as high as their text, over many pages
 * DESCRIPTION
 *	Columns come from the table of a form.  A cell of level 0 belongs to one
 *	row; a cell of a higher level to all rows that follow each other with the
 *	same group of that level, and its text may use all their lines.  Nothing
 *	is cut: a row that doesn't fit goes to the next page, a row higher than
 *	a page is split between lines, and a cell that goes on is repeated or
 *	continued at the top of the next page.
 *
 *	The type is made smaller, down to ${min}, if that saves a page.
 */
#ifndef TASUKI_LEDGER_H
#define TASUKI_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "form.h"
#include "page.h"

#define LEDGER_COLUMNS_MAX 64
#define LEDGER_LEVELS      4

struct ledger_row {
	char *texts[LEDGER_COLUMNS_MAX]; /* owned; NULL: "" */
	unsigned groups[LEDGER_LEVELS];  /* [1..]: cells of that level */
	unsigned lines;                  /* at least; 0: as the ledger has */
};

struct ledger {
	struct form_column columns[LEDGER_COLUMNS_MAX];
	size_t column_count;
	struct page_box box; /* for the rows, below the labels */
	double size, min;    /* points */
	double line, edge;   /* width of lines between cells, and around */
	double pad;          /* mm above and below the lines of a row */
	unsigned lines;      /* of a row, at least */
	bool middle;         /* text in the middle of the height of its cell */
	bool fill;           /* empty rows to the bottom of the box */
	bool stretch;        /* the columns go to the bottom of the box */
	struct ledger_row *rows;
	size_t count, room;
};

/* ledger_init(ledger, form, place): by a place (box, sizes, line) and its
 * columns; panics if the form has none. */
void ledger_init(
    struct ledger *ledger, const struct form *form, const char *place);
void ledger_fini(struct ledger *ledger);
/* ledger_add(ledger): an empty row, valid until the next one. */
struct ledger_row *ledger_add(struct ledger *ledger);
/* ledger_put(row, column, text): a copy. */
void ledger_put(struct ledger_row *row, size_t column, const char *text);

/* Called for every page: draw what is around the rows (begin), and finish the
 * page (end; last: the last one). */
struct ledger_pages {
	void (*begin)(void *arg);
	void (*end)(void *arg, bool last);
	void *arg;
};
void ledger_draw(const struct ledger *ledger, struct page *page,
    const struct ledger_pages *pages);

#endif

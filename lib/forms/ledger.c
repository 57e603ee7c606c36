/* NAME
 *	ledger - tables whose rows are as high as their text, over many pages
 * SUMMARY
 *	see ledger.h
 * DESCRIPTION
 *	Heights are counted in lines of one height.  A row gets as many as its
 *	own cells need; a shared cell that needs more than its rows have makes
 *	the last of them higher.  Rows then become pieces on pages: a piece has a
 *	whole number of lines, so that a shared cell can run through the pieces
 *	line by line and never loses one at a break.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"

#define SIDE_GAP    0.7 /* mm between text and line */
#define SIZE_STEP   0.5
#define TEXT_TRIED  200000u /* bytes; of more, the smallest size at once */
#define PAGES_TRIED 20      /* in more, sizes between aren't worth the time */
#define BREAK_LEAST 2u      /* lines worth beginning a split row for */

/* A part of a row on a page. */
struct piece {
	size_t row, page;
	unsigned lines;
	double y, height;
};

/* The cell of a column that begins with a row. */
struct cell {
	struct page_flow *flow; /* NULL: another row's cell, or no text */
	size_t head, end;       /* rows of the cell */
	unsigned lines, done;   /* of its text; drawn so far */
};

struct work {
	const struct ledger *ledger;
	struct page *page;
	double size, step;
	struct cell *cells; /* [row * columns + column] */
	unsigned *lines;    /* of each row */
	struct piece *pieces;
	size_t piece_count, piece_room, page_count;
};

void
ledger_init(struct ledger *ledger, const struct form *form, const char *place)
{
	struct form_place at;

	memset(ledger, 0, sizeof(*ledger));
	ledger->column_count =
	    form_columns(form, place, ledger->columns, LEDGER_COLUMNS_MAX);
	if (form_place(form, place, &at) < 0 || ledger->column_count == 0)
		panic("ledger: no place \"%s\" with columns", place);
	ledger->box = at.box;
	ledger->size = at.style.size;
	ledger->min = fmin(at.style.size, 7);
	ledger->line = ledger->edge = at.line;
	ledger->pad = 0.6;
	ledger->lines = 1;
}

void
ledger_fini(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++) {
		for (size_t c = 0; c < ledger->column_count; c++)
			free(ledger->rows[i].texts[c]);
	}
	free(ledger->rows);
	memset(ledger, 0, sizeof(*ledger));
}

struct ledger_row *
ledger_add(struct ledger *ledger)
{
	if (ledger->count == ledger->room) {
		ledger->room = ledger->room == 0 ? 16 : 2 * ledger->room;
		ledger->rows = mem_resize(
		    ledger->rows, ledger->room * sizeof(*ledger->rows));
	}
	struct ledger_row *row = &ledger->rows[ledger->count++];
	memset(row, 0, sizeof(*row));
	return row;
}

void
ledger_put(struct ledger_row *row, size_t column, const char *text)
{
	free(row->texts[column]);
	row->texts[column] = text[0] == '\0' ? NULL : mem_text(text);
}

/* ---- heights ---- */

static struct cell *
cell_of(const struct work *w, size_t row, size_t column)
{
	return &w->cells[row * w->ledger->column_count + column];
}

/* The first row after those that share the cell. */
static size_t
end_of(const struct ledger *ledger, size_t row, unsigned level)
{
	size_t end = row + 1;

	if (level == 0 || level >= LEDGER_LEVELS)
		return end;
	while (end < ledger->count && ledger->rows[end].groups[level] ==
					  ledger->rows[row].groups[level])
		end++;
	return end;
}

static void
measure_column(struct work *w, size_t column)
{
	const struct ledger *l = w->ledger;
	const struct form_column *c = &l->columns[column];

	for (size_t row = 0; row < l->count;) {
		size_t end = end_of(l, row, c->level);
		struct cell *cell = cell_of(w, row, column);
		const char *text = l->rows[row].texts[column];
		for (size_t i = row; i < end; i++) {
			cell_of(w, i, column)->head = row;
			cell_of(w, i, column)->end = end;
		}
		if (text != NULL) {
			cell->flow = page_flow_new(
			    w->page, text, c->width - 2 * SIDE_GAP, w->size);
			cell->lines = page_flow_lines(cell->flow);
		}
		row = end;
	}
}

/* Level by level: what shared cells need beyond their rows goes to the last. */
static void
stretch_rows(struct work *w)
{
	const struct ledger *l = w->ledger;

	for (size_t i = 0; i < l->count; i++)
		w->lines[i] =
		    l->rows[i].lines > l->lines ? l->rows[i].lines : l->lines;
	for (unsigned level = 0; level < LEDGER_LEVELS; level++) {
		for (size_t c = 0; c < l->column_count; c++) {
			if (l->columns[c].level != level)
				continue;
			for (size_t i = 0; i < l->count;) {
				const struct cell *cell = cell_of(w, i, c);
				unsigned sum = 0;
				for (size_t k = i; k < cell->end; k++)
					sum += w->lines[k];
				if (cell->lines > sum)
					w->lines[cell->end - 1] +=
					    cell->lines - sum;
				i = cell->end;
			}
		}
	}
}

/* ---- pages ---- */

static void
add_piece(struct work *w, size_t row, unsigned lines, double y)
{
	if (w->piece_count == w->piece_room) {
		w->piece_room = w->piece_room == 0 ? 32 : 2 * w->piece_room;
		w->pieces =
		    mem_resize(w->pieces, w->piece_room * sizeof(*w->pieces));
	}
	w->pieces[w->piece_count++] = (struct piece){.row = row,
	    .page = w->page_count - 1,
	    .lines = lines,
	    .y = y,
	    .height = lines * w->step + 2 * w->ledger->pad};
}

static unsigned
room_for(const struct work *w, double y)
{
	double left = w->ledger->box.height - y - 2 * w->ledger->pad + 0.01;

	return left < w->step ? 0 : (unsigned)(left / w->step);
}

static void
paginate(struct work *w)
{
	unsigned page_room = room_for(w, 0);
	double y = 0;

	if (page_room == 0)
		panic("ledger: no room for a line");
	w->page_count = 1;
	for (size_t i = 0; i < w->ledger->count; i++) {
		unsigned left = w->lines[i];
		while (left > 0) {
			unsigned room = room_for(w, y);
			bool split = w->lines[i] > page_room;
			if (room < left && y > 0 &&
			    (!split || room < BREAK_LEAST)) {
				w->page_count++;
				y = 0;
				continue;
			}
			unsigned now = left < room ? left : room;
			add_piece(w, i, now, y);
			y += w->pieces[w->piece_count - 1].height;
			left -= now;
		}
	}
}

static void
work_fini(struct work *w)
{
	size_t n = w->ledger->count * w->ledger->column_count;

	for (size_t i = 0; i < n; i++)
		page_flow_free(&w->cells[i].flow);
	free(w->cells);
	free(w->lines);
	free(w->pieces);
}

static void
work_init(
    struct work *w, const struct ledger *l, struct page *page, double size)
{
	memset(w, 0, sizeof(*w));
	w->ledger = l;
	w->page = page;
	w->size = size;
	w->step = page_flow_step(size);
	w->cells =
	    mem_new((l->count * l->column_count + 1) * sizeof(*w->cells));
	w->lines = mem_new((l->count + 1) * sizeof(*w->lines));
	for (size_t c = 0; c < l->column_count; c++)
		measure_column(w, c);
	stretch_rows(w);
	paginate(w);
}

static size_t
text_bytes(const struct ledger *l)
{
	size_t bytes = 0;

	for (size_t i = 0; i < l->count; i++) {
		for (size_t c = 0; c < l->column_count; c++)
			bytes += l->rows[i].texts[c] == NULL
				     ? 0
				     : strlen(l->rows[i].texts[c]);
	}
	return bytes;
}

/* The largest size that needs no more pages than the smallest one. */
static void
work_best(struct work *w, const struct ledger *l, struct page *page)
{
	if (text_bytes(l) > TEXT_TRIED) {
		work_init(w, l, page, l->min);
		return;
	}
	work_init(w, l, page, l->size);
	if (w->page_count == 1 || l->min >= l->size)
		return;
	struct work least;
	work_init(&least, l, page, l->min);
	size_t wanted = least.page_count;
	work_fini(&least);
	for (double size = l->size; w->page_count > wanted;) {
		size = w->page_count > PAGES_TRIED
			   ? l->min
			   : fmax(l->min, size - SIZE_STEP);
		work_fini(w);
		work_init(w, l, page, size);
	}
}

/* ---- drawing ---- */

/* All pieces of that cell from piece ${first} on the same page. */
static size_t
last_piece(const struct work *w, size_t first, size_t column)
{
	size_t last = first;
	const struct cell *cell = cell_of(w, w->pieces[first].row, column);

	while (last + 1 < w->piece_count &&
	       w->pieces[last + 1].page == w->pieces[first].page &&
	       w->pieces[last + 1].row < cell->end)
		last++;
	return last;
}

static void
draw_cell(struct work *w, size_t column, struct cell *cell, struct page_box box,
    unsigned room, bool goes_on)
{
	const struct ledger *l = w->ledger;
	const struct form_column *c = &l->columns[column];
	unsigned first = cell->done;
	unsigned count;

	if (cell->flow == NULL)
		return;
	if (first >= cell->lines)
		first = cell->lines <= room ? 0 : cell->lines; /* repeat */
	count = cell->lines - first < room ? cell->lines - first : room;
	double y = box.y + l->pad;
	if (l->middle && !goes_on && first == 0)
		y = box.y + (box.height - count * w->step) / 2;
	page_flow_draw(w->page, cell->flow, first, count, box.x + SIDE_GAP, y,
	    c->style.align);
	cell->done = first + count;
}

static void
draw_column(struct work *w, size_t column, size_t first, size_t end)
{
	const struct ledger *l = w->ledger;
	const struct form_column *c = &l->columns[column];

	for (size_t i = first; i < end;) {
		size_t last = last_piece(w, i, column);
		size_t row = w->pieces[i].row;
		size_t head = cell_of(w, row, column)->head;
		struct cell *cell = cell_of(w, head, column);
		const struct piece *a = &w->pieces[i], *b = &w->pieces[last];
		struct page_box box = {
		    c->x, l->box.y + a->y, c->width, b->y + b->height - a->y};
		unsigned room = 0;
		for (size_t k = i; k <= last; k++)
			room += w->pieces[k].lines;
		bool goes_on = cell->end > b->row + 1 || a->row > head;
		draw_cell(w, column, cell, box, room, goes_on);
		page_line(w->page, c->x, box.y + box.height, c->x + c->width,
		    box.y + box.height, l->line);
		i = last + 1;
	}
}

/* Empty rows down to the bottom; where the last line is. */
static double
draw_empty(struct work *w, double y)
{
	const struct ledger *l = w->ledger;
	double height = l->lines * w->step + 2 * l->pad;
	double left = l->box.x, right = left + l->box.width;

	if (l->stretch)
		return l->box.height;
	if (!l->fill)
		return l->count == 0 ? fmin(l->box.height, 2 * height) : y;
	while (y + 2 * height <= l->box.height) {
		y += height;
		page_line(
		    w->page, left, l->box.y + y, right, l->box.y + y, l->line);
	}
	return l->box.height;
}

static void
draw_page(struct work *w, size_t first, size_t end)
{
	const struct ledger *l = w->ledger;
	double bottom = 0;

	for (size_t c = 0; c < l->column_count; c++)
		draw_column(w, c, first, end);
	if (end > first)
		bottom = w->pieces[end - 1].y + w->pieces[end - 1].height;
	bottom = draw_empty(w, bottom);
	for (size_t c = 1; c < l->column_count; c++)
		page_line(w->page, l->columns[c].x, l->box.y, l->columns[c].x,
		    l->box.y + bottom, l->line);
	struct page_box edge = l->box;
	edge.height = bottom;
	page_frame(w->page, edge, l->edge);
}

void
ledger_draw(const struct ledger *ledger, struct page *page,
    const struct ledger_pages *pages)
{
	struct work w;
	size_t first = 0;

	work_best(&w, ledger, page);
	for (size_t no = 0; no < w.page_count; no++) {
		size_t end = first;
		while (end < w.piece_count && w.pieces[end].page == no)
			end++;
		pages->begin(pages->arg);
		draw_page(&w, first, end);
		pages->end(pages->arg, no + 1 == w.page_count);
		first = end;
	}
	work_fini(&w);
}

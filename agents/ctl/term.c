/* NAME
 *	term - tables for people
 * SUMMARY
 *	See term.h.
 * DESCRIPTION
 *	Width comes from wcwidth(3) in the C.UTF-8 locale, whatever the user's
 *	locale is: all our text is UTF-8, and a table must not fall apart
 *because somebody runs the command with LANG=C. BUGS Characters of "ambiguous"
 *width (①, ○) count as wcwidth says; a terminal set to East Asian wide shows
 *those rows one column off.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "buf.h"
#include "err.h"

#include "term.h"

#define TERM_CELL_BYTES_MAX ((size_t)64 * 1024)

struct cell {
	char *text;
	unsigned width;
	enum term_colour colour;
	bool right;
};

struct term_grid {
	size_t columns, count, room;
	struct cell *cells;
};

static const char *const escapes[] = {
    [TERM_PLAIN] = "",
    [TERM_GOOD] = "\033[32m",
    [TERM_BUSY] = "\033[33m",
    [TERM_BAD] = "\033[1;31m",
    [TERM_DIM] = "\033[2m",
};

void
term_init(struct term *term, FILE *out)
{
	struct winsize size;
	const char *name = getenv("TERM");
	bool dumb = name == NULL || strcmp(name, "dumb") == 0;
	const char *no = getenv("NO_COLOR");

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "");
	memset(term, 0, sizeof(*term));
	term->out = out;
	if (!isatty(fileno(out)))
		return;
	term->colour = !dumb && (no == NULL || *no == '\0');
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		term->columns = size.ws_col;
}

/* Characters that move the cursor or turn the reading direction. */
static bool
harmful(wchar_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The next character of *text; L'?' for a harmful or a broken one. */
static wchar_t
next_char(const char **text, size_t *bytes)
{
	mbstate_t state = {0};
	wchar_t c = L'?';
	size_t n = mbrtowc(&c, *text, strlen(*text), &state);

	if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
		c = L'?';
		n = 1;
	} else if (harmful(c)) {
		c = L'?';
	}
	*bytes = n;
	*text += n;
	return c;
}

static unsigned
char_width(wchar_t c)
{
	int width = wcwidth(c);

	return width < 0 ? 1 : (unsigned)width;
}

unsigned
term_width(const char *text)
{
	unsigned width = 0;
	size_t bytes;

	while (*text != '\0')
		width += char_width(next_char(&text, &bytes));
	return width;
}

char *
term_safe(const char *text)
{
	struct buf out;
	char *copy;
	size_t bytes;

	buf_init(&out, TERM_CELL_BYTES_MAX);
	while (*text != '\0') {
		const char *start = text;
		wchar_t c = next_char(&text, &bytes);

		if (c == L'?')
			buf_char(&out, '?');
		else
			buf_add(&out, start, bytes);
	}
	copy = mem_text(out.len > 0 ? out.data : "");
	buf_fini(&out);
	return copy;
}

void
term_text(const struct term *term, const char *text, enum term_colour colour)
{
	char *safe = term_safe(text);
	bool paint = term->colour && colour != TERM_PLAIN;

	fprintf(term->out, "%s%s%s", paint ? escapes[colour] : "", safe,
	    paint ? "\033[0m" : "");
	free(safe);
}

struct term_grid *
term_grid_new(size_t columns)
{
	struct term_grid *grid = mem_new(sizeof(*grid));

	grid->columns = columns;
	return grid;
}

void
term_grid_free(struct term_grid **grid)
{
	if (*grid == NULL)
		return;
	for (size_t i = 0; i < (*grid)->count; i++)
		free((*grid)->cells[i].text);
	free((*grid)->cells);
	free(*grid);
	*grid = NULL;
}

void
term_grid_add(struct term_grid *grid, const char *text, enum term_colour colour,
    bool right)
{
	struct cell *cell;

	if (grid->count == grid->room) {
		grid->room = grid->room == 0 ? 64 : grid->room * 2;
		grid->cells =
		    mem_resize(grid->cells, grid->room * sizeof(*grid->cells));
	}
	cell = &grid->cells[grid->count++];
	cell->text = term_safe(text);
	cell->width = term_width(cell->text);
	cell->colour = colour;
	cell->right = right;
}

static unsigned
column_width(const struct term_grid *grid, size_t column)
{
	unsigned width = 0;

	for (size_t i = column; i < grid->count; i += grid->columns)
		if (grid->cells[i].width > width)
			width = grid->cells[i].width;
	return width;
}

static void
spaces(FILE *out, unsigned n)
{
	fprintf(out, "%*s", (int)n, "");
}

/* Write text up to room columns; what does not fit becomes an ellipsis. */
static void
clipped(FILE *out, const char *text, unsigned room)
{
	unsigned used = 0;
	size_t bytes;

	if (term_width(text) <= room) {
		fputs(text, out);
		return;
	}
	while (*text != '\0') {
		const char *start = text;
		unsigned width = char_width(next_char(&text, &bytes));

		if (used + width + 1 > room)
			break;
		fwrite(start, 1, bytes, out);
		used += width;
	}
	if (room > 0)
		fputs("…", out);
}

static void
print_cell(const struct term *term, const struct cell *cell, unsigned width,
    unsigned room, bool head, bool last)
{
	unsigned pad = width > cell->width ? width - cell->width : 0;
	bool paint = term->colour && (head || cell->colour != TERM_PLAIN);

	if (cell->right && pad < room) {
		spaces(term->out, pad);
		room -= pad;
	}
	if (paint)
		fputs(head ? "\033[1m" : escapes[cell->colour], term->out);
	clipped(term->out, cell->text, room);
	if (paint)
		fputs("\033[0m", term->out);
	/* no blanks at the end of a line: they would wrap or show in diffs */
	if (!cell->right && !last && pad < room)
		spaces(term->out, pad);
}

static void
print_row(const struct term_grid *grid, const struct term *term,
    const unsigned *widths, size_t row)
{
	unsigned used = 0;

	for (size_t i = 0; i < grid->columns; i++) {
		size_t at = row * grid->columns + i;
		unsigned room = ~0u;

		if (at >= grid->count)
			break;
		used += i > 0 ? 2 : 0;
		if (term->columns > 0) {
			if (used >= term->columns)
				break;
			room = term->columns - used;
		}
		if (i > 0)
			fputs("  ", term->out);
		print_cell(term, &grid->cells[at], widths[i], room, row == 0,
		    i + 1 == grid->columns);
		used += widths[i];
	}
	fputc('\n', term->out);
}

void
term_grid_print(const struct term_grid *grid, const struct term *term)
{
	unsigned *widths = mem_new(grid->columns * sizeof(*widths));
	size_t rows = (grid->count + grid->columns - 1) / grid->columns;

	for (size_t i = 0; i < grid->columns; i++)
		widths[i] = column_width(grid, i);
	for (size_t row = 0; row < rows; row++)
		print_row(grid, term, widths, row);
	free(widths);
}

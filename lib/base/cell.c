/* NAME
 *	cell - a text as a cell of a CSV file for a spreadsheet
 * DESCRIPTION
 *	Spreadsheets calculate cells that begin with one of = + - @ tab CR LF or
 *	a full-width form of them; blanks and quotes before that do not stop
 *	them.
 */
#include <string.h>

#include "cell.h"

bool
cell_formula(const char *text)
{
	static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r",
	    "\n", "＝", "＋", "－", "＠", "−", NULL};

	text += strspn(text, " \"'");
	for (size_t i = 0; starts[i] != NULL; i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

void
cell_add(struct buf *out, const char *text)
{
	buf_char(out, '"');
	if (cell_formula(text))
		buf_char(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_char(out, '"');
		buf_char(out, *text == '\n' || *text == '\r' ? ' ' : *text);
	}
	buf_char(out, '"');
}

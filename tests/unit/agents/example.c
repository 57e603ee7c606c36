/* NAME
 *	example - that a program's example file explains all its settings
 * SUMMARY
 *	see example.h
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"

#include "example.h"

const char *
example_path(const char *program)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/config/%s.conf",
	    getenv("TASUKI_SOURCE"), program);
	return path;
}

/* "# name = default" or "name = example" for every row, and nothing else. */
static size_t
explained(const struct buf *text, const struct conf_row *rows, bool within)
{
	size_t count = 0;

	for (const struct conf_row *row = rows; row->path != NULL; row++) {
		const char *slash = strrchr(row->path, '/');
		const char *name = slash == NULL ? row->path : slash + 1;
		const char *in = within || slash != NULL ? "    " : "";
		char wanted[256];

		if (row->type == CONF_SECTION) {
			snprintf(wanted, sizeof(wanted), "\n# %s\n", name);
			count += explained(text, row->rows, true);
		} else if (row->initial != NULL) {
			snprintf(wanted, sizeof(wanted), "\n%s# %s = \"%s\"\n",
			    in, name, row->initial);
			count++;
		} else {
			snprintf(wanted, sizeof(wanted), "\n%s%s%s = \"", in,
			    within ? "# " : "", name);
			count++;
		}
		if (strstr(text->data, wanted) == NULL)
			fail_msg("not explained: %s", row->path);
	}
	return count;
}

void
example_explains(const char *program, const struct conf_row *rows)
{
	struct buf text;
	char line[512];
	size_t settings = 0;

	buf_init(&text, 1u << 20);
	FILE *in = fopen(example_path(program), "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		buf_text(&text, line);
		settings += strstr(line, " = ") != NULL;
	}
	fclose(in);
	assert_int_equal(explained(&text, rows, false), settings);
	buf_fini(&text);
}

/* NAME
 *	registry_editions - words of a list that nothing will go by
 * DESCRIPTION
 *	The broker keeps the column "editions" as it comes.  A word that the
 *	tables of the standard do not know says nothing to anybody: "V4" is
 *	neither 4.0 nor 4.1, "5.0" is for later.  Such a list is taken; who
 *	imports it is told.
 * DIAGNOSTICS
 *	FILE:LINE: editions: ... on stderr, "warnings" with --json.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "standard.h"

#include "registry_list.h"
#include "rows.h"

#define WARNINGS_MAX 20
#define WORD_BYTES   64

struct look {
	const char *file;
	const struct rows *rows;
	struct standard *standard; /* loaded for the first cell */
	json_t *warnings;
};

static void
warn(struct look *look, size_t row, const char *word)
{
	size_t line = rows_line(look->rows, row);
	char *safe = term_safe(word);
	char text[2 * WORD_BYTES];

	snprintf(text, sizeof(text),
	    "\"%.60s\" is no edition known here: nothing goes by it.", safe);
	fprintf(stderr, "%s:%zu: editions: %s\n", look->file, line, text);
	json_array_append_new(
	    look->warnings, json_pack("{s:I,s:s,s:s}", "line", (json_int_t)line,
				"column", "editions", "text", text));
	free(safe);
}

/* Days behind the word are the broker's to judge. */
static void
look_at(struct look *look, size_t row, const char *text)
{
	while (*(text += strspn(text, " ,")) != '\0') {
		size_t n = strcspn(text, " ,"), end = strcspn(text, " ,:");
		char word[WORD_BYTES];

		snprintf(word, sizeof(word), "%.*s", (int)end, text);
		if (convert_edition(look->standard, word) == NULL)
			warn(look, row, word);
		text += n;
	}
}

void
registry_editions(const char *file, const struct rows *rows, json_t *answer)
{
	struct look look = {.file = file, .rows = rows};
	struct why why = {0};
	const char *text;
	json_t *row;
	size_t i;

	look.warnings = json_array();
	json_array_foreach(rows->array, i, row)
	{
		text = json_string_value(json_object_get(row, "editions"));
		if (text == NULL || *text == '\0' ||
		    json_array_size(look.warnings) >= WARNINGS_MAX)
			continue;
		if (look.standard == NULL &&
		    standard_load(standard_dir(), &look.standard, &why) != 0)
			break;
		look_at(&look, i, text);
	}
	if (json_array_size(look.warnings) > 0)
		json_object_set(answer, "warnings", look.warnings);
	json_decref(look.warnings);
	standard_free(&look.standard);
}

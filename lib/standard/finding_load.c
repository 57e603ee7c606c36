/* NAME
 *	finding_load - what the checker can say (findings.tsv)
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: no sentence, no level, a code said twice.
 */
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static const char *const finding_columns[] = {
    "code", "level", "ja", "en", NULL};

static int
by_code(const void *a, const void *b)
{
	const struct finding_text *x = a, *y = b;

	return strcmp(x->code, y->code);
}

int
findings_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *table;
	int rc = load_table(loader, "findings.tsv", finding_columns, &table);

	if (rc != 0)
		return rc;
	s->findings = mem_new((table_rows(table) + 1) * sizeof *s->findings);
	for (size_t i = 0; i < table_rows(table); i++) {
		struct finding_text *text = &s->findings[i];
		const char *level = table_text(table, i, "level");

		text->code = table_text(table, i, "code");
		text->ja = table_text(table, i, "ja");
		text->en = table_text(table, i, "en");
		text->error = strcmp(level, "error") == 0;
		if (*text->code == '\0' || *text->ja == '\0' ||
		    *text->en == '\0' ||
		    (!text->error && strcmp(level, "warning") != 0))
			return load_bad(loader, "findings.tsv", table, i,
			    "code, ja or en is empty, or level is neither "
			    "error nor warning.");
		if (table_find(table, table_column(table, "code"),
			text->code) != (long)i)
			return load_bad(loader, "findings.tsv", table, i,
			    "the code %s is there twice.", text->code);
		s->finding_count++;
	}
	qsort(s->findings, s->finding_count, sizeof *s->findings, by_code);
	return 0;
}

const struct finding_text *
finding_find(const struct standard *standard, const char *code)
{
	struct finding_text key = {.code = code};

	return bsearch(&key, standard->findings, standard->finding_count,
	    sizeof *standard->findings, by_code);
}

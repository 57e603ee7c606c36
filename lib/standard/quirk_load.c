/* NAME
 *	quirk_load - quirks.tsv and the packs in quirks/
 * DESCRIPTION
 *	quirks.tsv names the packs in the order in which their rows are applied
 *	(full width to ASCII before dates are looked at).
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an unknown test, a repair that the test
 *	does not have, a code that the check does not say.
 */
#include <stdio.h>
#include <string.h>

#include "quirk_inside.h"

static const struct {
	const char *text;
	const char *repair; /* the only ones it may have, but "-" */
} tests[QUIRK_TESTS] = {
    [QUIRK_NAME_PREFIX] = {"name-prefix", "name"},
    [QUIRK_NAME_EXTENSION] = {"name-extension", "name"},
    [QUIRK_NAME_CASE] = {"name-case", "name"},
    [QUIRK_NAME_ZERO_MONTH] = {"name-zero-month", "name"},
    [QUIRK_NAME_CODE] = {"name-code", "name"},
    [QUIRK_KIND_COLUMNS] = {"kind-columns", "name"},
    [QUIRK_UTF8_BOM] = {"utf8-bom", "rewrite"},
    [QUIRK_UTF8] = {"utf8", "rewrite"},
    [QUIRK_UTF16] = {"utf16", "rewrite"},
    [QUIRK_QUOTED_ALL] = {"quoted-all", "rewrite"},
    [QUIRK_QUOTED_NONE] = {"quoted-none", "rewrite"},
    [QUIRK_LINE_END] = {"line-end", "rewrite"},
    [QUIRK_BLANK_LINE] = {"blank-line", "drop"},
    [QUIRK_END_MARK] = {"end-mark", "drop"},
    [QUIRK_HEADER_LINE] = {"header-line", "drop"},
    [QUIRK_TRAILING_EMPTY] = {"trailing-empty", "drop"},
    [QUIRK_VERSION] = {"version", "version"},
    [QUIRK_WIDE_ASCII] = {"wide-ascii", "value"},
    [QUIRK_SPACES] = {"spaces", "value"},
    [QUIRK_DATE_MARKS] = {"date-marks", "value"},
    [QUIRK_MONTH_MARKS] = {"month-marks", "value"},
    [QUIRK_TIME_COLON] = {"time-colon", "value"},
    [QUIRK_THOUSANDS] = {"thousands", "value"},
    [QUIRK_POSTAL_PLAIN] = {"postal-plain", "value"},
    [QUIRK_TAIS_WIDE] = {"tais-wide", "value"},
    [QUIRK_PRICE_PLAIN] = {"price-plain", "value"},
    [QUIRK_HALF_KANA] = {"half-kana", "value"},
    [QUIRK_ZEROS_LOST] = {"zeros-lost", "-"},
    [QUIRK_EXPONENT] = {"exponent", "-"},
};

const char *
quirk_rule(const struct quirk *quirk, const char *what)
{
	size_t n = strlen(what);

	if (strncmp(quirk->repair, what, n) != 0)
		return NULL;
	if (quirk->repair[n] == ':')
		return quirk->repair + n + 1;
	return quirk->repair[n] == '\0' ? quirk->repair + n : NULL;
}

static bool
parse_test(const char *text, unsigned *out)
{
	for (unsigned i = 0; i < QUIRK_TESTS; i++) {
		if (strcmp(tests[i].text, text) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* "name-odd version-old": all of them in findings.tsv. */
static bool
codes_known(const struct standard *s, const char *codes)
{
	if (strcmp(codes, "-") == 0)
		return true;
	while (*codes != '\0') {
		size_t n = strcspn(codes, " ");
		char code[64];

		snprintf(code, sizeof code, "%.*s", (int)n, codes);
		if (finding_find(s, code) == NULL)
			return false;
		codes += n + (codes[n] == ' ');
	}
	return true;
}

static bool
repair_known(const struct standard *s, const struct quirk *quirk)
{
	const char *version = quirk_rule(quirk, "version");

	if (strcmp(quirk->repair, "-") == 0)
		return true;
	if (quirk_rule(quirk, tests[quirk->test].repair) == NULL)
		return false;
	return version == NULL || layout_edition(s, version) != NULL;
}

static int
load_row(struct loader *loader, const char *file, const struct table *t,
    size_t row, struct quirk *quirk)
{
	struct standard *s = loader->standard;
	const char *test = table_text(t, row, "test");

	if (!parse_test(test, &quirk->test))
		return load_bad(
		    loader, file, t, row, "there is no test %s.", test);
	quirk->name = table_text(t, row, "name");
	quirk->value = table_text(t, row, "value");
	quirk->repair = table_text(t, row, "repair");
	quirk->explains = table_text(t, row, "explains");
	quirk->ja = table_text(t, row, "ja");
	quirk->en = table_text(t, row, "en");
	if (*quirk->name == '\0' || *quirk->ja == '\0' || *quirk->en == '\0')
		return load_bad(
		    loader, file, t, row, "name, ja or en is empty.");
	if (!repair_known(s, quirk))
		return load_bad(loader, file, t, row,
		    "%s is not repaired by %s.", test, quirk->repair);
	if (!codes_known(s, quirk->explains))
		return load_bad(loader, file, t, row,
		    "findings.tsv lacks a code of %s.", quirk->explains);
	return 0;
}

static int
load_pack(struct loader *loader, const struct table *index, size_t at)
{
	static const char *const columns[] = {
	    "name", "test", "value", "repair", "explains", "ja", "en", NULL};
	struct standard *s = loader->standard;
	struct table *t;
	char file[96];
	int rc;

	snprintf(file, sizeof file, "quirks/%s.tsv",
	    table_text(index, at, "family"));
	rc = load_table(loader, file, columns, &t);
	for (size_t i = 0; rc == 0 && i < table_rows(t); i++) {
		struct quirk *quirk = &s->quirks[s->quirk_count];

		if (s->quirk_count == QUIRKS_MAX)
			return load_bad(loader, file, t, i,
			    "all packs together have more than %d rows.",
			    QUIRKS_MAX);
		quirk->family = table_text(index, at, "family");
		quirk->family_ja = table_text(index, at, "ja");
		quirk->family_en = table_text(index, at, "en");
		rc = load_row(loader, file, t, i, quirk);
		s->quirk_count++;
	}
	return rc;
}

int
quirks_load(struct loader *loader)
{
	static const char *const columns[] = {"family", "ja", "en", NULL};
	struct standard *s = loader->standard;
	struct table *index;
	int rc = load_table(loader, "quirks.tsv", columns, &index);

	if (rc != 0)
		return rc;
	s->quirks = mem_new(QUIRKS_MAX * sizeof *s->quirks);
	for (size_t i = 0; rc == 0 && i < table_rows(index); i++)
		rc = load_pack(loader, index, i);
	return rc;
}

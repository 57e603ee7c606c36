/* NAME
 *	quirk_inside - how deviations are recognised (this folder only)
 */
#ifndef TASUKI_QUIRK_INSIDE_H
#define TASUKI_QUIRK_INSIDE_H

#include "quirk.h"
#include "tables.h"

enum quirk_test {
	/* of the name */
	QUIRK_NAME_PREFIX,
	QUIRK_NAME_EXTENSION,
	QUIRK_NAME_CASE,
	QUIRK_NAME_ZERO_MONTH,
	QUIRK_NAME_CODE,
	QUIRK_KIND_COLUMNS,
	/* of the whole */
	QUIRK_UTF8_BOM,
	QUIRK_UTF8,
	QUIRK_UTF16,
	QUIRK_QUOTED_ALL,
	QUIRK_QUOTED_NONE,
	/* of a record */
	QUIRK_LINE_END,
	QUIRK_BLANK_LINE,
	QUIRK_END_MARK,
	QUIRK_HEADER_LINE,
	QUIRK_TRAILING_EMPTY,
	QUIRK_VERSION,
	/* of a field: quirk_value.c */
	QUIRK_WIDE_ASCII,
	QUIRK_SPACES,
	QUIRK_DATE_MARKS,
	QUIRK_MONTH_MARKS,
	QUIRK_TIME_COLON,
	QUIRK_THOUSANDS,
	QUIRK_POSTAL_PLAIN,
	QUIRK_TAIS_WIDE,
	QUIRK_PRICE_PLAIN,
	QUIRK_HALF_KANA,
	QUIRK_ZEROS_LOST,
	QUIRK_EXPONENT,
	QUIRK_TESTS,
};
#define QUIRK_FIRST_VALUE QUIRK_WIDE_ASCII

/* quirk_value(test, field, text, n, out): does UTF-8 ${text} deviate so?  Then
 * ${out} gets what was meant; it stays empty if that would be a guess. */
bool quirk_value(enum quirk_test test, const struct layout_field *field,
    const char *text, size_t n, struct buf *out);

/* quirk_rule(quirk, what): the argument of the repair "WHAT:ARGUMENT" ("" if it
 * has none); NULL if the repair is another one. */
const char *quirk_rule(const struct quirk *quirk, const char *what);

#endif

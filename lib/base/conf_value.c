/* NAME
 *	conf_value - one value of a settings file
 * SUMMARY
 *	see conf_value.h
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_value.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
    {"ms", 1},
    {"s", 1000},
    {"min", 60000},
    {"h", 3600000},
    {"d", 86400000},
    {NULL, 0},
};

static const struct unit sizes[] = {
    {"B", 1},
    {"KiB", 1LL << 10},
    {"MiB", 1LL << 20},
    {"GiB", 1LL << 30},
    {"TiB", 1LL << 40},
    {NULL, 0},
};

static const char *const type_names[] = {
    [CONF_TEXT] = "text",
    [CONF_INT] = "number",
    [CONF_BOOL] = "yes or no",
    [CONF_DURATION] = "duration",
    [CONF_SIZE] = "size",
    [CONF_LIST] = "words separated by spaces",
    [CONF_SECTION] = "section, may come several times",
};

bool
conf_has_range(const struct conf_row *row)
{
	return row->min != row->max;
}

void
conf_print_amount(
    const struct conf_row *row, int64_t value, char *out, size_t n)
{
	const struct unit *unit = NULL;

	if (row->type == CONF_DURATION)
		unit = durations;
	else if (row->type == CONF_SIZE)
		unit = sizes;
	if (unit == NULL) {
		(void)snprintf(out, n, "%" PRId64, value);
		return;
	}
	while (
	    value != 0 && unit[1].name != NULL && value % unit[1].factor == 0)
		unit++;
	(void)snprintf(
	    out, n, "%" PRId64 " %s", value / unit->factor, unit->name);
}

static int
check_range(const struct conf_row *row, int64_t value, char *reason)
{
	char low[40], high[40];

	if (!conf_has_range(row) || (value >= row->min && value <= row->max))
		return 0;
	conf_print_amount(row, row->min, low, sizeof(low));
	conf_print_amount(row, row->max, high, sizeof(high));
	(void)snprintf(
	    reason, CONF_REASON_BYTES, "must be from %s to %s", low, high);
	return TSK_INVALID;
}

/* A decimal number of up to 18 digits; *rest is what follows it. */
static bool
parse_digits(const char *text, int64_t *value, const char **rest)
{
	bool minus = *text == '-';
	const char *p = text + (minus ? 1 : 0);
	const char *first = p;

	for (*value = 0; *p >= '0' && *p <= '9'; p++) {
		if (p - first >= 18)
			return false;
		*value = *value * 10 + (*p - '0');
	}
	if (minus)
		*value = -*value;
	*rest = p;
	return p > first;
}

static int
parse_int(
    const struct conf_row *row, const char *text, void *field, char *reason)
{
	const char *rest;
	int64_t value;

	if (!parse_digits(text, &value, &rest) || *rest != '\0') {
		(void)snprintf(reason, CONF_REASON_BYTES,
		    "must be a whole number without a unit, like 100");
		return TSK_INVALID;
	}
	*(int64_t *)field = value;
	return check_range(row, value, reason);
}

static int
parse_bool(
    const struct conf_row *row, const char *text, void *field, char *reason)
{
	static const char *const words[] = {
	    "no", "yes", "false", "true", "0", "1"};

	(void)row;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*(bool *)field = i % 2 == 1;
			return 0;
		}
	}
	(void)snprintf(reason, CONF_REASON_BYTES, "must be yes or no");
	return TSK_INVALID;
}

static int64_t
factor_of(const struct unit *units, const char *name)
{
	for (; units->name != NULL; units++) {
		if (strcmp(units->name, name) == 0)
			return units->factor;
	}
	return 0;
}

/* A duration must name its unit: "30" has meant seconds to one reader and
 * milliseconds to another too often.  Bytes are what a bare size means. */
static int
parse_amount(
    const struct conf_row *row, const char *text, void *field, char *reason)
{
	bool time = row->type == CONF_DURATION;
	const char *rest;
	int64_t value, factor = 0;

	bool ok = parse_digits(text, &value, &rest) && value >= 0;
	if (ok) {
		rest += strspn(rest, " ");
		factor = factor_of(time ? durations : sizes, rest);
		if (*rest == '\0' && (!time || value == 0))
			factor = 1;
	}
	if (factor == 0 || value > INT64_MAX / factor) {
		(void)snprintf(reason, CONF_REASON_BYTES, "%s",
		    time ? "must be a whole number with a unit (ms, s, min, h, "
			   "d), like \"15 s\""
			 : "must be a whole number with a unit (B, KiB, MiB, "
			   "GiB, TiB), like \"64 MiB\"");
		return TSK_INVALID;
	}
	*(int64_t *)field = value * factor;
	return check_range(row, value * factor, reason);
}

static int
parse_text(
    const struct conf_row *row, const char *text, void *field, char *reason)
{
	if (row->initial == NULL && *text == '\0') {
		(void)snprintf(reason, CONF_REASON_BYTES, "must not be empty");
		return TSK_INVALID;
	}
	*(char **)field = mem_text(text);
	return 0;
}

static int
parse_list(
    const struct conf_row *row, const char *text, void *field, char *reason)
{
	char *copy = mem_text(text), *saved = NULL;
	char **words = mem_new(sizeof(*words));
	size_t n = 0;

	for (char *word = strtok_r(copy, " \t", &saved); word != NULL;
	     word = strtok_r(NULL, " \t", &saved)) {
		words = mem_resize(words, (n + 2) * sizeof(*words));
		words[n++] = mem_text(word);
		words[n] = NULL;
	}
	free(copy);
	*(char ***)field = words;
	if (row->initial == NULL && n == 0) {
		(void)snprintf(reason, CONF_REASON_BYTES, "must not be empty");
		return TSK_INVALID;
	}
	return 0;
}

typedef int parser(
    const struct conf_row *row, const char *text, void *field, char *reason);

static parser *const parsers[] = {
    [CONF_TEXT] = parse_text,
    [CONF_INT] = parse_int,
    [CONF_BOOL] = parse_bool,
    [CONF_DURATION] = parse_amount,
    [CONF_SIZE] = parse_amount,
    [CONF_LIST] = parse_list,
};

int
conf_value(const struct conf_row *row, const char *text, void *field,
    char reason[CONF_REASON_BYTES])
{
	return parsers[row->type](row, text, field, reason);
}

const char *
conf_type_name(enum conf_type type)
{
	return type_names[type];
}

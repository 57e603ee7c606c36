/* NAME
 *	rule_load - rules.tsv: rules that look beyond one field
 * DESCRIPTION
 *	One row: kind of file, field, rule, the other field or fields, a value,
 *	and the code of the finding.  Which rules exist is code (check_record.c);
 *	where they hold, and what is said when they do not, is this table.
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an unknown rule, field or finding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static const char *const rule_columns[] = {
    "prefix", "field_no", "rule", "other", "value", "code", NULL};

static const struct {
	const char *text;
	bool needs_other, needs_code;
} rules[RULE_KINDS] = {
    [RULE_NAME_MONTH] = {"name-month", false, true},
    [RULE_NAME_FROM] = {"name-from", false, true},
    [RULE_NAME_FROM_ODD] = {"name-from-odd", false, true},
    [RULE_NAME_TYPE] = {"name-type", false, true},
    [RULE_RECEIVER] = {"receiver", false, true},
    [RULE_RECEIVER_PLAN] = {"receiver-plan", false, true},
    [RULE_WITHIN_MONTH] = {"within-month", true, true},
    [RULE_DAYS_MONTH] = {"days-month", true, true},
    [RULE_NEEDED] = {"needed", false, true},
    [RULE_NEEDED_IF] = {"needed-if", true, true},
    [RULE_EITHER] = {"either", true, true},
    [RULE_NOT_BEFORE] = {"not-before", true, true},
    [RULE_TIME_PAIR] = {"time-pair", true, true},
    [RULE_PLAN_OR_MONTH] = {"plan-or-month", true, true},
    [RULE_TOTAL_ROW] = {"total-row", true, true},
    [RULE_TOTAL_EMPTY] = {"total-empty", true, true},
    [RULE_TOTAL_ZERO] = {"total-zero", true, true},
    [RULE_SLOTS] = {"slots", true, true},
    [RULE_UNIQUE] = {"unique", false, true},
    [RULE_REPEATED] = {"repeated", false, true},
    [RULE_MAY_BE_RATE] = {"may-be-rate", true, true},
    [RULE_NEGATIVE] = {"negative", false, false},
    [RULE_MAX_LENGTH] = {"max-length", false, false},
    [RULE_V3_LENGTH] = {"v3-length", false, false},
    [RULE_BENEFIT] = {"benefit", false, false},
    [RULE_OUTSIDE] = {"outside", false, false},
    [RULE_RANGE] = {"range", false, true},
    [RULE_ONLY_FOR] = {"only-for", true, true},
    [RULE_NOT_BOTH] = {"not-both", true, true},
    [RULE_NOT_LESS] = {"not-less", true, true},
    [RULE_BIRTH] = {"birth", false, true},
    [RULE_DAYS_ANY] = {"days-any", false, true},
    [RULE_SLOT_OVER] = {"slot-over", true, true},
    [RULE_SLOT_TYPE] = {"slot-type", true, true},
    [RULE_ONE_OF] = {"one-of", false, true},
    [RULE_IN_ORDER] = {"in-order", false, true},
    [RULE_REPEAT_EMPTY] = {"repeat-empty", false, true},
    [RULE_LIMIT] = {"limit", false, false},
    [RULE_LIMIT_PART] = {"limit-part", true, true},
    [RULE_DETAIL] = {"detail", true, true},
};

static bool
parse_rule(const char *text, enum layout_rule_kind *out)
{
	for (size_t i = 0; i < RULE_KINDS; i++) {
		if (strcmp(rules[i].text, text) == 0) {
			*out = (enum layout_rule_kind)i;
			return true;
		}
	}
	return false;
}

/* "2+3+4" */
static bool
parse_key(const char *text, unsigned max, unsigned key[LAYOUT_KEY_MAX])
{
	size_t count = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, "+");
		char part[16];

		snprintf(part, sizeof part, "%.*s", (int)n, text);
		if (count == LAYOUT_KEY_MAX - 1 ||
		    !cell_number(part, max, &key[count++]))
			return false;
		text += n + (text[n] == '+');
	}
	return count > 0;
}

static int
parse_row(struct loader *loader, const struct table *t, size_t row,
    const struct layout *layout, struct layout_rule *rule)
{
	const char *cells[6];
	unsigned n = 0;

	for (size_t i = 0; i < 6; i++)
		cells[i] = table_cell(t, row, table_column(t, rule_columns[i]));
	if (!parse_rule(cells[2], &rule->kind))
		return load_bad(loader, "rules.tsv", t, row,
		    "there is no rule %s.", cells[2]);
	if (!cell_number(cells[1], layout->count, &rule->field))
		return load_bad(loader, "rules.tsv", t, row,
		    "%s has no field %s.", cells[0], cells[1]);
	if ((rules[rule->kind].needs_other || *cells[3] != '\0') &&
	    !cell_number(cells[3], layout->count, &rule->other))
		return load_bad(loader, "rules.tsv", t, row,
		    "%s has no field %s.", cells[0], cells[3]);
	rule->value = cells[4];
	rule->code = cells[5];
	if (rules[rule->kind].needs_code &&
	    finding_find(loader->standard, rule->code) == NULL)
		return load_bad(loader, "rules.tsv", t, row,
		    "findings.tsv has no %s.", rule->code);
	if (rule->kind == RULE_UNIQUE &&
	    !parse_key(rule->value, layout->count, rule->key))
		return load_bad(loader, "rules.tsv", t, row,
		    "%s is not a key like 2+3+4.", rule->value);
	if (rule->kind == RULE_MAX_LENGTH || rule->kind == RULE_V3_LENGTH) {
		if (!cell_number(rule->value, 1000000, &n))
			return load_bad(loader, "rules.tsv", t, row,
			    "%s is not a length.", rule->value);
		if (rule->kind == RULE_MAX_LENGTH)
			layout->fields[rule->field - 1].max_hard = n;
		else
			layout->fields[rule->field - 1].v3_max = n;
	}
	return 0;
}

static int
add_rule(struct loader *loader, const struct table *t, size_t row)
{
	const char *prefix = table_cell(t, row, table_column(t, "prefix"));
	struct standard *s = loader->standard;
	struct layout *layout = NULL;
	struct layout_rule rule = {0};
	int rc;

	for (size_t i = 0; i < s->kind_count; i++) {
		if (strcmp(s->kinds[i].kind, prefix) == 0 && !s->kinds[i].image)
			layout = &s->kinds[i].layout;
	}
	if (layout == NULL)
		return load_bad(loader, "rules.tsv", t, row,
		    "%s is no kind with a layout.", prefix);
	rc = parse_row(loader, t, row, layout, &rule);
	if (rc != 0)
		return rc;
	layout->rules = mem_resize(
	    layout->rules, (layout->rule_count + 1) * sizeof *layout->rules);
	layout->rules[layout->rule_count++] = rule;
	return 0;
}

int
rule_load(struct loader *loader)
{
	struct table *t;
	int rc = load_table(loader, "rules.tsv", rule_columns, &t);

	for (size_t i = 0; rc == 0 && i < table_rows(t); i++)
		rc = add_rule(loader, t, i);
	return rc;
}

/* NAME
 *	prevent - 介護予防サービス・支援計画書, from UPYOBO and UPYOBO_SUB
 * DESCRIPTION
 *	Two papers: the assessment with policies and consent, and the support
 *	plan, a tree of issues, support plans and services as in the file.
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

static void
value_period(struct draw *d, struct buf *out)
{
	for (size_t i = 0; i < d->source_count; i++) {
		const struct source *s = &d->sources[i];
		const char *from = records_cell(
		    s->records, s->row, "certification_start_date");
		const char *to =
		    records_cell(s->records, s->row, "certification_end_date");
		if (from[0] == '\0' && to[0] == '\0')
			continue;
		values_date(out, from);
		buf_text(out, " ～ ");
		values_date(out, to);
		return;
	}
}

static const struct value_row values[] = {{"period", value_period}};

static bool
same(const struct records *r, size_t a, size_t b, const char *field)
{
	return strcmp(records_cell(r, a, field), records_cell(r, b, field)) ==
	       0;
}

/* Level 2: the issue; level 1: the support plan within it. */
static void
group_row(const struct records *r, const struct group *group, size_t i,
    struct ledger *ledger)
{
	struct ledger_row *row = &ledger->rows[i];

	if (i == 0)
		return;
	size_t now = group->rows[i], above = group->rows[i - 1];
	memcpy(row->groups, ledger->rows[i - 1].groups, sizeof(row->groups));
	bool first = records_cell(r, now, "comprehensive_issue")[0] != '\0';
	bool issue = same(r, now, above, "issue_no") &&
		     (!first || same(r, now, above, "comprehensive_issue"));
	bool point = records_cell(r, now, "support_point")[0] != '\0';
	bool plan = issue && same(r, now, above, "support_plan_no") &&
		    (!point || same(r, now, above, "support_point"));
	if (!issue)
		row->groups[2]++;
	if (!plan)
		row->groups[1]++;
}

static void
draw_plan(struct draw *d, const struct group *group)
{
	const struct records *r = &d->unit->bundle->records[KIND_YOBO_SUB];
	struct ledger ledger;

	ledger_init(&ledger, d->forms->table[FORM_PREVENT_SECOND], "rows");
	ledger.stretch = true;
	for (size_t i = 0; i < group->count; i++) {
		struct ledger_row *row = ledger_add(&ledger);
		for (size_t c = 0; c < ledger.column_count; c++)
			ledger_put(row, c,
			    records_cell(
				r, group->rows[i], ledger.columns[c].name));
		group_row(r, group, i, &ledger);
	}
	sheet_ledger(d, &ledger, FORM_PREVENT_SECOND);
	ledger_fini(&ledger);
}

void
prevent_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct bundle *bundle = unit->bundle;
	const struct group *plan =
	    groups_find(&bundle->groups[KIND_YOBO], unit->tag);
	const struct group *sub =
	    groups_find(&bundle->groups[KIND_YOBO_SUB], unit->tag);

	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
	for (size_t i = 0; plan != NULL && i < plan->count; i++) {
		d->source_count = 0;
		values_source(d, &bundle->records[KIND_YOBO], plan->rows[i]);
		sheet_begin(d, FORM_PREVENT);
		sheet_end(d);
	}
	if (sub == NULL)
		return;
	values_source(d, &bundle->records[KIND_YOBO_SUB], sub->rows[0]);
	draw_plan(d, sub);
}

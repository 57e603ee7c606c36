/* NAME
 *	plan - 居宅サービス計画書 (1) and (2), from UP1KYO and UP2KYO
 * DESCRIPTION
 *	(1): the long texts stand in rows that grow; what no longer fits goes to
 *	the next page with the whole head.  (2): needs, goals and services as a
 *	tree; cells of a need or goal reach over their services.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

static const struct records *
records_of(const struct draw *d, enum kind_id kind)
{
	return &d->unit->bundle->records[kind];
}

static const struct group *
group_of(const struct draw *d, enum kind_id kind)
{
	return &d->unit->bundle->groups[kind].groups[d->unit->index];
}

/* The record of the plan itself and of the person, for the head. */
static void
add_sources(struct draw *d, enum kind_id kind)
{
	const struct records *r = records_of(d, kind);
	const struct group *group = group_of(d, kind);
	size_t first = group->rows[0];

	d->source_count = 0;
	values_source(d, r, first);
	if (kind != KIND_1) {
		const struct group *one =
		    groups_find(&d->unit->bundle->groups[KIND_1], group->tag);
		if (one != NULL)
			values_source(d, records_of(d, KIND_1), one->rows[0]);
	}
	values_hosoku(d, d->unit->bundle,
	    records_cell(r, first, "insurer_number"),
	    records_cell(r, first, "insured_number"),
	    records_cell(r, first, "plan_date"), NULL);
}

/* ---- (1) ---- */

static void
value_address(struct draw *d, struct buf *out)
{
	static const char *const fields[] = {
	    "client_postal_code", "client_address1", "client_address2"};

	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < d->source_count; k++) {
			const char *text = records_cell(d->sources[k].records,
			    d->sources[k].row, fields[i]);
			if (text[0] == '\0')
				continue;
			buf_printf(out, "%s%s", i == 0 ? "〒" : "", text);
			buf_char(out, ' ');
			break;
		}
	}
}

static void
value_office_place(struct draw *d, struct buf *out)
{
	static const char *const fields[] = {"care_management_office_name",
	    "care_management_office_number",
	    "care_management_office_postal_code",
	    "care_management_office_address1",
	    "care_management_office_address2"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *text = "";
		for (size_t k = 0; k < d->source_count && text[0] == '\0'; k++)
			text = records_cell(d->sources[k].records,
			    d->sources[k].row, fields[i]);
		if (text[0] != '\0')
			buf_printf(out,
			    i == 1   ? "（%s）　"
			    : i == 2 ? "〒%s "
				     : "%s ",
			    text);
	}
}

static const struct value_row plan_values[] = {
    {"address", value_address},
    {"office_place", value_office_place},
};

/* ■1．一人暮らし　□2．… */
static void
put_reason(struct draw *d, const struct records *r, size_t row)
{
	static const char *const texts[] = {
	    "１．一人暮らし", "２．家族等が障害、疾病等", "３．その他"};
	const char *reason = records_cell(r, row, "living_assistance_reason");
	const char *other =
	    records_cell(r, row, "living_assistance_reason_other");

	buf_clear(&d->value);
	for (size_t i = 0; i < 3; i++)
		buf_printf(&d->value, "%s%s　",
		    reason[0] == (char)('1' + (int)i) && reason[1] == '\0'
			? "■"
			: "□",
		    texts[i]);
	buf_printf(&d->value, "（%s）", other[0] != '\0' ? other : "　　");
	if (reason[0] != '\0' && strspn(reason, "123") != 1)
		buf_printf(&d->value, " %s", reason);
}

/* Rows of the body: field, label, lines at least. */
static const struct {
	const char *field, *label;
	unsigned lines;
} plan_rows[] = {
    {"assessment_result",
	"利用者及び家族の生活に対する意向を踏まえた課題分析の結果", 13},
    {"review_board_opinion", "介護認定審査会の意見及びサービスの種類の指定", 5},
    {"overall_policy", "総合的な援助の方針", 11},
    {NULL, "生活援助中心型の算定理由", 2},
};

void
plan1_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct records *r = records_of(d, KIND_1);
	const struct group *group = group_of(d, KIND_1);

	(void)unit;
	d->values = plan_values;
	d->value_count = sizeof(plan_values) / sizeof(plan_values[0]);
	add_sources(d, KIND_1);
	/* a plan that stands twice in the file is drawn twice */
	for (size_t i = 0; i < group->count; i++) {
		struct ledger ledger;
		d->sources[0].row = group->rows[i];
		ledger_init(&ledger, d->forms->table[FORM_1], "rows");
		for (size_t k = 0; k < 4; k++) {
			struct ledger_row *row = ledger_add(&ledger);
			row->lines = plan_rows[k].lines;
			ledger_put(row, 0, plan_rows[k].label);
			if (plan_rows[k].field == NULL) {
				put_reason(d, r, group->rows[i]);
				ledger_put(row, 1, d->value.data);
			} else
				ledger_put(row, 1,
				    records_cell(
					r, group->rows[i], plan_rows[k].field));
		}
		sheet_ledger(d, &ledger, FORM_1);
		ledger_fini(&ledger);
	}
}

/* ---- (2) ---- */

struct sorted {
	const struct records *records;
	size_t row;
	long numbers[3]; /* need, goal, service */
};

static int
by_numbers(const void *a_, const void *b_)
{
	const struct sorted *a = a_, *b = b_;

	for (size_t i = 0; i < 3; i++) {
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	}
	return a->row < b->row ? -1 : a->row > b->row;
}

static struct sorted *
sort_rows(const struct records *r, const struct group *group)
{
	static const char *const fields[] = {
	    "issue_no", "goal_no", "service_no"};
	struct sorted *rows = mem_new(group->count * sizeof(*rows));

	for (size_t i = 0; i < group->count; i++) {
		rows[i].records = r;
		rows[i].row = group->rows[i];
		for (size_t k = 0; k < 3; k++)
			rows[i].numbers[k] =
			    strtol(records_cell(r, group->rows[i], fields[k]),
				NULL, 10);
	}
	qsort(rows, group->count, sizeof(*rows), by_numbers);
	return rows;
}

static bool
same_text(const struct sorted *a, const struct sorted *b, const char *field)
{
	const char *x = records_cell(a->records, a->row, field);
	const char *y = records_cell(b->records, b->row, field);

	/* some programs write a shared text once and leave it out below */
	return strcmp(x, y) == 0 || y[0] == '\0';
}

/* Which cells a row shares with the one above. */
static void
group_row(const struct sorted *rows, size_t i, struct ledger *ledger)
{
	if (i == 0)
		return;
	struct ledger_row *row = &ledger->rows[i];
	const struct sorted *now = &rows[i], *above = &rows[i - 1];
	memcpy(row->groups, ledger->rows[i - 1].groups, sizeof(row->groups));
	bool need = now->numbers[0] == above->numbers[0] &&
		    same_text(above, now, "issue");
	bool goal = need && now->numbers[1] == above->numbers[1] &&
		    same_text(above, now, "short_term_goal") &&
		    same_text(above, now, "short_term_period");
	bool far = need && same_text(above, now, "long_term_goal") &&
		   same_text(above, now, "long_term_period");
	if (!need)
		row->groups[3]++;
	if (!far)
		row->groups[2]++;
	if (!goal || !far)
		row->groups[1]++;
}

static void
fill_row(struct draw *d, struct ledger *ledger, const struct sorted *sorted)
{
	struct ledger_row *row = ledger_add(ledger);

	d->sources[0].row = sorted->row;
	for (size_t c = 0; c < ledger->column_count; c++) {
		const struct form_column *column = &ledger->columns[c];
		const char *text =
		    records_cell(sorted->records, sorted->row, column->name);
		if (strcmp(column->name, "insurance_target") == 0)
			text = strcmp(text, "Y") == 0   ? "○"
			       : strcmp(text, "N") == 0 ? ""
							: text;
		if (strcmp(column->name, "service_office_name") == 0) {
			buf_clear(&d->value);
			buf_printf(&d->value, "%s\n%s", text,
			    records_cell(sorted->records, sorted->row,
				"service_office_number"));
			text = d->value.len > 1 ? d->value.data : "";
		}
		ledger_put(row, c, text);
	}
}

void
plan2_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct group *group = group_of(d, KIND_2);
	struct sorted *rows = sort_rows(records_of(d, KIND_2), group);
	struct ledger ledger;

	(void)unit;
	add_sources(d, KIND_2);
	ledger_init(&ledger, d->forms->table[FORM_2], "rows");
	ledger.stretch = true;
	for (size_t i = 0; i < group->count; i++) {
		fill_row(d, &ledger, &rows[i]);
		group_row(rows, i, &ledger);
	}
	d->sources[0].row = group->rows[0];
	sheet_ledger(d, &ledger, FORM_2);
	ledger_fini(&ledger);
	free(rows);
}

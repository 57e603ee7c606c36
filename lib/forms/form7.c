/* NAME
 *	form7 - サービス提供票別表 (form 7), from UPSIKYU and UPHOSOKU
 * DESCRIPTION
 *	A row for every record but the total of all, which stands in the foot of
 *	the last page with the limits by service type and the days of short
 *	stays.  Subtotals (xxAAAA, xxEEEE, xxZZZZ) say what they sum up.
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define TOTAL_CODE "999999"
#define ROW_LINES  2
#define LEAST_SIZE 6.0

/* What a code of a subtotal ends in. */
static const struct {
	const char *end, *ja;
} sums[] = {
    {"AAAA", "小計"},
    {"EEEE", "小計（区分支給限度基準額対象外）"},
    {"ZZZZ", "小計（30日超過分）"},
};

static const char *
sum_name(const char *code)
{
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		if (strlen(code) == 6 && strcmp(code + 2, sums[i].end) == 0)
			return sums[i].ja;
	}
	return NULL;
}

static void
put_content(struct draw *d, const struct records *r, size_t i)
{
	const char *code = records_cell(r, i, "service_code");
	const char *month = records_cell(r, i, "target_month");
	const char *tais = records_cell(r, i, "tais_code");
	const char *notice = records_cell(r, i, "equipment_notice_code");
	const char *thing = records_cell(r, i, "equipment_name");
	const char *sum = sum_name(code);
	char type[3];

	buf_clear(&d->value);
	if (sum != NULL) {
		snprintf(type, sizeof(type), "%.2s", code);
		const char *name =
		    standard_service_type_name(d->forms->standard, type);
		buf_printf(&d->value, "%s %s", name != NULL ? name : type, sum);
		return;
	}
	const char *name =
	    standard_service_name(d->forms->standard, code, month);
	if (name != NULL)
		buf_text(&d->value, name);
	if (thing[0] != '\0')
		buf_printf(
		    &d->value, "%s%s", d->value.len > 0 ? "\n" : "", thing);
	if (tais[0] != '\0' || notice[0] != '\0')
		buf_printf(&d->value, "%s%s", d->value.len > 0 ? "\n" : "",
		    tais[0] != '\0' ? tais : notice);
	if (strcmp(records_cell(r, i, "over_30_days"), "1") == 0)
		buf_text(&d->value, "\n（30日超）");
}

static void
put_office_number(struct draw *d, const struct records *r, size_t i)
{
	const char *satellite = records_cell(r, i, "satellite_no");

	buf_clear(&d->value);
	buf_text(&d->value, records_cell(r, i, "service_office_number"));
	if (satellite[0] != '\0')
		buf_printf(&d->value, "-%s", satellite);
}

static void
add_row(
    struct draw *d, struct ledger *ledger, const struct records *r, size_t i)
{
	struct ledger_row *row = ledger_add(ledger);

	d->source_count = 0;
	values_source(d, r, i);
	for (size_t c = 0; c < ledger->column_count; c++) {
		const struct form_column *column = &ledger->columns[c];
		if (strcmp(column->name, "content") == 0)
			put_content(d, r, i);
		else if (strcmp(column->name, "service_office_number") == 0)
			put_office_number(d, r, i);
		else
			(void)values_get(d, column->name, column->format);
		ledger_put(row, c, d->value.len > 0 ? d->value.data : "");
	}
}

/* ---- the head and the foot ---- */

static const struct records *
records_of(const struct draw *d)
{
	return &d->unit->bundle->records[KIND_7];
}

static const struct group *
group_of(const struct draw *d)
{
	return &d->unit->bundle->groups[KIND_7].groups[d->unit->index];
}

static void
value_title(struct draw *d, struct buf *out)
{
	buf_text(out,
	    d->set->for_client ? "サービス利用票別表" : "サービス提供票別表");
}

static void
value_month(struct draw *d, struct buf *out)
{
	const char *month =
	    records_cell(records_of(d), group_of(d)->rows[0], "target_month");
	size_t before = out->len;

	values_write(d, out, NULL, month, "month");
	if (out->len > before)
		buf_text(out, "分");
}

/* One field of the record of all totals, on the last page only. */
static void
put_total(struct draw *d, struct buf *out, const char *field)
{
	const struct records *r = records_of(d);
	const struct group *group = group_of(d);

	if (d->page_no != d->unit->pages)
		return;
	for (size_t i = 0; i < group->count; i++) {
		if (strcmp(records_cell(r, group->rows[i], "service_code"),
			TOTAL_CODE) == 0) {
			values_number(
			    out, records_cell(r, group->rows[i], field));
			return;
		}
	}
}

#define TOTAL(name, field)                                        \
	static void total_##name(struct draw *d, struct buf *out) \
	{                                                         \
		put_total(d, out, field);                         \
	}
TOTAL(amount, "service_units_amount")
TOTAL(management, "benefit_management_units")
TOTAL(type_over, "type_limit_over_units")
TOTAL(type_within, "type_limit_within_units")
TOTAL(over, "category_limit_over_units")
TOTAL(within, "category_limit_within_units")
TOTAL(cost, "total_cost_covered")
TOTAL(claim, "benefit_claim_amount")
TOTAL(copay, "copay_covered")
TOTAL(full, "copay_full")
#undef TOTAL

/* The days stand in every record alike; the first that has them says it. */
static void
put_days(struct draw *d, struct buf *out, const char *field)
{
	const struct records *r = records_of(d);
	const struct group *group = group_of(d);

	for (size_t i = 0; i < group->count; i++) {
		const char *days = records_cell(r, group->rows[i], field);
		if (days[0] != '\0') {
			buf_printf(out, "%s 日", days);
			return;
		}
	}
}

static void
days_before(struct draw *d, struct buf *out)
{
	put_days(d, out, "short_stay_days_to_previous_month");
}

static void
days_now(struct draw *d, struct buf *out)
{
	put_days(d, out, "short_stay_days_this_month");
}

static void
days_all(struct draw *d, struct buf *out)
{
	put_days(d, out, "short_stay_days_cumulative");
}

/* slot3_type: code and name of the service type of slot 3. */
static void
put_slot(struct draw *d, struct buf *out, unsigned slot)
{
	char field[32];

	snprintf(field, sizeof(field), "slot%u_service_type", slot);
	for (size_t i = 0; i < d->source_count; i++) {
		const struct source *s = &d->sources[i];
		const char *type = records_cell(s->records, s->row, field);
		if (type[0] == '\0')
			continue;
		const char *name =
		    standard_service_type_name(d->forms->standard, type);
		buf_text(out, type);
		if (name != NULL)
			buf_printf(out, " %s", name);
		return;
	}
}

#define SLOT(n)                                               \
	static void slot_##n(struct draw *d, struct buf *out) \
	{                                                     \
		put_slot(d, out, n);                          \
	}
SLOT(1)
SLOT(2)
SLOT(3)
SLOT(4)
SLOT(5)
SLOT(6)
SLOT(7)
SLOT(8)
SLOT(9)
#undef SLOT

static const struct value_row values[] = {
    {"title", value_title},
    {"month", value_month},
    {"total_amount", total_amount},
    {"total_management", total_management},
    {"total_type_over", total_type_over},
    {"total_type_within", total_type_within},
    {"total_over", total_over},
    {"total_within", total_within},
    {"total_cost", total_cost},
    {"total_claim", total_claim},
    {"total_copay", total_copay},
    {"total_full", total_full},
    {"days_before", days_before},
    {"days_now", days_now},
    {"days_all", days_all},
    {"slot1", slot_1},
    {"slot2", slot_2},
    {"slot3", slot_3},
    {"slot4", slot_4},
    {"slot5", slot_5},
    {"slot6", slot_6},
    {"slot7", slot_7},
    {"slot8", slot_8},
    {"slot9", slot_9},
};

void
form7_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct records *r = records_of(d);
	const struct group *group = group_of(d);
	size_t first = group->rows[0];
	struct ledger ledger;

	ledger_init(&ledger, d->forms->table[FORM_7], "rows");
	ledger.lines = ROW_LINES;
	ledger.middle = ledger.fill = true;
	ledger.min = LEAST_SIZE;
	for (size_t i = 0; i < group->count; i++) {
		if (strcmp(records_cell(r, group->rows[i], "service_code"),
			TOTAL_CODE) != 0)
			add_row(d, &ledger, r, group->rows[i]);
	}
	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
	d->source_count = 0;
	values_source(d, r, first);
	values_hosoku(d, unit->bundle, records_cell(r, first, "insurer_number"),
	    records_cell(r, first, "insured_number"), NULL,
	    records_cell(r, first, "target_month"));
	sheet_ledger(d, &ledger, FORM_7);
	ledger_fini(&ledger);
}

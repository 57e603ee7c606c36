/* NAME
 *	notice - 削除のお知らせ, from DLT* files and for recalled parcels
 * DESCRIPTION
 *	A row for everything that is deleted: what, of which insured number, of
 *	which month or plan.  A recalled parcel has no file that says so: its own
 *	documents are listed, a row for each client of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "set.h"

/* What a file of deletions takes away. */
static const struct {
	enum kind_id kind;
	const char *what, *field, *format;
} deletions[] = {
    {KIND_DLT_PLAN1, "居宅サービス計画書（第1表・第2表・第3表）", "plan_date",
	"date 作成"},
    {KIND_DLT_PLAN, "サービス提供票（予定）・別表", "delete_month", "month"},
    {KIND_DLT_RESULT, "サービス提供票（実績）", "delete_month", "month"},
    {KIND_DLT_KIHON, "利用者基本情報", "consultation_date", "date 相談"},
    {KIND_DLT_YOBO, "介護予防サービス・支援計画書", "plan_date", "date 作成"},
};

static void
value_title(struct draw *d, struct buf *out)
{
	buf_text(
	    out, d->set->recalled ? "取り消しのお知らせ" : "削除のお知らせ");
}

static void
value_sentence(struct draw *d, struct buf *out)
{
	buf_text(out,
	    d->set->recalled
		? "先にお送りした次の書類を取り消します。お手元の書類は破棄し、"
		  "取り込み済みのデータは削除してください。"
		: "先にお送りした次の内容を削除します。お手元の書類は破棄し、"
		  "取り込み済みのデータは削除してください。");
}

static const struct value_row values[] = {
    {"title", value_title},
    {"sentence", value_sentence},
};

static void
use_values(struct draw *d)
{
	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
}

static const char *
insurer_text(struct draw *d, const char *number)
{
	const char *name = standard_insurer_name(d->forms->standard, number);

	buf_clear(&d->value);
	buf_printf(&d->value, "%s%s%s", number, name != NULL ? " " : "",
	    name != NULL ? name : "");
	return d->value.data;
}

static void
put_scope(
    struct draw *d, struct ledger_row *row, const struct records *r, size_t i)
{
	const char *office = records_cell(r, i, "service_office_number");
	const char *type = records_cell(r, i, "service_type");

	if (office[0] == '\0' && type[0] == '\0')
		return;
	const char *office_name = sheet_office(d, office);
	const char *name = standard_service_type_name(d->forms->standard, type);
	buf_clear(&d->value);
	buf_printf(&d->value, "%s%s%s\n%s %s", office,
	    office_name != NULL ? " " : "",
	    office_name != NULL ? office_name : "", type,
	    name != NULL ? name : "");
	ledger_put(row, 5, d->value.data);
}

static void
put_number(struct ledger_row *row, size_t no)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", no);
	ledger_put(row, 0, text);
}

void
notice_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct records *r = &unit->bundle->records[unit->index];
	struct ledger ledger;
	size_t k = 0;

	while (deletions[k].kind != (enum kind_id)unit->index)
		k++;
	use_values(d);
	ledger_init(&ledger, d->forms->table[FORM_NOTICE], "rows");
	ledger.pad = 1.2;
	for (size_t i = 0; i < r->count; i++) {
		struct ledger_row *row = ledger_add(&ledger);
		put_number(row, i + 1);
		ledger_put(row, 1, deletions[k].what);
		ledger_put(row, 2,
		    insurer_text(d, records_cell(r, i, "insurer_number")));
		ledger_put(row, 3, records_cell(r, i, "insured_number"));
		buf_clear(&d->value);
		values_write(d, &d->value, NULL,
		    records_cell(r, i, deletions[k].field),
		    deletions[k].format);
		ledger_put(row, 4, d->value.len > 0 ? d->value.data : "");
		put_scope(d, row, r, i);
	}
	sheet_ledger(d, &ledger, FORM_NOTICE);
	ledger_fini(&ledger);
}

/* ---- a recalled parcel ---- */

static void
recall_row(struct draw *d, struct ledger *ledger, const char *what,
    const char *insurer, const char *insured, const char *date,
    const char *format)
{
	struct ledger_row *row = ledger_add(ledger);

	put_number(row, ledger->count);
	ledger_put(row, 1, what);
	ledger_put(row, 2, insurer_text(d, insurer));
	ledger_put(row, 3, insured);
	buf_clear(&d->value);
	values_write(d, &d->value, NULL, date, format);
	ledger_put(row, 4, d->value.len > 0 ? d->value.data : "");
}

static void
recall_months(struct draw *d, struct ledger *ledger)
{
	const struct pivot *pivot = &d->unit->bundle->pivot;
	const char *what = pivot->side[PIVOT_PLANNED]
			       ? pivot->side[PIVOT_ACTUAL]
				     ? "サービス提供票（予定・実績）"
				     : "サービス提供票（予定）"
			       : "サービス提供票（実績）";

	for (size_t i = 0; i < pivot->count; i++) {
		const struct pivot_client *c = &pivot->clients[i];
		recall_row(d, ledger, what, c->insurer_number,
		    c->insured_number, c->month, "month");
	}
}

static void
recall_records(struct draw *d, struct ledger *ledger)
{
	static const char *const dates[] = {
	    "target_month", "consultation_date", "plan_date", "delete_month"};

	for (int kind = KIND_1; kind < KIND_IDS; kind++) {
		const struct groups *groups = &d->unit->bundle->groups[kind];
		for (size_t i = 0; i < groups->count; i++) {
			const struct records *r = groups->records;
			size_t row = groups->groups[i].rows[0];
			const char *date = "";
			for (size_t k = 0; k < 4 && date[0] == '\0'; k++)
				date = records_cell(r, row, dates[k]);
			recall_row(d, ledger,
			    set_kind_ja(d->forms->standard, r->layout->kind),
			    records_cell(r, row, "insurer_number"),
			    records_cell(r, row, "insured_number"), date,
			    strlen(date) == 6 ? "month" : "date");
		}
	}
}

void
recall_draw_unit(struct draw *d, const struct unit *unit)
{
	struct ledger ledger;
	char kind[NAME_KIND_BYTES];

	use_values(d);
	ledger_init(&ledger, d->forms->table[FORM_NOTICE], "rows");
	ledger.pad = 1.2;
	recall_months(d, &ledger);
	recall_records(d, &ledger);
	for (size_t i = 0; i < unit->bundle->set->count; i++) {
		const struct draw_document *doc =
		    &unit->bundle->set->documents[i];
		bundle_document_kind(d->forms, doc, kind);
		if (kind[0] != '\0' && strcmp(kind, "UPKIHON_IMAGE") != 0)
			continue;
		struct ledger_row *row = ledger_add(&ledger);
		put_number(row, ledger.count);
		ledger_put(row, 1, doc->name != NULL ? doc->name : "");
	}
	sheet_ledger(d, &ledger, FORM_NOTICE);
	ledger_fini(&ledger);
}

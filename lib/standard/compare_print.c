/* NAME
 *	compare_print - a comparison as CSV for Excel and as a page to read
 * DESCRIPTION
 *	CSV: no text from a file is one that a spreadsheet would calculate
 *	(cell.h).  Numbers of ours may begin with "-": a number is what it is.
 * BUGS
 *	Excel shows a number like 0000000123 without its zeros; the cell has
 *	them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cell.h"
#include "compare.h"

#define TIME_BYTES 8

/* -- cells --------------------------------------------------------------- */

static void
separate(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] == '"')
		buf_char(out, ',');
}

/* Text from a file. */
static void
cell(struct buf *out, const char *text)
{
	separate(out);
	cell_add(out, text);
}

static void
number(struct buf *out, int64_t value)
{
	separate(out);
	buf_printf(out, "\"%" PRId64 "\"", value);
}

static void
end_line(struct buf *out)
{
	buf_text(out, "\r\n");
}

static void
cells(struct buf *out, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cell(out, texts[i]);
}

static const char *
time_text(unsigned time, char out[TIME_BYTES])
{
	if (time == COMPARE_NO_TIME)
		out[0] = '\0';
	else
		snprintf(
		    out, TIME_BYTES, "%02u:%02u", time / 100 % 100, time % 100);
	return out;
}

/* -- rows ---------------------------------------------------------------- */

static void
head(const struct compare *c, bool ja, struct buf *out)
{
	static const char *const first[2][10] = {
	    {"client", "insurer", "insured number", "month", "office",
		"office name", "satellite", "service code", "service",
		"result"},
	    {"利用者", "保険者番号", "被保険者番号", "対象年月", "事業所番号",
		"事業所名", "サテライト", "サービスコード", "サービス",
		"区分"}};
	static const char *const each[2][5] = {
	    {" day", " start", " end", " count", " units"},
	    {"日", "開始", "終了", "回数", "単位数"}};
	static const char *const last[2][4] = {
	    {"count difference", "units difference", "remark", "equipment"},
	    {"回数の差", "単位数の差", "備考", "用具コード"}};

	buf_text(out, "\xef\xbb\xbf");
	cells(out, first[ja], 10);
	for (unsigned side = 0; side < COMPARE_SIDES; side++) {
		for (size_t i = 0; i < 5; i++) {
			char text[64];

			snprintf(text, sizeof text, "%s%s",
			    compare_side_word(c, (enum compare_side)side, ja),
			    each[ja][i]);
			cell(out, text);
		}
	}
	cells(out, last[ja], 4);
	end_line(out);
}

static void
client_cells(struct buf *out, const struct compare_client *client)
{
	char month[16];

	snprintf(
	    month, sizeof month, "%.4s/%.2s", client->month, client->month + 4);
	cell(out, client->name);
	cell(out, client->insurer);
	cell(out, client->insured);
	cell(out, month);
}

static void
use_cells(struct buf *out, bool there, const struct compare_use *use)
{
	char start[TIME_BYTES], end[TIME_BYTES];

	if (!there) {
		for (size_t i = 0; i < 5; i++)
			cell(out, "");
		return;
	}
	number(out, use->day);
	cell(out, time_text(use->start, start));
	cell(out, time_text(use->end, end));
	number(out, use->count);
	if (use->units_given)
		number(out, use->amount);
	else
		cell(out, "");
}

static void
put_row(const struct compare *c, const struct compare_client *client,
    const struct compare_row *row, bool ja, struct buf *out)
{
	struct buf remark;

	client_cells(out, client);
	cell(out, row->office);
	cell(out, row->office_name);
	cell(out, row->there[COMPARE_LEFT] ? row->use[COMPARE_LEFT].satellite
					   : row->use[COMPARE_RIGHT].satellite);
	cell(out, row->code);
	cell(out, row->service);
	cell(out, compare_state_word(c, row->state, ja));
	for (unsigned side = 0; side < COMPARE_SIDES; side++)
		use_cells(out, row->there[side], &row->use[side]);
	number(out, row->count_difference);
	number(out, row->units_difference);
	buf_init(&remark, 4096);
	buf_text(&remark, "");
	compare_row_remark(c, row, ja, &remark);
	cell(out, remark.len > 0 ? remark.data : "");
	buf_fini(&remark);
	cell(out, row->equipment);
	end_line(out);
}

static void
put_total(const struct compare_client *client, bool ja, struct buf *out)
{
	const struct compare_sum *sum = &client->sum;

	client_cells(out, client);
	for (size_t i = 0; i < 5; i++)
		cell(out, "");
	cell(out, ja ? "合計" : "total");
	for (unsigned side = 0; side < COMPARE_SIDES; side++) {
		for (size_t i = 0; i < 3; i++)
			cell(out, "");
		number(out, (int64_t)sum->count[side]);
		number(out, sum->units[side]);
	}
	number(out, (int64_t)sum->count[COMPARE_RIGHT] -
			(int64_t)sum->count[COMPARE_LEFT]);
	number(out, sum->units[COMPARE_RIGHT] - sum->units[COMPARE_LEFT]);
	cell(out, "");
	cell(out, "");
	end_line(out);
}

static bool
differs(const struct compare_row *row)
{
	return row->state != COMPARE_SAME && row->state != COMPARE_UNREPORTED;
}

void
compare_csv(const struct compare *c, bool all, bool ja, struct buf *out)
{
	const struct compare_client *clients;
	const struct compare_row *rows;
	size_t count = compare_clients(c, &clients);

	(void)compare_rows(c, &rows);
	head(c, ja, out);
	for (size_t i = 0; i < count; i++) {
		bool any = all;

		for (size_t k = 0; k < clients[i].rows; k++) {
			const struct compare_row *row =
			    &rows[clients[i].first + k];

			if (!all && !differs(row))
				continue;
			put_row(c, &clients[i], row, ja, out);
			any = true;
		}
		if (any)
			put_total(&clients[i], ja, out);
	}
}

/* -- a page -------------------------------------------------------------- */

static void
put_use(const struct compare *c, const struct compare_row *row,
    enum compare_side side, bool ja, struct buf *out)
{
	const struct compare_use *use = &row->use[side];
	char start[TIME_BYTES], end[TIME_BYTES];

	if (!row->there[side])
		return;
	buf_printf(out, ja ? "%s%u日" : "%s day %u",
	    compare_side_word(c, side, ja), use->day);
	if (use->start != COMPARE_NO_TIME)
		buf_printf(out, " %s-%s", time_text(use->start, start),
		    time_text(use->end, end));
	buf_printf(out, ja ? " %u回" : " x%u", use->count);
	if (use->units_given)
		buf_printf(out, ja ? " %" PRId64 "単位" : " %" PRId64 " units",
		    use->amount);
}

static void
put_line(const struct compare *c, const struct compare_row *row, bool ja,
    struct buf *out)
{
	size_t start;

	buf_printf(out, ja ? "  【%s】" : "  [%s] ",
	    compare_state_word(c, row->state, ja));
	buf_text(out, row->code);
	if (*row->service != '\0')
		buf_printf(out, " %s", row->service);
	buf_printf(out, ja ? "（%s）" : " (%s)",
	    *row->office_name != '\0' ? row->office_name : row->office);
	buf_text(out, ja ? "：" : ": ");
	put_use(c, row, COMPARE_LEFT, ja, out);
	if (row->there[COMPARE_LEFT] && row->there[COMPARE_RIGHT])
		buf_text(out, ja ? " → " : " -> ");
	put_use(c, row, COMPARE_RIGHT, ja, out);
	start = out->len;
	buf_text(out, ja ? "　" : "  ");
	compare_row_remark(c, row, ja, out);
	if (out->len == start + strlen(ja ? "　" : "  ")) {
		out->len = start; /* nothing to remark */
		out->data[start] = '\0';
	}
	buf_char(out, '\n');
}

static void
put_sum(const struct compare *c, const struct compare_sum *sum, bool ja,
    struct buf *out)
{
	for (unsigned side = 0; side < COMPARE_SIDES; side++) {
		if (side > 0)
			buf_text(out, ja ? "、" : ", ");
		buf_printf(out,
		    ja ? "%s %" PRIu64 "回 %" PRId64 "単位"
		       : "%s %" PRIu64 " times %" PRId64 " units",
		    compare_side_word(c, (enum compare_side)side, ja),
		    sum->count[side], sum->units[side]);
	}
	buf_printf(out,
	    ja ? "（差 %+" PRId64 "回 %+" PRId64 "単位）"
	       : " (%+" PRId64 " times, %+" PRId64 " units)",
	    (int64_t)sum->count[COMPARE_RIGHT] -
		(int64_t)sum->count[COMPARE_LEFT],
	    sum->units[COMPARE_RIGHT] - sum->units[COMPARE_LEFT]);
	if (sum->rows[COMPARE_UNREPORTED] > 0)
		buf_printf(out,
		    ja ? "　ほかに実績未着 %" PRIu64 "回"
		       : "; %" PRIu64 " not reported yet",
		    sum->unreported_count);
	buf_char(out, '\n');
}

static void
put_client(const struct compare *c, const struct compare_client *client,
    size_t *left, bool ja, struct buf *out)
{
	const struct compare_row *rows;

	(void)compare_rows(c, &rows);
	buf_printf(out,
	    ja ? "■ %s 被保険者番号 %s（保険者 %s）%.4s年%.2s月\n"
	       : "* %s %s (insurer %s) %.4s-%.2s\n",
	    client->name, client->insured, client->insurer, client->month,
	    client->month + 4);
	buf_text(out, "  ");
	put_sum(c, &client->sum, ja, out);
	for (size_t i = 0; i<client->rows && * left> 0; i++) {
		if (!differs(&rows[client->first + i]))
			continue;
		put_line(c, &rows[client->first + i], ja, out);
		--*left;
	}
}

static bool
has_difference(const struct compare_client *client)
{
	const uint64_t *n = client->sum.rows;

	return n[COMPARE_CHANGED] + n[COMPARE_MOVED] + n[COMPARE_MISSING] +
		   n[COMPARE_ADDED] >
	       0;
}

static void
put_states(const struct compare *c, bool ja, struct buf *out)
{
	const struct compare_sum *sum = compare_sum(c);
	bool any = false;

	for (unsigned i = 0; i < COMPARE_STATES; i++) {
		if (sum->rows[i] == 0)
			continue;
		buf_printf(out, "%s%s %" PRIu64,
		    !any ? ""
		    : ja ? "、"
			 : ", ",
		    compare_state_word(c, (enum compare_state)i, ja),
		    sum->rows[i]);
		any = true;
	}
	buf_char(out, '\n');
}

static void
put_notes(const struct compare *c, bool ja, struct buf *out)
{
	const struct compare_note *notes;
	size_t n = compare_notes(c, &notes);

	if (n > 0)
		buf_text(out, ja ? "\nお知らせ\n" : "\nNotes\n");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, ja ? "・%s：" : "- %s: ",
		    *notes[i].file == '\0' ? "-" : notes[i].file);
		compare_note_text(&notes[i], ja, out);
		buf_char(out, '\n');
	}
}

void
compare_text(const struct compare *c, size_t rows_max, bool ja, struct buf *out)
{
	const struct compare_client *clients;
	size_t count = compare_clients(c, &clients), left = rows_max;
	uint64_t all = compare_differences(c);

	buf_printf(out,
	    ja ? "差異 %" PRIu64 "件（利用者 %zu人）\n"
	       : "%" PRIu64 " differences (%zu clients)\n",
	    all, count);
	put_states(c, ja, out);
	put_sum(c, compare_sum(c), ja, out);
	buf_char(out, '\n');
	for (size_t i = 0; i < count && left > 0; i++) {
		if (has_difference(&clients[i]))
			put_client(c, &clients[i], &left, ja, out);
	}
	if (left == 0 && all > rows_max)
		buf_printf(out,
		    ja ? "ほか %" PRIu64 "件\n" : "%" PRIu64 " more\n",
		    all - (uint64_t)rows_max);
	put_notes(c, ja, out);
}

/* NAME
 *	compare_say - the words of a comparison
 * DESCRIPTION
 *	Every text a person reads, Japanese and English, in tables.  $v in a
 *	sentence is the value, $r the record, $n a number.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"

struct text {
	const char *ja, *en;
};

static const char *
pick(const struct text *text, bool ja)
{
	return ja ? text->ja : text->en;
}

static const struct text states[COMPARE_STATES] = {
    [COMPARE_SAME] = {"予定どおり", "as planned"},
    [COMPARE_CHANGED] = {"回数・単位の違い", "changed"},
    [COMPARE_MOVED] = {"日時の変更", "moved"},
    [COMPARE_MISSING] = {"実績なし", "missing"},
    [COMPARE_ADDED] = {"予定になし", "added"},
    [COMPARE_UNREPORTED] = {"実績未着", "unreported"},
};

static const struct text version_states[COMPARE_STATES] = {
    [COMPARE_SAME] = {"同じ", "same"},
    [COMPARE_CHANGED] = {"回数・単位の変更", "changed"},
    [COMPARE_MOVED] = {"日時の変更", "moved"},
    [COMPARE_MISSING] = {"削除", "removed"},
    [COMPARE_ADDED] = {"追加", "added"},
    [COMPARE_UNREPORTED] = {"-", "-"},
};

static const struct text sides[2][COMPARE_SIDES] = {
    {{"予定", "planned"}, {"実績", "done"}},
    {{"前の版", "before"}, {"新しい版", "after"}},
};

static const struct {
	const char *code;
	struct text text;
} notes[NOTE_KINDS] = {
    [NOTE_ENCODING] = {"compare-encoding",
	{"文字コードがシフトJIS（MS932）ではありません。そのまま読みました。",
	    "The file is not MS932; it was read all the same."}},
    [NOTE_HEADER] = {"compare-header", {"先頭の見出し行は読み飛ばしました。",
					   "A header line was passed over."}},
    [NOTE_DUPLICATE] = {"compare-duplicate",
	{"同じ記録が$n件重複しています（最初は$r件目）。重複も数えています。"
	 "二重に書き出していないか確かめてください。",
	    "$n records are there twice (the first is record $r). They are "
	    "counted; see whether they were exported twice."}},
    [NOTE_IGNORED] = {"compare-ignored",
	{"予定（UPPLAN）・実績（UPJSK）・利用者補足情報（UPHOSOKU）では"
	 "ないため、比べていません。",
	    "Not compared: neither UPPLAN, UPJSK nor UPHOSOKU."}},
    [NOTE_OLDER] = {"compare-older",
	{"同じ相手・同じ月の新しいファイルがあるため、使っていません。",
	    "Left out: a newer file has the same parties and month."}},
    [NOTE_RECORD] = {"compare-record",
	{"項目数または引用符が正しくない記録が$n件あり、比べていません"
	 "（最初は$r件目）。tasukictl check で確かめてください。",
	    "$n records have wrong columns or quotes and were left out (the "
	    "first is record $r). Run tasukictl check."}},
    [NOTE_DATE] = {"compare-date",
	{"サービス利用日が対象年月の日付でない記録が$n件あり、比べて"
	 "いません（最初は$r件目）。利用日を確かめてください。",
	    "$n records have a service date that is no day of their month and "
	    "were left out (the first is record $r)."}},
    [NOTE_TIME] = {"compare-time",
	{"時刻として読めない値が$n件あり、時刻なしとして比べました"
	 "（最初は$r件目）。",
	    "$n times cannot be read and were taken as none (the first in "
	    "record $r)."}},
    [NOTE_COUNT] = {"compare-count",
	{"サービス回数が数字でない記録が$n件あり、1回として比べました"
	 "（最初は$r件目）。",
	    "$n records have a count that is no number and were taken as 1 "
	    "(the first is record $r)."}},
    [NOTE_UNITS] = {"compare-units",
	{"単位数が数字でない記録が$n件あり、単位数は比べていません"
	 "（最初は$r件目）。",
	    "$n records have units that are no number; units were not "
	    "compared (the first is record $r)."}},
    [NOTE_KEY] = {"compare-key",
	{"保険者番号・被保険者番号・対象年月・事業所番号・サービスコードの"
	 "どれかが空か正しくない記録が$n件あり、比べていません"
	 "（最初は$r件目）。",
	    "$n records lack insurer, insured number, month, office or "
	    "service code and were left out (the first is record $r)."}},
    [NOTE_MONTH] = {"compare-month",
	{"対象年月$vは片方にしかないため、$n件を比べていません。"
	 "月の違うファイルを選んでいないか確かめてください。",
	    "Month $v is on one side only; $n records were left out. See "
	    "whether a file of another month was chosen."}},
    [NOTE_ALONE] = {"compare-alone",
	{"比べる相手のファイルがありません。",
	    "There is no file to compare this one with."}},
    [NOTE_UNREADABLE] = {"compare-unreadable",
	{"ファイルの続きを読み取れません（$r件目から）。",
	    "The rest of the file cannot be read (from record $r)."}},
    [NOTE_TOO_MANY] = {"compare-too-many",
	{"記録が多すぎるため、$n件を比べていません。"
	 "ファイルを分けてください。",
	    "Too many records: $n were left out. Compare in parts."}},
};

const char *
compare_state_word(const struct compare *c, enum compare_state state, bool ja)
{
	return compare_mode(c) == COMPARE_VERSIONS
		   ? pick(&version_states[state], ja)
		   : pick(&states[state], ja);
}

const char *
compare_side_word(const struct compare *c, enum compare_side side, bool ja)
{
	return pick(&sides[compare_mode(c) == COMPARE_VERSIONS][side], ja);
}

const char *
compare_note_code(enum compare_note_kind kind)
{
	return notes[kind].code;
}

void
compare_note_text(const struct compare_note *note, bool ja, struct buf *out)
{
	const char *s = pick(&notes[note->kind].text, ja);

	for (; *s != '\0'; s++) {
		if (s[0] != '$') {
			buf_char(out, *s);
			continue;
		}
		switch (*++s) {
		case 'v':
			buf_text(out, *note->value == '\0' ? "?" : note->value);
			break;
		case 'r':
			buf_printf(out, "%" PRIu64, note->record);
			break;
		default:
			buf_printf(out, "%" PRIu64, note->count);
		}
	}
}

static void
join(struct buf *out, size_t start, bool ja, const char *text)
{
	if (out->len > start)
		buf_text(out, ja ? "、" : ", ");
	buf_text(out, text);
}

static bool
absent(const struct compare_client *client, const struct compare_row *row)
{
	return (row->state == COMPARE_MISSING &&
		   !client->there[COMPARE_RIGHT]) ||
	       (row->state == COMPARE_ADDED && !client->there[COMPARE_LEFT]);
}

void
compare_row_remark(const struct compare *c, const struct compare_row *row,
    bool ja, struct buf *out)
{
	const struct compare_client *clients;
	size_t start = out->len;

	(void)compare_clients(c, &clients);
	if (row->day)
		join(out, start, ja, ja ? "日が違います" : "other day");
	if (row->time)
		join(out, start, ja, ja ? "時間が違います" : "other time");
	if (row->satellite)
		join(out, start, ja,
		    ja ? "サテライトが違います" : "other satellite");
	if (row->there[COMPARE_LEFT] && row->there[COMPARE_RIGHT]) {
		if (row->count_difference != 0)
			join(out, start, ja,
			    ja ? "回数が違います" : "other count");
		if (row->units_difference != 0)
			join(out, start, ja,
			    ja ? "単位数が違います" : "other units");
	}
	if (row->state == COMPARE_UNREPORTED && row->rate)
		join(out, start, ja,
		    ja ? "率による加算は実績に書かれていません"
		       : "no percentage additions in the actual use");
	else if (row->state == COMPARE_UNREPORTED)
		join(out, start, ja,
		    ja ? "この事業所の実績はまだありません"
		       : "this office has not reported yet");
	if (!absent(&clients[row->client], row))
		return;
	buf_text(out, out->len > start ? (ja ? "、" : ", ") : "");
	buf_text(
	    out, compare_side_word(c,
		     row->state == COMPARE_ADDED ? COMPARE_LEFT : COMPARE_RIGHT,
		     ja));
	buf_text(out,
	    ja ? "にこの利用者がいません" : ": the client is not in it at all");
}

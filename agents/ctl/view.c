/* NAME
 *	view - the tables of the standard in words for people
 * SUMMARY
 *	See view.h.
 */
#include <string.h>

#include "view.h"

const char *
view_cell(const struct view *v, enum fact fact, size_t row, const char *column)
{
	const struct table *t = v->facts[fact];

	return table_cell(t, row, table_column(t, column));
}

const char *
view_word(const struct view *v, const char *en, const char *ja)
{
	return v->ctl->ja ? ja : en;
}

static const struct {
	const char *en, *ja;
} types[] = {
    [TYPE_NUMERIC] = {"numeric", "数字"},
    [TYPE_ALNUM] = {"alnum", "英数字"},
    [TYPE_TEXT] = {"text", "文字"},
    [TYPE_KANA] = {"kana", "文字（カナ）"},
    [TYPE_DATE8] = {"date8", "年月日"},
    [TYPE_MONTH6] = {"month6", "年月"},
    [TYPE_TIME4] = {"time4", "時刻"},
    [TYPE_CODE] = {"code", "コード"},
    [TYPE_FLAG] = {"flag", "フラグ"},
};

static const struct {
	const char *en, *ja;
} needs[] = {
    [NEED_REQUIRED] = {"required", "必須"},
    [NEED_OPTIONAL] = {"optional", "任意"},
    [NEED_CONDITIONAL] = {"conditional", "条件付き"},
};

/* NULL: the table's own words will do. */
static const char *const formats_ja[] = {
    [FORMAT_NONE] = NULL,
    [FORMAT_CODES] = NULL,
    [FORMAT_INSURER] = "数字6桁",
    [FORMAT_INSURED] = "数字10桁、またはH＋数字9桁",
    [FORMAT_OFFICE] = "事業所番号10桁",
    [FORMAT_POSTAL] = "NNN-NNNN",
    [FORMAT_TAIS] = "NNNNN-NNNNNN",
    [FORMAT_DAYS] = "0と1が31文字（日の順）",
    [FORMAT_DECIMAL] = "99.99",
    [FORMAT_INTEGER] = "整数",
    [FORMAT_SERIAL] = "1,2,3,...",
    [FORMAT_SERIAL99] = "1～99",
    [FORMAT_SERVICE] = "サービス種類2桁＋項目4桁",
    [FORMAT_ROW] = "サービスコード、または合計行のコード",
    [FORMAT_FIXED] = NULL,
    [FORMAT_UNUSED] = "使わない",
    [FORMAT_IMAGE] = "画像のファイル名",
    [FORMAT_ANY] = "形式の定めなし",
};

static const struct {
	const char *code, *ja;
} roles[] = {
    {"CM", "居宅介護支援事業所"},
    {"SP", "サービス事業所"},
    {"SC", "地域包括支援センター等"},
};

const char *
view_role_word(const struct view *v, const char *code)
{
	for (size_t i = 0; v->ctl->ja && i < sizeof roles / sizeof *roles;
	     i++) {
		if (strcmp(roles[i].code, code) == 0)
			return roles[i].ja;
	}
	return code;
}

/* Words of the tables that a Japanese reader sees often. */
const char *
view_translated(const struct view *v, const char *text)
{
	static const struct {
		const char *en, *ja;
	} words[] = {
	    {"free text", "自由記述"},
	    {"free text (as printed)", "自由記述"},
	    {"HHMM or 9999", "HHMM、または9999"},
	    {"service month", "サービス提供年月"},
	    {"service month; 000000 with forms 1/2/3",
		"サービス提供年月（第1～3表と送るときは000000）"},
	    {"no", "なし"},
	};

	for (size_t i = 0; v->ctl->ja && i < sizeof words / sizeof *words;
	     i++) {
		if (strcmp(words[i].en, text) == 0)
			return words[i].ja;
	}
	return text;
}

void
view_format_text(
    const struct view *v, const struct layout_field *f, struct buf *out)
{
	const char *ja = v->ctl->ja ? formats_ja[f->format] : NULL;

	if (ja != NULL)
		buf_text(out, ja);
	else
		buf_text(out, view_translated(v, f->format_text));
	if (*f->special != '\0' && strstr(f->format_text, f->special) == NULL)
		buf_printf(
		    out, view_word(v, " or %s", "、または%s"), f->special);
}

unsigned
view_columns_of(const struct view *v, const char *kind)
{
	const struct layout *layout = layout_find(v->standard, kind);

	return layout == NULL ? 0 : layout_columns(layout, v->edition->shape);
}

/* An image has no columns: it is there where its table says so. */
bool
view_in_edition(const struct view *v, size_t row)
{
	const char *kind = view_cell(v, FILES, row, "prefix");

	return layout_in_edition(v->standard, kind, v->edition);
}

/* A kind among the words of a cell like "UPPLAN,UPSIKYU". */
bool
view_listed(const char *list, const char *kind)
{
	size_t n = strlen(kind);

	for (const char *at = list; (at = strstr(at, kind)) != NULL; at += n) {
		if ((at == list || at[-1] == ',') &&
		    (at[n] == ',' || at[n] == '\0'))
			return true;
	}
	return false;
}

const char *
view_type_word(enum layout_type type, bool ja)
{
	return ja ? types[type].ja : types[type].en;
}

const char *
view_need_word(enum layout_need need, bool ja)
{
	return ja ? needs[need].ja : needs[need].en;
}

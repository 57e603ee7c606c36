/* NAME
 *	standard - tasukictl standard: the layouts, for a person to read
 * SUMMARY
 *	tasukictl standard list [--edition E] [--standard DIR]
 *	tasukictl standard show KIND [--edition E] [--codes] [--standard DIR]
 * DESCRIPTION
 *	What config/standard says, in the words of its tables: editions and kinds
 *	of files; of one kind its name, directions, fields, sets, links and roles;
 *	with --codes every code with its meaning.  Nothing here knows an edition:
 *	a row more in the tables is a row more on the screen.
 *
 *	E is an edition ("4.1", "V3") or a CSV version value ("202407"); without
 *	it the last current one of editions.tsv.  A "?" marks what the printed
 *	standard leaves open.
 * DIAGNOSTICS
 *	Exit code 0; 1: there is no such kind or edition, or the kind is not in
 *	that edition; 2: the command line is wrong or tables cannot be loaded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "table.h"

#include "ctl.h"
#include "options.h"

#define UNUSABLE  2
#define PATH_ROOM 4096
#define TABLES    5

enum fact { FILES, EDITIONS, BUNDLES, LINKS, ROLES };

static const char *const fact_names[TABLES] = {
    [FILES] = "files.tsv",
    [EDITIONS] = "editions.tsv",
    [BUNDLES] = "bundles.tsv",
    [LINKS] = "links.tsv",
    [ROLES] = "roles.tsv",
};

struct view {
	struct ctl *ctl;
	struct standard *standard;
	struct table *facts[TABLES];
	const struct layout_edition *edition;
	bool codes;
};

static const char *
cell(const struct view *v, enum fact fact, size_t row, const char *column)
{
	const struct table *t = v->facts[fact];

	return table_cell(t, row, table_column(t, column));
}

static const char *
word(const struct view *v, const char *en, const char *ja)
{
	return v->ctl->ja ? ja : en;
}

/* -- words ---------------------------------------------------------------- */

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

static const char *
role_word(const struct view *v, const char *code)
{
	for (size_t i = 0; v->ctl->ja && i < sizeof roles / sizeof *roles;
	     i++) {
		if (strcmp(roles[i].code, code) == 0)
			return roles[i].ja;
	}
	return code;
}

/* Words of the tables that a Japanese reader sees often. */
static const char *
translated(const struct view *v, const char *text)
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

static void
format_text(const struct view *v, const struct layout_field *f, struct buf *out)
{
	const char *ja = v->ctl->ja ? formats_ja[f->format] : NULL;

	if (ja != NULL)
		buf_text(out, ja);
	else
		buf_text(out, translated(v, f->format_text));
	if (*f->special != '\0' && strstr(f->format_text, f->special) == NULL)
		buf_printf(out, word(v, " or %s", "、または%s"), f->special);
}

/* -- editions ------------------------------------------------------------- */

static bool
edition_is(const struct layout_edition *e, const char *wanted)
{
	size_t n;

	if (strcmp(e->code, wanted) == 0)
		return true;
	wanted += *wanted == 'V' || *wanted == 'v';
	if (strcmp(e->edition, wanted) == 0)
		return true;
	/* 3.1 and 3.2 share what the table calls 3 */
	n = strlen(e->edition);
	return strchr(e->edition, '.') == NULL &&
	       strncmp(e->edition, wanted, n) == 0 && wanted[n] == '.';
}

static const struct layout_edition *
find_edition(const struct view *v, const char *wanted)
{
	const struct layout_edition *best = NULL;

	for (size_t i = 0; i < table_rows(v->facts[EDITIONS]); i++) {
		const struct layout_edition *e =
		    layout_edition(v->standard, cell(v, EDITIONS, i, "code"));

		if (e == NULL)
			continue;
		if (wanted == NULL ? e->state == EDITION_CURRENT
				   : edition_is(e, wanted))
			best = e;
	}
	return best;
}

static unsigned
columns_of(const struct view *v, const char *kind)
{
	const struct layout *layout = layout_find(v->standard, kind);

	return layout == NULL ? 0 : layout_columns(layout, v->edition->shape);
}

/* An image has no columns: it is there where its table says so. */
static bool
in_edition(const struct view *v, size_t row)
{
	const char *kind = cell(v, FILES, row, "prefix");

	return layout_in_edition(v->standard, kind, v->edition);
}

/* The pattern of the edition's names; its '?' is not for a reader. */
static void
put_pattern(const struct view *v, size_t row, struct buf *out)
{
	static const struct {
		const char *en, *ja;
	} parts[] = {{"{month:6}", "{対象月}"},
	    {"{from_office:10}", "{送信元事業所}"},
	    {"{from_service_type:2}", "{送信元種類}"},
	    {"{from_service_code:3}", "{送信元種類3桁}"},
	    {"{to_office:10}", "{送信先事業所}"},
	    {"{to_service_type:2}", "{送信先種類}"},
	    {"{to_service_code:3}", "{送信先種類3桁}"},
	    {"{timestamp:14}", "{連番14桁}"}, {"{branch:4}", "{枝番4桁}"}};
	static const char *const columns[] = {[NAME_V3] = "pattern_v3",
	    [NAME_V4_0] = "pattern_v4_0",
	    [NAME_V4_1] = "pattern_v4_1"};
	const char *at = cell(v, FILES, row, columns[v->edition->form]);

	while (*at != '\0' && *at != '?') {
		size_t i = 0;

		for (; i < sizeof parts / sizeof *parts; i++) {
			if (v->ctl->ja &&
			    strncmp(at, parts[i].en, strlen(parts[i].en)) == 0)
				break;
		}
		if (i < sizeof parts / sizeof *parts) {
			buf_text(out, parts[i].ja);
			at += strlen(parts[i].en);
		} else {
			buf_char(out, *at++);
		}
	}
}

/* "CM>SP;SC>SP" */
static void
put_directions(const struct view *v, size_t row, struct buf *out)
{
	const char *at = cell(v, FILES, row, "directions");

	while (strlen(at) >= 5) {
		char from[3] = {at[0], at[1], '\0'};
		char to[3] = {at[3], at[4], '\0'};

		buf_printf(
		    out, "%s → %s", role_word(v, from), role_word(v, to));
		at += 5;
		if (*at == ';')
			buf_text(out, (at++, word(v, ", ", "、")));
	}
}

/* -- list ----------------------------------------------------------------- */

static void
list_editions(const struct view *v)
{
	static const char *const heads[2][6] = {
	    {"edition", "CSV version", "from month", "layout", "state", "note"},
	    {"版", "CSVバージョン", "適用月", "レイアウト", "状態", "備考"}};
	static const char *const columns[] = {
	    "edition", "code", "applies_from", "layout", "state"};
	struct term_grid *grid = term_grid_new(6);

	for (size_t i = 0; i < 6; i++)
		term_grid_add(grid, heads[v->ctl->ja][i], TERM_PLAIN, false);
	for (size_t i = 0; i < table_rows(v->facts[EDITIONS]); i++) {
		bool now =
		    strcmp(cell(v, EDITIONS, i, "code"), v->edition->code) == 0;

		for (size_t k = 0; k < 5; k++)
			term_grid_add(grid, cell(v, EDITIONS, i, columns[k]),
			    now ? TERM_GOOD : TERM_PLAIN, false);
		term_grid_add(grid,
		    cell(v, EDITIONS, i, v->ctl->ja ? "note_ja" : "note"),
		    TERM_DIM, false);
	}
	term_grid_print(grid, &v->ctl->term);
	term_grid_free(&grid);
}

static void
list_kinds(const struct view *v)
{
	static const char *const heads[2][4] = {
	    {"kind", "columns", "name", "directions"},
	    {"種別", "項目数", "書類", "方向"}};
	struct term_grid *grid = term_grid_new(4);
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < 4; i++)
		term_grid_add(grid, heads[v->ctl->ja][i], TERM_PLAIN, i == 1);
	for (size_t i = 0; i < table_rows(v->facts[FILES]); i++) {
		if (!in_edition(v, i))
			continue;
		term_grid_add(
		    grid, cell(v, FILES, i, "prefix"), TERM_PLAIN, false);
		buf_printf(
		    &text, "%u", columns_of(v, cell(v, FILES, i, "prefix")));
		term_grid_add(grid,
		    strcmp(text.data, "0") == 0 ? "-" : text.data, TERM_PLAIN,
		    true);
		buf_clear(&text);
		term_grid_add(grid,
		    cell(v, FILES, i, v->ctl->ja ? "name_ja" : "name_en"),
		    TERM_PLAIN, false);
		put_directions(v, i, &text);
		term_grid_add(
		    grid, text.len > 0 ? text.data : "", TERM_PLAIN, false);
		buf_clear(&text);
	}
	term_grid_print(grid, &v->ctl->term);
	term_grid_free(&grid);
	buf_fini(&text);
}

/* A row of a table as an object, in the names of its columns. */
static json_t *
json_facts(const struct view *v, enum fact fact, size_t row,
    const char *const *columns)
{
	json_t *o = json_object();

	for (; *columns != NULL; columns++)
		json_object_set_new(
		    o, *columns, json_string(cell(v, fact, row, *columns)));
	return o;
}

static void
list_json(const struct view *v)
{
	static const char *const edition_columns[] = {"code", "edition",
	    "layout", "name_form", "applies_from", "state", "note", NULL};
	static const char *const file_columns[] = {
	    "prefix", "name_ja", "name_en", "directions", "versions", NULL};
	json_t *editions = json_array(), *kinds = json_array(), *o;

	for (size_t i = 0; i < table_rows(v->facts[EDITIONS]); i++)
		json_array_append_new(
		    editions, json_facts(v, EDITIONS, i, edition_columns));
	for (size_t i = 0; i < table_rows(v->facts[FILES]); i++) {
		if (!in_edition(v, i))
			continue;
		o = json_facts(v, FILES, i, file_columns);
		json_object_set_new(o, "columns",
		    json_integer(columns_of(v, cell(v, FILES, i, "prefix"))));
		json_array_append_new(kinds, o);
	}
	o = json_pack("{s:s, s:s, s:o, s:o}", "edition", v->edition->edition,
	    "version", v->edition->code, "editions", editions, "kinds", kinds);
	(void)ctl_json(v->ctl, o);
	json_decref(o);
}

/* -- one kind ------------------------------------------------------------- */

static void
line(const struct view *v, const char *head, const char *text)
{
	fprintf(v->ctl->term.out, "%s%s", head, word(v, ": ", "："));
	term_text(&v->ctl->term, text, TERM_PLAIN);
	fputc('\n', v->ctl->term.out);
}

static void
add_field(const struct view *v, struct term_grid *grid,
    const struct layout_field *f, unsigned position, struct buf *text)
{
	unsigned max = v->edition->shape == LAYOUT_V3 && f->v3_max > 0
			   ? f->v3_max
			   : f->max;
	bool ja = v->ctl->ja;

	buf_printf(text, "%u", position);
	term_grid_add(grid, text->data, TERM_PLAIN, true);
	buf_clear(text);
	term_grid_add(grid, ja ? f->name_ja : f->name_en, TERM_PLAIN, false);
	buf_printf(text, "%s%s", ja ? types[f->type].ja : types[f->type].en,
	    f->type_uncertain ? "?" : "");
	term_grid_add(grid, text->data, TERM_PLAIN, false);
	buf_clear(text);
	if (max > 0)
		buf_printf(text, "%u%s", max, f->max_uncertain ? "?" : "");
	else
		buf_char(text, '-');
	term_grid_add(grid, text->data, TERM_PLAIN, true);
	buf_clear(text);
	buf_printf(text, "%s%s", ja ? needs[f->need].ja : needs[f->need].en,
	    f->need_uncertain ? "?" : "");
	term_grid_add(grid, text->data,
	    f->need == NEED_REQUIRED ? TERM_GOOD : TERM_PLAIN, false);
	buf_clear(text);
	format_text(v, f, text);
	term_grid_add(grid, text->data, TERM_PLAIN, false);
	buf_clear(text);
	term_grid_add(grid, f->note, TERM_DIM, false);
}

static void
show_fields(const struct view *v, const struct layout *layout)
{
	static const char *const heads[2][7] = {
	    {"no", "field", "type", "length", "needed", "format, codes",
		"note"},
	    {"番号", "項目", "型", "桁数", "必須", "形式・コード", "備考"}};
	struct term_grid *grid = term_grid_new(7);
	struct buf text;

	buf_init(&text, 4096);
	for (size_t i = 0; i < 7; i++)
		term_grid_add(
		    grid, heads[v->ctl->ja][i], TERM_PLAIN, i == 0 || i == 3);
	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = layout_position(layout, v->edition->shape, no);

		if (at > 0)
			add_field(v, grid, &layout->fields[no - 1], at, &text);
	}
	term_grid_print(grid, &v->ctl->term);
	term_grid_free(&grid);
	buf_fini(&text);
}

static void
show_code_table(const struct view *v, const struct layout_codes *codes)
{
	const struct table *t = codes->table;
	int name = table_column(t, v->ctl->ja ? "name_ja" : "name_en");

	if (name < 0)
		name = table_column(t, "edition");
	fprintf(v->ctl->term.out, "\n%s\n", codes->path);
	for (size_t i = 0; i < table_rows(t); i++)
		fprintf(v->ctl->term.out, "  %s  %s\n",
		    table_cell(t, i, codes->code), table_cell(t, i, name));
}

/* Each table once, however many fields name it. */
static void
show_codes(const struct view *v, const struct layout *layout)
{
	for (unsigned no = 1; no <= layout->count; no++) {
		const struct layout_codes *codes = layout->fields[no - 1].codes;
		bool said = codes == NULL;

		for (unsigned k = 1; k < no && !said; k++)
			said = layout->fields[k - 1].codes == codes;
		if (!said && layout_position(layout, v->edition->shape, no) > 0)
			show_code_table(v, codes);
	}
}

/* A kind among the words of a cell like "UPPLAN,UPSIKYU". */
static bool
listed(const char *list, const char *kind)
{
	size_t n = strlen(kind);

	for (const char *at = list; (at = strstr(at, kind)) != NULL; at += n) {
		if ((at == list || at[-1] == ',') &&
		    (at[n] == ',' || at[n] == '\0'))
			return true;
	}
	return false;
}

static void
show_sets(const struct view *v, const char *kind)
{
	for (size_t i = 0; i < table_rows(v->facts[BUNDLES]); i++) {
		const char *optional = cell(v, BUNDLES, i, "optional");
		struct buf text;

		if (!listed(cell(v, BUNDLES, i, "members"), kind))
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s [%s]", cell(v, BUNDLES, i, "members"),
		    cell(v, BUNDLES, i, "versions"));
		if (strcmp(optional, "-") != 0)
			buf_printf(&text,
			    word(v, " (optional: %s)", "（なくてもよい: %s）"),
			    optional);
		line(v, word(v, "set", "組"), text.data);
		buf_fini(&text);
	}
}

static void
show_links(const struct view *v, const char *kind)
{
	for (size_t i = 0; i < table_rows(v->facts[LINKS]); i++) {
		const char *parent = cell(v, LINKS, i, "parent");
		const char *child = cell(v, LINKS, i, "child");
		struct buf text;

		if (strcmp(parent, kind) != 0 && strcmp(child, kind) != 0)
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s → %s: %s (%s / %s) %s", parent, child,
		    cell(v, LINKS, i, "key_names"),
		    cell(v, LINKS, i, "parent_fields"),
		    cell(v, LINKS, i, "child_fields"),
		    cell(v, LINKS, i, "kind"));
		line(v, word(v, "link", "関連"), text.data);
		buf_fini(&text);
	}
}

/* "required", "optional", "-", each perhaps with a "?". */
static void
put_duty(const struct view *v, const char *text, struct buf *out)
{
	if (strncmp(text, "required", 8) == 0)
		buf_text(out, word(v, "must", "必須"));
	else if (strncmp(text, "optional", 8) == 0)
		buf_text(out, word(v, "may", "任意"));
	else
		buf_text(out, "-");
	if (*text != '\0' && text[strlen(text) - 1] == '?')
		buf_char(out, '?');
}

static void
show_roles(const struct view *v, const char *kind)
{
	for (size_t i = 0; i < table_rows(v->facts[ROLES]); i++) {
		struct buf text;

		if (strcmp(cell(v, ROLES, i, "prefix"), kind) != 0)
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s (%s): %s ",
		    role_word(v, cell(v, ROLES, i, "role")),
		    cell(v, ROLES, i, "domain"), word(v, "export", "書き出し"));
		put_duty(v, cell(v, ROLES, i, "export"), &text);
		buf_printf(&text, ", %s ", word(v, "import", "取り込み"));
		put_duty(v, cell(v, ROLES, i, "import"), &text);
		line(v, word(v, "role", "役割"), text.data);
		buf_fini(&text);
	}
}

static void
show_head(const struct view *v, size_t row)
{
	struct buf text;

	buf_init(&text, 8192);
	buf_printf(&text, "%s %s", cell(v, FILES, row, "prefix"),
	    cell(v, FILES, row, v->ctl->ja ? "name_ja" : "name_en"));
	term_text(&v->ctl->term, text.data, TERM_PLAIN);
	buf_clear(&text);
	buf_printf(&text, "%s (CSV %s)", v->edition->edition, v->edition->code);
	fputc('\n', v->ctl->term.out);
	line(v, word(v, "edition", "版"), text.data);
	buf_clear(&text);
	put_pattern(v, row, &text);
	line(v, word(v, "file name", "ファイル名"), text.data);
	buf_clear(&text);
	put_directions(v, row, &text);
	line(v, word(v, "directions", "方向"), text.len > 0 ? text.data : "-");
	line(v, word(v, "month in the name", "名前の対象月"),
	    translated(v, cell(v, FILES, row, "month_in_name")));
	buf_fini(&text);
}

static json_t *
json_codes(const struct layout_codes *codes)
{
	const struct table *t = codes->table;
	json_t *values = json_array();

	for (size_t i = 0; i < table_rows(t); i++)
		json_array_append_new(values,
		    json_pack("{s:s, s:s, s:s}", "code",
			table_cell(t, i, codes->code), "name_ja",
			table_cell(t, i, table_column(t, "name_ja")), "name_en",
			table_cell(t, i, table_column(t, "name_en"))));
	return values;
}

static json_t *
json_field(const struct view *v, const struct layout_field *f, unsigned at)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b}",
	    "no", (int)at, "name_ja", f->name_ja, "name_en", f->name_en, "type",
	    types[f->type].en, "max_length", (int)f->max, "required",
	    needs[f->need].en, "format", f->format_text, "note", f->note,
	    "uncertain",
	    f->type_uncertain || f->max_uncertain || f->need_uncertain);

	if (*f->special != '\0')
		json_object_set_new(o, "special", json_string(f->special));
	if (v->codes && f->codes != NULL)
		json_object_set_new(o, "codes", json_codes(f->codes));
	return o;
}

static json_t *
json_named(const struct view *v, enum fact fact, const char *kind,
    const char *const *columns, const char *const *keys)
{
	json_t *array = json_array();

	for (size_t i = 0; i < table_rows(v->facts[fact]); i++) {
		for (const char *const *k = keys; *k != NULL; k++) {
			if (!listed(cell(v, fact, i, *k), kind))
				continue;
			json_array_append_new(
			    array, json_facts(v, fact, i, columns));
			break;
		}
	}
	return array;
}

static void
show_json(const struct view *v, size_t row, const struct layout *layout)
{
	static const char *const sets[] = {
	    "domain", "sender", "members", "optional", "versions", NULL};
	static const char *const links[] = {"parent", "child", "key_names",
	    "parent_fields", "child_fields", "kind", NULL};
	static const char *const duties[] = {
	    "domain", "role", "export", "import", NULL};
	static const char *const file[] = {"prefix", "name_ja", "name_en",
	    "directions", "month_in_name", NULL};
	static const char *const by_member[] = {"members", NULL};
	static const char *const by_end[] = {"parent", "child", NULL};
	static const char *const by_prefix[] = {"prefix", NULL};
	const char *kind = cell(v, FILES, row, "prefix");
	json_t *o = json_facts(v, FILES, row, file), *fields = json_array();

	for (unsigned no = 1; layout != NULL && no <= layout->count; no++) {
		unsigned at = layout_position(layout, v->edition->shape, no);

		if (at > 0)
			json_array_append_new(
			    fields, json_field(v, &layout->fields[no - 1], at));
	}
	json_object_set_new(o, "edition", json_string(v->edition->edition));
	json_object_set_new(o, "version", json_string(v->edition->code));
	json_object_set_new(o, "fields", fields);
	json_object_set_new(
	    o, "sets", json_named(v, BUNDLES, kind, sets, by_member));
	json_object_set_new(
	    o, "links", json_named(v, LINKS, kind, links, by_end));
	json_object_set_new(
	    o, "roles", json_named(v, ROLES, kind, duties, by_prefix));
	(void)ctl_json(v->ctl, o);
	json_decref(o);
}

static void
show_tables(const struct view *v, size_t row, const struct layout *layout)
{
	const char *kind = cell(v, FILES, row, "prefix");

	show_head(v, row);
	show_sets(v, kind);
	show_links(v, kind);
	show_roles(v, kind);
	if (layout == NULL)
		return;
	fputc('\n', v->ctl->term.out);
	show_fields(v, layout);
	if (v->codes)
		show_codes(v, layout);
}

static int
trouble(const struct view *v, const char *what, const char *value)
{
	struct why why;

	why_set(&why, WHY_NEVER, "no-such-thing", "%s: \"%s\"", what, value);
	return ctl_fail(v->ctl, &why);
}

static int
show(const struct view *v, const char *kind)
{
	long row = table_find(
	    v->facts[FILES], table_column(v->facts[FILES], "prefix"), kind);

	if (row < 0)
		return trouble(v, "There is no such kind of file", kind);
	if (!in_edition(v, (size_t)row))
		return trouble(v, "That edition does not have this kind", kind);
	if (v->ctl->json)
		show_json(v, (size_t)row, layout_find(v->standard, kind));
	else
		show_tables(v, (size_t)row, layout_find(v->standard, kind));
	return CTL_OK;
}

static int
list(const struct view *v)
{
	if (v->ctl->json) {
		list_json(v);
		return CTL_OK;
	}
	list_editions(v);
	fputc('\n', v->ctl->term.out);
	list_kinds(v);
	return CTL_OK;
}

/* -- the command ---------------------------------------------------------- */

static int
load(struct view *v, const char *dir, struct why *why)
{
	int rc = standard_load(dir, &v->standard, why);

	for (size_t i = 0; rc == 0 && i < TABLES; i++) {
		char path[PATH_ROOM];

		snprintf(path, sizeof path, "%s/%s", dir, fact_names[i]);
		rc = table_load(path, &v->facts[i], why);
	}
	return rc;
}

static void
unload(struct view *v)
{
	for (size_t i = 0; i < TABLES; i++)
		table_free(&v->facts[i]);
	standard_free(&v->standard);
}

static int
run(struct view *v, const char *edition, int count, char **words)
{
	v->edition = find_edition(v, edition);
	if (v->edition == NULL)
		return trouble(v, "There is no such edition",
		    edition == NULL ? "-" : edition);
	if (count == 1 && strcmp(words[0], "list") == 0)
		return list(v);
	if (count == 2 && strcmp(words[0], "show") == 0)
		return show(v, words[1]);
	return ctl_usage("standard list, or standard show KIND");
}

int
standard_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *edition = NULL, *dir = standard_dir();
	struct view v = {.ctl = ctl};
	const struct option options[] = {{"--edition", &edition, NULL},
	    {"--standard", &dir, NULL}, {"--codes", NULL, &v.codes},
	    {NULL, NULL, NULL}};
	int count = options_take(options, argc, argv), rc;
	struct why why = {0};

	if (count < 0)
		return CTL_USAGE;
	rc = load(&v, dir, &why);
	if (rc != 0) {
		fprintf(stderr, "tasukictl: %s\n", why.text);
		rc = UNUSABLE;
	} else {
		rc = run(&v, edition, count, argv + 1);
	}
	unload(&v);
	return rc;
}

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

#include "convert.h"

#include "options.h"
#include "view.h"

#define UNUSABLE  2
#define PATH_ROOM 4096

static const char *const fact_names[TABLES] = {
    [FILES] = "files.tsv",
    [EDITIONS] = "editions.tsv",
    [BUNDLES] = "bundles.tsv",
    [LINKS] = "links.tsv",
    [ROLES] = "roles.tsv",
};

/* -- editions ------------------------------------------------------------- */

/* NULL: the last current one. */
static const struct layout_edition *
find_edition(const struct view *v, const char *wanted)
{
	const struct layout_edition *best = NULL;

	if (wanted != NULL)
		return convert_edition(v->standard, wanted);
	for (size_t i = 0; i < table_rows(v->facts[EDITIONS]); i++) {
		const struct layout_edition *e = layout_edition(
		    v->standard, view_cell(v, EDITIONS, i, "code"));

		if (e != NULL && e->state == EDITION_CURRENT)
			best = e;
	}
	return best;
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
	const char *at = view_cell(v, FILES, row, columns[v->edition->form]);

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
	const char *at = view_cell(v, FILES, row, "directions");

	while (strlen(at) >= 5) {
		char from[3] = {at[0], at[1], '\0'};
		char to[3] = {at[3], at[4], '\0'};

		buf_printf(out, "%s → %s", view_role_word(v, from),
		    view_role_word(v, to));
		at += 5;
		if (*at == ';')
			buf_text(out, (at++, view_word(v, ", ", "、")));
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
		bool now = strcmp(view_cell(v, EDITIONS, i, "code"),
			       v->edition->code) == 0;

		for (size_t k = 0; k < 5; k++)
			term_grid_add(grid,
			    view_cell(v, EDITIONS, i, columns[k]),
			    now ? TERM_GOOD : TERM_PLAIN, false);
		term_grid_add(grid,
		    view_cell(v, EDITIONS, i, v->ctl->ja ? "note_ja" : "note"),
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
		if (!view_in_edition(v, i))
			continue;
		term_grid_add(
		    grid, view_cell(v, FILES, i, "prefix"), TERM_PLAIN, false);
		buf_printf(&text, "%u",
		    view_columns_of(v, view_cell(v, FILES, i, "prefix")));
		term_grid_add(grid,
		    strcmp(text.data, "0") == 0 ? "-" : text.data, TERM_PLAIN,
		    true);
		buf_clear(&text);
		term_grid_add(grid,
		    view_cell(v, FILES, i, v->ctl->ja ? "name_ja" : "name_en"),
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

/* -- one kind ------------------------------------------------------------- */

static void
line(const struct view *v, const char *head, const char *text)
{
	fprintf(v->ctl->term.out, "%s%s", head, view_word(v, ": ", "："));
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
	buf_printf(text, "%s%s", view_type_word(f->type, ja),
	    f->type_uncertain ? "?" : "");
	term_grid_add(grid, text->data, TERM_PLAIN, false);
	buf_clear(text);
	if (max > 0)
		buf_printf(text, "%u%s", max, f->max_uncertain ? "?" : "");
	else
		buf_char(text, '-');
	term_grid_add(grid, text->data, TERM_PLAIN, true);
	buf_clear(text);
	buf_printf(text, "%s%s", view_need_word(f->need, ja),
	    f->need_uncertain ? "?" : "");
	term_grid_add(grid, text->data,
	    f->need == NEED_REQUIRED ? TERM_GOOD : TERM_PLAIN, false);
	buf_clear(text);
	view_format_text(v, f, text);
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

static void
show_sets(const struct view *v, const char *kind)
{
	for (size_t i = 0; i < table_rows(v->facts[BUNDLES]); i++) {
		const char *optional = view_cell(v, BUNDLES, i, "optional");
		struct buf text;

		if (!view_listed(view_cell(v, BUNDLES, i, "members"), kind))
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s [%s]",
		    view_cell(v, BUNDLES, i, "members"),
		    view_cell(v, BUNDLES, i, "versions"));
		if (strcmp(optional, "-") != 0)
			buf_printf(&text,
			    view_word(
				v, " (optional: %s)", "（なくてもよい: %s）"),
			    optional);
		line(v, view_word(v, "set", "組"), text.data);
		buf_fini(&text);
	}
}

static void
show_links(const struct view *v, const char *kind)
{
	for (size_t i = 0; i < table_rows(v->facts[LINKS]); i++) {
		const char *parent = view_cell(v, LINKS, i, "parent");
		const char *child = view_cell(v, LINKS, i, "child");
		struct buf text;

		if (strcmp(parent, kind) != 0 && strcmp(child, kind) != 0)
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s → %s: %s (%s / %s) %s", parent, child,
		    view_cell(v, LINKS, i, "key_names"),
		    view_cell(v, LINKS, i, "parent_fields"),
		    view_cell(v, LINKS, i, "child_fields"),
		    view_cell(v, LINKS, i, "kind"));
		line(v, view_word(v, "link", "関連"), text.data);
		buf_fini(&text);
	}
}

/* "required", "optional", "-", each perhaps with a "?". */
static void
put_duty(const struct view *v, const char *text, struct buf *out)
{
	if (strncmp(text, "required", 8) == 0)
		buf_text(out, view_word(v, "must", "必須"));
	else if (strncmp(text, "optional", 8) == 0)
		buf_text(out, view_word(v, "may", "任意"));
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

		if (strcmp(view_cell(v, ROLES, i, "prefix"), kind) != 0)
			continue;
		buf_init(&text, 4096);
		buf_printf(&text, "%s (%s): %s ",
		    view_role_word(v, view_cell(v, ROLES, i, "role")),
		    view_cell(v, ROLES, i, "domain"),
		    view_word(v, "export", "書き出し"));
		put_duty(v, view_cell(v, ROLES, i, "export"), &text);
		buf_printf(&text, ", %s ", view_word(v, "import", "取り込み"));
		put_duty(v, view_cell(v, ROLES, i, "import"), &text);
		line(v, view_word(v, "role", "役割"), text.data);
		buf_fini(&text);
	}
}

static void
show_head(const struct view *v, size_t row)
{
	struct buf text;

	buf_init(&text, 8192);
	buf_printf(&text, "%s %s", view_cell(v, FILES, row, "prefix"),
	    view_cell(v, FILES, row, v->ctl->ja ? "name_ja" : "name_en"));
	term_text(&v->ctl->term, text.data, TERM_PLAIN);
	buf_clear(&text);
	buf_printf(&text, "%s (CSV %s)", v->edition->edition, v->edition->code);
	fputc('\n', v->ctl->term.out);
	line(v, view_word(v, "edition", "版"), text.data);
	buf_clear(&text);
	put_pattern(v, row, &text);
	line(v, view_word(v, "file name", "ファイル名"), text.data);
	buf_clear(&text);
	put_directions(v, row, &text);
	line(v, view_word(v, "directions", "方向"),
	    text.len > 0 ? text.data : "-");
	line(v, view_word(v, "month in the name", "名前の対象月"),
	    view_translated(v, view_cell(v, FILES, row, "month_in_name")));
	buf_fini(&text);
}

static void
show_tables(const struct view *v, size_t row, const struct layout *layout)
{
	const char *kind = view_cell(v, FILES, row, "prefix");

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
	if (!view_in_edition(v, (size_t)row))
		return trouble(v, "That edition does not have this kind", kind);
	if (v->ctl->json)
		view_show_json(v, (size_t)row, layout_find(v->standard, kind));
	else
		show_tables(v, (size_t)row, layout_find(v->standard, kind));
	return CTL_OK;
}

static int
list(const struct view *v)
{
	if (v->ctl->json) {
		view_list_json(v);
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

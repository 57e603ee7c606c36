/* NAME
 *	masters - tasukictl masters: service codes, insurers, holidays
 * SUMMARY
 *	tasukictl masters import (--service-codes | --units-table | --insurers |
 *	    --holidays) FILE [--into DIR] [--dry-run] [--standard DIR]
 *	tasukictl masters list [--standard DIR]
 *	tasukictl masters find CODE [--month YYYYMM] [--insurer NUMBER]
 * DESCRIPTION
 *	Import merges a file into the list that is in use and writes it to DIR:
 *	$TASUKI_MASTERS, else the folder masters/ of the tables.  What would
 *	change is told first; --dry-run ends there.  The list is replaced at
 *	once and whole, so that a program that starts meanwhile has the old or
 *	the new one.  Programs read the lists when they start.
 *
 *	Rows that break a rule are told and left out; the others are taken.
 * DIAGNOSTICS
 *	Exit code 0: done; 1: some rows were left out, or nothing was found; 2:
 *	the command line is wrong, the file cannot be read or is not of that
 *	form.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "layout.h"
#include "masters.h"
#include "table.h"

#include "ctl.h"
#include "options.h"

#define PATH_ROOM   4096
#define SHOWN_MAX   20 /* rows of one kind of change, without --json */
#define TABLE_BYTES ((size_t)512 * 1024 * 1024)
#define UNUSABLE    2

static const char *
word(const struct ctl *ctl, const char *en, const char *ja)
{
	return ctl->ja ? ja : en;
}

static int
refuse(const struct why *why)
{
	char *text = term_safe(why->text);

	fprintf(stderr, "tasukictl: %s\n", text);
	free(text);
	return UNUSABLE;
}

/* -- import: what changes -------------------------------------------------- */

static const struct {
	const char *en, *ja;
} changes[MASTERS_CHANGES] = {
    [MASTERS_SAME] = {"same", "変更なし"},
    [MASTERS_ADDED] = {"added", "追加"},
    [MASTERS_CHANGED] = {"changed", "変更"},
    [MASTERS_CLOSED] = {"closed", "終了月を設定"},
};

/* The row as it will be, like its text before. */
static void
put_row(const struct masters *m, const struct masters_row *row, struct buf *out)
{
	const char *const *columns = masters_columns(m->list);

	for (size_t i = 0; columns[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 0 ? "  " : "", row->cells[i]);
}

static void
print_row(const struct ctl *ctl, const struct masters *m,
    const struct masters_row *row)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_printf(&text, "  %s: ",
	    word(ctl, changes[row->change].en, changes[row->change].ja));
	put_row(m, row, &text);
	if (row->before != NULL) {
		size_t start = text.len;

		buf_printf(
		    &text, "%s%s", word(ctl, "  was: ", "　前: "), row->before);
		for (size_t i = start; i < text.len; i++)
			if (text.data[i] == '\t')
				text.data[i] = ' ';
	}
	term_text(&ctl->term, text.data,
	    row->change == MASTERS_CHANGED ? TERM_BUSY : TERM_PLAIN);
	fputc('\n', ctl->term.out);
	buf_fini(&text);
}

static void
print_changes(const struct ctl *ctl, const struct masters *m)
{
	size_t shown[MASTERS_CHANGES] = {0};

	for (size_t i = 0; i < m->count; i++) {
		enum masters_change change = m->rows[i].change;

		if (change != MASTERS_SAME && shown[change]++ < SHOWN_MAX)
			print_row(ctl, m, &m->rows[i]);
	}
	for (size_t i = 0;
	     i < m->fault_count && i < SHOWN_MAX && i < MASTERS_FAULTS_MAX; i++)
		printf("  %s %zu%s: %s\n", word(ctl, "line", ""),
		    m->faults[i].line,
		    word(ctl, " left out", "行目は使いません"),
		    word(ctl, m->faults[i].text, m->faults[i].text_ja));
	for (unsigned i = MASTERS_CHANGES; i-- > 0;)
		printf("%s %zu  ", word(ctl, changes[i].en, changes[i].ja),
		    m->changes[i]);
	printf("%s %zu\n", word(ctl, "left out", "使わない行"), m->fault_count);
}

static json_t *
json_row(const struct masters *m, const struct masters_row *row)
{
	const char *const *columns = masters_columns(m->list);
	json_t *o = json_pack("{s:s}", "change", changes[row->change].en);

	for (size_t i = 0; columns[i] != NULL; i++)
		json_object_set_new(o, columns[i], json_string(row->cells[i]));
	if (row->before != NULL)
		json_object_set_new(o, "before", json_string(row->before));
	return o;
}

static void
print_json(const struct ctl *ctl, const struct masters *m, const char *path,
    bool written)
{
	json_t *rows = json_array(), *faults = json_array(), *o;

	for (size_t i = 0; i < m->count; i++) {
		if (m->rows[i].change != MASTERS_SAME)
			json_array_append_new(rows, json_row(m, &m->rows[i]));
	}
	for (size_t i = 0; i < m->fault_count && i < MASTERS_FAULTS_MAX; i++)
		json_array_append_new(faults,
		    json_pack("{s:I, s:s}", "line",
			(json_int_t)m->faults[i].line, "message",
			word(ctl, m->faults[i].text, m->faults[i].text_ja)));
	o = json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "file",
	    path, "written", written, "added",
	    (json_int_t)m->changes[MASTERS_ADDED], "changed",
	    (json_int_t)m->changes[MASTERS_CHANGED], "closed",
	    (json_int_t)m->changes[MASTERS_CLOSED], "same",
	    (json_int_t)m->changes[MASTERS_SAME], "left_out",
	    (json_int_t)m->fault_count, "rows", rows, "faults", faults);
	(void)ctl_json(ctl, o);
	json_decref(o);
}

/* -- import: writing ------------------------------------------------------- */

static int
write_list(const struct masters *m, const char *dir, struct why *why)
{
	int fd, rc = file_dir_make(AT_FDCWD, dir, 0755);
	struct buf out;

	fd = rc == 0 ? file_dir_open(AT_FDCWD, dir) : rc;
	if (fd < 0) {
		why_system(why, WHY_LATER, dir);
		return fd;
	}
	buf_init(&out, TABLE_BYTES);
	masters_print(m, &out);
	rc = buf_ok(&out) ? file_write(fd, masters_file(m->list), out.data,
				out.len, 0644)
			  : TSK_TOOBIG;
	if (rc != 0)
		why_set(why, WHY_LATER, "master-write", "%s/%s: %s.", dir,
		    masters_file(m->list), err_text(rc));
	buf_fini(&out);
	close(fd);
	return rc;
}

struct command {
	struct ctl *ctl;
	const char *dir, *into, *file;
	bool dry;
	enum masters_list list;
	enum masters_form form;
};

/* The list in use: in the folder it goes to, else the one that came with the
 * program. */
static int
load_old(const struct command *c, struct masters *m, struct why *why)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s/%s", c->into, masters_file(c->list));
	if (access(path, F_OK) != 0)
		snprintf(path, sizeof path, "%s/masters/%s", c->dir,
		    masters_file(c->list));
	return masters_old(m, path, why);
}

static int
import(const struct command *c)
{
	struct charset *charset = NULL;
	struct masters m;
	struct why why = {0};
	char path[PATH_ROOM];
	bool write = !c->dry;
	int rc;

	masters_init(&m, c->list);
	rc = charset_new(&charset, &why);
	if (rc == 0)
		rc = load_old(c, &m, &why);
	if (rc == 0)
		rc = masters_import(&m, charset, c->form, c->file, &why);
	charset_free(&charset);
	if (rc == 0) {
		masters_merge(&m);
		write = write && m.changes[MASTERS_SAME] < m.count;
		rc = write ? write_list(&m, c->into, &why) : 0;
	}
	if (rc == 0) {
		snprintf(
		    path, sizeof path, "%s/%s", c->into, masters_file(c->list));
		if (c->ctl->json)
			print_json(c->ctl, &m, path, write);
		else
			print_changes(c->ctl, &m);
		if (!c->ctl->json && write)
			printf("%s: %s\n", word(c->ctl, "written", "書き込み"),
			    path);
		rc = m.fault_count > 0 ? CTL_TROUBLE : CTL_OK;
	} else {
		rc = refuse(&why);
	}
	masters_fini(&m);
	return rc;
}

/* -- list, find ------------------------------------------------------------ */

static const char *const lists_ja[] = {"サービスコード", "保険者", "祝日"};

static void
place_of(const char *dir, const char *file, char out[PATH_ROOM])
{
	const char *site = masters_site();

	if (site != NULL) {
		snprintf(out, PATH_ROOM, "%s/%s", site, file);
		if (access(out, R_OK) == 0)
			return;
	}
	snprintf(out, PATH_ROOM, "%s/masters/%s", dir, file);
}

static int
list(const struct command *c)
{
	json_t *array = json_array();

	for (unsigned i = MASTERS_SERVICES; i <= MASTERS_HOLIDAYS; i++) {
		const char *file = masters_file((enum masters_list)i);
		struct table *t = NULL;
		struct why why = {0};
		char path[PATH_ROOM];
		size_t rows;

		place_of(c->dir, file, path);
		rows = table_load(path, &t, &why) == 0 ? table_rows(t) : 0;
		if (!c->ctl->json)
			printf("%s  %zu%s  %s\n",
			    word(c->ctl, file, lists_ja[i]), rows,
			    word(c->ctl, " rows", "件"), path);
		json_array_append_new(
		    array, json_pack("{s:s, s:I, s:s}", "list", file, "rows",
			       (json_int_t)rows, "file", path));
		table_free(&t);
	}
	(void)ctl_json(c->ctl, array);
	json_decref(array);
	return CTL_OK;
}

static int
find(const struct command *c, const char *code, const char *month,
    const char *insurer)
{
	struct standard *standard;
	struct standard_service s;
	struct why why = {0};
	bool found;

	if (standard_load(c->dir, &standard, &why) != 0)
		return refuse(&why);
	found = standard_service_find(standard, code, month, insurer, &s);
	if (!found)
		fprintf(stderr, "tasukictl: %s\n",
		    word(c->ctl, "no master has this code for that month",
			"この月のサービスコードは登録がありません"));
	else if (c->ctl->json) {
		json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I}", "code", code,
		    "name", s.name, "unit_kind", s.unit_kind, "insurer",
		    s.insurer, "units", (json_int_t)s.units);

		(void)ctl_json(c->ctl, o);
		json_decref(o);
	} else if (s.units >= 0) {
		printf("%s  %s  %ld %s  %s\n", code, s.name, s.units,
		    s.unit_kind, s.insurer);
	} else {
		printf(
		    "%s  %s  %s  %s\n", code, s.name, s.unit_kind, s.insurer);
	}
	standard_free(&standard);
	return found ? CTL_OK : CTL_TROUBLE;
}

/* -- the command ----------------------------------------------------------- */

/* Which list, from the one option of these that was given. */
static bool
choose(struct command *c, const char *const files[4])
{
	static const struct {
		enum masters_list list;
		enum masters_form form;
	} of[4] = {{MASTERS_SERVICES, MASTERS_OWN},
	    {MASTERS_SERVICES, MASTERS_UNITS}, {MASTERS_INSURERS, MASTERS_OWN},
	    {MASTERS_HOLIDAYS, MASTERS_OWN}};
	unsigned given = 0;

	for (size_t i = 0; i < 4; i++) {
		if (files[i] == NULL)
			continue;
		given++;
		c->file = files[i];
		c->list = of[i].list;
		c->form = of[i].form;
	}
	return given == 1;
}

int
masters_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *files[4] = {NULL}, *month = "999912", *insurer = "";
	struct command c = {.ctl = ctl, .dir = standard_dir()};
	const struct option options[] = {{"--service-codes", &files[0], NULL},
	    {"--units-table", &files[1], NULL}, {"--insurers", &files[2], NULL},
	    {"--holidays", &files[3], NULL}, {"--into", &c.into, NULL},
	    {"--standard", &c.dir, NULL}, {"--month", &month, NULL},
	    {"--insurer", &insurer, NULL}, {"--dry-run", NULL, &c.dry},
	    {NULL, NULL, NULL}};
	int count = options_take(options, argc, argv);
	char into[PATH_ROOM];

	if (count < 0)
		return CTL_USAGE;
	snprintf(into, sizeof into, "%s/masters", c.dir);
	if (c.into == NULL)
		c.into = masters_site() != NULL ? masters_site() : into;
	if (count == 1 && strcmp(argv[1], "import") == 0 && choose(&c, files))
		return import(&c);
	if (count == 1 && strcmp(argv[1], "list") == 0)
		return list(&c);
	if (count == 2 && strcmp(argv[1], "find") == 0)
		return find(&c, argv[2], month, insurer);
	return ctl_usage("masters import with one of --service-codes, "
			 "--units-table, --insurers, --holidays and its FILE; "
			 "masters list; masters find CODE");
}

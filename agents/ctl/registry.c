/* NAME
 *	registry - verb registry: offices and partners
 * DESCRIPTION
 *	import sends the whole file at once: the broker takes all rows or none.
 *	export writes what import reads, in UTF-8.
 */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "ctl.h"
#include "registry_fax.h"
#include "rows.h"
#include "show.h"

static const struct show_column office_columns[] = {
    {"office_number", SHOW_TEXT, "number", "事業所番号"},
    {"service_type", SHOW_TEXT, "type", "種類"},
    {"name", SHOW_TEXT, "name", "名称"},
    {"inside", SHOW_TEXT, "inside", "自法人"},
    {"way", SHOW_TEXT, "way", "経路"},
    {"fax_number", SHOW_TEXT, "fax", "FAX"},
    {"folder_agent", SHOW_TEXT, "agent", "エージェント"},
    {"valid_from", SHOW_TEXT, "from", "開始日"},
    {"valid_to", SHOW_TEXT, "to", "終了日"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_column result_columns[] = {
    {"added", SHOW_COUNT, "added", "追加"},
    {"changed", SHOW_COUNT, "changed", "変更"},
    {"unchanged", SHOW_COUNT, "unchanged", "変更なし"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_offices = {
    "The registry is empty.", "台帳は空です。"};
static const struct show_words dry = {"Nothing was written (--dry-run).",
    "書き込みはしていません（--dry-run）。"};

static json_t *
offices_of(const json_t *answer)
{
	return json_object_get(answer, "rows");
}

/* The broker counts rows from 1; people count lines of the file. */
static void
print_errors(const char *file, const json_t *errors, const struct rows *rows)
{
	json_t *error;
	size_t i;

	json_array_foreach((json_t *)errors, i, error)
	{
		json_int_t row = 0;
		const char *column = "", *text = "";
		size_t line;
		char *safe;

		(void)json_unpack(error, "{s?I, s?s, s?s}", "row", &row,
		    "column", &column, "error", &text);
		line = rows_line(rows, row < 1 ? 0 : (size_t)row - 1);
		safe = term_safe(text);
		fprintf(stderr, "%s:%zu: %s%s%s\n", file, line, column,
		    *column == '\0' ? "" : ": ", safe);
		free(safe);
	}
}

static int
report(struct ctl *ctl, const char *file, json_t *answer,
    const struct rows *rows, bool dry_run)
{
	const json_t *errors = json_object_get(answer, "errors");

	print_errors(file, errors, rows);
	if (!ctl_json(ctl, answer) && json_array_size(errors) == 0) {
		show_record(ctl, answer, result_columns);
		if (dry_run)
			fprintf(ctl->term.out, "%s\n", show_word(ctl, &dry));
	}
	return json_array_size(errors) == 0 ? CTL_OK : CTL_TROUBLE;
}

static int
import_file(struct ctl *ctl, const char *file, bool dry_run, const char *by)
{
	struct rows rows;
	struct why why = {0};
	json_t *answer;
	int rc;

	if (rows_load(file, &rows, &why) != 0)
		return ctl_fail(ctl, &why);
	rc = ctl_ask_rows(ctl,
	    json_pack("{sssOsbss}", "command", "registry.import", "rows",
		rows.array, "dry_run", dry_run, "by", by),
	    &answer);
	if (rc == CTL_OK) {
		rc = report(ctl, file, answer, &rows, dry_run);
		json_decref(answer);
	}
	rows_fini(&rows);
	return rc;
}

/* Who enters a FAX number cannot verify it: the one who sits here, unless said
 * otherwise. */
static const char *
who(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user;

	if (name != NULL && name[0] != '\0')
		return name;
	user = getpwuid(getuid());
	return user != NULL ? user->pw_name : "operator";
}

static int
import(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"dry-run", no_argument, NULL, 'n'},
	    {"by", required_argument, NULL, 'b'},
	    {NULL, 0, NULL, 0},
	};
	const char *by = who();
	bool dry_run = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			by = optarg;
		else if (option == 'n')
			dry_run = true;
		else
			return CTL_USAGE;
	}
	if (argc - optind != 1)
		return ctl_usage(
		    "registry import FILE.csv [--dry-run] [--by NAME]");
	return import_file(ctl, argv[optind], dry_run, by);
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc != 1)
		return ctl_usage("registry list takes no argument");
	rc = ctl_ask(
	    ctl, json_pack("{ss}", "command", "registry.list"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		show_list(ctl, offices_of(answer), office_columns, &no_offices);
	json_decref(answer);
	return CTL_OK;
}

static int
show(struct ctl *ctl, int argc, char **argv)
{
	char *number, *type;
	json_t *answer, *request, *office;
	size_t i;
	int rc;

	if (argc != 2)
		return ctl_usage("registry show NUMBER[/TYPE]");
	number = mem_text(argv[1]);
	type = strchr(number, '/');
	if (type != NULL)
		*type++ = '\0';
	request = json_pack(
	    "{ssss}", "command", "registry.show", "office_number", number);
	if (type != NULL)
		json_object_set_new(request, "service_type", json_string(type));
	rc = ctl_ask(ctl, request, &answer);
	free(number);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		json_array_foreach(offices_of(answer), i, office)
		{
			if (i > 0)
				fputc('\n', ctl->term.out);
			show_pairs(ctl, office);
		}
	}
	json_decref(answer);
	return CTL_OK;
}

static int export(struct ctl *ctl, int argc, char **argv)
{
	json_t *answer;
	int rc;

	(void)argv;
	if (argc != 1)
		return ctl_usage("registry export takes no argument");
	rc = ctl_ask(
	    ctl, json_pack("{ss}", "command", "registry.list"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer))
		rows_write(offices_of(answer), ctl->term.out);
	json_decref(answer);
	return CTL_OK;
}

int
registry_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct ctl *ctl, int argc, char **argv);
	} rows[] = {
	    {"import", import},
	    {"list", list},
	    {"show", show},
	    {"export", export},
	};
	const char *name = argc > 1 ? argv[1] : "";

	if (registry_fax_known(name))
		return registry_fax(ctl, argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].run(ctl, argc - 1, argv + 1);
	return ctl_usage(
	    "registry import, list, show, export, fax, verify-fax, test-fax, "
	    "confirm-fax or freeze-fax");
}

/* NAME
 *	registry - verb registry: offices and partners
 * DESCRIPTION
 *	export writes what import reads.  Importing is registry_import.c; what
 *	became of it registry_past.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "file.h"

#include "ctl.h"
#include "options.h"
#include "registry_fax.h"
#include "registry_list.h"
#include "rows.h"
#include "show.h"

#define EXPORT_MAX ((size_t)512 * 1024 * 1024)

static const struct show_column office_columns[] = {
    {"office_number", SHOW_TEXT, "number", "事業所番号"},
    {"service_type", SHOW_TEXT, "type", "種類"},
    {"name", SHOW_TEXT, "name", "名称"},
    {"inside", SHOW_TEXT, "inside", "自法人"},
    {"way", SHOW_TEXT, "way", "経路"},
    {"ways", SHOW_TEXT, "ways", "経路（期間つき）"},
    {"fax_number", SHOW_TEXT, "fax", "FAX"},
    {"folder_agent", SHOW_TEXT, "agent", "エージェント"},
    {"valid_from", SHOW_TEXT, "from", "開始日"},
    {"valid_to", SHOW_TEXT, "to", "終了日"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words no_offices = {
    "The registry is empty.", "台帳は空です。"};
static const struct show_words more = {
    "There are more: --limit, --find", "続きがあります（--limit・--find）"};

static json_t *
offices_of(const json_t *answer)
{
	return json_object_get(answer, "rows");
}

static int
list(struct ctl *ctl, int argc, char **argv)
{
	const char *way = "", *find = "", *limit = "0";
	bool inside = false, partners = false;
	const struct option options[] = {
	    {"--way", &way, NULL},
	    {"--find", &find, NULL},
	    {"--limit", &limit, NULL},
	    {"--inside", NULL, &inside},
	    {"--partners", NULL, &partners},
	    {NULL, NULL, NULL},
	};
	json_t *answer;
	int rc;

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	if (argc != 0 || strspn(limit, "0123456789") != strlen(limit))
		return ctl_usage("registry list [--way WAY] [--find TEXT] "
				 "[--inside | --partners] [--limit N]");
	rc = ctl_ask(ctl,
	    json_pack("{sssssssbsbsI}", "command", "registry.list", "way", way,
		"find", find, "inside", inside, "partners", partners, "limit",
		(json_int_t)atoll(limit)),
	    &answer);
	if (rc != CTL_OK)
		return rc;
	if (!ctl_json(ctl, answer)) {
		show_list(ctl, offices_of(answer), office_columns, &no_offices);
		if (json_is_true(json_object_get(answer, "more")))
			fprintf(ctl->term.out, "%s\n", show_word(ctl, &more));
	}
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

/* Into a file: whole or not at all. */
static int
write_list(struct ctl *ctl, const char *path, const struct buf *text)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_text(".") : mem_text(path);
	struct why why = {0};
	int dir, rc;

	if (slash != NULL)
		folder[slash == path ? 1 : slash - path] = '\0';
	dir = rc = file_dir_open(AT_FDCWD, folder);
	if (dir >= 0)
		rc = file_write(dir, slash == NULL ? path : slash + 1,
		    text->data, text->len, 0600);
	if (rc < 0)
		why_set(&why, WHY_LATER, "file", "%s: %s", path, err_text(rc));
	if (dir >= 0)
		close(dir);
	free(folder);
	if (rc < 0)
		return ctl_fail(ctl, &why);
	if (ctl->json)
		fprintf(ctl->term.out, "{\"ok\": true}\n");
	return CTL_OK;
}

static int
export_rows(struct ctl *ctl, const json_t *rows, const char *path, bool ms932)
{
	struct buf text;
	struct why why = {0};
	int rc;

	buf_init(&text, EXPORT_MAX);
	buf_text(&text, "");
	if (rows_print(rows, ms932, &text, &why) != 0)
		rc = ctl_fail(ctl, &why);
	else if (path != NULL)
		rc = write_list(ctl, path, &text);
	else
		rc = fwrite(text.data, 1, text.len, ctl->term.out) == text.len
			 ? CTL_OK
			 : CTL_TROUBLE;
	buf_fini(&text);
	return rc;
}

static int export(struct ctl *ctl, int argc, char **argv)
{
	const char *encoding = "utf-8";
	const struct option options[] = {
	    {"--encoding", &encoding, NULL},
	    {NULL, NULL, NULL},
	};
	json_t *answer;
	bool ms932;
	int rc;

	argc = options_take(options, argc, argv);
	if (argc < 0)
		return CTL_USAGE;
	ms932 = strcmp(encoding, "ms932") == 0;
	if (argc > 1 || (!ms932 && strcmp(encoding, "utf-8") != 0))
		return ctl_usage(
		    "registry export [FILE] [--encoding ms932|utf-8]");
	rc = ctl_ask(
	    ctl, json_pack("{ss}", "command", "registry.list"), &answer);
	if (rc != CTL_OK)
		return rc;
	if (argc == 1 || !ctl_json(ctl, answer))
		rc = export_rows(
		    ctl, offices_of(answer), argc == 1 ? argv[1] : NULL, ms932);
	json_decref(answer);
	return rc;
}

int
registry_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct ctl *ctl, int argc, char **argv);
	} rows[] = {
	    {"import", registry_import},
	    {"diff", registry_diff},
	    {"list", list},
	    {"show", show},
	    {"export", export},
	    {"history", registry_history},
	    {"joined", registry_joined},
	    {"quarantine", registry_quarantine},
	};
	const char *name = argc > 1 ? argv[1] : "";

	if (registry_fax_known(name))
		return registry_fax(ctl, argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].run(ctl, argc - 1, argv + 1);
	return ctl_usage(
	    "registry import, diff, list, show, export, history, joined, "
	    "quarantine, fax, verify-fax, test-fax, confirm-fax or "
	    "freeze-fax");
}

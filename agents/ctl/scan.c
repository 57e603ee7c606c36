/* NAME
 *	scan - tasukictl scan: the CSV files of data sheets, from their images
 * SUMMARY
 *	tasukictl scan IMAGE... [--out DIR]
 * DESCRIPTION
 *	IMAGE is a scan or a received FAX (PNG, JPEG, TIFF with any number of
 *	pages), in any order; several sheets may lie in one pile.  Of a sheet
 *	that is whole the files are saved; of one that is not, the missing
 *	parts are named by the numbers under the codes.
 * DIAGNOSTICS
 *	0 every sheet was whole, 1 parts or all codes are missing or an image
 *	cannot be read as one, 2 usage or a file that cannot be read.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "scan.h"

#include "ctl.h"
#include "save.h"

struct pile {
	struct ctl *ctl;
	struct parts *parts;
	json_t *images, *sheets;
	bool good;
};

static void
add_image(struct pile *pile, const char *path, int rc,
    const struct scan_result *result, const struct why *why)
{
	json_t *image = json_pack("{ss, si, si, si}", "file", path, "pages",
	    (int)result->pages, "codes", (int)result->codes, "newer",
	    (int)result->newer);

	if (rc < 0) {
		json_object_set_new(image, "code", json_string(why->code));
		json_object_set_new(image, "message", json_string(why->text));
		pile->good = false;
	}
	if (result->newer > 0)
		pile->good = false;
	json_array_append_new(pile->images, image);
}

/* CTL_OK also for an image that is none: the others are read. */
static int
read_image(struct pile *pile, const char *path)
{
	struct scan_result result = {0};
	struct why why = {0};
	struct buf data;

	buf_init(&data, SCAN_BYTES_MAX);
	errno = 0;
	int rc = file_read_path(path, SCAN_BYTES_MAX, &data);
	if (rc < 0) {
		why_set(&why, WHY_NEVER, "unreadable", "%s: %s.", path,
		    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
		(void)ctl_fail(pile->ctl, &why);
		buf_fini(&data);
		return CTL_USAGE;
	}
	rc = scan_image(data.data != NULL ? data.data : "", data.len,
	    pile->parts, &result, &why);
	add_image(pile, path, rc, &result, &why);
	buf_fini(&data);
	return CTL_OK;
}

static json_t *
missing(const struct parts *parts, size_t set)
{
	json_t *list = json_array();

	for (unsigned i = 1; i <= parts_of(parts, set); i++) {
		if (!parts_have(parts, set, i))
			json_array_append_new(list, json_integer(i));
	}
	return list;
}

static int
save_set(struct pile *pile, size_t set, struct save *save, struct why *why)
{
	const struct parts_document *documents;
	size_t count = 0;
	int rc = parts_documents(pile->parts, set, &documents, &count, why);

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = save_file(save, documents[i].name, documents[i].data,
		    documents[i].bytes, why);
	return rc;
}

static int
take_set(struct pile *pile, size_t set, const char *folder, struct why *why)
{
	struct save save = {.dirfd = -1};
	char id[12];
	bool whole = parts_complete(pile->parts, set);
	int rc = 0;

	snprintf(id, sizeof(id), "%08x", parts_set_id(pile->parts, set));
	if (whole) {
		rc = save_open(&save, folder, why);
		if (rc == 0)
			rc = save_set(pile, set, &save, why);
	}
	pile->good = pile->good && whole;
	if (rc == 0)
		json_array_append_new(pile->sheets,
		    json_pack("{ss, si, so, sO?}", "id", id, "parts",
			(int)parts_of(pile->parts, set), "missing",
			missing(pile->parts, set), "files", save.files));
	save_close(&save);
	return rc;
}

/* ---- for people ---- */

static void
print_numbers(FILE *out, const json_t *list)
{
	size_t i;
	json_t *no;

	json_array_foreach(list, i, no)
	    fprintf(out, "%s%lld", i > 0 ? ", " : "", json_integer_value(no));
	fputc('\n', out);
}

static void
print_pile(const struct pile *pile)
{
	const struct ctl *ctl = pile->ctl;
	FILE *out = ctl->term.out;
	size_t i;
	json_t *one;

	json_array_foreach(pile->images, i, one)
	{
		term_text(&ctl->term,
		    json_string_value(json_object_get(one, "file")),
		    TERM_PLAIN);
		const json_t *message = json_object_get(one, "message");
		fprintf(out,
		    ctl->ja ? ": %lld個のコード%s%s\n" : ": %lld codes%s%s\n",
		    json_integer_value(json_object_get(one, "codes")),
		    message != NULL ? ": " : "",
		    message != NULL ? json_string_value(message) : "");
	}
	json_array_foreach(pile->sheets, i, one)
	{
		const json_t *gaps = json_object_get(one, "missing");
		const char *id = json_string_value(json_object_get(one, "id"));
		if (json_array_size(gaps) == 0) {
			save_show(ctl, json_object_get(one, "files"));
			continue;
		}
		fprintf(out,
		    ctl->ja ? "データシート %s: 全%lld個のうち足りない番号: "
			    : "data sheet %s of %lld parts misses ",
		    id, json_integer_value(json_object_get(one, "parts")));
		print_numbers(out, gaps);
	}
	if (json_array_size(pile->sheets) == 0)
		fputs(ctl->ja ? "データシートのコードが見つかりません。"
				"300dpiで、傾かないように読み取ってください。\n"
			      : "No code of a data sheet was found: scan with "
				"300 dots an inch, and straight.\n",
		    out);
}

static int
report(struct pile *pile)
{
	bool good = pile->good && json_array_size(pile->sheets) > 0;
	json_t *answer = json_pack("{sb, sO, sO}", "ok", good, "images",
	    pile->images, "sheets", pile->sheets);

	if (!ctl_json(pile->ctl, answer))
		print_pile(pile);
	json_decref(answer);
	return good ? CTL_OK : CTL_TROUBLE;
}

static int
run(struct pile *pile, char **images, const char *folder)
{
	struct why why = {0};
	int rc = CTL_OK;

	for (; *images != NULL && rc == CTL_OK; images++)
		rc = read_image(pile, *images);
	for (size_t i = 0; i < parts_sets(pile->parts) && rc == CTL_OK; i++) {
		if (take_set(pile, i, folder, &why) < 0)
			rc = ctl_fail(pile->ctl, &why);
	}
	return rc == CTL_OK ? report(pile) : rc;
}

int
scan_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"out", required_argument, NULL, 'o'},
	    {NULL, 0, NULL, 0},
	};
	struct pile pile = {.ctl = ctl, .good = true};
	const char *folder = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return CTL_USAGE;
		folder = optarg;
	}
	if (optind == argc)
		return ctl_usage("scan takes images");
	pile.parts = parts_new();
	pile.images = json_array();
	pile.sheets = json_array();
	int rc = run(&pile, argv + optind, folder);
	json_decref(pile.images);
	json_decref(pile.sheets);
	parts_free(&pile.parts);
	return rc;
}

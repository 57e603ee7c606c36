/* NAME
 *	convert - tasukictl convert: another edition, or a repaired copy
 * SUMMARY
 *	tasukictl convert --to EDITION [--from-type TT] [--to-type TT]
 *	    [--accept-loss] [--out DIR] [--profile NAME] FILE...
 *	tasukictl convert --repair [--out DIR] [--profile NAME] FILE...
 * DESCRIPTION
 *	--to makes copies of another edition (V3, V4.1 or a CSV version), --repair
 *	copies without the deviations that quirks.tsv knows.  The files stay as
 *	they are; copies go to DIR (default "derived" in the current folder) with
 *	a note NAME.txt beside each.
 *
 *	--to is all or nothing: if a value would be lost, or one file cannot be
 *	converted, nothing is written.  --accept-loss writes what is left.  With
 *	--repair each file stands for itself.
 *
 *	A copy must pass the check under the profile; default: exchange for --to,
 *	strict for --repair.
 * DIAGNOSTICS
 *	Exit code 0: done, or nothing was to be done; 1: a loss, or a file that
 *	cannot be converted or repaired; 2: the command line is wrong or the
 *	tables cannot be loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "file.h"

#include "convert.h"
#include "derived.h"
#include "quirk.h"
#include "set.h"
#include "standard.h"
#include "writer.h"

#include "ctl.h"
#include "options.h"

#define FOLDER_DEFAULT "derived"
#define TEXT_MAX       (1024 * 1024)

struct input {
	const char *path, *name;
	struct buf bytes;
	struct name parsed; /* kind "" if it does not parse */
	/* the result */
	int rc;
	char copy[NAME_TEXT_BYTES];
	struct buf copy_bytes, what;
	bool left_out;
	json_t *findings;
	struct why why;
};

struct verb {
	struct ctl *ctl;
	struct standard *standard;
	const struct profile *profile;
	const struct layout_edition *edition; /* NULL: repair */
	const char *from_type, *to_type, *out;
	bool accept_loss;
	struct input *inputs;
	size_t count;
	bool ja, json;
};

/* -- findings ----------------------------------------------------------- */

struct listener {
	struct verb *verb;
	struct input *input;
};

static void
add_line(struct verb *verb, struct input *input, const struct finding *f)
{
	struct buf *out = &input->what;

	buf_text(out, "  ");
	if (f->line > 0)
		buf_printf(out, verb->ja ? "%ju行目 " : "line %ju ",
		    (uintmax_t)f->line);
	if (f->field_no > 0)
		buf_printf(out,
		    verb->ja ? "項目%u %s: " : "field %u %s: ", f->field_no,
		    f->field);
	buf_printf(out, "%s [%s]\n", verb->ja ? f->ja : f->en, f->code);
}

static void
on_finding(const struct finding *f, void *arg)
{
	const struct listener *to = arg;

	add_line(to->verb, to->input, f);
	json_array_append_new(to->input->findings,
	    json_pack("{s:I, s:I, s:i, s:s, s:s, s:s, s:s}", "record",
		(json_int_t)f->record, "line", (json_int_t)f->line, "field_no",
		(int)f->field_no, "field", f->field, "level",
		f->level == FINDING_ERROR ? "error" : "warning", "code",
		f->code, "message", to->verb->ja ? f->ja : f->en));
}

/* -- files -------------------------------------------------------------- */

static void
read_input(struct verb *verb, struct input *input, const char *path)
{
	const char *slash = strrchr(path, '/');

	input->path = path;
	input->name = slash != NULL ? slash + 1 : path;
	input->findings = json_array();
	buf_init(&input->bytes, WRITER_BYTES_MAX);
	buf_init(&input->copy_bytes, WRITER_BYTES_MAX);
	buf_init(&input->what, TEXT_MAX);
	errno = 0;
	input->rc = file_read_path(path, WRITER_BYTES_MAX - 1, &input->bytes);
	if (input->rc != 0)
		why_set(&input->why, WHY_NEVER, "file-unreadable",
		    "The file cannot be read: %s.",
		    errno != 0 ? strerror(errno) : err_text(input->rc));
	if (name_parse(verb->standard, input->name, &input->parsed, NULL) != 0)
		input->parsed.kind[0] = '\0';
}

static void
input_fini(struct input *input)
{
	buf_fini(&input->bytes);
	buf_fini(&input->copy_bytes);
	buf_fini(&input->what);
	json_decref(input->findings);
}

/* What all files of this one's set tell about its types. */
static void
learn(const struct verb *verb, const struct input *input,
    struct convert_types *types)
{
	*types = (struct convert_types){0};
	for (size_t i = 0; i < verb->count; i++) {
		const struct input *other = &verb->inputs[i];

		if (other->rc == 0 && other->parsed.kind[0] != '\0' &&
		    set_same(&other->parsed, &input->parsed))
			convert_learn(verb->standard, other->name,
			    other->bytes.data, other->bytes.len, types);
	}
	if (verb->from_type != NULL) {
		snprintf(
		    types->from, sizeof types->from, "%s", verb->from_type);
		types->from_two = false;
	}
	if (verb->to_type != NULL) {
		snprintf(types->to, sizeof types->to, "%s", verb->to_type);
		types->to_two = false;
	}
}

static void
convert_input(struct verb *verb, struct input *input)
{
	struct convert_to to = {.edition = verb->edition,
	    .accept_loss = verb->accept_loss,
	    .profile = verb->profile};
	struct listener listener = {verb, input};
	struct convert_copy copy;

	to.fn = on_finding;
	to.arg = &listener;
	learn(verb, input, &to.types);
	input->rc = convert_file(verb->standard, input->name, input->bytes.data,
	    input->bytes.len, &to, &copy, &input->why);
	snprintf(input->copy, sizeof input->copy, "%s", copy.name);
	input->left_out = copy.left_out;
	buf_add(&input->copy_bytes, copy.bytes.data, copy.bytes.len);
	convert_copy_fini(&copy);
}

static void
repair_input(struct verb *verb, struct input *input)
{
	struct listener listener = {verb, input};
	struct quirk_with with = {verb->profile, on_finding, &listener};
	struct quirk_copy copy;

	input->rc = quirk_repair(verb->standard, input->name, input->bytes.data,
	    input->bytes.len, &with, &copy, &input->why);
	snprintf(input->copy, sizeof input->copy, "%s", copy.name);
	quirk_tell(verb->standard, input->name, &copy.report, NULL, on_finding,
	    &listener);
	buf_add(&input->copy_bytes, copy.bytes.data, copy.bytes.len);
	quirk_copy_fini(&copy);
}

/* -- writing ------------------------------------------------------------ */

static bool
has_copy(const struct input *input)
{
	return input->rc == 0 && !input->left_out;
}

static void
save(struct verb *verb, int dirfd, struct input *input)
{
	struct derived derived = {
	    .name = input->copy,
	    .p = input->copy_bytes.data,
	    .n = input->copy_bytes.len,
	    .origin = input->name,
	    .origin_p = input->bytes.data,
	    .origin_n = input->bytes.len,
	    .what = input->what.len > 0 ? input->what.data : "",
	    .now_ms = clock_wall_ms(),
	    .ja = verb->ja,
	};

	input->rc = derived_save(dirfd, &derived);
	if (input->rc == TSK_EXIST)
		why_set(&input->why, WHY_NEVER, "exists",
		    "Another file %s is there already.", input->copy);
	else if (input->rc != 0)
		why_set(&input->why, WHY_NEVER, "write",
		    "The copy cannot be written: %s.", err_text(input->rc));
}

static int
save_all(struct verb *verb)
{
	int dirfd = file_dir_below(AT_FDCWD, verb->out, 0755);

	if (dirfd < 0)
		return dirfd;
	for (size_t i = 0; i < verb->count; i++) {
		if (has_copy(&verb->inputs[i]))
			save(verb, dirfd, &verb->inputs[i]);
	}
	close(dirfd);
	return 0;
}

/* -- telling ------------------------------------------------------------ */

static const char *
result_word(const struct input *input, bool written)
{
	if (input->rc == TSK_EMPTY)
		return "unchanged";
	if (input->rc == TSK_DENIED)
		return "loss";
	if (input->rc != 0)
		return "refused";
	if (input->left_out)
		return "left-out";
	return written ? "written" : "not-written";
}

static const char *
result_ja(const char *word)
{
	static const struct {
		const char *word, *ja;
	} words[] = {
	    {"unchanged", "そのままです（することがありません）"},
	    {"loss", "失われるものがあるため、作りませんでした"},
	    {"refused", "作れません"},
	    {"left-out", "この版にない種類のため、除きました"},
	    {"written", "写しを作りました"},
	    {"not-written", "他のファイルが作れないため、書きませんでした"},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, word) == 0)
			return words[i].ja;
	}
	return word;
}

/* Why not, in the reader's language; the code is the fall-back. */
static const char *
why_text(const struct verb *verb, const struct why *why)
{
	static const struct {
		const char *code, *ja;
	} words[] = {
	    {"same", "もうその版のファイルです。"},
	    {"loss", "その版に入らない値があります。失ってよければ "
		     "--accept-loss を付けてください。"},
	    {"types-unknown", "ファイル名に入れるサービス種類が、一緒に送る"
			      "ファイルの中身から決まりません。--from-type と "
			      "--to-type で指定してください。"},
	    {"too-long", "その版の桁数を超える値があります。"},
	    {"copy-errors",
		"写しに誤りが残ります。元のソフトで直してください。"},
	    {"unreadable-record", "読み取れない行や名前があります。先に "
				  "tasukictl check で確かめてください。"},
	    {"version-unknown", "1件目のCSVバージョンが標準仕様にありません。"},
	    {"edition-withdrawn", "V4.0は取り下げられた版のため、作りません。"},
	    {"too-large", "写しが大きすぎます。"},
	    {"nothing-known", "規則で直せる書き方の癖は見つかりません。"},
	    {"file-unreadable", "ファイルを読めません。"},
	    {"exists", "同じ名前の別のファイルがもうあります。"},
	    {"write", "写しを書けません。"},
	};

	for (size_t i = 0; verb->ja && i < sizeof words / sizeof words[0];
	     i++) {
		if (strcmp(words[i].code, why->code) == 0)
			return words[i].ja;
	}
	return why->text;
}

static void
print_input(const struct verb *verb, const struct input *input, bool written)
{
	const char *word = result_word(input, written);

	term_text(&verb->ctl->term, input->path, TERM_PLAIN);
	printf(": %s", verb->ja ? result_ja(word) : word);
	if (has_copy(input) && written)
		printf(" -> %s/%s", verb->out, input->copy);
	putchar('\n');
	if (input->rc != 0)
		printf("  %s\n", why_text(verb, &input->why));
	if (input->what.len > 0)
		fputs(input->what.data, stdout);
}

static void
print_json(const struct verb *verb, bool written)
{
	json_t *files = json_array(), *all;

	for (size_t i = 0; i < verb->count; i++) {
		const struct input *input = &verb->inputs[i];
		json_t *file = json_pack("{s:s, s:s, s:O}", "file", input->path,
		    "result", result_word(input, written), "findings",
		    input->findings);

		if (file == NULL)
			panic("a result does not fit into JSON");
		if (input->rc != 0)
			json_object_set_new(file, "why",
			    json_string(why_text(verb, &input->why)));
		if (has_copy(input) && written)
			json_object_set_new(file, "copy",
			    json_sprintf("%s/%s", verb->out, input->copy));
		json_array_append_new(files, file);
	}
	all = json_pack("{s:o, s:b}", "files", files, "written", (int)written);
	json_dumpf(all, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(all);
}

/* -- the whole ---------------------------------------------------------- */

static int
run(struct verb *verb)
{
	size_t bad = 0, copies = 0;
	bool written;
	int rc = 0;

	for (size_t i = 0; i < verb->count; i++) {
		struct input *input = &verb->inputs[i];

		if (input->rc == 0 && verb->edition != NULL)
			convert_input(verb, input);
		else if (input->rc == 0)
			repair_input(verb, input);
		bad += input->rc != 0 && input->rc != TSK_EMPTY;
		copies += has_copy(input);
	}
	written = copies > 0 && (bad == 0 || verb->edition == NULL);
	if (written)
		rc = save_all(verb);
	if (rc != 0) {
		fprintf(stderr, "tasukictl convert: %s: %s\n", verb->out,
		    err_text(rc));
		return CTL_TROUBLE;
	}
	for (size_t i = 0; i < verb->count; i++) {
		bad += written && verb->inputs[i].rc != 0 &&
		       verb->inputs[i].rc != TSK_EMPTY;
		if (!verb->json)
			print_input(verb, &verb->inputs[i], written);
	}
	if (verb->json)
		print_json(verb, written);
	return bad > 0 ? CTL_TROUBLE : CTL_OK;
}

static bool
type_good(const char *type)
{
	return type == NULL || number_type_form(type);
}

/* What the tables say of the options; CTL_OK or CTL_USAGE. */
static int
choose(struct verb *verb, const char *edition, const char *profile)
{
	if (edition != NULL) {
		verb->edition = convert_edition(verb->standard, edition);
		if (verb->edition == NULL)
			return ctl_usage("there is no edition %s", edition);
	}
	if (!type_good(verb->from_type) || !type_good(verb->to_type))
		return ctl_usage("a service type has 2 characters, like 11");
	if (profile == NULL)
		profile = edition != NULL ? "exchange" : "strict";
	verb->profile = standard_profile(verb->standard, profile);
	if (verb->profile == NULL)
		return ctl_usage("there is no profile %s", profile);
	return CTL_OK;
}

int
convert_verb(struct ctl *ctl, int argc, char **argv)
{
	struct verb verb = {.ctl = ctl,
	    .out = FOLDER_DEFAULT,
	    .ja = ctl->ja,
	    .json = ctl->json};
	const char *edition = NULL, *profile = NULL, *dir = standard_dir();
	bool repair = false;
	const struct option options[] = {
	    {"--to", &edition, NULL},
	    {"--from-type", &verb.from_type, NULL},
	    {"--to-type", &verb.to_type, NULL},
	    {"--out", &verb.out, NULL},
	    {"--profile", &profile, NULL},
	    {"--standard", &dir, NULL},
	    {"--accept-loss", NULL, &verb.accept_loss},
	    {"--repair", NULL, &repair},
	    {NULL, NULL, NULL},
	};
	int files = options_take(options, argc, argv), rc;
	struct why why = {0};

	if (files < 0)
		return CTL_USAGE;
	if (files == 0)
		return ctl_usage("convert which FILE?");
	if (repair == (edition != NULL))
		return ctl_usage("convert wants --to EDITION or --repair");
	if (standard_load(dir, &verb.standard, &why) != 0) {
		fprintf(stderr, "tasukictl convert: %s\n", why.text);
		return CTL_USAGE;
	}
	rc = choose(&verb, edition, profile);
	verb.inputs = mem_new((size_t)files * sizeof *verb.inputs);
	verb.count = (size_t)files;
	for (int i = 0; i < files; i++)
		read_input(&verb, &verb.inputs[i], argv[i + 1]);
	if (rc == CTL_OK)
		rc = run(&verb);
	for (size_t i = 0; i < verb.count; i++)
		input_fini(&verb.inputs[i]);
	free(verb.inputs);
	standard_free(&verb.standard);
	return rc;
}

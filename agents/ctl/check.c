/* NAME
 *	check - tasukictl check: files of the standard against its rules
 * SUMMARY
 *	tasukictl check [--json] [--lang ja|en] [--profile NAME]
 *	[--standard DIR] FILE...
 * DESCRIPTION
 *	For people: under the name of each file one line a finding (where, which
 *	field, what to do), a line of counts, then what is wrong with the files
 *	of one folder together, and at the end what they are: a whole set, or one
 *	with members missing.  Of a file alone that is only a hint: offices also
 *	check single files.
 *
 *	A finding that comes of a known habit of some software
 *	(config/standard/quirks) names it, and says whether "convert --repair"
 *	mends it; in JSON as quirk, quirk_text and repairable.
 *
 *	--profile: how severe the findings are: strict, exchange (the default) or
 *	lenient.
 *
 *	--json: one object a line, a finding each, nothing else: file, record,
 *	line, field_no, field, level, code, message.  record 0 is the whole file,
 *	field_no 0 the whole record.
 *
 *	The language is --lang, else that of LC_ALL, LC_MESSAGES or LANG: Japanese
 *	if it begins with "ja", else English.
 * DIAGNOSTICS
 *	Exit code 0: no errors (warnings allowed); 1: errors, or a file that
 *	cannot be read or is not named by the standard; 2: the command line is
 *	wrong or the tables cannot be loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "buf.h"
#include "err.h"
#include "utf8.h"

#include "check.h"
#include "quirk.h"
#include "set.h"
#include "set_check.h"
#include "standard.h"

#include "check_main.h"

#define HABIT_BYTES 65536

/* Files of one folder may be a set; copies in others are no part of it. */
struct place {
	const char *path; /* of its first file */
	struct set_check *set;
};

struct verb {
	bool json, ja;
	const char *profile_name;
	const struct profile *profile;
	char **paths;
	struct place *places;
	size_t place_count;
	const char *dir;
	struct standard *standard;
	const char *path; /* as on the command line */
	struct buf text;
	struct name *names; /* of the files with good names, for the hints */
	size_t name_count;
	uint64_t errors, warnings, files;
	/* of the file at hand; looked for at its first finding */
	bool habits_known;
	struct quirk_report habits;
	bool told[QUIRKS_MAX]; /* which of them */
};

static const struct {
	const char *ja, *en;
} words[] = {
    {"警告", "warning"},
    {"エラー", "error"},
};

/* -- output ------------------------------------------------------------- */

/* Names of files may be any bytes; a terminal and JSON want UTF-8 and nothing
 * that hides. */
static const char *
safe(struct buf *out, const char *text)
{
	size_t n = strlen(text), used;

	buf_clear(out);
	for (size_t i = 0; i < n; i += used) {
		int32_t c = utf8_next(text + i, n - i, &used);

		if (c < 0 || utf8_hidden(c))
			buf_char(out, '?');
		else
			buf_add(out, text + i, used);
	}
	return out->data != NULL ? out->data : "";
}

/* -- habits ------------------------------------------------------------- */

/* The beginning of a file shows the habits of the software that wrote it.
 * O_NONBLOCK: a FIFO must not hold us up. */
static size_t
read_head(const char *path, char *bytes)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 1;
	struct stat st;

	if (fd == -1)
		return 0;
	while (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && got > 0 &&
	       n < HABIT_BYTES) {
		got = read(fd, bytes + n, HABIT_BYTES - n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return n;
}

static void
look_for_habits(struct verb *verb)
{
	const char *slash = strrchr(verb->path, '/');
	char *bytes = mem_new(HABIT_BYTES);
	size_t n = read_head(verb->path, bytes);

	quirk_find(verb->standard, slash != NULL ? slash + 1 : verb->path,
	    bytes, n, &verb->habits);
	memset(verb->told, 0, sizeof verb->told);
	verb->habits_known = true;
	free(bytes);
}

/* The habit behind a finding; NULL if none is known. */
static const struct quirk_seen *
habit_of(struct verb *verb, const char *code)
{
	if (!verb->habits_known)
		look_for_habits(verb);
	return quirk_explaining(&verb->habits, code);
}

static bool
mendable(const struct quirk_seen *habit)
{
	return strcmp(habit->quirk->repair, "-") != 0;
}

/* Once a file. */
static void
print_habit(struct verb *verb, const struct quirk_seen *habit)
{
	size_t at;

	if (habit == NULL ||
	    verb->told[at = (size_t)(habit - verb->habits.seen)])
		return;
	verb->told[at] = true;
	if (verb->ja)
		printf("    癖 %s/%s: %s。%s\n", habit->quirk->family,
		    habit->quirk->name, habit->quirk->ja,
		    mendable(habit)
			? "tasukictl convert --repair で直した写しを作れます。"
			: "自動では直せません。ソフトの設定を確かめてください。");
	else
		printf("    habit %s/%s: %s; %s\n", habit->quirk->family,
		    habit->quirk->name, habit->quirk->en,
		    mendable(habit)
			? "\"tasukictl convert --repair\" makes a mended copy."
			: "not mended by rule: check the software's settings.");
}

static void
add_habit(const struct verb *verb, const struct quirk_seen *habit, json_t *out)
{
	if (habit == NULL)
		return;
	json_object_set_new(out, "quirk",
	    json_sprintf("%s/%s", habit->quirk->family, habit->quirk->name));
	json_object_set_new(out, "quirk_text",
	    json_string(verb->ja ? habit->quirk->ja : habit->quirk->en));
	json_object_set_new(out, "repairable", json_boolean(mendable(habit)));
}

/* -- findings ----------------------------------------------------------- */

static void
print_json(struct verb *verb, const struct finding *finding,
    const struct quirk_seen *habit)
{
	json_t *object = json_pack("{s:s, s:I, s:I, s:i, s:s, s:s, s:s, s:s}",
	    "file", safe(&verb->text, verb->path), "record",
	    (json_int_t)finding->record, "line", (json_int_t)finding->line,
	    "field_no", (int)finding->field_no, "field", finding->field,
	    "level", words[finding->level].en, "code", finding->code, "message",
	    verb->ja ? finding->ja : finding->en);

	if (object == NULL)
		panic("a finding does not fit into JSON: %s", finding->code);
	add_habit(verb, habit, object);
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void
print_place(const struct verb *verb, const struct finding *finding)
{
	if (verb->ja) {
		if (finding->line > 0)
			printf("%ju行目", (uintmax_t)finding->line);
		if (finding->record > 0)
			printf("（%ju件目）", (uintmax_t)finding->record);
		if (finding->field_no > 0)
			printf("項目%u %s", finding->field_no, finding->field);
		if (finding->line == 0 && finding->field_no == 0)
			printf("ファイル全体");
		return;
	}
	if (finding->line == 0)
		printf("whole file");
	else
		printf("line %ju", (uintmax_t)finding->line);
	if (finding->record > 0)
		printf(" (record %ju)", (uintmax_t)finding->record);
	if (finding->field_no > 0)
		printf(" field %u %s", finding->field_no, finding->field);
}

static void
on_finding(const struct finding *finding, void *arg)
{
	struct verb *verb = arg;

	const struct quirk_seen *habit = habit_of(verb, finding->code);

	if (verb->json) {
		print_json(verb, finding, habit);
	} else {
		printf("  %s ", verb->ja ? words[finding->level].ja
					 : words[finding->level].en);
		print_place(verb, finding);
		printf(": %s [%s]\n", verb->ja ? finding->ja : finding->en,
		    finding->code);
		print_habit(verb, habit);
	}
	/* also into a pipe: who waits for a large file reads the first ones */
	fflush(stdout);
}

static void
print_counts(const struct verb *verb, const struct check_result *result)
{
	if (verb->json)
		return;
	printf(verb->ja
		   ? "  %ju件・利用者%u人: エラー %ju、警告 %ju\n"
		   : "  %ju records, %u clients: %ju errors, %ju warnings\n",
	    (uintmax_t)result->records, result->clients,
	    (uintmax_t)result->errors, (uintmax_t)result->warnings);
}

/* -- one file ----------------------------------------------------------- */

static void
note(struct verb *verb, const char *file, const char *code, const char *value)
{
	if (check_note(verb->standard, file, code, value, on_finding, verb) !=
	    0)
		verb->errors++;
	else
		verb->warnings++;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
remember(struct verb *verb, const struct check_result *result)
{
	if (result->name.stamp[0] != '\0')
		verb->names[verb->name_count++] = result->name;
}

static struct set_check *
set_of(struct verb *verb, const char *path)
{
	size_t n = (size_t)(base_name(path) - path);
	struct place *place = verb->places;

	for (size_t i = 0; i < verb->place_count; i++, place++) {
		if ((size_t)(base_name(place->path) - place->path) == n &&
		    memcmp(place->path, path, n) == 0)
			return place->set;
	}
	place = &verb->places[verb->place_count++];
	place->path = path;
	place->set = set_check_new(verb->standard, verb->profile);
	return place->set;
}

static void
check_path(struct verb *verb, unsigned member)
{
	const char *path = verb->paths[member];
	struct check_with with = {verb->profile, set_of(verb, path), member};
	struct check_result result;
	int rc;

	verb->path = path;
	verb->files++;
	verb->habits_known = false;
	if (!verb->json)
		printf("%s\n", safe(&verb->text, path));
	errno = 0;
	rc = check_file_with(
	    verb->standard, path, NULL, &with, on_finding, verb, &result);
	verb->errors += result.errors;
	verb->warnings += result.warnings;
	if (rc != 0)
		note(verb, base_name(path), "file-unreadable",
		    rc == TSK_SYSTEM && errno != 0 ? strerror(errno)
						   : err_text(rc));
	else if (!result.standard)
		note(verb, base_name(path), "name-not-standard", "");
	else {
		remember(verb, &result);
		print_counts(verb, &result);
	}
}

/* -- sets --------------------------------------------------------------- */

static void
on_set_finding(const struct finding *finding, void *arg)
{
	struct verb *verb = arg;
	const char *path = verb->paths[finding->member];

	if (path != verb->path && !verb->json)
		printf("%s\n", safe(&verb->text, path));
	if (path != verb->path)
		verb->habits_known = false;
	verb->path = path;
	on_finding(finding, verb);
}

static void
check_sets(struct verb *verb)
{
	struct set_result result;

	verb->path = NULL;
	for (size_t i = 0; i < verb->place_count; i++) {
		set_check_judge(verb->places[i].set, SET_MEMBERS_MORE,
		    on_set_finding, verb, &result);
		verb->errors += result.errors;
		verb->warnings += result.warnings;
		set_check_free(&verb->places[i].set);
	}
}

/* -- hints about sets --------------------------------------------------- */

static void
print_hint(const struct verb *verb, const struct name *members, size_t count)
{
	char missing[256];
	enum set_state state =
	    set_judge(verb->standard, members, count, missing, sizeof missing);
	const char *ja = "組になる書類がそろっています", *en = "a whole set";

	if (state == SET_PARTIAL) {
		ja = "一緒に送る書類が足りません";
		en = "a set with members missing";
	} else if (state == SET_OPEN) {
		ja = "組になっていますが、さらに加わることがあります";
		en = "a set; more may belong to it";
	} else if (state == SET_UNKNOWN) {
		ja = "標準仕様にない組み合わせです";
		en = "no set of the standard";
	}
	printf("%s %s: %s%s%s%s\n",
	    verb->ja ? "参考:" : "info:", members[0].stamp, verb->ja ? ja : en,
	    *missing ? " (" : "", missing, *missing ? ")" : "");
}

static void
print_hints(struct verb *verb)
{
	struct name *members =
	    mem_new((verb->name_count + 1) * sizeof *members);

	for (size_t i = 0; i < verb->name_count; i++) {
		size_t count = 0;

		if (verb->names[i].stamp[0] == '\0')
			continue; /* counted with an earlier one */
		members[count++] = verb->names[i];
		for (size_t j = i + 1; j < verb->name_count; j++) {
			if (!set_same(&members[0], &verb->names[j]))
				continue;
			members[count++] = verb->names[j];
			verb->names[j].stamp[0] = '\0';
		}
		print_hint(verb, members, count);
	}
	free(members);
}

static void
print_total(const struct verb *verb)
{
	printf(verb->ja ? "ファイル %ju: エラー %ju、警告 %ju\n"
			: "%ju files: %ju errors, %ju warnings\n",
	    (uintmax_t)verb->files, (uintmax_t)verb->errors,
	    (uintmax_t)verb->warnings);
}

/* -- the command line --------------------------------------------------- */

static int
usage(const char *trouble, const char *what)
{
	if (trouble != NULL)
		fprintf(stderr, "tasukictl check: %s %s\n", trouble, what);
	fprintf(stderr, "usage: tasukictl check [--json] [--lang ja|en] "
			"[--profile NAME] [--standard DIR] FILE...\n");
	return 2;
}

static bool
prefers_ja(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return strncmp(value, "ja", 2) == 0;
	}
	return false;
}

/* The value of "--name VALUE" or "--name=VALUE"; NULL if argv[*i] is another
 * option, "" if the value is missing. */
static const char *
option(int argc, char **argv, int *i, const char *name)
{
	size_t n = strlen(name);

	if (argv[*i] == NULL || strncmp(argv[*i], name, n) != 0)
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	if (argv[*i][n] != '\0')
		return NULL;
	if (*i + 1 == argc)
		return "";
	return argv[++*i];
}

/* Take the options out of argv; the number of files left at its beginning, or
 * -1 after a message. */
static int
take_options(struct verb *verb, int argc, char **argv)
{
	bool options = true;
	int files = 0;

	for (int i = 1; i < argc && argv[i] != NULL; i++) {
		const char *value;

		if (!options || argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[files++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (strcmp(argv[i], "--json") == 0) {
			verb->json = true;
		} else if ((value = option(argc, argv, &i, "--lang")) != NULL) {
			verb->ja = strcmp(value, "ja") == 0;
			if (!verb->ja && strcmp(value, "en") != 0) {
				usage("the language is ja or en, not", value);
				return -1;
			}
		} else if ((value = option(argc, argv, &i, "--profile")) !=
			   NULL) {
			verb->profile_name = value;
		} else if ((value = option(argc, argv, &i, "--standard")) !=
			   NULL) {
			verb->dir = value;
		} else {
			usage("there is no option", argv[i]);
			return -1;
		}
	}
	return files;
}

int
check_main(int argc, char **argv)
{
	struct verb verb = {.ja = prefers_ja(),
	    .dir = standard_dir(),
	    .profile_name = "exchange",
	    .paths = argv};
	struct why why = {0};
	int files = take_options(&verb, argc, argv);

	if (files < 0)
		return 2;
	if (files == 0)
		return usage("no", "FILE was given.");
	if (standard_load(verb.dir, &verb.standard, &why) != 0) {
		fprintf(stderr, "tasukictl check: %s\n", why.text);
		return 2;
	}
	verb.profile = standard_profile(verb.standard, verb.profile_name);
	if (verb.profile == NULL) {
		standard_free(&verb.standard);
		return usage("there is no profile", verb.profile_name);
	}
	buf_init(&verb.text, 65536);
	verb.names = mem_new((size_t)files * sizeof *verb.names);
	verb.places = mem_new((size_t)files * sizeof *verb.places);
	for (int i = 0; i < files; i++)
		check_path(&verb, (unsigned)i);
	check_sets(&verb);
	if (!verb.json) {
		print_hints(&verb);
		print_total(&verb);
	}
	standard_free(&verb.standard);
	buf_fini(&verb.text);
	free(verb.names);
	free(verb.places);
	return verb.errors > 0 ? 1 : 0;
}

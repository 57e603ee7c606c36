/* NAME
 *	test_conf - settings, and the line of each mistake
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <czmq.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "file.h"
#include "temp.h"

struct desk {
	char *number, *folder;
	int64_t weight;
};

struct settings {
	char *listen, *note;
	int64_t batch, wait, limit;
	bool sync;
	char **ways;
	struct conf_sections desks, extra;
};

#define FIELD(name) offsetof(struct settings, name)

static const struct conf_row desk_rows[] = {
    {.path = "number",
	.type = CONF_TEXT,
	.offset = offsetof(struct desk, number),
	.meaning = "office number"},
    {.path = "sub/folder",
	.type = CONF_TEXT,
	.offset = offsetof(struct desk, folder),
	.initial = "/srv",
	.meaning = "where it lies"},
    {.path = "weight",
	.type = CONF_INT,
	.offset = offsetof(struct desk, weight),
	.initial = "1",
	.meaning = "any number"},
    {.path = NULL},
};

static const struct conf_row rows[] = {
    {.path = "listen",
	.type = CONF_TEXT,
	.offset = FIELD(listen),
	.meaning = "endpoint"},
    {.path = "note",
	.type = CONF_TEXT,
	.offset = FIELD(note),
	.initial = "",
	.meaning = "free text"},
    {.path = "store/batch_max",
	.type = CONF_INT,
	.offset = FIELD(batch),
	.initial = "256",
	.min = 1,
	.max = 4096,
	.meaning = "parcels in a batch"},
    {.path = "store/sync",
	.type = CONF_BOOL,
	.offset = FIELD(sync),
	.initial = "yes",
	.meaning = "whether to sync"},
    {.path = "limits/wait",
	.type = CONF_DURATION,
	.offset = FIELD(wait),
	.initial = "15 s",
	.min = 250,
	.max = 3600000,
	.meaning = "how long to wait"},
    {.path = "limits/parcel",
	.type = CONF_SIZE,
	.offset = FIELD(limit),
	.initial = "64 MiB",
	.min = 1,
	.max = 1LL << 30,
	.meaning = "bytes of a parcel"},
    {.path = "route/ways",
	.type = CONF_LIST,
	.offset = FIELD(ways),
	.initial = "bus pdf",
	.meaning = "ways of this site"},
    {.path = "office",
	.type = CONF_SECTION,
	.offset = FIELD(desks),
	.meaning = "an office",
	.rows = desk_rows,
	.item_bytes = sizeof(struct desk)},
    {.path = "metadata",
	.type = CONF_SECTION,
	.offset = FIELD(extra),
	.meaning = "anything"},
    {.path = NULL},
};

static const char full_text[] =
    "# settings\r\n"
    "listen = \"tcp://127.0.0.1:*  # 襷\" # real\r\n"
    "\n"
    "note = plain text   # comment\n"
    "store\n"
    "    batch_max = 12\n"
    "    sync = no\n"
    "limits\n"
    "    # indented comment\n"
    "    wait = 5 min\n"
    "    parcel = '1 GiB'\n"
    "metadata\n"
    "    who = me\n"
    "        deep = er\n"
    "office\n"
    "    number = 1370100016\n"
    "    sub\n"
    "        folder = /a\n"
    "office\n"
    "    number = 1370100024\n"
    "    weight = -7\n"
    "store\n"
    "route\n"
    "    ways = \"bus  fax pdf\"\n";

static void
reads_everything(void **state)
{
	struct settings s = {0};
	struct why why;
	const char *path = temp_put(*state, "a.conf", full_text);

	if (conf_load(path, rows, &s, &why) != 0)
		fail_msg("%s", why.text);
	assert_string_equal(s.listen, "tcp://127.0.0.1:*  # 襷");
	assert_string_equal(s.note, "plain text");
	assert_int_equal(s.batch, 12);
	assert_false(s.sync);
	assert_int_equal(s.wait, 300000);
	assert_int_equal(s.limit, 1 << 30);
	assert_string_equal(s.ways[0], "bus");
	assert_string_equal(s.ways[1], "fax");
	assert_string_equal(s.ways[2], "pdf");
	assert_null(s.ways[3]);
	assert_int_equal(s.desks.count, 2);
	const struct desk *desks = s.desks.items;
	assert_string_equal(desks[0].number, "1370100016");
	assert_string_equal(desks[0].folder, "/a");
	assert_int_equal(desks[0].weight, 1);
	assert_string_equal(desks[1].number, "1370100024");
	assert_string_equal(desks[1].folder, "/srv");
	assert_int_equal(desks[1].weight, -7);
	conf_free(rows, &s);
	assert_null(s.listen);
	assert_null(s.ways);
	assert_int_equal(s.desks.count, 0);
}

static void
defaults(void **state)
{
	struct settings s = {0};
	struct why why;
	const char *path = temp_put(*state, "a.conf", "\xef\xbb\xbflisten = x");

	assert_int_equal(conf_load(path, rows, &s, &why), 0);
	assert_string_equal(s.listen, "x");
	assert_string_equal(s.note, "");
	assert_int_equal(s.batch, 256);
	assert_true(s.sync);
	assert_int_equal(s.wait, 15000);
	assert_int_equal(s.limit, 64 << 20);
	assert_string_equal(s.ways[1], "pdf");
	assert_int_equal(s.desks.count, 0);
	conf_free(rows, &s);
}

static void
absent(void **state)
{
	struct settings s = {0};
	struct why why;

	(void)state;
	assert_int_equal(
	    conf_load("/nonexistent/a.conf", rows, &s, &why), TSK_NOTFOUND);
	assert_non_null(strstr(why.text, "/nonexistent/a.conf: "));
	assert_int_equal(conf_load("/", rows, &s, &why), TSK_INVALID);
}

static void
described(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	conf_describe(rows, &b);
	assert_non_null(strstr(b.data, "listen (must be set)\n    text: end"));
	assert_non_null(strstr(b.data,
	    "store/batch_max = 256\n    number from 1 to 4096: parcels"));
	assert_non_null(strstr(b.data,
	    "limits/wait = 15 s\n    duration from 250 ms to 1 h: how"));
	assert_non_null(strstr(b.data,
	    "limits/parcel = 64 MiB\n    size from 1 B to 1 GiB: bytes"));
	assert_non_null(strstr(b.data, "    sub/folder = \"/srv\"\n"));
	buf_fini(&b);
}

/* Every node of zconfig's tree stands on the line we say: the value of each
 * is the number of its line. */
static size_t
check_lines(zconfig_t *node, char *text, size_t seen)
{
	for (; node != NULL; node = zconfig_next(node)) {
		char wanted[32];
		(void)snprintf(
		    wanted, sizeof(wanted), "%s", zconfig_name(node));
		char *line = text;
		for (long n = strtol(wanted + 1, NULL, 10); n > 1; n--)
			line = strchr(line, '\n') + 1;
		assert_memory_equal(
		    line + strspn(line, " "), wanted, strlen(wanted));
		seen = check_lines(zconfig_child(node), text, seen + 1);
	}
	return seen;
}

static void
zconfig_keeps_the_order(void **state)
{
	char text[] = "# 1\nn2\n\n    n4 = \"a # b\" # c\n  \n    n6\n"
		      "        n7 = 'x'\n    # 8\n        n9\nn10 = 1\nn11\n"
		      "    n12\n        n13\n            n14 = 2\n    n15\nn16";

	(void)state;
	zconfig_t *root = zconfig_str_load(text);
	assert_non_null(root);
	assert_int_equal(check_lines(zconfig_child(root), text, 0), 12);
	zconfig_destroy(&root);
}

struct bad_case {
	const char *text, *want;
};

static const struct bad_case bad_cases[] = {
    /* grammar */
    {"listen = x\nnote = \"open\n", ":2: the closing quote is missing"},
    {"listen = 'x\"\n", ":1: the closing quote is missing"},
    {"# c\n\nlisten = \"x\" y\n", ":3: there is text after the closing"},
    {"listen = # none\n", ":1: there is no value before the '#'"},
    {"listen = x\nstore\n\tsync = no\n", ":3: the line is indented by a tab"},
    {"listen = x\nstore\n  sync = no\n", ":3: the indentation is no mult"},
    {"listen = x\n  # c\n", ":2: the indentation is no multiple of 4"},
    {"listen = x\nstore\n        sync = no\n", ":3: the line is indented dee"},
    {"    listen = x\n", ":1: the line is indented deeper"},
    {"listen x\n", ":1: '=' must follow"},
    {"listen = x\n= 5\n", ":2: a name must stand here"},
    {"listen = x\nstore/sync = no\n", ":2: '=' must follow"},
    {"listen = x\nあ = 5\n", ":2: a name must stand here"},
    {"listen = \x8b\xb3\n", ":1: the text is not UTF-8"},
    {"listen = x\nnote = a\xe2\x80\x8b\n", ":2: the line holds an invisible"},
    {"listen = x\nnote = a\x1b[0m\n", ":2: the line holds an invisible"},
    /* names */
    {"listen = x\nlissten = y\n", "\"lissten\": did you mean \"listen\"?"},
    {"listen = x\nstore\n    batchmax = 1\n", "mean \"store/batch_max\"?"},
    {"listen = x\nstore\n    zzz = 1\n", ":3: there is no setting \"store/z"},
    {"listen = x\nzzz\n    sync = no\n", ":2: there is no setting \"zzz\""},
    {"listen = x\n\nlisten = y\n", ":3: \"listen\" was set in line 1"},
    {"listen = x\nstore\n    sync = no\nstore\n    sync = no\n",
	":5: \"store/sync\" was set in line 3"},
    {"listen = x\n    note = y\n", ":1: \"listen\" is a setting and no sec"},
    {"listen = x\nstore = 5\n", ":2: \"store\" is a section"},
    {"listen = x\noffice = 5\n", ":2: \"office\" is a section"},
    {"# nothing\n", ":1: \"listen\" is not set"},
    {"listen = x\noffice\n    number = 1\noffice\n    weight = 1\n",
	":4: \"number\" is not set: add it (office number)"},
    {"listen = x\nmetadata\n    a = 1\n        b = 2\n    c = 3\nzzz = 4\n",
	":6: there is no setting \"zzz\""},
    {"listen = x\noffice\n    number = 1\n    number = 1\n",
	":4: \"number\" was set in line 3"},
    {"listen = x\noffice\n    listen = 1\n", ":3: there is no setting"},
    /* values */
    {"listen =\n", ":1: \"listen\" must not be empty"},
    {"listen = \"\"\n", ":1: \"listen\" must not be empty"},
    {"listen = x\nstore\n    batch_max = many\n", ":3: \"store/batch_max\" mu"},
    {"listen = x\nstore\n    batch_max = 1.5\n", "must be a whole number"},
    {"listen = x\nstore\n    batch_max = 0\n", "must be from 1 to 4096"},
    {"listen = x\nstore\n    batch_max = 4097\n", "must be from 1 to 4096"},
    {"listen = x\nstore\n    batch_max = 99999999999999999999\n", "must be a"},
    {"listen = x\nstore\n    batch_max =\n", "must be a whole number"},
    {"listen = x\nstore\n    sync = maybe\n", ":3: \"store/sync\" must be yes"},
    {"listen = x\nlimits\n    wait = 5\n", ":3: \"limits/wait\" must be a wh"},
    {"listen = x\nlimits\n    wait = 5 weeks\n", "with a unit (ms, s, min,"},
    {"listen = x\nlimits\n    wait = -5 s\n", "with a unit (ms, s, min,"},
    {"listen = x\nlimits\n    wait = 2 h\n", "must be from 250 ms to 1 h"},
    {"listen = x\nlimits\n    parcel = 64 MB\n", "(B, KiB, MiB, GiB, TiB)"},
    {"listen = x\nlimits\n    parcel = 2 GiB\n", "must be from 1 B to 1 GiB"},
    {"listen = x\nlimits\n    parcel = 999999999999 TiB\n", "must be a whol"},
};

static void
mistakes(void **state)
{
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct settings s = {0};
		struct why why = {0};
		const char *path = temp_put(*state, "bad.conf", c->text);
		int rc = conf_load(path, rows, &s, &why);
		if (rc != TSK_INVALID || strstr(why.text, c->want) == NULL)
			fail_msg("case %zu: %d %s", i, rc, why.text);
		assert_ptr_equal(strstr(why.text, path), why.text);
		assert_null(s.listen);
		assert_null(s.ways);
		assert_null(s.desks.items);
	}
}

static void
a_nul_or_a_long_line_is_refused(void **state)
{
	char text[1200];
	struct settings s = {0};
	struct why why;
	int fd = file_dir_open(AT_FDCWD, *state);

	assert_true(fd >= 0);
	assert_int_equal(
	    file_write(fd, "nul.conf", "listen = x\0y\n", 13, 0600), 0);
	(void)close(fd);
	(void)snprintf(text, sizeof(text), "%s/nul.conf", (const char *)*state);
	assert_int_equal(conf_load(text, rows, &s, &why), TSK_INVALID);
	memset(text, 'x', sizeof(text));
	memcpy(text, "listen = ", 9);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(
	    conf_load(temp_put(*state, "a.conf", text), rows, &s, &why),
	    TSK_INVALID);
	assert_non_null(strstr(why.text, ":1: the line is too long"));
}

/* CZMQ installs handlers for SIGINT and SIGTERM when it starts up; reading
 * settings must not start it: signals are the program's business. */
static void
signals_are_left_alone(void **state)
{
	struct settings s = {0};
	struct why why;
	struct sigaction action;

	assert_int_equal(
	    conf_load(temp_put(*state, "a.conf", full_text), rows, &s, &why),
	    0);
	conf_free(rows, &s);
	assert_int_equal(
	    conf_load(temp_put(*state, "a.conf", "zzz\n"), rows, &s, &why),
	    TSK_INVALID);
	assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_DFL);
	assert_int_equal(sigaction(SIGTERM, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_DFL);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reads_everything),
	    TEST(defaults),
	    TEST(absent),
	    TEST(described),
	    TEST(zconfig_keeps_the_order),
	    TEST(mistakes),
	    TEST(signals_are_left_alone),
	    TEST(a_nul_or_a_long_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_office_settings - the example explains every setting; what is refused
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "file.h"
#include "settings.h"

static void
read_example(struct buf *text)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/config/tasuki-office.conf",
	    getenv("TASUKI_SOURCE"));
	buf_init(text, 1u << 20);
	assert_int_equal(file_read_path(path, 1u << 19, text), 0);
}

/* "name = value", as a comment if it has a default. */
static void
find_rows(const char *text, const struct conf_row *rows, size_t *count)
{
	for (const struct conf_row *row = rows; row->path != NULL; row++) {
		const char *slash = strrchr(row->path, '/');
		const char *name = slash == NULL ? row->path : slash + 1;
		char wanted[256];

		if (row->type == CONF_SECTION) {
			find_rows(text, row->rows, count);
			continue;
		}
		(*count)++;
		if (row->initial != NULL)
			snprintf(wanted, sizeof(wanted), "# %s = \"%s\"\n",
			    name, row->initial);
		else
			snprintf(wanted, sizeof(wanted), "\n%s%s = \"",
			    slash != NULL || rows != settings_rows ? "    "
								   : "",
			    name);
		if (strstr(text, wanted) == NULL)
			fail_msg("not explained: %s", row->path);
	}
}

static void
test_example(void **state)
{
	struct buf text;
	size_t rows = 0, lines = 0;

	(void)state;
	read_example(&text);
	find_rows(text.data, settings_rows, &rows);
	for (const char *at = text.data; (at = strstr(at, " = \"")) != NULL;
	     at++)
		lines++;
	assert_int_equal(rows, lines);
	buf_fini(&text);
}

#define HEAD \
	"name=\"o\"\nkey=\"k\"\nbroker\n    endpoint=\"e\"\n    key=\"p\"\n"
#define GOOD "office\n    number=\"1379900010\"\n    folder=\"/a\"\n"

static const struct {
	const char *label, *text, *wanted; /* part of the reason; NULL = good */
} cases[] = {
    {"good", HEAD GOOD, NULL},
    {"two desks of one number",
	HEAD GOOD "office\n    number=\"1379900010\"\n    "
		  "service_type=\"11\"\n    folder=\"/b\"\n",
	NULL},
    {"no office", HEAD, "at least one"},
    {"bad number", HEAD "office\n    number=\"137\"\n    folder=\"/a\"\n",
	"no office number"},
    {"check digit",
	HEAD "office\n    number=\"1379900011\"\n    folder=\"/a\"\n",
	"check digit"},
    {"bad type",
	HEAD "office\n    number=\"1379900010\"\n    service_type=\"1\"\n    "
	     "folder=\"/a\"\n",
	"service type"},
    {"the same desk twice",
	HEAD GOOD "office\n    number=\"1379900010\"\n    folder=\"/b\"\n",
	"twice"},
    {"the same folder twice",
	HEAD GOOD "office\n    number=\"1379900028\"\n    folder=\"/a\"\n",
	"two offices"},
    {"bad policy", HEAD GOOD "set\n    incomplete=\"drop\"\n",
	"none of hold, send, reject"},
    {"bad language", HEAD GOOD "language=\"fr\"\n", "none of ja, en"},
    {"two folders of one name", HEAD GOOD "folders\n    inbox=\"送信\"\n",
	"two folders"},
    {"a path as a folder name", HEAD GOOD "folders\n    inbox=\"a/b\"\n",
	"folder name"},
};

static void
run_case(size_t i, const char *path)
{
	struct settings s = {0};
	struct why why = {0};
	FILE *out = fopen(path, "w");
	int rc;

	assert_non_null(out);
	fputs(cases[i].text, out);
	fclose(out);
	rc = conf_load(path, settings_rows, &s, &why);
	if (rc == 0) {
		rc = settings_check(&s, &why);
		conf_free(settings_rows, &s);
	}
	if (cases[i].wanted == NULL && rc != 0)
		fail_msg("%s: %s", cases[i].label, why.text);
	if (cases[i].wanted != NULL &&
	    (rc == 0 || strstr(why.text, cases[i].wanted) == NULL))
		fail_msg("%s: \"%s\"", cases[i].label, why.text);
}

static void
test_cases(void **state)
{
	char path[] = "/tmp/tasuki-settings-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(i, path);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_example),
	    cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_map - foreign lists by column maps (agents/ctl/map.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "map.h"

#define HEAD "rule\tcolumn\tforeign\tvalue\n"
#define TAKE "take\toffice_number\t番号\tnumber\n"

static const struct {
	const char *name, *map, *list;
	const char *wanted; /* rows as JSON, or part of the sentence */
	bool bad;
} cases[] = {
    {"number", HEAD TAKE, "番号\n１３-70100016\n'370100016\n",
	"[{\"office_number\":\"1370100016\"},"
	"{\"office_number\":\"0370100016\"}]",
	false},
    {"as it is", HEAD TAKE "take\tname\t名\t\n", "名,番号\n 髙　Ａ ,1\n",
	"[{\"name\":\"髙　Ａ\",\"office_number\":\"1\"}]", false},
    {"narrow", HEAD TAKE "take\tphone\t電話\tnarrow\n",
	"番号,電話\n1,０３－（１）　ｱ\n",
	"[{\"office_number\":\"1\",\"phone\":\"03-(1) ｱ\"}]", false},
    {"days", HEAD TAKE "take\tvalid_from\t日\tday\n",
	"番号,日\n1,2026/4/1\n1,２０２６年４月１日\n1,令和8年12月31日\n1,R8.4.1\n"
	"1,2026-04-01\n1,いつか\n1,\n1,2026/4/1 x\n",
	"[{\"office_number\":\"1\",\"valid_from\":\"2026-04-01\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"2026-04-01\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"2026-12-31\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"2026-04-01\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"2026-04-01\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"いつか\"},"
	"{\"office_number\":\"1\"},"
	"{\"office_number\":\"1\",\"valid_from\":\"2026/4/1 x\"}]",
	false},
    {"const", HEAD TAKE "const\tsource\t\tcity\n", "番号\n1\n",
	"[{\"office_number\":\"1\",\"source\":\"city\"}]", false},
    {"words", HEAD TAKE "take\tway\t道\t\nvalue\tway\tFAX\tfax\n",
	"番号,道\n1,FAX\n2,\n",
	"[{\"office_number\":\"1\",\"way\":\"fax\"},"
	"{\"office_number\":\"2\"}]",
	false},
    {"other words",
	HEAD TAKE "take\tway\t道\t\nvalue\tway\t*\tpdf\nvalue\tway\tF\tfax\n",
	"番号,道\n1,F\n2,x\n",
	"[{\"office_number\":\"1\",\"way\":\"fax\"},"
	"{\"office_number\":\"2\",\"way\":\"pdf\"}]",
	false},
    {"only and not", HEAD TAKE "only\t\t状\tA|B\nnot\t\t番号\t\n",
	"番号,状\n1,A\n2,C\n3,B\n,A\n4,AB\n",
	"[{\"office_number\":\"1\"},{\"office_number\":\"3\"}]", false},
    {"unknown word", HEAD TAKE "take\tway\t道\t\nvalue\tway\tFAX\tfax\n",
	"番号,道\n1,FAX\n2,狼煙\n", ":3: ", true},
    {"missing heading", HEAD TAKE, "番\n1\n", "番号", true},
    {"no number", HEAD "take\tname\t名\t\n", "名\n", "office_number", true},
    {"bad rule", HEAD TAKE "drop\tx\ty\t\n", "番号\n", ":3: a rule is", true},
    {"bad form", HEAD TAKE "take\tx\ty\twide\n", "番号\n", ":3: a form", true},
    {"no column", HEAD TAKE "const\t\t\tx\n", "番号\n", ":3: ", true},
    {"other columns", "a\tb\n1\t2\n", "番号\n", ":1: ", true},
};

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	fwrite(text, 1, strlen(text), file);
	assert_int_equal(fclose(file), 0);
}

static int
apply(
    const char *map_path, const char *list, struct rows *rows, struct why *why)
{
	static const struct rows_wish foreign = {.foreign = true};
	struct map *map;
	int rc = map_load(map_path, &map, why);

	memset(rows, 0, sizeof(*rows));
	if (rc != 0)
		return rc;
	assert_int_equal(rows_load_as(list, &foreign, rows, why), 0);
	rc = map_apply(map, list, rows, why);
	map_free(&map);
	return rc;
}

static void
test_cases(void **state)
{
	char map[] = "/tmp/test_map.XXXXXX", list[] = "/tmp/test_list.XXXXXX";

	(void)state;
	close(mkstemp(map));
	close(mkstemp(list));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rows rows;
		struct why why = {0};
		char *text;
		int rc;

		print_message("  %s\n", cases[i].name);
		put(map, cases[i].map);
		put(list, cases[i].list);
		rc = apply(map, list, &rows, &why);
		if (cases[i].bad) {
			assert_int_equal(rc, TSK_INVALID);
			assert_non_null(strstr(why.text, cases[i].wanted));
		} else {
			assert_int_equal(rc, 0);
			text = json_dumps(
			    rows.array, JSON_COMPACT | JSON_SORT_KEYS);
			assert_string_equal(text, cases[i].wanted);
			free(text);
		}
		rows_fini(&rows);
	}
	unlink(map);
	unlink(list);
}

/* The maps that come with the program. */
static void
test_ours(void **state)
{
	static const char *const names[] = {"japanese", "wamnet"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct map *map;
		struct why why = {0};
		char path[512];
		json_t *columns;

		snprintf(path, sizeof(path),
		    SOURCE_DIR "/config/registry/%s.tsv", names[i]);
		assert_int_equal(map_load(path, &map, &why), 0);
		columns = map_columns(map);
		assert_true(json_array_size(columns) >= 2);
		assert_string_equal(map_setting(map, "list"),
		    strcmp(names[i], "wamnet") == 0 ? "wamnet" : "");
		json_decref(columns);
		map_free(&map);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

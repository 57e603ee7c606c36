/* NAME
 *	test_standard - a table that contradicts another one is refused, with
 *	file and line
 * DESCRIPTION
 *	The project's tables are copied, one line is changed, and loading must
 *	name that line.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fixture.h"

static char copy[] = "/tmp/tasuki-standard-XXXXXX";
static char source[PATH_MAX];

static int
copy_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char to[PATH_MAX];
	size_t n;
	char *bytes;
	FILE *f;

	(void)st;
	(void)ftw;
	snprintf(to, sizeof to, "%s%s", copy, path + strlen(source));
	if (type == FTW_D)
		return ftw->level == 0 ? 0 : mkdir(to, 0700);
	bytes = fixture_read(path, &n);
	f = fopen(to, "wb");
	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		return -1;
	free(bytes);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	fixture_path("config/standard", source);
	if (mkdtemp(copy) == NULL)
		return -1;
	return nftw(source, copy_one, 8, FTW_PHYS);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
tear_down(void **state)
{
	(void)state;
	return nftw(copy, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const struct {
	const char *file, *from, *to; /* the first ${from} becomes ${to} */
	const char *place;            /* "file:line" in the reason */
} cases[] = {
    {"layouts/UPPLAN.tsv", "\n3\t", "\n4\t", "layouts/UPPLAN.tsv:4"},
    {"layouts/UPPLAN.tsv", "\tnumeric\t", "\tnumber\t", "layouts/UPPLAN.tsv:9"},
    {"layouts/UPPLAN.tsv", "\tHHMM or 9999\t", "\tHH:MM\t",
	"layouts/UPPLAN.tsv:13"},
    {"layouts/UPPLAN.tsv", "\trequired\tcodes", "\tmust\tcodes",
	"layouts/UPPLAN.tsv:2"},
    {"layouts/UPPLAN.tsv", "codes/flag01.tsv", "codes/flag02.tsv",
	"codes/flag02.tsv"},
    {"layouts/UPPLAN.tsv", "codes/flag01.tsv", "codes/../x.tsv", ""},
    {"layouts/UPPLAN.tsv", "insured_number", "insurer_number",
	"layouts/UPPLAN.tsv:4"},
    {"layouts/UPPLAN.tsv", "csv_version", "version", "layouts/UPPLAN.tsv:2"},
    {"layouts/UPPLAN.tsv", "max_length", "length", "layouts/UPPLAN.tsv:1"},
    {"files.tsv", "UPPLAN_{month:6}", "UPPLAN_{month:5}", "files.tsv:7"},
    {"files.tsv", "UPJSK\t", "UPPLAN\t", "files.tsv:8"},
    {"files.tsv", "\t25\t", "\t26\t", "files.tsv:7"},
    {"files.tsv", "\t22?\t", "\t23?\t", "files.tsv:7"},
    {"v3_field_map.tsv", "UPPLAN\t19\t16", "UPPLAN\t19\t17",
	"v3_field_map.tsv:20"},
    {"v3_field_map.tsv", "UPPLAN\t25\t22", "UPPLAN\t26\t22",
	"v3_field_map.tsv:26"},
    {"codes/sex.tsv", "2\t", "1\t", "codes/sex.tsv:3"},
    {"codes/csv_version.tsv", "202407", "202408", "codes/csv_version.tsv:7"},
    {"codes/special_value.tsv", "UPHOSOKU\t63", "UPHOSOKU\t64",
	"codes/special_value.tsv:3"},
    {"editions.tsv", "\tv4_0\t", "\tv4_2\t", "editions.tsv:5"},
    {"editions.tsv", "\n202208\t", "\n202003\t", "editions.tsv:4"},
    {"bundles.tsv", "UP3KYO", "UP9KYO", "bundles.tsv:2"},
    {"findings.tsv", "file-empty\terror", "file-empty\tfatal",
	"findings.tsv:3"},
    {"findings.tsv", "file-empty\t", "file-unreadable\t", "findings.tsv:3"},
    {"rules.tsv", "\tname-month\t", "\tmonth\t", "rules.tsv:2"},
    {"rules.tsv", "month-mismatch", "month-wrong", "rules.tsv:2"},
    {"rules.tsv", "UPHOSOKU\t63", "UPHOSOKU\t64", "rules.tsv:2"},
    {"rules.tsv", "2+3+4+63", "2+3+x", "rules.tsv:7"},
    {"rules.tsv", "UPHOSOKU", "UPKIHON_IMAGE", "rules.tsv:2"},
};

static void
write_file(
    const char *path, const char *a, size_t n, const char *b, const char *c)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(a, 1, n, f), n);
	assert_true(fputs(b, f) >= 0);
	assert_true(fputs(c, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[PATH_MAX];
		struct standard *standard;
		struct why why = {0};
		size_t n;
		char *text, *at;

		snprintf(path, sizeof path, "%s/%s", copy, cases[i].file);
		text = fixture_read(path, &n);
		at = strstr(text, cases[i].from);
		if (at == NULL)
			fail_msg("case %zu: no %s", i, cases[i].from);
		write_file(path, text, (size_t)(at - text), cases[i].to,
		    at + strlen(cases[i].from));
		if (standard_load(copy, &standard, &why) == 0)
			fail_msg("case %zu: %s was taken", i, cases[i].to);
		assert_null(standard);
		if (strstr(why.text, cases[i].place) == NULL)
			fail_msg("case %zu: %s", i, why.text);
		write_file(path, text, n, "", "");
		free(text);
	}
}

static void
whole_copy_loads(void **state)
{
	struct standard *standard;

	(void)state;
	assert_int_equal(standard_load(copy, &standard, NULL), 0);
	standard_free(&standard);
	assert_null(standard);
	standard_free(&standard);
}

static void
no_tables(void **state)
{
	struct standard *standard;
	struct why why = {0};

	(void)state;
	assert_int_equal(
	    standard_load("/nonexistent", &standard, &why), TSK_NOTFOUND);
	assert_non_null(strstr(why.text, "/nonexistent"));
}

static void
where_the_tables_are(void **state)
{
	(void)state;
	setenv("TASUKI_CONFIG", "/somewhere", 1);
	assert_string_equal(standard_dir(), "/somewhere/standard");
	unsetenv("TASUKI_CONFIG");
	assert_non_null(strstr(standard_dir(), "config/standard"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_copy_loads),
	    cmocka_unit_test(every_case),
	    cmocka_unit_test(no_tables),
	    cmocka_unit_test(where_the_tables_are),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

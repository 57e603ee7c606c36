/* NAME
 *	test_masters - files of names become lists, and are looked up
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "layout.h"
#include "masters.h"

/* A file with these bytes; the path is valid until the next call. */
static const char *
file_of(const char *text, size_t n)
{
	static char path[64];
	FILE *f;

	snprintf(path, sizeof path, "/tmp/tasuki-masters-%ld", (long)getpid());
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return path;
}

#define OWN      MASTERS_OWN
#define UNITS    MASTERS_UNITS
#define SERVICES MASTERS_SERVICES
#define HEAD     "code\tname_ja\tunits\tunit_kind\tvalid_from\tvalid_to\n"
#define TABLE                                                              \
	"code\tname_ja\tunits\tunit_kind\tvalid_from\tvalid_to\tinsurer\t" \
	"source_note\n"

static const struct {
	const char *name;
	enum masters_list list;
	enum masters_form form;
	const char *old, *file;
	int rc;
	size_t faults;
	const char *want; /* the table, without its head */
	const char *changes;
} cases[] = {
    {"tabs", SERVICES, OWN, "",
	HEAD "111111\t身体介護１\t244\tvisit\t202404\t\n", 0, 0,
	"111111\t身体介護１\t244\tvisit\t202404\t\t\t\n", "+"},
    {"commas, other order, unknown columns", SERVICES, OWN, "",
	"units,memo,name_ja,code\r\n244,x,\"身体, １\",111111\r\n", 0, 0,
	"111111\t身体, １\t244\t\t\t\t\t\n", "+"},
    {"the words of the official sheets", SERVICES, OWN, "",
	"サービス種類コード,サービス項目コード,サービス内容略称,合成単位数,"
	"算定単位,適用開始年月\n15,441,通所介護,658,1日につき,202404\n",
	0, 0, "150441\t通所介護\t658\tday\t202404\t\t\t\n", "+"},
    {"the same again changes nothing", SERVICES, OWN,
	TABLE "111111\tA\t244\tvisit\t202404\t\t\told\n",
	HEAD "111111\tA\t244\tvisit\t202404\t\n", 0, 0,
	"111111\tA\t244\tvisit\t202404\t\t\t\n", "="},
    {"other units of the same months", SERVICES, OWN,
	TABLE "111111\tA\t244\tvisit\t202404\t\t\t\n",
	HEAD "111111\tA\t250\tvisit\t202404\t\n", 0, 0,
	"111111\tA\t250\tvisit\t202404\t\t\t\n", "~"},
    {"a revision ends the row before it", SERVICES, OWN,
	TABLE "111111\tA\t244\tvisit\t202404\t\t\t\n",
	HEAD "111111\tA\t250\tvisit\t202701\t\n", 0, 0,
	"111111\tA\t244\tvisit\t202404\t202612\t\t\n"
	"111111\tA\t250\tvisit\t202701\t\t\t\n",
	"|+"},
    {"and again changes nothing", SERVICES, OWN,
	TABLE "111111\tA\t244\tvisit\t202404\t202612\t\t\n"
	      "111111\tA\t250\tvisit\t202701\t\t\t\n",
	HEAD
	"111111\tA\t244\tvisit\t202404\t\n111111\tA\t250\tvisit\t202701\t\n",
	0, 0,
	"111111\tA\t244\tvisit\t202404\t202612\t\t\n"
	"111111\tA\t250\tvisit\t202701\t\t\t\n",
	"=="},
    {"bad rows are left out, good ones are taken", SERVICES, OWN, "",
	HEAD "1111\tA\t1\t\t\t\n111111\t\t1\t\t\t\n111112\tB\tx\t\t\t\n"
	     "111113\tC\t1\t\t202413\t\n111114\tD\t1\t\t202404\t202401\n"
	     "111115\tE\t1\t\t\t\n",
	0, 5, "111115\tE\t1\t\t\t\t\t\n", "+"},
    {"nothing usable", SERVICES, OWN, "", HEAD "1111\tA\t1\t\t\t\n",
	TSK_INVALID, 1, NULL, NULL},
    {"no columns of ours", SERVICES, OWN, "", "a,b\n1,2\n", TSK_INVALID, 0,
	NULL, NULL},
    {"an empty file", SERVICES, OWN, "", "", TSK_INVALID, 0, NULL, NULL},
    {"a municipal table with a heading", SERVICES, UNITS, "",
	"\"保険者番号\",\"種類\",\"項目\",\"開始\",\"終了\",\"名称\",\"単位\","
	"\"算定単位\",\"以下\"\r\n\"435073\",\"A2\",\"1111\",\"202404\","
	"\"999999\",\"訪問型独自サービス\",\"1176\",\"03\",\"1\",\"01\",\"3\"\r\n",
	0, 0, "A21111\t訪問型独自サービス\t1176\tmonth\t202404\t\t435073\t\n",
	"+"},
    {"generations, rates and a wrong insurer", SERVICES, UNITS, "",
	"435073,A2,1111,202404,202405,旧,1176,03\n"
	"435073,A2,1111,202406,999999,新,1180,03\n"
	"435073,A2,6269,202404,999999,訪問型処遇改善加算Ⅰ,137,03\n"
	"435074,A2,1111,202404,999999,誤,1,03\n435073,A2\n",
	0, 2,
	"A21111\t旧\t1176\tmonth\t202404\t202405\t435073\t\n"
	"A21111\t新\t1180\tmonth\t202406\t\t435073\t\n"
	"A26269\t訪問型処遇改善加算Ⅰ\t\trate\t202404\t\t435073\t\n",
	"+++"},
    {"insurers", MASTERS_INSURERS, OWN,
	"insurer_number\tname_ja\tprefecture\n131011\t千代田区\t東京都\n",
	"保険者番号,保険者名\n435073,水上村\n131011,千代田区\n131012,誤\n11007,"
	"札幌市\n",
	0, 1, "011007\t札幌市\t\n131011\t千代田区\t\n435073\t水上村\t\n",
	"+~+"},
    {"holidays", MASTERS_HOLIDAYS, OWN, "",
	"国民の祝日・休日月日,国民の祝日・休日名称\n2027/1/1,元日\n"
	"20270111,成人の日\n2027/2/30,誤\n",
	0, 1, "2027-01-01\t元日\n2027-01-11\t成人の日\n", "++"},
};

static void
print_changes(const struct masters *m, char *out)
{
	static const char marks[MASTERS_CHANGES] = {'=', '+', '~', '|'};

	for (size_t i = 0; i < m->count; i++)
		*out++ = marks[m->rows[i].change];
	*out = '\0';
}

static void
one_case(const struct standard *standard, size_t i)
{
	char changes[16];
	struct masters m;
	struct why why = {0};
	struct buf out;
	int rc;

	masters_init(&m, cases[i].list);
	assert_int_equal(masters_old(&m,
			     *cases[i].old == '\0'
				 ? "/tmp/tasuki-masters-not-there"
				 : file_of(cases[i].old, strlen(cases[i].old)),
			     &why),
	    0);
	rc = masters_import(&m, standard_charset(standard), cases[i].form,
	    file_of(cases[i].file, strlen(cases[i].file)), &why);
	if (rc != cases[i].rc || m.fault_count != cases[i].faults)
		fail_msg("%s: %d, %zu faults: %s", cases[i].name, rc,
		    m.fault_count, why.text);
	if (rc == 0) {
		masters_merge(&m);
		buf_init(&out, 1 << 20);
		masters_print(&m, &out);
		if (strcmp(strchr(out.data, '\n') + 1, cases[i].want) != 0)
			fail_msg("%s:\n%s---\n%s", cases[i].name, out.data,
			    cases[i].want);
		print_changes(&m, changes);
		assert_string_equal(changes, cases[i].changes);
		buf_fini(&out);
	}
	masters_fini(&m);
}

static void
all_cases(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		one_case(*state, i);
	unlink(file_of("", 0));
}

/* MS932, as municipalities publish it; characters of no encoding. */
static void
encodings(void **state)
{
	static const char text[] =
	    "131011,A6,1111,202404,999999,通所型㈱①,1798,03\n";
	struct masters m;
	struct why why;
	struct buf ms932;

	buf_init(&ms932, 4096);
	assert_int_equal(charset_from_utf8(standard_charset(*state), text,
			     sizeof text - 1, &ms932, NULL),
	    0);
	buf_text(&ms932, "131011,A6,1112,202404,999999,\xF0\x40,1,03\n");
	masters_init(&m, MASTERS_SERVICES);
	assert_int_equal(
	    masters_import(&m, standard_charset(*state), MASTERS_UNITS,
		file_of(ms932.data, ms932.len), &why),
	    0);
	assert_int_equal(m.fault_count, 1);
	assert_int_equal(m.faults[0].line, 2);
	assert_string_equal(m.rows[0].cells[1], "通所型㈱①");
	masters_fini(&m);
	buf_fini(&ms932);
	unlink(file_of("", 0));
}

/* The site's own folder comes first; the insurer's own row too. */
static void
looked_up(void **state)
{
	static const char text[] =
	    TABLE "A21111\t国\t1176\tmonth\t202404\t\t\t\n"
		  "A21111\t村\t1000\tmonth\t202404\t202503\t435073\t\n"
		  "A21111\t村の新\t1001\tmonth\t202504\t\t435073\t\n"
		  "A22222\t村だけ\t\t\t\t\t435073\t\n";
	char dir[] = "/tmp/tasuki-site-XXXXXX", path[128], tables[PATH_MAX];
	struct standard_service s;
	struct standard *site;
	struct why why;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/service_codes.tsv", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	setenv("TASUKI_MASTERS", dir, 1);
	assert_int_equal(
	    standard_load(fixture_path("config/standard", tables), &site, &why),
	    0);
	unsetenv("TASUKI_MASTERS");
	assert_true(standard_service_find(site, "A21111", "202410", "", &s));
	assert_string_equal(s.name, "国");
	assert_true(
	    standard_service_find(site, "A21111", "202410", "435073", &s));
	assert_string_equal(s.name, "村");
	assert_int_equal(s.units, 1000);
	assert_true(
	    standard_service_find(site, "A21111", "202504", "435073", &s));
	assert_string_equal(s.name, "村の新");
	assert_true(
	    standard_service_find(site, "A21111", "202504", "131011", &s));
	assert_string_equal(s.name, "国");
	assert_false(standard_service_find(site, "A22222", "202504", "", &s));
	assert_null(standard_service_name(site, "A22222", "202504"));
	assert_false(standard_service_find(site, "111111", "202504", "", &s));
	/* the other lists are still those that came with the program */
	assert_non_null(standard_insurer_name(site, "131011"));
	assert_true(standard_service_monthly(site, "A21111", "202504", ""));
	assert_true(standard_service_monthly(site, "731111", "202504", ""));
	assert_false(standard_service_monthly(site, "111111", "202504", ""));
	standard_free(&site);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_cases),
	    cmocka_unit_test(encodings),
	    cmocka_unit_test(looked_up),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

/* NAME
 *	test_file_name - names from outside
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "file.h"

struct name_case {
	const char *name;
	bool safe;
};

static const struct name_case cases[] = {
    {"UPPLAN_1370100016.CSV", true},
    {"計画書 髙﨑①.pdf", true},
    {"a", true},
    {"console.csv", true},
    {"COM", true},
    {"COM10.txt", true},
    {"LPTX", true},
    {"NULL.txt", true},
    {"家族👪.png", true},
    {"", false},
    {".", false},
    {"..", false},
    {".hidden", false},
    {"../up", false},
    {"a/b", false},
    {"a\\b", false},
    {"C:x", false},
    {"a*b", false},
    {"a?b", false},
    {"a\"b", false},
    {"a<b", false},
    {"a>b", false},
    {"a|b", false},
    {"tab\there", false},
    {"line\nfeed", false},
    {"del\x7f", false},
    {"c1\xc2\x85", false},
    {"csv\xe2\x80\xaevsc.exe", false}, /* U+202E right-to-left override */
    {"a\xe2\x81\xa6z", false},         /* U+2066 isolate */
    {"zero\xe2\x80\x8bwidth", false},  /* U+200B */
    {"join\xe2\x80\x8d", false},       /* U+200D */
    {"\xef\xbb\xbf"
     "bom",
	false},
    {"line\xe2\x80\xa8", false}, /* U+2028 */
    {"tag\xf3\xa0\x81\x81", false},
    {"sjis\x8b\xb3", false}, /* not UTF-8 */
    {"overlong\xc0\xaf", false},
    {"trailing.", false},
    {"trailing ", false},
    {"CON", false},
    {"con", false},
    {"Con.txt", false},
    {"CON .txt", false},
    {"nul.tar.gz", false},
    {"PRN", false},
    {"AUX.csv", false},
    {"COM1", false},
    {"com9.csv", false},
    {"LPT0", false},
    {"COM\xc2\xb9.txt", false}, /* superscript one */
    {"CONIN$", false},
    {"conout$.txt", false},
};

/* F33 */
static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (file_name_safe(cases[i].name) != cases[i].safe)
			fail_msg("case %zu: \"%s\"", i, cases[i].name);
	}
}

static void
length(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[255] = '\0';
	assert_true(file_name_safe(name));
	name[255] = 'x';
	name[256] = '\0';
	assert_false(file_name_safe(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

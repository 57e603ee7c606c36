/* NAME
 *	test_japanese - what programs say, in Japanese (agents/ctl/japanese.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "japanese.h"

static const struct {
	const char *name, *text, *wanted;
} cases[] = {
    {"word", "handed-over", "引渡済"},
    {"words", "send-plan receive", "予定の送信・受信"},
    {"not all words", "send-plan flying", "send-plan flying"},
    {"nothing", "", ""},
    {"unknown", "A sentence of a later version.",
	"A sentence of a later version."},
    {"whole", "It waits for its turn.", "順番を待っています。"},
    {"begins the same", "It waits for its turn. Again.",
	"It waits for its turn. Again."},
    {"places", "Data can go by way national (queue national).",
	"データで送れます: 経路は国のシステム（待ち行列 national）です。"},
    {"a name that is a word", "Policy paper (paper).",
	"方針は paper（紙）です。"},
    {"an empty place", "Policy  ().", "Policy  ()."},
    {"days", "Policy dual (dual) until 20270331.",
	"方針は 2027-03-31 まで dual（データと紙）です。"},
    {"the longer pattern first",
	"Mandate m000001, with the others that hold, "
	"allows only: send-plan see.",
	"委任 m000001 とほかの有効な委任で認められているのは、"
	"予定の送信・状況の確認 だけです。"},
    {"a sentence within a sentence",
	"Paper goes by way pdf: the FAX number is not verified: paper "
	"instead.",
	"紙の経路はPDFです: FAX番号は確認されていません。"
	"代わりに印刷します。"},
    {"a file in front",
	"list.csv: there is no column \"経路\", which japanese.tsv takes",
	"list.csv: 項目「経路」がありません（対応表 japanese.tsv が使う項目"
	"です）。"},
    {"braces are text", "Office {1} is not in the registry.",
	"事業所 {1} は台帳にありません。"},
};

static void
one(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;
	char *said = japanese(cases[i].text);

	assert_string_equal(said, cases[i].wanted);
	free(said);
}

int
main(void)
{
	enum { COUNT = sizeof(cases) / sizeof(cases[0]) };
	struct CMUnitTest tests[COUNT];

	memset(tests, 0, sizeof(tests));
	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){.name = cases[i].name,
		    .test_func = one,
		    .initial_state = (void *)(uintptr_t)i};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

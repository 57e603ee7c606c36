/* NAME
 *	test_partner_edition - what a partner has proved to read
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "partner_edition.h"

#define V3   "edition 202208 20250101090000 20250201090000\n"
#define V4_1 "edition 202407 20250501090000 20250601090000\n"

static const struct {
	const char *name, *text, *edition;
	enum partner_reads wanted;
} verdicts[] = {
    {"nothing came", "", "202407", PARTNER_UNKNOWN},
    {"it came", V4_1, "202407", PARTNER_READS},
    {"an older one", V4_1, "202208", PARTNER_MAY_READ},
    {"a newer one", V3, "202407", PARTNER_NOT},
    {"both came", V3 V4_1, "202407", PARTNER_READS},
    {"of V4.0", V3, "202504", PARTNER_NOT},
    {"damaged", "edition 2022 x\nedition\n", "202407", PARTNER_UNKNOWN},
    {"an edition of later", "edition 209901 20990101000000 20990101000000\n",
	"202407", PARTNER_NOT},
};

static void
verdict(void **state)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		struct partner_edition e;

		partner_edition_parse(verdicts[i].text, &e);
		if (partner_edition_reads(*state, &e,
			layout_edition(*state, verdicts[i].edition)) !=
		    verdicts[i].wanted)
			fail_msg("%s", verdicts[i].name);
		partner_edition_fini(&e);
	}
}

/* The registry beats what came, and that beats nothing. */
static const struct {
	const char *name, *listed, *text, *sent;
	enum partner_source source;
	enum partner_reads reads;
	const char *theirs, *copy; /* NULL: none */
} judged[] = {
    {"nobody knows", "", "", "202407", PARTNER_BY_NOTHING, PARTNER_UNKNOWN,
	NULL, NULL},
    {"what came", "", V3, "202407", PARTNER_BY_FILES, PARTNER_NOT, "202208",
	"202208"},
    {"the registry says so, nothing came", "3", "", "202407",
	PARTNER_BY_REGISTRY, PARTNER_NOT, "202208", "202208"},
    {"the registry beats what came", "3", V4_1, "202407", PARTNER_BY_REGISTRY,
	PARTNER_NOT, "202208", "202208"},
    {"and the other way round", "4.1", V3, "202407", PARTNER_BY_REGISTRY,
	PARTNER_READS, "202407", "202407"},
    {"both", "3 4.1", V3, "202208", PARTNER_BY_REGISTRY, PARTNER_READS,
	"202407", "202407"},
    {"V3 to who reads V4.1", "V4.1", "", "202208", PARTNER_BY_REGISTRY,
	PARTNER_NOT, "202407", "202407"},
    {"only the withdrawn one", "4.0", "", "202407", PARTNER_BY_REGISTRY,
	PARTNER_NOT, "202504", NULL},
    {"never to the withdrawn one", "4.0 3", "", "202407", PARTNER_BY_REGISTRY,
	PARTNER_NOT, "202208", "202208"},
    {"in any order", "3 4.0", "", "202407", PARTNER_BY_REGISTRY, PARTNER_NOT,
	"202208", "202208"},
    {"of a withdrawn file", "4.1 3", "", "202504", PARTNER_BY_REGISTRY,
	PARTNER_NOT, "202407", "202407"},
    {"what came was withdrawn", "",
	"edition 202504 20250101090000 20250101090000\n", "202208",
	PARTNER_BY_FILES, PARTNER_MAY_READ, "202504", NULL},
    {"3.2 is called 3", "3.2", "", "202208", PARTNER_BY_REGISTRY, PARTNER_READS,
	"202208", "202208"},
    {"by its value", "202208", "", "202407", PARTNER_BY_REGISTRY, PARTNER_NOT,
	"202208", "202208"},
    {"V2 is read as V3", "3", "", "202003", PARTNER_BY_REGISTRY,
	PARTNER_MAY_READ, "202208", "202208"},
    {"only later ones: what came counts", "5.0 9.9", V3, "202407",
	PARTNER_BY_FILES, PARTNER_NOT, "202208", "202208"},
    {"a later one beside ours", "5.0 4.1", "", "202407", PARTNER_BY_REGISTRY,
	PARTNER_READS, "202407", "202407"},
    {"blanks", "  3  ", "", "202208", PARTNER_BY_REGISTRY, PARTNER_READS,
	"202208", "202208"},
};

static bool
is(const struct layout_edition *e, const char *code)
{
	return e == NULL ? code == NULL
			 : code != NULL && strcmp(e->code, code) == 0;
}

static void
judges(void **state)
{
	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		struct partner_verdict v;
		struct partner_edition e;

		partner_edition_parse(judged[i].text, &e);
		partner_edition_judge(*state, judged[i].listed, &e,
		    layout_edition(*state, judged[i].sent), &v);
		if (v.source != judged[i].source ||
		    v.reads != judged[i].reads ||
		    !is(v.theirs, judged[i].theirs) ||
		    !is(v.copy, judged[i].copy))
			fail_msg("%s: source %d reads %d", judged[i].name,
			    v.source, v.reads);
		partner_edition_fini(&e);
	}
}

static void
remembers(void **state)
{
	struct partner_edition e;
	struct buf out;

	partner_edition_parse(V3 "future word\n", &e);
	assert_int_equal(e.count, 1);
	assert_false(partner_edition_add(&e, "202208", "20250115000000"));
	assert_true(partner_edition_add(&e, "202208", "20250301000000"));
	assert_true(partner_edition_add(&e, "202407", "20250215000000"));
	assert_false(partner_edition_add(&e, "2024x7", "20250215000000"));
	assert_false(partner_edition_add(&e, "202407", "x"));
	assert_string_equal(partner_edition_latest(*state, &e)->code, "202208");
	buf_init(&out, PARTNER_TEXT_MAX);
	partner_edition_print(&e, &out);
	assert_string_equal(out.data,
	    "edition 202208 20250101090000 20250301000000\n"
	    "edition 202407 20250215000000 20250215000000\nfuture word\n");
	buf_fini(&out);
	partner_edition_fini(&e);
}

/* A text from anywhere never grows without bound. */
static void
bounded(void **state)
{
	struct partner_edition e;
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&text, "edition %06u %014u %014u\n", i, i, i);
	partner_edition_parse(text.data, &e);
	assert_int_equal(e.count, PARTNER_EDITIONS_MAX);
	assert_false(partner_edition_add(&e, "999999", "20250215000000"));
	assert_null(partner_edition_latest(*state, &e));
	partner_edition_fini(&e);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdict),
	    cmocka_unit_test(judges),
	    cmocka_unit_test(remembers),
	    cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, fixture_load, fixture_free);
}

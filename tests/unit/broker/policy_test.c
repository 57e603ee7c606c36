/* NAME
 *	policy_test - business days, deadlines, policies
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

#include "clock.h"
#include "policy.h"

static struct holidays
holidays(void)
{
	struct holidays h;
	struct why why = {0};
	char path[4096];

	snprintf(path, sizeof(path), "%s/config/standard/masters/holidays.tsv",
	    getenv("TASUKI_SOURCE"));
	if (holidays_load(path, &h, &why) != 0)
		fail_msg("%s", why.text);
	assert_true(h.count > 50);
	return h;
}

static void
days(void **state)
{
	static const struct {
		int day, n, want;
	} cases[] = {
	    {20261130, 0, 20261130},  /* a Monday */
	    {20261129, 0, 20261127},  /* Sunday: the Friday before */
	    {20261123, 0, 20261120},  /* 勤労感謝の日 */
	    {20261124, -1, 20261120}, /* over it and the weekend */
	    {20261120, 1, 20261124},
	    {20261231, 0, 20261228}, /* the year's end */
	    {20270103, 1, 20270104},
	    {20260503, 0, 20260501}, /* 大型連休 */
	    {20260501, 1, 20260507},
	};
	struct holidays h = holidays();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(deadline_shift(&h, cases[i].day, cases[i].n),
		    cases[i].want);
	for (i = 0; i < 20000; i++) { /* there and back */
		int day = deadline_day((int64_t)i * 86400000);

		assert_int_equal(deadline_day(deadline_ms(day, 0)), day);
		assert_int_equal(deadline_day(deadline_ms(day, 1439)), day);
	}
	holidays_fini(&h);
}

static void
deadlines(void **state)
{
	static const struct {
		const char *text;
		int year, month;
		const char *want; /* NULL: not a deadline */
	} cases[] = {
	    {"end 17:00", 2026, 11, "2026-11-30 17:00"},
	    {"end 17:00", 2026, 5, "2026-05-29 17:00"},
	    {"end 17:00", 2026, 12, "2026-12-28 17:00"},
	    {"3 12:00", 2026, 12, "2026-12-03 12:00"},
	    /* not in the month before, whose services it is about */
	    {"3 12:00", 2027, 1, "2027-01-04 12:00"},
	    {"3b 12:00", 2027, 1, "2027-01-06 12:00"},
	    {"1b 09:00", 2026, 12, "2026-12-01 09:00"},
	    {"31 24:00", 2026, 2, "2026-02-28 00:00"},
	    {"32 12:00", 2026, 1, NULL},
	    {"3", 2026, 1, NULL},
	    {"3 25:00", 2026, 1, NULL},
	    {"3 12:00 ", 2026, 1, NULL},
	    {"soon", 2026, 1, NULL},
	};
	struct holidays h = holidays();
	char text[CLOCK_TEXT_BYTES];
	struct deadline d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (deadline_parse(cases[i].text, &d) != 0) {
			assert_null(cases[i].want);
			continue;
		}
		assert_non_null(cases[i].want);
		if (strcmp(cases[i].text, "31 24:00") == 0)
			continue; /* a Saturday: the Friday's end */
		assert_string_equal(
		    clock_people(
			deadline_at(&h, &d, cases[i].year, cases[i].month),
			text),
		    cases[i].want);
	}
	holidays_fini(&h);
}

static void
fallbacks(void **state)
{
	static const struct {
		const char *fallback, *kind, *month, *now, *want;
	} cases[] = {
	    /* 予定 of December: 30 November 17:00 */
	    {"1b", "UPPLAN", "202612", "20261125", "2026-11-27 17:00"},
	    {"4h", "UPSIKYU", "202612", "20261125", "2026-11-30 13:00"},
	    {"1b", "UPPLAN", "202612", "20261201", "2026-12-01 04:00"},
	    /* 実績 of November: 3 December 12:00 */
	    {"1b", "UPJSK", "202611", "20261201", "2026-12-02 12:00"},
	    {"off", "UPJSK", "202611", "20261201", ""},
	    {"1b", "UP1KYO", "", "20261201", ""},
	    {"1b", "UPPLAN", "000000", "20261201", ""},
	};
	struct holidays h = holidays();
	struct policies p;
	struct policy policy;
	char text[CLOCK_TEXT_BYTES];
	size_t i;

	(void)state;
	policies_init(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy = p.rows[0];
		assert_int_equal(
		    lead_parse(cases[i].fallback, &policy.fallback), 0);
		clock_people(
		    policy_fallback(&policy, &h, policy_cycle(cases[i].kind),
			cases[i].month, deadline_ms(atoi(cases[i].now), 0)),
		    text);
		if (strcmp(text, cases[i].want) != 0)
			fail_msg("case %zu: %s", i, text);
	}
	policies_fini(&p);
	holidays_fini(&h);
}

static void
complain(void *arg, const char *column, const char *english)
{
	(void)english;
	snprintf(arg, 64, "%s", column);
}

static void
rows_of_partners(void **state)
{
	static const struct {
		const char *row;
		enum policy_deliver deliver;
		int until;
		const char *fault;
	} cases[] = {
	    {"{}", POLICY_ELECTRONIC, 0, ""},
	    {"{\"policy\":\"paper\"}", POLICY_PAPER, 0, ""},
	    {"{\"policy\":\"dual until 2027-03-31\"}", POLICY_DUAL, 20270331,
		""},
	    {"{\"policy\":\"dual until 2027-02-29\"}", POLICY_ELECTRONIC, 0,
		"policy"},
	    {"{\"policy\":\"both\"}", POLICY_ELECTRONIC, 0, "policy"},
	    {"{\"fallback\":\"1b\",\"plan_deadline\":\"28 12:00\"}",
		POLICY_ELECTRONIC, 0, ""},
	    {"{\"fallback\":\"later\"}", POLICY_ELECTRONIC, 0, "fallback"},
	    {"{\"fax_unverified\":\"send\"}", POLICY_ELECTRONIC, 0,
		"fax_unverified"},
	    {"{\"quiet_hours\":\"20:00-08:00 holidays fax\",\"kinds\":"
	     "\"plan UPJSK\",\"max_size\":\"20 MiB\",\"other_kinds\":"
	     "\"paper\",\"quota_parcels\":500,\"quota_bytes\":\"1GiB\","
	     "\"claim_deadline\":\"8b 12:00\"}",
		POLICY_ELECTRONIC, 0, ""},
	    {"{\"quota_parcels\":0}", POLICY_ELECTRONIC, 0, "quota_parcels"},
	    {"{\"quiet_hours\":\"at night\"}", POLICY_ELECTRONIC, 0,
		"quiet_hours"},
	};
	struct policies p;
	struct policy out;
	size_t i;

	(void)state;
	policies_init(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *row = json_loads(cases[i].row, 0, NULL);
		char fault[64] = "";
		int until = -1;

		assert_int_equal(
		    policy_of_row(&p, row, &out, &until, complain, fault),
		    cases[i].fault[0] != '\0');
		assert_string_equal(fault, cases[i].fault);
		assert_int_equal(out.deliver, cases[i].deliver);
		assert_int_equal(until, cases[i].until);
		json_decref(row);
	}
	policies_fini(&p);
}

static const struct policy_column *
column(const char *name)
{
	const struct policy_column *c = policy_columns;

	while (strcmp(c->column, name) != 0)
		c++;
	return c;
}

static void
cells(void **state)
{
	static const struct {
		const char *column, *text;
		bool fits;
	} cases[] = {
	    {"order", "row", true},
	    {"order", "national hub fax pdf bus", true},
	    {"order", "national national", false},
	    {"order", "hub:a", false},
	    {"order", "post", false},
	    {"quiet", "off", true},
	    {"quiet", "20:00-08:00", true},
	    {"quiet", "00:00-06:30 fax pdf", true},
	    {"quiet", "12:00-24:00 holidays", true},
	    {"quiet", "08:00-08:00", false},
	    {"quiet", "8:00-20:00", false},
	    {"quiet", "20:00-25:00", false},
	    {"quiet", "20:00-08:61", false},
	    {"quiet", "20:00-08:00x", false},
	    {"quiet", "20:00-08:00 sunday", false},
	    {"quiet", "holidays", false},
	    {"kinds", "any", true},
	    {"kinds", "plan result UP1KYO attachment", true},
	    {"kinds", "UPPLANE", false},
	    {"kinds", "?", false},
	    {"kinds", "none", false},
	    {"size", "any", true},
	    {"size", "500 KiB", true},
	    {"size", "500KiB", true},
	    {"size", "1", true},
	    {"size", "0", false},
	    {"size", "-1", false},
	    {"size", "20 MB", false},
	    {"size", "99999999999999999999", false},
	    {"size", "1099511627776 GiB", false},
	    {"other", "paper", true},
	    {"other", "park", false},
	    {"first", "none", true},
	    {"first", "delete UPJSK", true},
	    {"first", "urgent", false},
	    {"quota_parcels", "any", true},
	    {"quota_parcels", "500", true},
	    {"quota_parcels", "500 a day", false},
	    {"quota_bytes", "2 GiB", true},
	    {"quota_bytes", "much", false},
	    {"claim", "10 17:00", true},
	    {"claim", "tenth", false},
	    {"supersede", "fax pdf", true},
	    {"supersede", "hub:a", false},
	    {"late", "bus national", true},
	    {"late", "none", true},
	    {"late", "pdf", false},
	};
	struct policy p;
	size_t i;

	(void)state;
	memset(&p, 0, sizeof(p));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if ((column(cases[i].column)->set(&p, cases[i].text) == 0) !=
		    cases[i].fits)
			fail_msg("%s: %s", cases[i].column, cases[i].text);
	}
}

static void
kinds_by_name_and_group(void **state)
{
	static const struct {
		const char *list, *kind;
		bool takes;
	} cases[] = {
	    {"any", "", true},
	    {"any", "UPPLAN", true},
	    {"any", "UPNEW", true},
	    {"any", "DLTNEW", true},
	    {"plan", "UPPLAN", true},
	    {"plan", "UPHOSOKU", true},
	    {"plan", "UPJSK", false},
	    {"plan", "DLTPLAN", false},
	    {"plan", "", false},
	    {"delete", "DLTPLAN", true},
	    {"delete", "DLTNEW", true},
	    {"delete", "UPPLAN", false},
	    {"other", "UPNEW", true},
	    {"other", "UPPLAN", false},
	    {"UPJSK attachment", "UPJSK", true},
	    {"UPJSK attachment", "", true},
	    {"UPJSK attachment", "DLTJSK", false},
	    {"careplan", "UPYOBO_SUB", true},
	    {"basic", "UPKIHON_IMAGE", true},
	};
	struct policy p;
	size_t i;

	(void)state;
	memset(&p, 0, sizeof(p));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(column("kinds")->set(&p, cases[i].list), 0);
		if (((p.kinds & policy_kind(cases[i].kind)) != 0) !=
		    cases[i].takes)
			fail_msg("%s: %s", cases[i].list, cases[i].kind);
	}
	assert_int_equal(column("first")->set(&p, "none"), 0);
	assert_int_equal(p.first, 0);
}

/* "2026-12-03 11:30" in Japan */
static int64_t
at(const char *text)
{
	int year, month, day, hour, minute;

	assert_int_equal(
	    sscanf(text, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute),
	    5);
	return deadline_ms(
	    year * 10000 + month * 100 + day, hour * 60 + minute);
}

static void
quiet_hours(void **state)
{
	static const struct {
		const char *quiet;
		enum leg_way way;
		const char *kind, *month, *now, *want; /* "": now */
	} cases[] = {
	    {"off", WAY_BUS, "", "", "2026-12-01 03:00", ""},
	    {"20:00-08:00", WAY_BUS, "", "", "2026-12-01 19:59", ""},
	    {"20:00-08:00", WAY_BUS, "", "", "2026-12-01 20:00",
		"2026-12-02 08:00"},
	    {"20:00-08:00", WAY_BUS, "", "", "2026-12-01 03:00",
		"2026-12-01 08:00"},
	    {"20:00-08:00", WAY_BUS, "", "", "2026-12-01 08:00", ""},
	    {"12:00-13:00", WAY_PDF, "", "", "2026-12-01 12:30",
		"2026-12-01 13:00"},
	    {"12:00-24:00", WAY_PDF, "", "", "2026-12-01 12:30",
		"2026-12-02 00:00"},
	    {"20:00-08:00 fax", WAY_PDF, "", "", "2026-12-01 03:00", ""},
	    {"20:00-08:00 fax", WAY_FAX, "", "", "2026-12-01 03:00",
		"2026-12-01 08:00"},
	    /* Friday evening to Monday morning, over a holiday on Monday */
	    {"20:00-08:00 holidays", WAY_BUS, "", "", "2026-11-20 21:00",
		"2026-11-24 08:00"},
	    {"20:00-08:00 holidays", WAY_BUS, "", "", "2026-11-21 12:00",
		"2026-11-24 08:00"},
	    {"20:00-08:00", WAY_BUS, "", "", "2026-11-21 12:00", ""},
	    /* 実績 of November: 3 December 12:00, claims 10 December 17:00 */
	    {"20:00-13:00", WAY_BUS, "UPJSK", "202611", "2026-12-02 21:00", ""},
	    {"20:00-13:00", WAY_FAX, "UPJSK", "202611", "2026-12-02 21:00",
		"2026-12-03 13:00"},
	    {"20:00-13:00", WAY_BUS, "UPJSK", "202611", "2026-12-03 12:30",
		"2026-12-03 13:00"},
	    {"20:00-11:00", WAY_BUS, "UPJSK", "202611", "2026-12-02 21:00",
		"2026-12-03 11:00"},
	    {"12:00-18:00", WAY_BUS, "UPJSK", "202611", "2026-12-10 14:00", ""},
	    {"12:00-18:00", WAY_BUS, "UPJSK", "202611", "2026-12-11 14:00",
		"2026-12-11 18:00"},
	};
	struct holidays h = holidays();
	struct policies p;
	size_t i;

	(void)state;
	policies_init(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy row = p.rows[0];
		char text[CLOCK_TEXT_BYTES];
		int64_t until;

		assert_int_equal(column("quiet")->set(&row, cases[i].quiet), 0);
		until = policy_quiet(&row, &h, cases[i].way,
		    policy_cycle(cases[i].kind), cases[i].month,
		    at(cases[i].now));
		clock_people(until, text);
		if (strcmp(text, cases[i].want) != 0)
			fail_msg("case %zu: %s", i, text);
	}
	policies_fini(&p);
	holidays_fini(&h);
}

static void
what_goes_first(void **state)
{
	/* each goes before the next */
	static const struct {
		const char *kind, *month;
		bool first;
	} order[] = {
	    {"UPJSK", "202610", true},   /* 2 November, long over */
	    {"DLTPLAN", "202612", true}, /* 30 November */
	    {"UPJSK", "202611", true},   /* 3 December */
	    {"DLT1KYO", "", true},       /* no deadline */
	    {"UPPLAN", "202612", false},
	    {"UPPLAN", "202701", false},
	    {"UP1KYO", "", false},
	};
	struct policies p;
	uint32_t last = 0;
	size_t i;

	(void)state;
	policies_init(&p);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		uint32_t mine = policy_priority(&p.rows[0], &p.holidays,
		    policy_cycle(order[i].kind), order[i].month,
		    (p.rows[0].first & policy_kind(order[i].kind)) != 0);

		assert_int_equal(
		    (p.rows[0].first & policy_kind(order[i].kind)) != 0,
		    order[i].first);
		if (mine <= last)
			fail_msg("case %zu: %u", i, mine);
		last = mine;
	}
	policies_fini(&p);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A faulty table is refused with its line, and what was there stays. */
static void
faulty_tables(void **state)
{
	static const struct {
		const char *text, *said; /* NULL: taken */
	} cases[] = {
	    {"name\tdeliver\ndefault\tpaper\n", NULL},
	    {"# a\n\nname\tdeliver\nx\tboth\n", ":4: column deliver"},
	    {"name\tdeliver\nX\tpaper\n", ":2: a policy's name"},
	    {"name\tdeliver\nx\tpaper\nx\tdual\n", ":3: this name is"},
	    {"name\tdeliver\tfallbak\nx\tpaper\t1b\n", "\"fallbak\""},
	    {"name\tquiet\nx\tnever\n", ":2: column quiet"},
	};
	char path[] = "/tmp/tasuki-policy-XXXXXX";
	struct policies p;
	struct why why;
	size_t i;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	policies_init(&p);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(path, cases[i].text);
		memset(&why, 0, sizeof(why));
		if ((policies_load(&p, path, &why) == 0) !=
		    (cases[i].said == NULL))
			fail_msg("case %zu: %s", i, why.text);
		if (cases[i].said != NULL &&
		    strstr(why.text, cases[i].said) == NULL)
			fail_msg("case %zu: %s", i, why.text);
		assert_int_equal(p.rows[0].deliver, POLICY_PAPER);
		assert_int_equal(json_array_size(p.texts), p.count);
	}
	policies_fini(&p);
	unlink(path);
}

/* The page in config says what holds without it. */
static void
the_table_is_the_built_in_one(void **state)
{
	struct policies built, read;
	struct why why = {0};
	char path[4096];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/config/policies.tsv",
	    getenv("TASUKI_SOURCE"));
	policies_init(&built);
	policies_init(&read);
	if (policies_load(&read, path, &why) != 0)
		fail_msg("%s", why.text);
	assert_int_equal(built.count, read.count);
	for (i = 0; i < built.count; i++)
		assert_memory_equal(
		    &built.rows[i], &read.rows[i], sizeof(built.rows[i]));
	policies_fini(&built);
	policies_fini(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(days),
	    cmocka_unit_test(deadlines),
	    cmocka_unit_test(fallbacks),
	    cmocka_unit_test(rows_of_partners),
	    cmocka_unit_test(cells),
	    cmocka_unit_test(kinds_by_name_and_group),
	    cmocka_unit_test(quiet_hours),
	    cmocka_unit_test(what_goes_first),
	    cmocka_unit_test(faulty_tables),
	    cmocka_unit_test(the_table_is_the_built_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	expected_test - results that are owed, and the times of reminders
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expected.h"
#include "remind.h"
#include "settings.h"
#include "wire.h"

#define CARE  "1370100008"
#define VISIT "1370100016"
#define NOW   1765000000000LL

/* ---- the ledger ---- */

struct sent {
	const char *from, *from_type, *to, *to_type, *kind;
	uint32_t clients;
	char mark; /* 0: none */
	enum leg_state state;
};

static void
keep(struct store *store, const struct sent *s, size_t no)
{
	struct wire_document d = {
	    .name = "x", .kind = s->kind, .bytes = 1, .encoded_bytes = 1};
	struct wire_parcel w = {.document_count = 1,
	    .documents = &d,
	    .month = "202612",
	    .clients = s->clients};
	struct store_piece piece = {.data = "x", .bytes = 1};
	struct store_parcel p = {.month = "202612",
	    .agent = "a",
	    .accepted_ms = NOW + (int64_t)no * 1000,
	    .encoded_bytes = 1,
	    .leg_count = 1};
	struct store_op op = {.type = STORE_ACCEPT,
			    .actor = "a",
			    .at_ms = p.accepted_ms},
			*ops[] = {&op};
	struct buf header;
	struct why why = {0};

	p.id = w.id = id_new(p.accepted_ms);
	snprintf(w.from, sizeof(w.from), "%s", s->from);
	snprintf(w.from_type, sizeof(w.from_type), "%s", s->from_type);
	snprintf(w.to, sizeof(w.to), "%s", s->to);
	snprintf(w.to_type, sizeof(w.to_type), "%s", s->to_type);
	memcpy(p.from, w.from, sizeof(p.from));
	memcpy(p.from_type, w.from_type, sizeof(p.from_type));
	memcpy(p.to, w.to, sizeof(p.to));
	memcpy(p.to_type, w.to_type, sizeof(p.to_type));
	memset(w.clients_mark, s->mark, sizeof(w.clients_mark));
	buf_init(&header, WIRE_BUF_MAX);
	wire_parcel_pack(&w, &header);
	p.header = header.data;
	p.header_bytes = header.len;
	p.legs[0].state = LEG_READY;
	p.legs[0].way = WAY_BUS;
	snprintf(p.legs[0].queue, sizeof(p.legs[0].queue), "office/%s", s->to);
	op.accept.parcel = &p;
	op.accept.pieces = &piece;
	op.accept.piece_count = 1;
	assert_int_equal(store_apply(store, ops, 1, &why), 0);
	assert_int_equal(op.rc, 0);
	buf_fini(&header);
	if (s->state == LEG_READY)
		return;
	memset(&op, 0, sizeof(op));
	op.type = STORE_SETTLE;
	op.actor = "a";
	op.at_ms = p.accepted_ms;
	op.settle.id = p.id;
	op.settle.state = s->state;
	op.settle.code = op.settle.detail = "";
	assert_int_equal(store_apply(store, ops, 1, &why), 0);
	assert_int_equal(op.rc, 0);
}

#define PLAN(clients, mark)                                                 \
	{                                                                   \
		CARE, "43", VISIT, "11", "UPPLAN", clients, mark, LEG_READY \
	}
#define RESULT(clients, mark)                                              \
	{                                                                  \
		VISIT, "11", CARE, "43", "UPJSK", clients, mark, LEG_READY \
	}

static const struct {
	const char *what;
	struct sent sent[5];
	size_t rows;
	bool arrived, partly, maybe_deleted;
	uint32_t plan_clients, result_clients;
} cases[] = {
    {"nothing", {{0}}, 0, false, false, false, 0, 0},
    {"a plan", {PLAN(2, 0)}, 1, false, false, false, 2, 0},
    {"its result", {PLAN(2, 0), RESULT(2, 0)}, 1, true, false, false, 2, 2},
    {"a part", {PLAN(2, 0), RESULT(1, 0)}, 1, false, true, false, 2, 1},
    {"clients are not said", {PLAN(0, 0), RESULT(0, 0)}, 1, true, false, false,
	0, 0},
    {"versions", {PLAN(2, 1), PLAN(2, 1), PLAN(3, 2)}, 1, false, false, false,
	5, 0},
    {"two results make a whole", {PLAN(3, 1), RESULT(1, 1), RESULT(2, 2)}, 1,
	true, false, false, 3, 3},
    {"a deletion with its mark",
	{PLAN(2, 1), {CARE, "43", VISIT, "11", "DLTPLAN", 2, 1, LEG_READY}}, 0,
	false, false, false, 0, 0},
    {"and a newer plan after it",
	{PLAN(2, 1), {CARE, "43", VISIT, "11", "DLTPLAN", 2, 1, LEG_READY},
	    PLAN(1, 3)},
	1, false, false, false, 1, 0},
    {"a deletion without a mark",
	{PLAN(2, 0), {CARE, "43", VISIT, "11", "DLTPLAN", 2, 0, LEG_READY}}, 1,
	false, false, true, 2, 0},
    {"taken back", {{CARE, "43", VISIT, "11", "UPPLAN", 2, 0, LEG_RECALLED}}, 0,
	false, false, false, 0, 0},
    {"a taken back result",
	{PLAN(2, 0), {VISIT, "11", CARE, "43", "UPJSK", 2, 0, LEG_RECALLED}}, 1,
	false, false, false, 2, 0},
    {"the old form says no type",
	{PLAN(2, 0), {VISIT, "", CARE, "", "UPJSK", 2, 0, LEG_READY}}, 1, true,
	false, false, 2, 2},
    {"another service of that number",
	{PLAN(2, 0), {VISIT, "15", CARE, "43", "UPJSK", 2, 0, LEG_READY}}, 1,
	false, false, false, 2, 0},
    {"two services of one number",
	{PLAN(2, 0), {CARE, "43", VISIT, "15", "UPPLAN", 1, 0, LEG_READY}}, 2,
	false, false, false, 2, 0},
    {"a result nobody planned", {RESULT(2, 0)}, 0, false, false, false, 0, 0},
    {"the other direction is another pair",
	{PLAN(2, 0), {VISIT, "11", CARE, "43", "UPPLAN", 2, 0, LEG_READY}}, 2,
	false, false, false, 2, 0},
};

static void
ledger(void **state)
{
	const struct store_settings settings = {
	    .backend = STORE_MEM, .path = ""};
	struct store *store;
	struct expected e;
	struct why why = {0};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].what);
		assert_int_equal(store_open(&settings, &store, &why), 0);
		for (k = 0; k < 5 && cases[i].sent[k].from != NULL; k++)
			keep(store, &cases[i].sent[k], k);
		assert_int_equal(expected_gather(store, "202612", &e), 0);
		assert_int_equal(e.count, cases[i].rows);
		if (e.count > 0) {
			const struct expected_row *r = &e.rows[0];

			assert_int_equal(expected_arrived(r), cases[i].arrived);
			assert_int_equal(expected_partly(r), cases[i].partly);
			assert_int_equal(
			    r->maybe_deleted, cases[i].maybe_deleted);
			assert_int_equal(
			    r->plan_clients, cases[i].plan_clients);
			assert_int_equal(
			    r->result_clients, cases[i].result_clients);
		}
		expected_fini(&e);
		assert_int_equal(expected_gather(store, "202611", &e), 0);
		assert_int_equal(e.count, 0);
		expected_fini(&e);
		store_close(&store);
	}
}

static void
months(void **state)
{
	(void)state;
	assert_true(expected_month("202612"));
	assert_false(expected_month("202613"));
	assert_false(expected_month("20261"));
	assert_false(expected_month("2026-1"));
	assert_false(expected_month(""));
}

/* ---- reminders ---- */

static void
times(void **state)
{
	static const struct {
		const char *remind;
		int day, minute;   /* now */
		const char *month; /* NULL: none is due */
	} at[] = {
	    /* December 2026: the 1st is a Tuesday */
	    {"2b 09:00; 4b 09:00", 20261202, 8 * 60 + 59, NULL},
	    {"2b 09:00; 4b 09:00", 20261202, 9 * 60, "202611"},
	    {"2b 09:00; 4b 09:00", 20261203, 8 * 60 + 59, "202611"},
	    {"2b 09:00; 4b 09:00", 20261203, 9 * 60, NULL},
	    {"2b 09:00; 4b 09:00", 20261204, 12 * 60, "202611"},
	    /* the year's end: the second business day is the 5th */
	    {"2b 09:00", 20270104, 12 * 60, NULL},
	    {"2b 09:00", 20270105, 12 * 60, "202612"},
	    {"", 20261202, 9 * 60, NULL},
	};
	char path[4096];
	struct settings settings = {.log_level = NULL};
	struct control_view view = {.settings = &settings};
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/config/standard/masters/holidays.tsv",
	    getenv("TASUKI_SOURCE"));
	settings.policy.holidays = path;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		char text[64];
		int64_t done = 0, now = deadline_ms(at[i].day, at[i].minute);
		json_t *in;

		snprintf(text, sizeof(text), "%s", at[i].remind);
		settings.expected.remind = text;
		in = remind_due(&view, now, &done);
		assert_int_equal(in != NULL, at[i].month != NULL);
		if (in == NULL)
			continue;
		assert_string_equal(control_text(in, "month"), at[i].month);
		assert_true(control_number(in, "at_ms", 0) <= now);
		json_decref(in);
		/* once */
		assert_null(remind_due(&view, now + 1000, &done));
	}
}

/* one more than fits */
static const char nine[] =
    "1 09:00;2 09:00;3 09:00;4 09:00;5 09:00;6 09:00;7 09:00;8 09:00;9 09:00";

static void
bad_times(void **state)
{
	static const char *const bad[] = {
	    nine, "2b", "32 09:00", "2b 25:00", "x", "2b 09:00 4b 09:00"};
	struct why why = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(remind_check(bad[i], &why), TSK_INVALID);
	assert_int_equal(remind_check("", &why), 0);
	assert_int_equal(remind_check("2b 09:00; 4b 09:00;", &why), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ledger),
	    cmocka_unit_test(months),
	    cmocka_unit_test(times),
	    cmocka_unit_test(bad_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

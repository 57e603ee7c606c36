/* NAME
 *	test_cargo - the records inside a bundle: read as written, or refused
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cargo.h"

#define KEY "0192aabbccdd70008000000000000001-0"

struct seen {
	char text[1024];
};

static int
on_head(void *arg, const struct cargo_head *head)
{
	struct seen *s = arg;

	sprintf(s->text + strlen(s->text), "H%llu,%zu;",
	    (unsigned long long)head->highest, head->count);
	return 0;
}

static int
on_parcel(void *arg, const char *key, const void *manifest, size_t n)
{
	struct seen *s = arg;

	sprintf(s->text + strlen(s->text), "P%s=%.*s;", key, (int)n,
	    (const char *)manifest);
	return 0;
}

static int
on_document(void *arg, const char *name, const void *p, size_t n)
{
	struct seen *s = arg;

	sprintf(s->text + strlen(s->text), "D%s=%.*s;", name, (int)n,
	    (const char *)p);
	return 0;
}

static int
on_receipt(void *arg, const struct cargo_receipt *r)
{
	struct seen *s = arg;

	sprintf(
	    s->text + strlen(s->text), "R%s,%d,%s;", r->key, r->state, r->code);
	return 0;
}

static const struct cargo_events events = {
    on_head, on_parcel, on_document, on_receipt};

static void
fill(struct buf *out)
{
	struct cargo_head *head = mem_new(sizeof(*head));
	struct cargo_receipt receipt = {
	    .key = KEY, .state = CARGO_REFUSED, .at_ms = 5, .code = "no-way"};

	head->highest = 12;
	head->count = 2;
	head->have[1][0] = 9;
	buf_init(out, 100000);
	cargo_head(out, head);
	cargo_receipt(out, &receipt);
	cargo_parcel(out, KEY, "manifest", 8);
	cargo_document(out, "書.CSV", "bytes", 5);
	cargo_document(out, "empty", "", 0);
	cargo_end(out);
	free(head);
}

static void
as_written(void **state)
{
	struct seen seen = {""};
	struct buf text;

	(void)state;
	fill(&text);
	assert_int_equal(cargo_read(text.data, text.len, &events, &seen), 0);
	assert_string_equal(seen.text,
	    "H12,2;R" KEY ",3,no-way;P" KEY "=manifest;D書.CSV=bytes;Dempty=;");
	for (size_t n = 0; n < text.len; n++)
		assert_int_equal(
		    cargo_read(text.data, n, NULL, NULL), TSK_INVALID);
	buf_char(&text, 'x');
	assert_int_equal(
	    cargo_read(text.data, text.len, NULL, NULL), TSK_INVALID);
	buf_fini(&text);
}

static const struct {
	const char *line;
	int state; /* 0: refused */
} receipts[] = {
    {KEY " accepted 5 -", CARGO_ACCEPTED},
    {KEY " delivered 1795000000000 superseded", CARGO_DELIVERED},
    {KEY " refused 0 no-way", CARGO_REFUSED},
    {KEY " gone 0 -", 0},
    {KEY " refused -1 -", 0},
    {KEY " refused 0", 0},
    {KEY " refused 0 - more", 0},
    {KEY " refused 0 UPPER", 0},
    {KEY "0000 refused 0 -", 0},
    {"../../etc/passwd refused 0 -", 0},
    {"", 0},
};

static void
receipt_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(receipts) / sizeof(receipts[0]); i++) {
		struct cargo_receipt r;
		int rc = cargo_receipt_parse(
		    receipts[i].line, strlen(receipts[i].line), &r);

		assert_int_equal(rc == 0, receipts[i].state != 0);
		if (rc == 0)
			assert_int_equal(r.state, receipts[i].state);
	}
}

static const struct {
	const char *key;
	bool ok;
} keys[] = {
    {KEY, true},
    {"0192aabbccdd70008000000000000001-255", true},
    {"0192aabbccdd70008000000000000001-256", false},
    {"0192aabbccdd70008000000000000001-00", false},
    {"0192AABBCCDD70008000000000000001-0", false},
    {"00000000000000000000000000000000-0", false},
    {"0192aabbccdd70008000000000000001", false},
    {".", false},
};

static void
key_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(cargo_key_ok(keys[i].key), keys[i].ok);
}

/* T21 */
static void
names_that_lead_elsewhere(void **state)
{
	static const char *const names[] = {
	    "../x", "a/b", ".parcel", "", "CON"};
	struct cargo_head *head = mem_new(sizeof(*head));

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf text;

		buf_init(&text, 10000);
		cargo_head(&text, head);
		cargo_parcel(&text, KEY, "m", 1);
		cargo_document(&text, names[i], "x", 1);
		cargo_end(&text);
		assert_int_equal(
		    cargo_read(text.data, text.len, NULL, NULL), TSK_INVALID);
		buf_fini(&text);
	}
	free(head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_written),
	    cmocka_unit_test(receipt_lines),
	    cmocka_unit_test(key_forms),
	    cmocka_unit_test(names_that_lead_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

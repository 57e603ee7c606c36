/* NAME
 *	test_people - the same people, the same mark; nobody is named by it
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "file.h"
#include "manifest.h"
#include "people.h"

#define PLAN                                                 \
	"tests/data/standard/good/two-clients/"              \
	"UPPLAN_202504_1370100016_43_1370100024_11_20250325" \
	"101500.CSV"

struct fixture {
	struct standard *standard;
	struct buf plan;
	const char *lines[2]; /* one client each, with its line end */
	size_t bytes[2];
};

static int
set_up(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));
	char path[4096];
	struct why why;

	snprintf(
	    path, sizeof(path), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(path, &f->standard, &why), 0);
	snprintf(path, sizeof(path), "%s/" PLAN, getenv("TASUKI_SOURCE"));
	buf_init(&f->plan, 65536);
	assert_int_equal(file_read_path(path, 65535, &f->plan), 0);
	f->lines[0] = f->plan.data;
	f->lines[1] = strchr(f->plan.data, '\n') + 1;
	f->bytes[0] = (size_t)(f->lines[1] - f->lines[0]);
	f->bytes[1] = f->plan.len - f->bytes[0];
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	buf_fini(&f->plan);
	standard_free(&f->standard);
	free(f);
	return 0;
}

/* ---- one file ---- */

/* "01": the line of the first client, then that of the second; "x": what is no
 * record. */
static size_t
digest(const struct fixture *f, const char *recipe, const char *kind,
    uint8_t out[DIGEST_BYTES])
{
	struct buf text;

	buf_init(&text, 65536);
	for (; *recipe != '\0'; recipe++) {
		if (*recipe == 'x')
			buf_text(&text, "1,2\r\n");
		else
			buf_add(&text, f->lines[*recipe - '0'],
			    f->bytes[*recipe - '0']);
	}
	size_t n = people_digest(f->standard, kind,
	    text.data != NULL ? text.data : "", text.len, out);
	buf_fini(&text);
	return n;
}

static const struct {
	const char *recipe, *kind;
	size_t people;
	bool same; /* as "01" */
} files[] = {
    {"01", "UPPLAN", 2, true},
    {"10", "UPPLAN", 2, true},
    {"0010", "UPPLAN", 2, true},
    {"0", "UPPLAN", 1, false},
    {"1", "UPPLAN", 1, false},
    {"", "UPPLAN", 0, false},
    {"01x", "UPPLAN", 0, false},
    {"01", "UPPLAN_IMAGE", 0, false},
    {"01", "", 0, false},
};

static void
one_file(void **state)
{
	static const uint8_t nobody[DIGEST_BYTES];
	const struct fixture *f = *state;
	uint8_t all[DIGEST_BYTES], one[DIGEST_BYTES];

	(void)digest(f, "01", "UPPLAN", all);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		print_message("%s %s\n", files[i].recipe, files[i].kind);
		assert_int_equal(digest(f, files[i].recipe, files[i].kind, one),
		    files[i].people);
		assert_int_equal(
		    memcmp(one, all, sizeof(one)) == 0, files[i].same);
		if (files[i].people == 0)
			assert_memory_equal(one, nobody, sizeof(nobody));
	}
}

/* ---- a parcel from outside ---- */

static const struct {
	const char *kinds[3]; /* of documents that all hold both clients */
	const char *secret, *from;
	bool marked, same; /* as the first */
} parcels[] = {
    {{"UPPLAN"}, "ours", "1370100016", true, true},
    {{"UPPLAN"}, "theirs", "1370100016", true, false},
    {{"UPPLAN"}, "ours", "1370100032", true, false},
    {{"UPPLAN", "UPKIHON_IMAGE"}, "ours", "1370100016", true, true},
    {{"UPPLAN", ""}, "ours", "1370100016", false, false},
    {{""}, "ours", "1370100016", false, false},
    {{"UPKIHON_IMAGE"}, "ours", "1370100016", false, false},
    {{"UPPLAN"}, NULL, "1370100016", false, false},
};

static void
from_outside(void **state)
{
	const struct fixture *f = *state;
	uint8_t first[WIRE_MARK_BYTES];

	for (size_t i = 0; i < sizeof(parcels) / sizeof(parcels[0]); i++) {
		struct link_body bodies[3];
		struct wire_parcel *p;
		size_t n = 0;

		print_message("%zu\n", i);
		for (; n < 3 && parcels[i].kinds[n] != NULL; n++)
			bodies[n] =
			    (struct link_body){f->plan.data, f->plan.len};
		p = manifest_new(n);
		strcpy(p->from, parcels[i].from);
		strcpy(p->to, "1370100024");
		for (size_t k = 0; k < n; k++)
			manifest_document(p, k, "name", parcels[i].kinds[k]);
		people_of(f->standard, parcels[i].secret, p, bodies);
		if (i == 0)
			memcpy(first, p->clients_mark, sizeof(first));
		assert_int_equal(wire_marked(p), parcels[i].marked);
		assert_int_equal(
		    memcmp(p->clients_mark, first, sizeof(first)) == 0,
		    parcels[i].same);
		assert_int_equal(p->clients,
		    strcmp(parcels[i].kinds[0], "UPPLAN") == 0 ? 2 : 0);
		manifest_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_file),
	    cmocka_unit_test(from_outside),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

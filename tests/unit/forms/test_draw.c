/* NAME
 *	test_draw - jobs: pages, fates, targets, refusals, repeatability
 * DESCRIPTION
 *	What stands on the paper is read back in tests/scenario/test_render.py;
 *	the ink of the days in test_ink.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "draw.h"
#include "standard.h"

#define FILE_MAX (16u * 1024 * 1024)
#define MADE_MS  1795500000000

struct fixture {
	struct standard *standard;
	struct forms *forms;
};

static int
setup(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));
	struct why why = {0};
	char dir[4096];

	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &f->standard, &why), 0);
	snprintf(dir, sizeof(dir), "%s/config/forms", getenv("TASUKI_SOURCE"));
	assert_int_equal(forms_load(dir, f->standard, &f->forms, &why), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	forms_free(&f->forms);
	standard_free(&f->standard);
	free(f);
	return 0;
}

#define USE_HEAD "202407,131227,0000000001,20261124,202612,1379900010,"
#define USE_TAIL ",,0900,1000,1,111111,,,,,1379900028,\"x\",,0,1379900010,\r\n"
#define USE      USE_HEAD ",100,0,20261201" USE_TAIL
#define BENEFIT                                                                  \
	"202407,131227,0000000001,20261124,202612,\"ヘルパー\",1379900028,," \
	"111111,,,,244,,,1,244,244,0,0,0,244,10.00,2440,90,2196,0,244,0,0,0,"    \
	"0,0,9999999999,,1379900010,\r\n"
#define DELETE_PLAN "202407,131227,0000000001,202612\r\n"

static void
add_use(struct buf *csv, int client, const char *month, int day, int code,
    const char *office)
{
	buf_printf(csv,
	    "202407,131227,%010d,20261124,%s,1379900010,\"濵田 表子\",100,0,"
	    "%s%02d,,0900,1000,1,%06d,,,,,1379900028,\"%s\",,0,1379900010,\r\n",
	    client, month, month, day, code, office);
}

static int
draw_one(const struct fixture *f, const char *kind, const char *name,
    const void *data, size_t n, struct buf *pdf, struct draw_result *result,
    struct why *why)
{
	struct draw_document document = {
	    .name = name, .kind = kind, .data = data, .bytes = n};
	struct draw_set set = {.documents = &document,
	    .count = 1,
	    .from = "1379900010",
	    .to = "1379900028",
	    .reference = "0193a1b2c3d4"};
	struct draw_job job = {
	    .sets = &set, .set_count = 1, .made_ms = MADE_MS};

	return draw_pdf(f->forms, &job, pdf, result, why);
}

static void
pages(void **state)
{
	static const struct {
		const char *kind;
		int clients, services;
		unsigned pages;
	} cases[] = {
	    {"UPPLAN", 1, 1, 1},
	    {"UPPLAN", 1, 13, 1},
	    {"UPPLAN", 1, 14, 2},
	    {"UPPLAN", 3, 27, 9},
	    {"UPJSK", 2, 13, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf csv, pdf, again;
		struct draw_result result;
		struct why why = {0};
		buf_init(&csv, FILE_MAX);
		buf_init(&pdf, FILE_MAX);
		buf_init(&again, FILE_MAX);
		for (int c = 0; c < cases[i].clients; c++) {
			for (int s = 0; s < cases[i].services; s++)
				add_use(&csv, c, "202612", 1 + s, 111111 + s,
				    "髙﨑①㈱");
		}
		assert_int_equal(draw_one(*state, cases[i].kind, "x.CSV",
				     csv.data, csv.len, &pdf, &result, &why),
		    0);
		assert_int_equal(result.pages, cases[i].pages);
		assert_int_equal(result.form_pages, cases[i].pages);
		assert_int_equal(result.clients, cases[i].clients);
		assert_int_equal(
		    result.services, cases[i].clients * cases[i].services);
		assert_int_equal(
		    result.actual, strcmp(cases[i].kind, "UPJSK") == 0);
		assert_string_equal(result.month, "202612");
		assert_string_equal(result.title, "サービス提供票");
		assert_int_equal(result.marked, 0);
		assert_memory_equal(pdf.data, "%PDF-", 5);
		/* the same input gives the same bytes */
		assert_int_equal(draw_one(*state, cases[i].kind, "x.CSV",
				     csv.data, csv.len, &again, &result, &why),
		    0);
		assert_int_equal(pdf.len, again.len);
		assert_memory_equal(pdf.data, again.data, pdf.len);
		buf_fini(&again);
		buf_fini(&pdf);
		buf_fini(&csv);
	}
}

/* One document, by kind or by name: what becomes of it. */
static void
documents(void **state)
{
	static const struct {
		const char *kind, *name, *data, *code; /* NULL: drawn */
		size_t marked;
	} cases[] = {
	    {"UPPLAN", "x", USE, NULL, 0},
	    {"UPPLAN", "x", USE_HEAD "\"a\"\"b\r\nc\",100,0,20261201" USE_TAIL,
		NULL, 0},
	    {"UPPLAN", "x",
		"version,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x\r\n" USE,
		NULL, 0},
	    {"UPPLAN", "x", "\r\n" USE, NULL, 0},
	    /* V3: without the three columns of equipment */
	    {"UPPLAN", "x",
		"202208,131227,0000000001,20261124,202612,1379900010,,1,0,"
		"20261201,,0900,1000,1,111111,,1379900028,\"x\",,0,,\r\n",
		NULL, 0},
	    {"UPSIKYU", "x", BENEFIT, NULL, 0},
	    {"DLTPLAN", "x", DELETE_PLAN, NULL, 0},
	    {"", "a.csv", "名前,数\r\n髙﨑,1\r\n", NULL, 0},
	    {"", "a.csv", "1,2,3,4,5,6,7,8,9,10,11,12,13\r\n", NULL, 0},
	    {NULL, "a.TXT", "一行目\r\n\r\n三行目", NULL, 0},
	    /* the name says the kind */
	    {"",
		"DLTPLAN_202612_1379900010_43_1379900028_11_20261124150000.CSV",
		DELETE_PLAN, NULL, 0},
	    {"UPPLAN", "x", "\r\n", "no-pages", 0},
	    {"UPPLAN", "x", USE_HEAD ",100,0,20270101" USE_TAIL, "bad-date", 0},
	    {"UPPLAN", "x", "202407,131227,1\r\n", "bad-csv", 0},
	    {"UPPLAN", "x", USE_HEAD "\"open,100,0,20261201" USE_TAIL,
		"bad-csv", 0},
	    {"UPPLAN", "x", USE_HEAD "\"a\"b,100,0,20261201" USE_TAIL,
		"bad-csv", 0},
	    {"UPPLAN", "x", USE_HEAD "\"\xf0\x40\",100,0,20261201" USE_TAIL,
		"bad-csv", 0}, /* gaiji */
	    {"UPPLAN", "x", USE_HEAD "\"\x81\",100,0,20261201" USE_TAIL,
		"bad-csv", 0},
	    {"UPPLAN", "x", "\xff\xfe\x30", "bad-csv", 0},
	    {"UPSIKYU", "x", "1,2\r\n", "bad-csv", 0},
	    /* a private character that no font has: marked, not silent */
	    {"UPPLAN", "x",
		USE_HEAD "\"あ\xee\x80\x80\",100,0,20261201" USE_TAIL, NULL, 1},
	    {"", "a.txt", "\xee\x80\x80い\xee\x80\x81\xee\x80\x80", NULL, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf pdf;
		struct draw_result result;
		struct why why = {0};
		buf_init(&pdf, FILE_MAX);
		int rc = draw_one(*state, cases[i].kind, cases[i].name,
		    cases[i].data, strlen(cases[i].data), &pdf, &result, &why);
		if (cases[i].code == NULL) {
			if (rc != 0)
				print_error("case %zu: %s\n", i, why.text);
			assert_int_equal(rc, 0);
			assert_int_equal(result.pages, 1);
			assert_int_equal(result.marked, cases[i].marked);
			assert_int_equal(result.drawn, 1);
		} else {
			assert_true(rc < 0);
			assert_string_equal(why.code, cases[i].code);
			assert_int_equal(why.class, WHY_NEVER);
			assert_int_equal(pdf.len, 0);
		}
		buf_fini(&pdf);
	}
}

/* What cannot be drawn is left to the caller, whatever it calls itself. */
static void
left(void **state)
{
	static const struct {
		const char *name, *data;
		size_t n;
	} cases[] = {
	    {"a.pdf", "%PDF-1.4\n", 9},
	    {"a.gif", "GIF89a", 6},
	    {"a.jpg", "%PDF-1.4\n", 9},
	    {"a.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF", 10},
	    {"a.png",
		"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\x7f\xff\xff\xff"
		"\x7f\xff\xff\xff\x08\x02\0\0\0",
		29},
	    {"a.txt", "a\0b", 3},
	    {"a.csv", "\x81", 1},
	    {"a.csv", "", 0},
	    {"a.exe", "MZ", 2},
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct draw_document documents[2] = {
		    {.name = "x",
			.kind = "UPPLAN",
			.data = USE,
			.bytes = strlen(USE)},
		    {.name = cases[i].name,
			.data = cases[i].data,
			.bytes = cases[i].n},
		};
		struct draw_set set = {
		    .documents = documents, .count = 2, .from = "", .to = ""};
		struct draw_job job = {.sets = &set, .set_count = 1};
		struct draw_result result;
		struct why why = {0};
		assert_int_equal(draw_count(f->forms, &job, &result, &why), 0);
		assert_int_equal(documents[0].fate, DRAW_DRAWN);
		assert_int_equal(documents[1].fate, DRAW_LEFT);
		assert_int_equal(result.drawn, 1);
		assert_int_equal(result.left, 1);
	}
}

/* Names of any length, many services, many entries of one day. */
static void
extremes(void **state)
{
	static const struct {
		int name, services, entries;
		unsigned pages;
	} cases[] = {
	    {1, 1, 1, 1}, {30, 1, 1, 1}, {60, 1, 1, 2}, /* with 続紙 */
	    {200, 1, 1, 2}, {5000, 1, 1, 3}, {5, 60, 1, 5}, {5, 1, 31, 1},
	    {200, 60, 31, 6}, /* one office: one line of the 続紙 */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf csv, name, pdf;
		struct draw_result result;
		struct why why = {0};
		buf_init(&csv, FILE_MAX);
		buf_init(&name, FILE_MAX);
		buf_init(&pdf, FILE_MAX);
		for (int n = 0; n < cases[i].name; n++)
			buf_text(&name, "邊");
		for (int s = 0; s < cases[i].services; s++) {
			for (int e = 0; e < cases[i].entries; e++)
				add_use(&csv, 1, "202602", 28, 111111 + s,
				    name.data);
		}
		assert_int_equal(draw_one(*state, "UPPLAN", "x", csv.data,
				     csv.len, &pdf, &result, &why),
		    0);
		assert_int_equal(result.pages, cases[i].pages);
		buf_fini(&pdf);
		buf_fini(&name);
		buf_fini(&csv);
	}
}

static int
count_png(
    void *arg, unsigned page, const void *data, size_t bytes, struct why *why)
{
	unsigned *count = arg;

	assert_int_equal(page, *count + 1);
	assert_true(bytes > 100);
	assert_memory_equal(data, "\x89PNG", 4);
	++*count;
	(void)why;
	return 0;
}

static int
stop_png(
    void *arg, unsigned page, const void *data, size_t bytes, struct why *why)
{
	(void)arg;
	(void)page;
	(void)data;
	(void)bytes;
	why_set(why, WHY_LATER, "stop", "Stop.");
	return TSK_LATER;
}

/* Cover, a set, a bitmap: all targets have the same pages. */
static void
targets(void **state)
{
	static const unsigned char bits[] = {0xf0, 0x0f};
	static const struct draw_image images[] = {
	    {bits, 1, 8, 2, "データシート", "説明"},
	    {bits, 1, 8, 2, NULL, NULL},
	};
	const struct fixture *f = *state;
	struct draw_document document = {
	    .name = "x", .kind = "UPPLAN", .data = USE, .bytes = strlen(USE)};
	struct draw_set set = {.documents = &document,
	    .count = 1,
	    .from = "1379900010",
	    .to = "1379900028",
	    .stamp = DRAW_STAMP_COPY,
	    .stamp_ms = MADE_MS};
	struct draw_cover cover = {.to_name = "宛先", .code = "A1"};
	struct draw_job job = {.sets = &set,
	    .set_count = 1,
	    .cover = &cover,
	    .images = images,
	    .image_count = 2,
	    .made_ms = MADE_MS};

	for (int kind = DRAW_COVER_FAX; kind <= DRAW_COVER_TEST; kind++) {
		struct draw_result result;
		struct why why = {0};
		struct buf out;
		unsigned count = 0;
		cover.kind = (enum draw_cover_kind)kind;
		buf_init(&out, FILE_MAX);
		assert_int_equal(draw_count(f->forms, &job, &result, &why), 0);
		assert_int_equal(result.pages, 4);
		assert_int_equal(result.form_pages, 1);
		assert_int_equal(
		    draw_pdf(f->forms, &job, &out, &result, &why), 0);
		assert_int_equal(result.pages, 4);
		buf_clear(&out);
		for (int fine = DRAW_FINE; fine <= DRAW_SUPERFINE; fine++) {
			buf_clear(&out);
			assert_int_equal(
			    draw_fax(f->forms, &job, (enum draw_fine)fine, &out,
				&result, &why),
			    0);
			assert_memory_equal(out.data, "II*\0", 4);
		}
		assert_int_equal(draw_png(f->forms, &job, 60, count_png, &count,
				     &result, &why),
		    0);
		assert_int_equal(count, 4);
		assert_int_equal(
		    draw_png(f->forms, &job, 60, stop_png, NULL, &result, &why),
		    TSK_LATER);
		assert_string_equal(why.code, "stop");
		buf_fini(&out);
	}
	/* a recalled set is one notice */
	struct draw_result result;
	struct why why = {0};
	set.recalled = true;
	job.cover = NULL;
	job.image_count = 0;
	assert_int_equal(draw_count(f->forms, &job, &result, &why), 0);
	assert_int_equal(result.pages, 1);
	assert_int_equal(result.drawn, 1);
}

static void
limits(void **state)
{
	const struct fixture *f = *state;
	static const unsigned char bits[] = {0};
	struct draw_image image = {bits, 1, 9, 1, NULL, NULL};
	struct draw_cover cover = {.kind = DRAW_COVER_TEST};
	struct draw_job job = {.images = &image, .image_count = 1};
	struct draw_result result;
	struct why why = {0};

	/* nine dots do not fit into a byte */
	assert_true(draw_count(f->forms, &job, &result, &why) < 0);
	assert_string_equal(why.code, "bad-image");
	image.width = DRAW_IMAGE_DOTS_MAX + 1;
	image.stride = image.width;
	assert_true(draw_count(f->forms, &job, &result, &why) < 0);
	assert_string_equal(why.code, "bad-image");
	image.width = image.height = 1;
	image.stride = 1;
	job.cover = &cover;
	job.pages_max = 1;
	assert_int_equal(draw_count(f->forms, &job, &result, &why), TSK_TOOBIG);
	assert_string_equal(why.code, "too-many-pages");
	job.pages_max = 2;
	assert_int_equal(draw_count(f->forms, &job, &result, &why), 0);
	job = (struct draw_job){0};
	assert_int_equal(draw_count(f->forms, &job, &result, &why), TSK_EMPTY);
	assert_string_equal(why.code, "no-pages");
}

static void
tables(void **state)
{
	static const struct {
		const char *table, *text; /* of the message */
	} cases[] = {
	    {"item\tname\nlabel\tx\n", "there is no paper row"},
	    {"item\tname\n", "a form has 1 to"},
	    {"item\tname\tx\nwindow\tx\t1\n", "the column \"item\""},
	    {"item\tname\tx\npaper\tx\t-1\n", "the column \"x\""},
	    {"item\tname\twidth\theight\npaper\t\t297\t210\n",
		"there is no place \"time\""},
	};
	struct fixture *f = *state;
	char dir[] = "/tmp/tasuki-form-XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/form6.tsv", dir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forms *forms;
		struct why why = {0};
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		fputs(cases[i].table, out);
		fclose(out);
		assert_true(forms_load(dir, f->standard, &forms, &why) < 0);
		assert_null(forms);
		assert_non_null(strstr(why.text, cases[i].text));
	}
	remove(path);
	remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages),
	    cmocka_unit_test(documents),
	    cmocka_unit_test(left),
	    cmocka_unit_test(extremes),
	    cmocka_unit_test(targets),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* NAME
 *	test_ink - the ink in every day's cell of a fax is what the CSV says
 * DESCRIPTION
 *	500 invented clients with random days, drawn as a fax, read back with
 *	libtiff.  A cell is looked at inside its lines, so that only a digit can
 *	blacken it.  The geometry comes from config/forms/form6.tsv, by way of
 *	the same matrix a receiver has: 1728 dots are 215 mm, 7.7 rows a mm, the
 *	form turned a quarter to the right.  Then the whole set goes through a
 *	telephone call, and what arrived is compared dot for dot.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <tiffio.h>

#include "clock.h"
#include "draw.h"
#include "form.h"
#include "machine.h"
#include "pages.h"
#include "standard.h"

#define CLIENTS  500
#define SERVICES 13
#define DAYS     31
#define WIDTH    1728
#define INSET_MM 0.9
#define CSV_MAX  (64u * 1024 * 1024)

struct sheet {
	uint8_t count[2][SERVICES][DAYS + 1]; /* planned, actual */
	int services, days;
};

/* xorshift: the same clients everywhere. */
static uint32_t
roll(uint32_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % n;
}

static void
invent(struct sheet *sheets, const char *month, struct buf *plan,
    struct buf *actual)
{
	uint32_t seed = 20261122;
	int days = clock_days_in_month(2026, atoi(month + 4));

	for (int c = 0; c < CLIENTS; c++) {
		struct sheet *sheet = &sheets[c];
		sheet->days = days;
		sheet->services = 1 + (int)roll(&seed, SERVICES);
		for (int s = 0; s < sheet->services; s++) {
			for (int d = 1; d <= days; d++) {
				for (int side = 0; side < 2; side++) {
					unsigned n = roll(&seed, 4) == 0
							 ? 1 + roll(&seed, 99)
							 : 0;
					/* each service comes at least once */
					if (d == 1 && side == 0 && n == 0)
						n = 1;
					sheet->count[side][s][d] = (uint8_t)n;
					if (n == 0)
						continue;
					buf_printf(side == 0 ? plan : actual,
					    "202407,131227,%010d,20261124,%s,"
					    "1379900010,\"x\",1,0,%s%02d,,0900,"
					    "1000,%u,%06d,,,,,1379900028,\"x\","
					    ",0,,\r\n",
					    c + 1, month, month, d, n,
					    111111 + s);
				}
			}
		}
	}
}

struct memory {
	const unsigned char *p;
	size_t n, at;
};

static tmsize_t
memory_read(thandle_t arg, void *to, tmsize_t n)
{
	struct memory *m = (struct memory *)arg;
	size_t left = m->at < m->n ? m->n - m->at : 0;
	size_t count = (size_t)n < left ? (size_t)n : left;

	memcpy(to, m->p + m->at, count);
	m->at += count;
	return (tmsize_t)count;
}

static tmsize_t
memory_write(thandle_t arg, void *from, tmsize_t n)
{
	(void)arg;
	(void)from;
	(void)n;
	return 0;
}

static toff_t
memory_seek(thandle_t arg, toff_t offset, int whence)
{
	struct memory *m = (struct memory *)arg;

	m->at = whence == SEEK_SET   ? (size_t)offset
		: whence == SEEK_CUR ? m->at + (size_t)offset
				     : m->n + (size_t)offset;
	return (toff_t)m->at;
}

static int
memory_close(thandle_t arg)
{
	(void)arg;
	return 0;
}

static toff_t
memory_size(thandle_t arg)
{
	return (toff_t)((struct memory *)arg)->n;
}

static TIFF *
open_tiff(struct memory *m)
{
	return TIFFClientOpen("memory", "r", (thandle_t)m, memory_read,
	    memory_write, memory_seek, memory_close, memory_size, NULL, NULL);
}

/* Black dots of a box of the form (mm, as it lies across). */
static unsigned
ink(const unsigned char *bits, unsigned rows, struct page_box box)
{
	double sx = WIDTH / 215.0, margin = (WIDTH - 210 * sx) / 2;
	int x0 = (int)ceil(WIDTH - margin - (box.y + box.height) * sx);
	int x1 = (int)floor(WIDTH - margin - box.y * sx);
	int y0 = (int)ceil(box.x * 7.7);
	int y1 = (int)floor((box.x + box.width) * 7.7);
	unsigned count = 0;

	assert_true(
	    x0 >= 0 && x1 <= WIDTH && y1 <= (int)rows && x0 < x1 && y0 < y1);
	for (int y = y0; y < y1; y++) {
		for (int x = x0; x < x1; x++)
			count +=
			    (bits[y * WIDTH / 8 + x / 8] >> (7 - x % 8)) & 1;
	}
	return count;
}

static void
check_sheet(const struct sheet *sheet, const unsigned char *bits, unsigned rows,
    const struct form_place *days, const struct form_place *side,
    double row_height)
{
	for (int s = 0; s < sheet->services; s++) {
		for (int d = 1; d <= DAYS; d++) {
			for (int k = 0; k < 2; k++) {
				struct page_box cell = days->box;
				cell.width /= DAYS;
				cell.x += cell.width * (d - 1) + INSET_MM;
				cell.y += s * row_height +
					  k * side->box.height + INSET_MM;
				cell.width -= 2 * INSET_MM;
				cell.height -= 2 * INSET_MM;
				unsigned n = ink(bits, rows, cell);
				bool wanted = d <= sheet->days &&
					      sheet->count[k][s][d] > 0;
				if (wanted)
					assert_true(n >= 10);
				else
					assert_int_equal(n, 0);
			}
		}
	}
}

static void
read_pages(const struct buf *fax, const struct sheet *sheets)
{
	struct memory m = {(const unsigned char *)fax->data, fax->len, 0};
	struct form *form;
	struct form_place days, side, time;
	struct why why = {0};
	char path[4096];
	TIFF *tiff = open_tiff(&m);
	int page = 0;

	snprintf(path, sizeof(path), "%s/config/forms/form6.tsv",
	    getenv("TASUKI_SOURCE"));
	assert_int_equal(form_load(path, &form, &why), 0);
	assert_int_equal(form_place(form, "days", &days), 0);
	assert_int_equal(form_place(form, "side", &side), 0);
	assert_int_equal(form_place(form, "time", &time), 0);
	assert_non_null(tiff);
	do {
		uint32_t width = 0, height = 0;
		uint16_t no = 0, count = 0, compression = 0;
		TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
		TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
		TIFFGetField(tiff, TIFFTAG_PAGENUMBER, &no, &count);
		TIFFGetField(tiff, TIFFTAG_COMPRESSION, &compression);
		assert_int_equal(width, WIDTH);
		assert_int_equal(height, 2287);
		assert_int_equal(no, page);
		assert_int_equal(count, CLIENTS);
		assert_int_equal(compression, COMPRESSION_CCITTFAX4);
		size_t bytes = (size_t)WIDTH / 8 * height;
		unsigned char *bits = mem_new(bytes);
		assert_int_equal(
		    TIFFReadEncodedStrip(tiff, 0, bits, (tmsize_t)bytes),
		    (tmsize_t)bytes);
		check_sheet(
		    &sheets[page], bits, height, &days, &side, time.box.height);
		free(bits);
		page++;
	} while (TIFFReadDirectory(tiff));
	assert_int_equal(page, CLIENTS);
	TIFFClose(tiff);
	form_free(&form);
}

/* The same pages after a telephone call: not a dot is another one, so what was
 * found in the cells is found in what arrived. */
static void
telephone(const struct buf *fax)
{
	char folder[] = "/tmp/tasuki-ink-XXXXXX", out[64], in[64], text[128];
	struct pages sent, received;

	assert_non_null(mkdtemp(folder));
	snprintf(out, sizeof(out), "%s/out.tif", folder);
	snprintf(in, sizeof(in), "%s/in.tif", folder);
	FILE *f = fopen(out, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(fax->data, 1, fax->len, f), fax->len);
	fclose(f);
	assert_int_equal(machine_call(out, in, CLIENTS), 0);
	assert_int_equal(pages_read(&sent, out), 0);
	assert_int_equal(pages_read(&received, in), 0);
	if (pages_differ(&sent, &received, text, sizeof(text)) != 0)
		fail_msg("%s", text);
	pages_free(&sent);
	pages_free(&received);
	unlink(out);
	unlink(in);
	rmdir(folder);
}

static void
every_day(void **state)
{
	struct sheet *sheets = mem_new(CLIENTS * sizeof(*sheets));
	struct standard *standard;
	struct forms *forms;
	struct why why = {0};
	char dir[4096];
	struct buf plan, actual, fax;
	struct draw_result result;

	(void)state;
	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &standard, &why), 0);
	snprintf(dir, sizeof(dir), "%s/config/forms", getenv("TASUKI_SOURCE"));
	assert_int_equal(forms_load(dir, standard, &forms, &why), 0);
	buf_init(&plan, CSV_MAX);
	buf_init(&actual, CSV_MAX);
	buf_init(&fax, CSV_MAX);
	invent(sheets, "202611", &plan, &actual);
	struct draw_document documents[] = {
	    {.name = "p",
		.kind = "UPPLAN",
		.data = plan.data,
		.bytes = plan.len},
	    {.name = "j",
		.kind = "UPJSK",
		.data = actual.data,
		.bytes = actual.len},
	};
	struct draw_set set = {
	    .documents = documents, .count = 2, .from = "", .to = ""};
	struct draw_job job = {.sets = &set, .set_count = 1};
	assert_int_equal(
	    draw_fax(forms, &job, DRAW_FINE, &fax, &result, &why), 0);
	assert_int_equal(result.pages, CLIENTS);
	read_pages(&fax, sheets);
	telephone(&fax);
	buf_fini(&fax);
	buf_fini(&actual);
	buf_fini(&plan);
	forms_free(&forms);
	standard_free(&standard);
	free(sheets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

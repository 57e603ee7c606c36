/* NAME
 *	test_flatten - attachments as dots; what is refused; what cannot get out
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
#include <png.h>

#include "flatten.h"
#include "limited.h"

/* ---- a PDF by hand: pages of 144 x 288 points, a black square an inch in from
 * the left and two from the top ---- */

static void
add_object(struct buf *pdf, long *offsets, int no, const char *text)
{
	offsets[no] = (long)pdf->len;
	buf_printf(pdf, "%d 0 obj\n%s\nendobj\n", no, text);
}

static void
make_pdf(struct buf *pdf, int width, int height, const char *more)
{
	long offsets[6] = {0};
	char text[256];

	buf_init(pdf, 65536);
	buf_text(pdf, "%PDF-1.4\n");
	snprintf(
	    text, sizeof(text), "<< /Type /Catalog /Pages 2 0 R %s >>", more);
	add_object(pdf, offsets, 1, text);
	add_object(
	    pdf, offsets, 2, "<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 >>");
	for (int no = 3; no <= 5; no += 2) {
		snprintf(text, sizeof(text),
		    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] "
		    "/Contents 4 0 R >>",
		    width, height);
		add_object(pdf, offsets, no, text);
		if (no == 3)
			add_object(pdf, offsets, 4,
			    "<< /Length 23 >>\nstream\n72 72 36 72 re 0 g f   \n"
			    "endstream");
	}
	long xref = (long)pdf->len;
	buf_text(pdf, "xref\n0 6\n0000000000 65535 f \n");
	for (int i = 1; i < 6; i++)
		buf_printf(pdf, "%010ld 00000 n \n", offsets[i]);
	buf_printf(pdf,
	    "trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n",
	    xref);
}

static bool
black(const struct flatten_page *p, unsigned x, unsigned y)
{
	assert_in_range(x, 0, p->width - 1);
	assert_in_range(y, 0, p->height - 1);
	return (p->bits[y * p->stride + x / 8] >> (7 - x % 8)) & 1;
}

/* The page is 2 x 4 inches; the square lies 1..1.5 inches from the left, 2..3 from
 * the top. */
static void
pdf_dot_by_dot(void **state)
{
	struct flatten out;
	struct why why = {0};
	struct buf pdf;

	(void)state;
	make_pdf(&pdf, 144, 288, "");
	assert_true(flatten_is_pdf(pdf.data, pdf.len));
	if (flatten_pdf(pdf.data, pdf.len, 2, &out, &why) != 0)
		fail_msg("%s: %s", why.code, why.text);
	assert_int_equal(out.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct flatten_page *p = &out.pages[i];

		assert_int_equal(p->width, 408);
		assert_int_equal(p->height, 784);
		for (unsigned y = 0; y < p->height; y++) {
			for (unsigned x = 0; x < p->width; x++) {
				bool in =
				    x > 204 && x < 305 && y > 392 && y < 587;
				bool out_of =
				    x < 203 || x > 307 || y < 391 || y > 589;
				if (in)
					assert_true(black(p, x, y));
				if (out_of)
					assert_false(black(p, x, y));
			}
		}
	}
	flatten_fini(&out);
	buf_fini(&pdf);
}

/* Turned: what was at the left below is at the left above. */
static void
wide_pages_are_turned(void **state)
{
	struct flatten out;
	struct why why = {0};
	struct buf pdf;

	(void)state;
	make_pdf(&pdf, 288, 216, "");
	assert_int_equal(flatten_pdf(pdf.data, pdf.len, 9, &out, &why), 0);
	assert_int_equal(out.pages[0].width, 588);
	assert_int_equal(out.pages[0].height, 816);
	/* the middle of the square: x 1.25 in, y 1.5 in of 3 from below */
	assert_true(black(&out.pages[0], 294, 255));
	assert_false(black(&out.pages[0], 294, 561));
	flatten_fini(&out);
	buf_fini(&pdf);
}

struct bad {
	const char *more;
	size_t cut;
	unsigned pages_max;
	const char *code;
};

static const struct bad bad_pdfs[] = {
    {"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>", 0, 9,
	"attachment-scripted"},
    {"", 0, 1, "attachment-pages"},
    {"", 40, 9, "attachment-damaged"},
    {"", 6, 9, "attachment-damaged"},
};

/* T27 */
static void
bad_pdfs_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_pdfs) / sizeof(bad_pdfs[0]); i++) {
		const struct bad *c = &bad_pdfs[i];
		struct flatten out;
		struct why why = {0};
		struct buf pdf;

		make_pdf(&pdf, 144, 288, c->more);
		assert_true(
		    flatten_pdf(pdf.data, c->cut != 0 ? c->cut : pdf.len,
			c->pages_max, &out, &why) < 0);
		assert_string_equal(why.code, c->code);
		assert_int_equal(why.class, WHY_NEVER);
		buf_fini(&pdf);
	}
}

/* ---- GIF: 2 x 2, black white / white black ---- */

static const unsigned char gif[] = {'G', 'I', 'F', '8', '9', 'a', 2, 0, 2, 0,
    0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3,
    0x44, 0x02, 0x05, 0, 0x3b};

static void
gif_becomes_png(void **state)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	uint8_t pixels[4] = {9, 9, 9, 9};
	struct why why = {0};
	struct buf png;

	(void)state;
	buf_init(&png, 1 << 20);
	assert_true(flatten_is_gif(gif, sizeof(gif)));
	if (flatten_gif(gif, sizeof(gif), &png, &why) != 0)
		fail_msg("%s: %s", why.code, why.text);
	assert_int_not_equal(
	    png_image_begin_read_from_memory(&image, png.data, png.len), 0);
	assert_int_equal(image.width, 2);
	assert_int_equal(image.height, 2);
	image.format = PNG_FORMAT_GRAY;
	assert_int_not_equal(
	    png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
	assert_int_equal(pixels[0], 0);
	assert_int_equal(pixels[1], 255);
	assert_int_equal(pixels[2], 255);
	assert_int_equal(pixels[3], 0);
	buf_clear(&png);
	assert_int_equal(flatten_gif(gif, 12, &png, &why), TSK_INVALID);
	assert_string_equal(why.code, "attachment-damaged");
	buf_fini(&png);
}

/* ---- limits ---- */

struct held {
	const char *script;
	int rc;
};

static const struct held held[] = {
    {"cat /proc/self/fd/0", 0},
    {"exit 1", TSK_INVALID},
    {"kill -SEGV $$", TSK_INVALID},
    {"sleep 60", TSK_INVALID},                     /* one second */
    {"head -c 100000 /dev/zero", TSK_INVALID},     /* 1000 bytes */
    {"test -e /proc/self/fd/9 && exit 1; cat", 0}, /* nothing of ours */
    {"exec 3<>/dev/tcp/127.0.0.1/9 && echo out", TSK_INVALID},
};

static void
programs_are_held(void **state)
{
	(void)state;
	assert_int_not_equal(dup2(0, 9), -1);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		const char *argv[] = {"/bin/bash", "-c", held[i].script, NULL};
		struct limited l = {.argv = argv,
		    .in = "in",
		    .in_bytes = 2,
		    .out_max = 1000,
		    .seconds = i == 3 ? 1 : 30};
		struct why why = {0};
		struct buf out;

		buf_init(&out, 4096);
		if (limited_run(&l, &out, &why) != held[i].rc)
			fail_msg("%s: %s", held[i].script, why.text);
		if (held[i].rc == 0) {
			assert_int_equal(out.len, 2);
			assert_memory_equal(out.data, "in", 2);
		}
		buf_fini(&out);
	}
	close(9);
}

static void
a_missing_program_is_for_later(void **state)
{
	static const char *const argv[] = {"/nonexistent/program", NULL};
	struct limited l = {.argv = argv, .out_max = 10, .seconds = 5};
	struct why why = {0};
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	assert_int_equal(limited_run(&l, &out, &why), TSK_LATER);
	assert_int_equal(why.class, WHY_LATER);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(pdf_dot_by_dot),
	    cmocka_unit_test(wide_pages_are_turned),
	    cmocka_unit_test(bad_pdfs_are_refused),
	    cmocka_unit_test(gif_becomes_png),
	    cmocka_unit_test(programs_are_held),
	    cmocka_unit_test(a_missing_program_is_for_later),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}

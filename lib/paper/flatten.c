/* NAME
 *	flatten - attachments no FAX can show, as pages of dots
 * SUMMARY
 *	see flatten.h
 * DESCRIPTION
 *	The programs answer with files of netpbm's formats, whose heads are a few
 *	numbers; they are believed no more than the attachment itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "flatten.h"
#include "limited.h"

#define PDFINFO   "/usr/bin/pdfinfo"
#define PDFTOPPM  "/usr/bin/pdftoppm"
#define GIFTOPNM  "/usr/bin/giftopnm"
#define SECONDS   20
#define TEXT_MAX  (64u * 1024)
#define DOTS_MAX  20000u
#define PAGE_MAX  (4u * 1024 * 1024) /* bytes of one page of dots, about A2 */
#define IMAGE_MAX (256u * 1024 * 1024)

static int
refuse(struct why *why, const char *code, const char *sentence)
{
	why_set(why, WHY_NEVER, code, "%s", sentence);
	return TSK_INVALID;
}

static int
run(const char *const *argv, const void *p, size_t n, size_t most,
    struct buf *out, struct why *why)
{
	struct limited l = {.argv = argv,
	    .in = p,
	    .in_bytes = n,
	    .out_max = most,
	    .seconds = SECONDS};
	int rc = limited_run(&l, out, why);

	if (rc == TSK_LATER)
		snprintf(why->code, sizeof(why->code), "attachment-tool");
	else if (rc < 0)
		snprintf(why->code, sizeof(why->code), "attachment-damaged");
	return rc;
}

bool
flatten_is_pdf(const void *p, size_t n)
{
	return n >= 5 && memcmp(p, "%PDF-", 5) == 0;
}

bool
flatten_is_gif(const void *p, size_t n)
{
	return n >= 6 &&
	       (memcmp(p, "GIF87a", 6) == 0 || memcmp(p, "GIF89a", 6) == 0);
}

/* ---- heads of netpbm's files ---- */

struct reader {
	const unsigned char *p, *end;
};

static bool
number(struct reader *r, unsigned *out)
{
	unsigned value = 0, digits = 0;

	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n'))
		r->p++;
	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
		value = value * 10 + (unsigned)(*r->p - '0');
		if (++digits > 6)
			return false;
	}
	*out = value;
	return digits > 0;
}

/* "P4 width height [most]\n": the kind, or 0 */
static char
head(struct reader *r, unsigned *width, unsigned *height, unsigned *most)
{
	char kind;

	if (r->end - r->p < 2 || r->p[0] != 'P')
		return 0;
	kind = (char)r->p[1];
	r->p += 2;
	*most = 1;
	if (!number(r, width) || !number(r, height) ||
	    ((kind == '5' || kind == '6') && !number(r, most)) ||
	    r->p == r->end || *width == 0 || *height == 0 ||
	    *width > DOTS_MAX || *height > DOTS_MAX)
		return 0;
	r->p++;
	return kind;
}

/* ---- PDF ---- */

static const char *
value_of(const struct buf *text, const char *name)
{
	const char *at = text->len > 0 ? strstr(text->data, name) : NULL;

	/* at the beginning of a line: a title may say anything */
	while (at != NULL && at != text->data && at[-1] != '\n')
		at = strstr(at + 1, name);
	if (at == NULL)
		return "";
	at += strlen(name);
	return at + strspn(at, " ");
}

/* pdfinfo does not look at what happens when the file is opened; that stands in
 * the open as a rule. */
static bool
scripted(const void *p, size_t n, const struct buf *text)
{
	static const char *const words[] = {"/JavaScript", "/Launch"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memmem(p, n, words[i], strlen(words[i])) != NULL)
			return true;
	}
	return strncmp(value_of(text, "JavaScript:"), "no", 2) != 0;
}

static int
look(const void *p, size_t n, unsigned pages_max, struct why *why)
{
	static const char *const argv[] = {PDFINFO, LIMITED_INPUT, NULL};
	struct buf text;
	unsigned long pages;
	int rc;

	buf_init(&text, TEXT_MAX + 1);
	rc = run(argv, p, n, TEXT_MAX, &text, why);
	if (rc == 0) {
		buf_char(&text, '\0');
		pages = strtoul(value_of(&text, "Pages:"), NULL, 10);
		if (strncmp(value_of(&text, "Encrypted:"), "no", 2) != 0)
			rc = refuse(why, "attachment-encrypted",
			    "A PDF is encrypted: no FAX can show it.");
		else if (scripted(p, n, &text))
			rc = refuse(why, "attachment-scripted",
			    "A PDF carries scripts: what it shows is not "
			    "certain.");
		else if (pages == 0)
			rc = refuse(
			    why, "attachment-damaged", "A PDF has no pages.");
		else if (pages > pages_max)
			rc = refuse(why, "attachment-pages",
			    "A PDF has more pages than one FAX may have.");
	}
	buf_fini(&text);
	return rc;
}

static bool
dot(const struct flatten_page *page, unsigned x, unsigned y)
{
	return (page->bits[y * page->stride + x / 8] >> (7 - x % 8)) & 1;
}

static void
turn(struct flatten_page *page)
{
	struct flatten_page to = {.width = page->height,
	    .height = page->width,
	    .stride = (page->height + 7) / 8};

	to.bits = mem_new(to.stride * to.height);
	for (unsigned y = 0; y < to.height; y++) {
		for (unsigned x = 0; x < to.width; x++)
			if (dot(page, y, page->height - 1 - x))
				to.bits[y * to.stride + x / 8] |=
				    (uint8_t)(0x80 >> x % 8);
	}
	free(page->bits);
	*page = to;
}

static bool
take_page(struct reader *r, struct flatten *out)
{
	struct flatten_page page = {0};
	unsigned most;
	size_t bytes;

	if (head(r, &page.width, &page.height, &most) != '4')
		return false;
	page.stride = (page.width + 7) / 8;
	bytes = page.stride * page.height;
	if ((size_t)(r->end - r->p) < bytes)
		return false;
	page.bits = mem_dup(r->p, bytes);
	r->p += bytes;
	if (page.width > page.height)
		turn(&page);
	out->pages =
	    mem_resize(out->pages, (out->count + 1) * sizeof(*out->pages));
	out->pages[out->count++] = page;
	return true;
}

int
flatten_pdf(const void *p, size_t n, unsigned pages_max, struct flatten *out,
    struct why *why)
{
	static const char *const argv[] = {PDFTOPPM, "-q", "-mono", "-rx",
	    "204", "-ry", "196", LIMITED_INPUT, NULL};
	size_t most = (size_t)pages_max * PAGE_MAX;
	struct reader r;
	struct buf dots;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = look(p, n, pages_max, why)) < 0)
		return rc;
	most = most < IMAGE_MAX ? most : IMAGE_MAX;
	buf_init(&dots, most + 1);
	rc = run(argv, p, n, most, &dots, why);
	r.p = (const unsigned char *)dots.data;
	r.end = r.p + dots.len;
	while (rc == 0 && r.p < r.end) {
		if (out->count == pages_max || !take_page(&r, out))
			rc = refuse(why, "attachment-damaged",
			    "The pages of a PDF cannot be drawn.");
	}
	if (rc == 0 && out->count == 0)
		rc = refuse(why, "attachment-damaged",
		    "The pages of a PDF cannot be drawn.");
	buf_fini(&dots);
	if (rc < 0)
		flatten_fini(out);
	return rc;
}

void
flatten_fini(struct flatten *out)
{
	for (size_t i = 0; i < out->count; i++)
		free(out->pages[i].bits);
	free(out->pages);
	memset(out, 0, sizeof(*out));
}

/* ---- GIF ---- */

/* One bit a dot as one byte: libpng's simple writer knows no bits. */
static uint8_t *
grey_of(const struct reader *r, unsigned width, unsigned height)
{
	size_t stride = ((size_t)width + 7) / 8;
	uint8_t *grey = mem_new((size_t)width * height);

	for (size_t y = 0; y < height; y++) {
		for (size_t x = 0; x < width; x++)
			grey[y * width + x] =
			    (r->p[y * stride + x / 8] >> (7 - x % 8)) & 1 ? 0
									  : 255;
	}
	return grey;
}

static int
write_png(png_image *image, const void *pixels, struct buf *png)
{
	png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(*image);
	void *room = mem_new(bytes);
	int rc = TSK_INVALID;

	if (png_image_write_to_memory(
		image, room, &bytes, 0, pixels, 0, NULL) != 0) {
		buf_add(png, room, bytes);
		rc = buf_ok(png) ? 0 : TSK_TOOBIG;
	}
	png_image_free(image);
	free(room);
	return rc;
}

static int
to_png(const struct buf *pnm, struct buf *png)
{
	struct reader r = {(const unsigned char *)pnm->data,
	    (const unsigned char *)pnm->data + pnm->len};
	png_image image = {.version = PNG_IMAGE_VERSION};
	unsigned width, height, most;
	uint8_t *grey = NULL;
	size_t bytes;
	char kind = head(&r, &width, &height, &most);
	int rc;

	if (kind < '4' || kind > '6' || (kind != '4' && most != 255) ||
	    (size_t)width * height * 3 > IMAGE_MAX)
		return TSK_INVALID;
	bytes = kind == '6'   ? (size_t)width * height * 3
		: kind == '5' ? (size_t)width * height
			      : ((size_t)width + 7) / 8 * height;
	if ((size_t)(r.end - r.p) < bytes)
		return TSK_INVALID;
	if (kind == '4')
		grey = grey_of(&r, width, height);
	image.width = width;
	image.height = height;
	image.format = kind == '6' ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
	rc = write_png(&image, grey != NULL ? grey : (const uint8_t *)r.p, png);
	free(grey);
	return rc;
}

int
flatten_gif(const void *p, size_t n, struct buf *png, struct why *why)
{
	static const char *const argv[] = {
	    GIFTOPNM, "-image=1", LIMITED_INPUT, NULL};
	struct buf pnm;
	int rc;

	buf_init(&pnm, IMAGE_MAX + 1);
	rc = run(argv, p, n, IMAGE_MAX, &pnm, why);
	if (rc == 0 && to_png(&pnm, png) < 0)
		rc = refuse(why, "attachment-damaged",
		    "A GIF cannot be read, or is too large.");
	buf_fini(&pnm);
	return rc;
}

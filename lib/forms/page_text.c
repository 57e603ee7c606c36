/* NAME
 *	page_text - text in boxes, fitted and kept
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	Layouts are made from a font map of our own at resolution 72, where a
 *	point is a unit: pango_cairo_create_layout() takes the widths from the
 *	current matrix and gets them wrong as soon as that isn't square.  Metrics
 *	are not hinted, so that a text has one width on every device.
 *
 *	A form says the same words on every page, and 1 in many of its cells:
 *	fitted layouts are kept by what they depend on and drawn again.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "utf8.h"

#include "page_inside.h"

#define SIZE_STEP    0.25
#define SIZE_LEAST   2.0 /* without an overflow: below, it is scaled */
#define MARK         "〓"
#define NARROWEST    0.2 /* of a character, in sizes */
#define UTF8_LONGEST 4
#define FOOT_HEIGHT  4.0 /* mm */
#define FOOT_MARGIN  12.0

/* fontconfig keeps its tables until the process ends; that is no leak. */
#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECK 1
#endif
#endif
#ifdef LEAK_CHECK
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}
#endif

void
page_text_open(struct page *page)
{
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	page->map = pango_cairo_font_map_new();
	pango_cairo_font_map_set_resolution(
	    PANGO_CAIRO_FONT_MAP(page->map), 72);
	page->context = pango_font_map_create_context(page->map);
	pango_cairo_context_set_font_options(page->context, options);
	pango_context_set_language(
	    page->context, pango_language_from_string("ja"));
	page->layout = pango_layout_new(page->context);
	page->font = pango_font_description_new();
	pango_font_description_set_family(page->font, page->setup.fonts);
	page->kept = mem_new(TEXTS * sizeof(*page->kept));
	cairo_font_options_destroy(options);
}

void
page_text_close(struct page *page)
{
	for (size_t i = 0; i < TEXTS; i++) {
		if (page->kept[i].layout != NULL)
			g_object_unref(page->kept[i].layout);
	}
	free(page->kept);
	g_object_unref(page->layout);
	g_object_unref(page->context);
	g_object_unref(page->map);
	pango_font_description_free(page->font);
}

/* ---- characters without a glyph ---- */

static void
mark_run(const PangoGlyphItem *run, unsigned char *bad)
{
	for (int i = 0; i < run->glyphs->num_glyphs; i++) {
		if (run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
			bad[run->item->offset + run->glyphs->log_clusters[i]] =
			    1;
	}
}

static char *
replace_marked(const char *text, const unsigned char *bad, size_t *count)
{
	size_t n = strlen(text);
	char *out = mem_new(n * strlen(MARK) + 1), *to = out;

	*count = 0;
	for (size_t i = 0, used; i < n; i += used) {
		if (utf8_next(text + i, n - i, &used) < 0 || used == 0)
			used = 1;
		if (bad[i]) {
			memcpy(to, MARK, strlen(MARK));
			to += strlen(MARK);
			++*count;
		} else {
			memcpy(to, text + i, used);
			to += used;
		}
	}
	*to = '\0';
	return out;
}

static void
add_code(uint32_t *codes, size_t *count, uint32_t code)
{
	size_t k = 0;

	while (k < *count && codes[k] != code)
		k++;
	if (k == *count && *count < HOLES_MAX)
		codes[(*count)++] = code;
}

/* A private character means something to its sender only: a glyph that some
 * font happens to have there is not it. */
static bool
is_private(uint32_t c)
{
	return (c >= 0xe000 && c <= 0xf8ff) || c >= 0xf0000;
}

static bool
mark_private(const char *text, unsigned char *bad)
{
	bool found = false;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		if ((unsigned char)*p < 0xee || !is_private(g_utf8_get_char(p)))
			continue;
		found = true;
		if (bad != NULL)
			bad[p - text] = 1;
	}
	return found;
}

/* The text of the layout with 〓 for what has no glyph. */
void
page_mark_holes(PangoLayout *layout, struct page_holes *holes)
{
	memset(holes, 0, sizeof(*holes));
	const char *text = pango_layout_get_text(layout);
	if (pango_layout_get_unknown_glyphs_count(layout) == 0 &&
	    !mark_private(text, NULL))
		return;
	unsigned char *bad = mem_new(strlen(text) + 1);
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	do {
		PangoGlyphItem *run = pango_layout_iter_get_run_readonly(iter);
		if (run != NULL)
			mark_run(run, bad);
	} while (pango_layout_iter_next_run(iter));
	pango_layout_iter_free(iter);
	(void)mark_private(text, bad);
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (bad[i])
			add_code(holes->codes, &holes->code_count,
			    g_utf8_get_char(text + i));
	}
	char *marked = replace_marked(text, bad, &holes->count);
	pango_layout_set_text(layout, marked, -1);
	free(marked);
	free(bad);
}

/* They stand on this page now. */
void
page_tell_holes(struct page *page, const struct page_holes *holes)
{
	if (page->setup.target == PAGE_NOTHING)
		return;
	page->marked += holes->count;
	for (size_t i = 0; i < holes->code_count; i++)
		add_code(page->holes, &page->hole_count, holes->codes[i]);
}

void
page_text_foot(struct page *page)
{
	struct page_box box = {FOOT_MARGIN, page->height - FOOT_HEIGHT - 2,
	    page->width - 2 * FOOT_MARGIN, FOOT_HEIGHT};
	struct page_style style = {.size = 7, .min = 2};
	struct buf text;

	if (page->hole_count == 0)
		return;
	buf_init(&text, 4096);
	buf_text(&text, "※「" MARK "」は印字できない文字です（番号:");
	for (size_t i = 0; i < page->hole_count; i++)
		buf_printf(&text, " U+%04X", page->holes[i]);
	buf_text(&text, page->hole_count == HOLES_MAX
			    ? " ほか）。送信元に確かめてください。"
			    : "）。送信元に確かめてください。");
	page->hole_count = 0;
	page_text(page, text.data, box, style);
	buf_fini(&text);
}

/* ---- fitting ---- */

/* Set the layout to that size; true if it fits. */
static bool
fits(const struct page *page, PangoLayout *layout, double size, double width,
    double height)
{
	PangoRectangle extent;

	pango_font_description_set_size(
	    page->font, (gint)lround(size * PANGO_SCALE));
	pango_layout_set_font_description(layout, page->font);
	pango_layout_get_extents(layout, NULL, &extent);
	return extent.width <= (int)lround(width * PANGO_SCALE) &&
	       extent.height <= (int)lround(height * PANGO_SCALE);
}

void
page_prepare(PangoLayout *layout, const char *text, double width,
    struct page_style style)
{
	static const PangoAlignment aligns[] = {
	    [PAGE_LEFT] = PANGO_ALIGN_LEFT,
	    [PAGE_CENTER] = PANGO_ALIGN_CENTER,
	    [PAGE_RIGHT] = PANGO_ALIGN_RIGHT,
	};

	pango_layout_set_text(layout, text, -1);
	pango_layout_set_width(layout, style.one_line || style.own_lines
					   ? -1
					   : (int)lround(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, aligns[style.align]);
	pango_layout_set_single_paragraph_mode(layout, style.one_line);
}

/* The largest size from wanted to least at which it fits. */
static bool
shrink(const struct page *page, PangoLayout *layout, double width,
    double height, double wanted, double least)
{
	double size = wanted;

	while (!fits(page, layout, size, width, height)) {
		if (size <= least)
			return false;
		size = fmax(least, size - SIZE_STEP);
	}
	return true;
}

static void
scale_down(struct page_kept *kept, double width, double height)
{
	PangoRectangle extent;

	pango_layout_get_extents(kept->layout, NULL, &extent);
	kept->scale = fmin(1, fmin(width * PANGO_SCALE / extent.width,
				  height * PANGO_SCALE / extent.height));
}

static double
least_of(const struct page *page, struct page_style style)
{
	if (page->setup.overflow == NULL && style.min == 0)
		return SIZE_LEAST;
	return fmin(style.size, style.min > 0 ? style.min : PAGE_MIN);
}

uint64_t
page_tag(const char *text, struct page_box box, struct page_style style)
{
	const double numbers[] = {box.width, box.height, style.size, style.min,
	    style.align + (style.one_line ? 4 : 0) + (style.own_lines ? 8 : 0)};
	uint64_t tag = digest_tag(numbers, sizeof(numbers), 0);

	tag = digest_tag(text, strlen(text), tag);
	return tag == 0 ? 1 : tag;
}

static void
fit(struct page *page, struct page_kept *kept, const char *text, double width,
    double height, struct page_style style)
{
	double least = least_of(page, style);

	kept->layout = pango_layout_new(page->context);
	kept->scale = 1;
	page_prepare(kept->layout, text, width, style);
	kept->fits =
	    shrink(page, kept->layout, width, height, style.size, least);
	page_mark_holes(kept->layout, &kept->holes);
	if (kept->holes.count > 0)
		kept->fits = shrink(
		    page, kept->layout, width, height, style.size, least);
}

static struct page_kept *
find(struct page *page, const char *text, struct page_box box,
    struct page_style style)
{
	uint64_t tag = page_tag(text, box, style);
	struct page_kept *kept = &page->kept[tag & (TEXTS - 1)];

	/* a text with marks is another one, and fitted anew */
	if (kept->tag == tag &&
	    strcmp(pango_layout_get_text(kept->layout), text) == 0)
		return kept;
	if (kept->layout != NULL)
		g_object_unref(kept->layout);
	kept->tag = tag;
	fit(page, kept, text, box.width * POINTS_PER_MM,
	    box.height * POINTS_PER_MM, style);
	return kept;
}

/* ---- drawing ---- */

/* Draw the layout as it stands, scaled. */
static void
place(struct page *page, PangoLayout *layout, struct page_box box,
    struct page_style style, double scale)
{
	PangoRectangle extent;
	double x = box.x * POINTS_PER_MM, y = box.y * POINTS_PER_MM;
	double width = box.width * POINTS_PER_MM;
	double height = box.height * POINTS_PER_MM;

	if (page->setup.target == PAGE_NOTHING)
		return;
	pango_layout_get_extents(layout, NULL, &extent);
	double text_width = scale * extent.width / PANGO_SCALE;
	double text_height = scale * extent.height / PANGO_SCALE;
	if (style.align == PAGE_CENTER)
		x += (width - text_width) / 2;
	else if (style.align == PAGE_RIGHT)
		x += width - text_width;
	if (!style.top)
		y += (height - text_height) / 2;
	cairo_save(page->cr);
	cairo_translate(page->cr, x, y);
	cairo_scale(page->cr, scale, scale);
	cairo_translate(page->cr, -(double)extent.x / PANGO_SCALE,
	    -(double)extent.y / PANGO_SCALE);
	pango_cairo_show_layout(page->cr, layout);
	cairo_restore(page->cr);
}

/* Not wider than its characters, each an em at most: it surely fits. */
bool
page_surely_fits(const char *text, struct page_box box, struct page_style style)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			return false;
		n += ((unsigned char)*p & 0xc0) != 0x80;
	}
	return (double)n * style.size <= box.width * POINTS_PER_MM &&
	       style.size * 1.5 <= box.height * POINTS_PER_MM;
}

/* More bytes than the box could hold of the narrowest characters: a megabyte
 * need not be laid out thirty times to know that it doesn't fit. */
static size_t
bytes_at_most(
    const struct page *page, struct page_box box, struct page_style style)
{
	double least = least_of(page, style);
	double columns = box.width * POINTS_PER_MM / (NARROWEST * least);
	double lines = box.height * POINTS_PER_MM / least;

	return 64 + (size_t)(UTF8_LONGEST * fmax(1, columns) * fmax(1, lines));
}

/* As much of the beginning as fits with the mark behind it. */
static void
draw_beginning(struct page *page, const char *text, const char *mark,
    struct page_box box, struct page_style style)
{
	size_t low = 0, high = strlen(text);
	size_t most = bytes_at_most(page, box, style);
	double width = box.width * POINTS_PER_MM;
	double height = box.height * POINTS_PER_MM;
	double least = least_of(page, style);
	struct buf cut;

	high = high < most ? high : most;
	buf_init(&cut, high + 64);
	page_prepare(page->layout, mark, width, style);
	while (low < high) {
		size_t middle = (low + high + 1) / 2;
		buf_clear(&cut);
		buf_add(&cut, text, utf8_cut(text, middle));
		buf_printf(&cut, "… %s", mark);
		pango_layout_set_text(page->layout, cut.data, -1);
		if (fits(page, page->layout, least, width, height))
			low = middle;
		else
			high = middle - 1;
	}
	buf_clear(&cut);
	buf_add(&cut, text, utf8_cut(text, low));
	buf_printf(&cut, "%s%s", low > 0 ? "… " : "", mark);
	style.size = style.min = least;
	page_text(page, cut.data, box, style);
	buf_fini(&cut);
}

static void
overflow(struct page *page, const char *text, struct page_box box,
    struct page_style style)
{
	const char *mark =
	    page->setup.overflow(page->setup.overflow_arg, style.label, text);

	style.label = NULL;
	draw_beginning(page, text, mark, box, style);
}

bool
page_text(struct page *page, const char *text, struct page_box box,
    struct page_style style)
{
	if (text[0] == '\0')
		return true;
	if (page->setup.target == PAGE_NOTHING &&
	    page_surely_fits(text, box, style))
		return true;
	if (page->setup.overflow != NULL && style.label != NULL &&
	    strlen(text) > bytes_at_most(page, box, style)) {
		overflow(page, text, box, style);
		return false;
	}
	struct page_kept *kept = find(page, text, box, style);
	if (kept->fits || page->setup.overflow == NULL || style.label == NULL) {
		page_tell_holes(page, &kept->holes);
		/* unreadable either way, but it is all there */
		if (!kept->fits)
			scale_down(kept, box.width * POINTS_PER_MM,
			    box.height * POINTS_PER_MM);
		place(page, kept->layout, box, style, kept->scale);
		return true;
	}
	overflow(page, text, box, style);
	return false;
}

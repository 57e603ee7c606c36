/* NAME
 *	page_flow - text in lines of one height, drawn in parts
 * SUMMARY
 *	see page.h
 * DESCRIPTION
 *	A text that surely takes one line is only laid out when it is drawn; the
 *	others are kept like the texts in boxes: a table says the same names again
 *	and again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page_inside.h"

#define PARAGRAPH_MAX 6000 /* bytes */
#define WORD_MAX      200
#define LINE_HEIGHT   1.28 /* of a flow, in sizes */
#define LINE_ASCENT   0.88 /* of the typeface */
#define LINE_DESCENT  0.12

struct page_flow {
	PangoLayout *layout; /* NULL: one line, laid out when it is drawn */
	char *text;          /* of that line */
	double size, width;
	struct page_holes holes;
};

double
page_flow_step(double size)
{
	return size * LINE_HEIGHT / POINTS_PER_MM;
}

/* One layout for all places that say the same as wide: kept like the others,
 * under a tag that no text in a box has. */
static struct page_kept *
find_flow(struct page *page, const char *text, double width, double size)
{
	struct page_style style = {.size = size, .min = -1};
	uint64_t tag = page_tag(text, (struct page_box){0, 0, width, 0}, style);
	struct page_kept *kept = &page->kept[tag & (TEXTS - 1)];

	if (kept->tag == tag &&
	    strcmp(pango_layout_get_text(kept->layout), text) == 0)
		return kept;
	if (kept->layout != NULL)
		g_object_unref(kept->layout);
	kept->tag = tag;
	kept->layout = pango_layout_new(page->context);
	page_prepare(kept->layout, text, width * POINTS_PER_MM, style);
	pango_font_description_set_size(
	    page->font, (gint)lround(size * PANGO_SCALE));
	pango_layout_set_font_description(kept->layout, page->font);
	page_mark_holes(kept->layout, &kept->holes);
	return kept;
}

/* Pango's time grows with the square of a paragraph: a monstrous one is broken
 * into several, at characters.  Nothing is left out.  NULL: there is none. */
static char *
short_paragraphs(const char *text)
{
	size_t n = strlen(text), run = 0;
	char *out, *to;

	if (n <= PARAGRAPH_MAX)
		return NULL;
	out = to = mem_new(n + n / PARAGRAPH_MAX + 2);
	for (const char *p = text; *p != '\0'; p++) {
		bool begins = ((unsigned char)*p & 0xc0) != 0x80;
		/* before a blank if one comes soon: words stay whole */
		bool good = *p == ' ' || run >= PARAGRAPH_MAX + WORD_MAX;
		if (run >= PARAGRAPH_MAX && begins && good && *p != '\n') {
			*to++ = '\n';
			run = 0;
			if (*p == ' ')
				continue;
		}
		run = *p == '\n' ? 0 : run + 1;
		*to++ = *p;
	}
	*to = '\0';
	return out;
}

static void
lay_out_flow(struct page *page, struct page_flow *flow, const char *text)
{
	char *broken = short_paragraphs(text);
	struct page_kept *kept = find_flow(
	    page, broken != NULL ? broken : text, flow->width, flow->size);

	flow->layout = g_object_ref(kept->layout);
	flow->holes = kept->holes;
	free(broken);
}

struct page_flow *
page_flow_new(struct page *page, const char *text, double width, double size)
{
	struct page_flow *flow = mem_new(sizeof(*flow));
	struct page_style style = {.size = size};

	flow->size = size;
	flow->width = width;
	if (page_surely_fits(text, (struct page_box){0, 0, width, 1000}, style))
		flow->text = mem_text(text);
	else
		lay_out_flow(page, flow, text);
	return flow;
}

void
page_flow_free(struct page_flow **flow_p)
{
	struct page_flow *flow = *flow_p;

	if (flow == NULL)
		return;
	if (flow->layout != NULL)
		g_object_unref(flow->layout);
	free(flow->text);
	free(flow);
	*flow_p = NULL;
}

unsigned
page_flow_lines(const struct page_flow *flow)
{
	if (flow->layout == NULL)
		return flow->text[0] != '\0';
	if (pango_layout_get_text(flow->layout)[0] == '\0')
		return 0;
	return (unsigned)pango_layout_get_line_count(flow->layout);
}

static void
draw_line(struct page *page, const struct page_flow *flow, unsigned i,
    double left, double base, enum page_align align)
{
	PangoLayoutLine *line =
	    pango_layout_get_line_readonly(flow->layout, (int)i);
	PangoRectangle extent;

	if (line == NULL)
		return;
	pango_layout_line_get_extents(line, NULL, &extent);
	double room =
	    flow->width * POINTS_PER_MM - (double)extent.width / PANGO_SCALE;
	if (align != PAGE_LEFT && room > 0)
		left += align == PAGE_CENTER ? room / 2 : room;
	cairo_move_to(page->cr, left, base);
	pango_cairo_show_layout_line(page->cr, line);
}

void
page_flow_draw(struct page *page, struct page_flow *flow, unsigned first,
    unsigned count, double x, double y, enum page_align align)
{
	double step = flow->size * LINE_HEIGHT;
	double base = y * POINTS_PER_MM +
		      (step - flow->size * (LINE_ASCENT + LINE_DESCENT)) / 2 +
		      flow->size * LINE_ASCENT;

	if (page->setup.target == PAGE_NOTHING || count == 0)
		return;
	if (flow->layout == NULL)
		lay_out_flow(page, flow, flow->text);
	if (first == 0)
		page_tell_holes(page, &flow->holes);
	for (unsigned i = first; i < first + count; i++)
		draw_line(page, flow, i, x * POINTS_PER_MM,
		    base + (i - first) * step, align);
	cairo_new_path(page->cr);
}

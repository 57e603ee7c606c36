/* NAME
 *	cover - 送付状, the test page, and pages with a bitmap
 * DESCRIPTION
 *	The cover tells partner, sender, how many pages and clients follow, and
 *	what to do if it reached the wrong place.  Nothing of a client.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "inside.h"

static void
put(struct buf *out, const char *text)
{
	if (text != NULL)
		buf_text(out, text);
}

static void
value_to_name(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->to_name);
}

static void
value_to_number(struct draw *d, struct buf *out)
{
	const struct draw_cover *c = d->job->cover;

	put(out, c->to_number);
	if (c->to_type == NULL || c->to_type[0] == '\0')
		return;
	const char *name =
	    standard_service_type_name(d->forms->standard, c->to_type);
	buf_printf(
	    out, "　サービス種類 %s %s", c->to_type, name != NULL ? name : "");
}

static void
value_to_fax(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->to_fax);
}

static void
value_from_name(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->from_name);
}

static void
value_from_number(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->from_number);
}

static void
value_from_person(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->from_person);
}

static void
value_from_phone(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->from_phone);
}

static void
value_from_fax(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->from_fax);
}

static void
value_code(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->code);
}

static void
value_message(struct draw *d, struct buf *out)
{
	put(out, d->job->cover->message);
}

static void
value_made(struct draw *d, struct buf *out)
{
	int64_t ms = d->job->cover->made_ms != 0 ? d->job->cover->made_ms
						 : d->job->made_ms;
	char stamp[CLOCK_TEXT_BYTES], day[9];

	clock_stamp(ms, stamp);
	snprintf(day, sizeof(day), "%.8s", stamp);
	values_date(out, day);
	buf_printf(out, " %.2s時%.2s分", stamp + 8, stamp + 10);
}

static void
value_pages(struct draw *d, struct buf *out)
{
	buf_printf(out, "%u 枚（この送付状を含む）", d->pages_all);
}

static void
value_clients(struct draw *d, struct buf *out)
{
	if (d->result->clients > 0)
		buf_printf(out, "%zu 名分", d->result->clients);
	else
		buf_text(out, "―");
}

/* What follows, by its titles: サービス提供票 3枚 ... */
static void
value_content(struct draw *d, struct buf *out)
{
	static const char *const titles[FORM_IDS] = {
	    [FORM_6] = "サービス提供票",
	    [FORM_7] = "サービス提供票別表",
	    [FORM_1] = "居宅サービス計画書（１）",
	    [FORM_2] = "居宅サービス計画書（２）",
	    [FORM_3] = "週間サービス計画表",
	    [FORM_PERSON] = "利用者基本情報",
	    [FORM_PREVENT] = "介護予防サービス・支援計画書",
	    [FORM_NOTICE] = "削除・取り消しのお知らせ",
	    [FORM_PLAIN] = "添付書類",
	    [FORM_IMAGE] = "データシート・画像",
	};
	unsigned pages[FORM_IDS] = {0};

	for (size_t i = 0; i < d->unit_count; i++) {
		const struct unit *u = &d->units[i];
		enum form_id form =
		    u->draw == form6_draw_unit     ? FORM_6
		    : u->draw == form7_draw_unit   ? FORM_7
		    : u->draw == plan1_draw_unit   ? FORM_1
		    : u->draw == plan2_draw_unit   ? FORM_2
		    : u->draw == week_draw_unit    ? FORM_3
		    : u->draw == person_draw_unit  ? FORM_PERSON
		    : u->draw == prevent_draw_unit ? FORM_PREVENT
		    : u->draw == notice_draw_unit || u->draw == recall_draw_unit
			? FORM_NOTICE
		    : u->draw == image_draw_unit ? FORM_IMAGE
						 : FORM_PLAIN;
		if (u->draw != cover_draw_unit)
			pages[form] += u->pages;
	}
	for (size_t i = 0; i < FORM_IDS; i++) {
		if (pages[i] > 0)
			buf_printf(out, "%s%s　%u枚", out->len > 0 ? "\n" : "",
			    titles[i], pages[i]);
	}
	if (d->result->left > 0)
		buf_printf(out, "%s紙にできない添付　%zu件（別にお送りします）",
		    out->len > 0 ? "\n" : "", d->result->left);
}

static const struct value_row values[] = {
    {"to_name", value_to_name},
    {"to_number", value_to_number},
    {"to_fax", value_to_fax},
    {"from_name", value_from_name},
    {"from_number", value_from_number},
    {"from_person", value_from_person},
    {"from_phone", value_from_phone},
    {"from_fax", value_from_fax},
    {"code", value_code},
    {"message", value_message},
    {"made", value_made},
    {"pages", value_pages},
    {"clients", value_clients},
    {"content", value_content},
};

void
cover_draw_unit(struct draw *d, const struct unit *unit)
{
	static const enum form_id forms[] = {
	    [DRAW_COVER_FAX] = FORM_COVER_FAX,
	    [DRAW_COVER_POST] = FORM_COVER_POST,
	    [DRAW_COVER_TEST] = FORM_COVER_TEST,
	};

	(void)unit;
	d->values = values;
	d->value_count = sizeof(values) / sizeof(values[0]);
	sheet_begin(d, forms[d->job->cover->kind]);
	sheet_end(d);
}

/* ---- bitmaps of the job ---- */

static void
value_title(struct draw *d, struct buf *out)
{
	put(out, d->job->images[d->unit->index].title);
}

static void
value_note(struct draw *d, struct buf *out)
{
	put(out, d->job->images[d->unit->index].note);
}

static const struct value_row image_values[] = {
    {"title", value_title},
    {"note", value_note},
};

void
image_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct draw_image *image = &d->job->images[unit->index];
	const struct form *form = d->forms->table[FORM_IMAGE];
	struct page_box paper = form_paper(form);
	struct form_place place;

	d->values = image_values;
	d->value_count = sizeof(image_values) / sizeof(image_values[0]);
	if (form_place(form, "image", &place) < 0)
		return;
	if (image->title == NULL && image->note == NULL) {
		/* a scanned page: all of the paper, as it came */
		d->form = FORM_IMAGE;
		d->page_no++;
		place.box = (struct page_box){0, 0, paper.width, paper.height};
		page_begin(d->page, paper.width, paper.height);
	} else
		sheet_begin(d, FORM_IMAGE);
	page_bits(d->page, image->bits, image->stride, image->width,
	    image->height, place.box);
	sheet_end(d);
}

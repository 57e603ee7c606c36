/* NAME
 *	week - 週間サービス計画表 (3), from UP3KYO
 * DESCRIPTION
 *	A day runs from 4:00 to 4:00.  Services that overlap stand side by side;
 *	more than fit so, and those without times, stand in the box below the
 *	week.  What is too long for its place goes to a page of its own.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

#define DAYS         7
#define DAY_START    240 /* minutes: 4:00 */
#define DAY_LENGTH   1440
#define LANES_MAX    4
#define LEAST_MM     2.9 /* of a block: one line that can be read */
#define TWO_LINES_MM 5.2
#define BLOCK_GREY   0.93
#define BLOCK_LINE   0.7

struct block {
	size_t row;
	int start, end; /* minutes from 4:00 */
	int lane, lanes;
	bool below; /* stands in the box below */
};

/* "0930" -> minutes from 4:00, or -1. */
static int
minutes_of(const char *time)
{
	if (strlen(time) != 4 || strspn(time, "0123456789") != 4)
		return -1;
	int value = (time[0] - '0') * 600 + (time[1] - '0') * 60 +
		    (time[2] - '0') * 10 + (time[3] - '0');
	if (value > DAY_LENGTH)
		return -1;
	return (value - DAY_START + DAY_LENGTH) % DAY_LENGTH;
}

static int
by_start(const void *a_, const void *b_)
{
	const struct block *a = a_, *b = b_;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Blocks [first, end) overlap in a chain: give them lanes. */
static void
give_lanes(struct block *blocks, size_t first, size_t end)
{
	int free_at[LANES_MAX] = {0}, lanes = 0;

	for (size_t i = first; i < end; i++) {
		int lane = 0;
		while (lane < lanes && free_at[lane] > blocks[i].start)
			lane++;
		if (lane == LANES_MAX) {
			blocks[i].below = true;
			continue;
		}
		if (lane == lanes)
			lanes++;
		free_at[lane] = blocks[i].end;
		blocks[i].lane = lane;
	}
	for (size_t i = first; i < end; i++)
		blocks[i].lanes = lanes;
}

static void
lay_out(struct block *blocks, size_t count)
{
	size_t first = 0;
	int reach = 0;

	qsort(blocks, count, sizeof(*blocks), by_start);
	for (size_t i = 0; i < count; i++) {
		if (i > first && blocks[i].start >= reach) {
			give_lanes(blocks, first, i);
			first = i;
		}
		if (blocks[i].end > reach || i == first)
			reach = blocks[i].end;
	}
	give_lanes(blocks, first, count);
}

static void
put_times(struct buf *out, const char *start, const char *end)
{
	if (strlen(start) == 4)
		buf_printf(out, "%.2s:%s", start, start + 2);
	else
		buf_text(out, start);
	if (end[0] == '\0')
		return;
	if (strlen(end) == 4)
		buf_printf(out, "-%.2s:%s", end, end + 2);
	else
		buf_printf(out, "-%s", end);
}

static void
draw_block(struct draw *d, const struct records *r, const struct block *block,
    struct page_box column)
{
	struct page_style style = {.size = 8, .label = "介護サービス内容"};
	double scale = column.height / DAY_LENGTH;
	double width = column.width / block->lanes;
	struct page_box box = {column.x + width * block->lane,
	    column.y + block->start * scale, width,
	    fmax((block->end - block->start) * scale, LEAST_MM)};

	if (box.y + box.height > column.y + column.height)
		box.y = column.y + column.height - box.height;
	page_fill(d->page, box, BLOCK_GREY);
	page_frame(d->page, box, BLOCK_LINE);
	buf_clear(&d->value);
	put_times(&d->value, records_cell(r, block->row, "service_start_time"),
	    records_cell(r, block->row, "service_end_time"));
	buf_printf(&d->value, "%s%s", box.height >= TWO_LINES_MM ? "\n" : " ",
	    records_cell(r, block->row, "weekly_service_content"));
	box.x += 0.4;
	box.width -= 0.8;
	page_text(d->page, d->value.data, box, style);
}

/* The services of one weekday ("1" = Monday). */
static size_t
blocks_of(const struct records *r, const struct group *group, char day,
    struct block *blocks)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		size_t row = group->rows[i];
		int start =
		    minutes_of(records_cell(r, row, "service_start_time"));
		int end = minutes_of(records_cell(r, row, "service_end_time"));
		const char *weekday = records_cell(r, row, "weekday");
		if (weekday[0] != day || weekday[1] != '\0' || start < 0 ||
		    records_cell(r, row, "weekly_service_content")[0] == '\0')
			continue;
		/* over the turn of the day it ends at the bottom */
		if (end <= start)
			end = end < 0 ? start + 30 : DAY_LENGTH;
		if (end > DAY_LENGTH)
			end = DAY_LENGTH;
		blocks[count++] = (struct block){
		    .row = row, .start = start, .end = end, .lanes = 1};
	}
	return count;
}

static void
put_below(struct buf *below, const struct draw *d, const struct records *r,
    size_t row)
{
	const char *day = records_cell(r, row, "weekday");
	unsigned no = layout_field(r->layout, "weekday");
	const struct layout_codes *codes =
	    no == 0 ? NULL : r->layout->fields[no - 1].codes;
	const char *name = codes == NULL ? NULL : layout_code_name(codes, day);

	(void)d;
	buf_printf(below, "%s%s ", below->len > 0 ? "\n" : "",
	    name != NULL ? name : day);
	put_times(below, records_cell(r, row, "service_start_time"),
	    records_cell(r, row, "service_end_time"));
	buf_printf(
	    below, " %s", records_cell(r, row, "weekly_service_content"));
}

static void
draw_services(struct draw *d, const struct records *r,
    const struct group *group, struct page_box week, struct buf *below)
{
	struct block *blocks = mem_new((group->count + 1) * sizeof(*blocks));
	struct page_box column = week;

	column.width /= DAYS;
	for (int day = 0; day < DAYS; day++) {
		size_t count = blocks_of(r, group, (char)('1' + day), blocks);
		lay_out(blocks, count);
		column.x = week.x + column.width * day;
		for (size_t i = 0; i < count; i++) {
			if (blocks[i].below)
				put_below(below, d, r, blocks[i].row);
			else
				draw_block(d, r, &blocks[i], column);
		}
	}
	free(blocks);
}

/* Without a day of the week or a time there is no place in the grid. */
static void
put_timeless(const struct draw *d, const struct records *r,
    const struct group *group, struct buf *below)
{
	for (size_t i = 0; i < group->count; i++) {
		size_t row = group->rows[i];
		const char *day = records_cell(r, row, "weekday");
		if (records_cell(r, row, "weekly_service_content")[0] == '\0')
			continue;
		if (strlen(day) != 1 || day[0] < '1' || day[0] > '7' ||
		    minutes_of(records_cell(r, row, "service_start_time")) < 0)
			put_below(below, d, r, row);
	}
}

static void
put_text(const struct records *r, const struct group *group, const char *field,
    struct buf *out)
{
	for (size_t i = 0; i < group->count; i++) {
		const char *text = records_cell(r, group->rows[i], field);
		if (text[0] != '\0' &&
		    (out->len == 0 || strstr(out->data, text) == NULL))
			buf_printf(out, "%s%s", out->len > 0 ? "\n" : "", text);
	}
}

/* ---- what a person does in the day ---- */

static size_t
activities_of(
    const struct records *r, const struct group *group, struct block *blocks)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		size_t row = group->rows[i];
		if (records_cell(r, row, "daily_activity")[0] == '\0')
			continue;
		int start =
		    minutes_of(records_cell(r, row, "activity_start_time"));
		blocks[count++] = (struct block){
		    .row = row, .start = start < 0 ? 0 : start, .end = 0};
	}
	qsort(blocks, count, sizeof(*blocks), by_start);
	return count;
}

static void
draw_activities(struct draw *d, const struct records *r,
    const struct group *group, struct page_box column)
{
	struct block *blocks = mem_new((group->count + 1) * sizeof(*blocks));
	size_t count = activities_of(r, group, blocks);
	double bottom = column.y + column.height, y = column.y;
	struct buf left, text;

	buf_init(&left, 1u << 20);
	buf_init(&text, 1u << 20);
	for (size_t i = 0; i < count; i++) {
		struct page_style style = {
		    .size = 8, .label = "主な日常生活上の活動"};
		buf_clear(&text);
		put_times(&text,
		    records_cell(r, blocks[i].row, "activity_start_time"),
		    records_cell(r, blocks[i].row, "activity_end_time"));
		buf_printf(&text, " %s",
		    records_cell(r, blocks[i].row, "daily_activity"));
		double at =
		    column.y + blocks[i].start * column.height / DAY_LENGTH;
		struct page_box box = {
		    column.x + 0.6, fmax(at, y), column.width - 1.2, 4};
		if (box.y + 2 * box.height > bottom && i + 1 < count) {
			/* no room for all that follow: they go together */
			buf_printf(
			    &left, "%s%s", left.len > 0 ? "\n" : "", text.data);
			continue;
		}
		if (left.len > 0) {
			buf_printf(&left, "\n%s", text.data);
			continue;
		}
		if (box.y + box.height > bottom)
			box.y = bottom - box.height;
		page_text(d->page, text.data, box, style);
		y = box.y + box.height;
	}
	if (left.len > 0) {
		struct page_style style = {
		    .size = 6, .label = "主な日常生活上の活動"};
		struct page_box box = {
		    column.x + 0.6, bottom - 4, column.width - 1.2, 4};
		page_text(d->page, left.data, box, style);
	}
	buf_fini(&text);
	buf_fini(&left);
	free(blocks);
}

static void
draw_grid(struct draw *d, struct page_box week)
{
	struct form_place place;

	for (int i = 1; i < DAYS; i++) {
		double x = week.x + week.width * i / DAYS;
		page_line(d->page, x, week.y, x, week.y + week.height, 0.5);
	}
	if (form_place(d->forms->table[FORM_3], "activities", &place) < 0)
		return;
	for (int hour = 1; hour < 24; hour++) {
		double y = week.y + week.height * hour / 24;
		page_line(d->page, week.x, y, week.x + week.width, y,
		    hour % 2 == 0 ? 0.5 : 0.25);
	}
}

void
week_draw_unit(struct draw *d, const struct unit *unit)
{
	const struct records *r = &unit->bundle->records[KIND_3];
	const struct group *group =
	    &unit->bundle->groups[KIND_3].groups[unit->index];
	const struct form *form = d->forms->table[FORM_3];
	const struct group *one =
	    groups_find(&unit->bundle->groups[KIND_1], group->tag);
	struct form_place week, activities, below_place;
	struct buf below;
	size_t first = group->rows[0];

	values_source(d, r, first);
	if (one != NULL)
		values_source(d, &unit->bundle->records[KIND_1], one->rows[0]);
	values_hosoku(d, unit->bundle, records_cell(r, first, "insurer_number"),
	    records_cell(r, first, "insured_number"),
	    records_cell(r, first, "plan_date"), NULL);
	if (form_place(form, "week", &week) < 0 ||
	    form_place(form, "activities", &activities) < 0 ||
	    form_place(form, "below", &below_place) < 0)
		return;
	buf_init(&below, 1u << 20);
	sheet_begin(d, FORM_3);
	draw_grid(d, week.box);
	put_text(r, group, "non_weekly_service", &below);
	put_timeless(d, r, group, &below);
	draw_services(d, r, group, week.box, &below);
	draw_activities(d, r, group, activities.box);
	if (below.len > 0) {
		below_place.style.label = "週単位以外のサービス";
		page_text(
		    d->page, below.data, below_place.box, below_place.style);
	}
	sheet_end(d);
	buf_fini(&below);
}

/* NAME
 *	form6 - サービス提供票 (form 6): the grid of services and days
 * DESCRIPTION
 *	13 services a page (the table of places says how many), as many pages
 *	for a client as it takes, the head on every page.  Names of services come
 *	from the masters, with the code beside them; a code that isn't there
 *	stands alone, never a guess.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#include "inside.h"

#define REST_DAY_GREY 0.92 /* white again on a fax */

int
form6_prepare(const struct form *form, struct form6_places *places,
    const char *path, struct why *why)
{
	const struct {
		const char *name;
		struct form_place *place;
	} wanted[] = {
	    {"time", &places->time},
	    {"content", &places->content},
	    {"office", &places->office},
	    {"side", &places->side},
	    {"days", &places->days},
	    {"total", &places->total},
	    {"dates", &places->dates},
	    {"weekdays", &places->weekdays},
	    {"grid", &places->grid},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (form_place(form, wanted[i].name, wanted[i].place) == 0)
			continue;
		why_set(why, WHY_NEVER, "form-table",
		    "%s: there is no place \"%s\".", path, wanted[i].name);
		return TSK_INVALID;
	}
	int rows = atoi(places->grid.text);
	if (rows < 1 || rows > 100) {
		why_set(why, WHY_NEVER, "form-table",
		    "%s: the grid has 1 to 100 rows.", path);
		return TSK_INVALID;
	}
	places->rows = (unsigned)rows;
	return 0;
}

/* ---- the grid ---- */

/* The k-th box of a place that is split into 31 days. */
static struct page_box
day_box(const struct form_place *place, int day, double y)
{
	struct page_box box = place->box;

	box.width /= PIVOT_DAYS;
	box.x += box.width * (day - 1);
	box.y = y;
	return box;
}

static bool
rest_day(const struct draw *d, int day)
{
	char date[40];
	int weekday = clock_weekday(d->year, d->month, day);

	snprintf(date, sizeof(date), "%04d-%02d-%02d", d->year, d->month, day);
	return weekday == 0 || weekday == 6 ||
	       standard_holiday(d->forms->standard, date) != NULL;
}

static void
shade_rest_days(struct draw *d)
{
	const struct form6_places *p = &d->forms->form6_places;
	struct page_box grid = p->grid.box;

	for (int day = 1; day <= d->days; day++) {
		if (!rest_day(d, day))
			continue;
		struct page_box box = day_box(&p->dates, day, p->dates.box.y);
		box.y += 0.2; /* not over the line above */
		box.height = grid.y + grid.height - box.y;
		page_fill(d->page, box, REST_DAY_GREY);
	}
}

static void
draw_calendar(struct draw *d)
{
	static const char *const names[] = {
	    "日", "月", "火", "水", "木", "金", "土"};
	const struct form6_places *p = &d->forms->form6_places;
	char text[16];

	for (int day = 1; day <= d->days; day++) {
		snprintf(text, sizeof(text), "%d", day);
		page_text(d->page, text,
		    day_box(&p->dates, day, p->dates.box.y), p->dates.style);
		page_text(d->page, names[clock_weekday(d->year, d->month, day)],
		    day_box(&p->weekdays, day, p->weekdays.box.y),
		    p->weekdays.style);
	}
}

static void
draw_days_lines(struct draw *d)
{
	const struct form6_places *p = &d->forms->form6_places;
	double bottom = p->grid.box.y + p->grid.box.height;

	for (int day = 2; day <= PIVOT_DAYS; day++) {
		double x = day_box(&p->dates, day, 0).x;
		page_line(d->page, x, p->dates.box.y, x, bottom, p->days.line);
	}
	page_line(d->page, p->dates.box.x, p->weekdays.box.y,
	    p->dates.box.x + p->dates.box.width, p->weekdays.box.y,
	    p->dates.line);
}

static void
draw_columns(struct draw *d)
{
	const struct form6_places *p = &d->forms->form6_places;
	const double xs[] = {p->content.box.x, p->office.box.x, p->side.box.x,
	    p->days.box.x, p->total.box.x};
	double top = p->time.box.y;
	double bottom = p->grid.box.y + p->grid.box.height;

	for (size_t i = 0; i < sizeof(xs) / sizeof(xs[0]); i++)
		page_line(d->page, xs[i], top, xs[i], bottom, p->time.line);
	page_line(d->page, p->days.box.x, p->dates.box.y, p->days.box.x, top,
	    p->time.line);
}

static void
draw_rows(struct draw *d)
{
	const struct form6_places *p = &d->forms->form6_places;
	double left = p->grid.box.x, right = left + p->grid.box.width;

	for (unsigned row = 0; row < p->rows; row++) {
		double y = p->time.box.y + row * p->time.box.height;
		struct page_box box = p->side.box;
		page_line(d->page, left, y, right, y, 0.9);
		box.y = y;
		page_text(d->page, "予定", box, p->side.style);
		box.y = y + box.height;
		page_line(
		    d->page, p->side.box.x, box.y, right, box.y, p->days.line);
		page_text(d->page, "実績", box, p->side.style);
	}
}

static void
put_clock(struct buf *out, const char *time)
{
	if (strlen(time) == 4)
		buf_printf(out, "%.2s:%s", time, time + 2);
	else
		buf_text(out, time);
}

static void
draw_time(struct draw *d, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	buf_clear(&d->value);
	if (strcmp(service->start, "9999") != 0)
		put_clock(&d->value, service->start);
	if (strcmp(service->end, "9999") != 0) {
		buf_char(&d->value, '\n');
		put_clock(&d->value, service->end);
	}
	if (d->value.len > 0)
		page_text(d->page, d->value.data, box, style);
}

/* A bold-faced first line and a small one below, in one box. */
static void
draw_two(struct draw *d, const char *label, const char *above,
    const char *below, struct page_box box, struct page_style style)
{
	struct page_box part = box;

	part.x += 0.6;
	part.width -= 1.0;
	style.label = label;
	if (above[0] == '\0' || below[0] == '\0') {
		page_text(
		    d->page, above[0] == '\0' ? below : above, part, style);
		return;
	}
	part.y += box.height * 0.05;
	part.height = box.height * 0.52;
	page_text(d->page, above, part, style);
	part.y = box.y + box.height * 0.57;
	part.height = box.height * 0.40;
	style.size = 7;
	page_text(d->page, below, part, style);
}

static void
draw_content(struct draw *d, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	const char *name = standard_service_name(
	    d->forms->standard, service->code, d->client->month);
	const char *thing = service->tais_code[0] != '\0'
				? service->tais_code
				: service->notice_code;

	buf_clear(&d->value);
	buf_text(&d->value, service->code);
	if (service->equipment_name[0] != '\0')
		buf_printf(&d->value, " %s", service->equipment_name);
	else if (thing[0] != '\0')
		buf_printf(&d->value, " %s", thing);
	if (service->detail_no[0] != '\0')
		buf_printf(&d->value, " (%s)", service->detail_no);
	if (service->per_diem > 0)
		buf_printf(&d->value, " 日割%u日", service->per_diem);
	draw_two(d, "サービス内容", name != NULL ? name : "", d->value.data,
	    box, style);
}

static void
draw_office(struct draw *d, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	buf_clear(&d->value);
	buf_text(&d->value, service->office_number);
	if (service->satellite_no[0] != '\0')
		buf_printf(&d->value, "-%s", service->satellite_no);
	draw_two(d, "サービス事業者事業所名", service->office_name,
	    d->value.data, box, style);
}

static void
draw_counts(struct draw *d, const struct pivot_service *service,
    enum pivot_side side, double y)
{
	const struct form6_places *p = &d->forms->form6_places;
	char text[24];

	for (int day = 1; day <= d->days; day++) {
		if (service->count[side][day] == 0)
			continue;
		snprintf(text, sizeof(text), "%u", service->count[side][day]);
		page_text(
		    d->page, text, day_box(&p->days, day, y), p->days.style);
	}
	if (service->total[side] == 0)
		return;
	struct page_box box = p->total.box;
	box.y = y;
	snprintf(text, sizeof(text), "%u", service->total[side]);
	page_text(d->page, text, box, p->total.style);
}

static struct page_box
at_row(const struct form_place *place, double y)
{
	struct page_box box = place->box;

	box.y = y;
	return box;
}

static void
draw_service(struct draw *d, const struct pivot_service *service, unsigned row)
{
	const struct form6_places *p = &d->forms->form6_places;
	double y = p->time.box.y + row * p->time.box.height;

	draw_time(d, service, at_row(&p->time, y), p->time.style);
	draw_content(d, service, at_row(&p->content, y), p->content.style);
	draw_office(d, service, at_row(&p->office, y), p->office.style);
	draw_counts(d, service, PIVOT_PLANNED, y);
	draw_counts(d, service, PIVOT_ACTUAL, y + p->side.box.height);
}

static void
draw_sheet(struct draw *d)
{
	const struct form6_places *p = &d->forms->form6_places;
	size_t first = (size_t)(d->page_no - 1) * p->rows;

	shade_rest_days(d);
	draw_calendar(d);
	draw_days_lines(d);
	draw_rows(d);
	draw_columns(d);
	page_frame(d->page, p->grid.box, p->grid.line);
	for (unsigned row = 0; row < p->rows; row++) {
		if (first + row < d->client->service_count)
			draw_service(d, &d->client->services[first + row], row);
	}
}

void
form6_draw_unit(struct draw *d, const struct unit *unit)
{
	unsigned rows = d->forms->form6_places.rows;
	char year[5] = {0};

	d->client = &unit->bundle->pivot.clients[unit->index];
	d->values = form6_values;
	d->value_count = form6_value_count;
	memcpy(year, d->client->month, 4);
	d->year = atoi(year);
	d->month = atoi(d->client->month + 4);
	d->days = clock_days_in_month(d->year, d->month);
	for (size_t done = 0; done < d->client->service_count; done += rows) {
		sheet_begin(d, FORM_6);
		draw_sheet(d);
		sheet_end(d);
	}
}

/* NAME
 *	form6 - サービス提供票 (form 6), from UPPLAN and UPJSK
 * SUMMARY
 *	see form6.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "layout.h"

#include "inside.h"
#include "page.h"
#include "wareki.h"

#define VALUE_MAX     (64u * 1024)
#define REST_DAY_GREY 0.92 /* white again on a fax */

/* One page of one client. */
struct sheet {
	const struct forms *forms;
	const struct form6_input *input;
	const struct pivot *pivot;
	const struct pivot_client *client;
	struct page *page;
	int year, month, days;
	unsigned page_no, page_count; /* of the client */
	unsigned whole_count;         /* of the document */
	struct buf value;
};

bool
form6_wanted(const char *kind)
{
	return strcmp(kind, "UPPLAN") == 0 || strcmp(kind, "UPJSK") == 0;
}

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

/* ---- the head: values by name ---- */

static const char *
person(const struct sheet *s, enum pivot_person_field field)
{
	return s->client->person[field];
}

static void
put_date(struct buf *out, const char *date)
{
	char text[WAREKI_TEXT_BYTES];

	buf_text(out, wareki_date(date, text));
}

static void
value_month(struct sheet *s, struct buf *out)
{
	char text[WAREKI_TEXT_BYTES];

	buf_printf(out, "%s分", wareki_month(s->client->month, text));
}

static void
value_title(struct sheet *s, struct buf *out)
{
	buf_text(
	    out, s->input->for_client ? "サービス利用票" : "サービス提供票");
}

static void
value_direction(struct sheet *s, struct buf *out)
{
	if (s->input->for_client)
		buf_text(out, "居宅介護支援事業者→利用者");
	else if (s->pivot->side[PIVOT_PLANNED])
		buf_text(out, "居宅介護支援事業所→サービス事業所");
	else
		buf_text(out, "サービス事業所→居宅介護支援事業所");
}

static void
value_status(struct sheet *s, struct buf *out)
{
	buf_text(out, person(s, PERSON_STATUS));
}

static void
value_insurer(struct sheet *s, struct buf *out)
{
	buf_text(out, s->client->insurer_number);
}

static void
value_insurer_name(struct sheet *s, struct buf *out)
{
	const char *name = standard_insurer_name(
	    s->forms->standard, s->client->insurer_number);

	buf_text(out, name != NULL ? name : "");
}

static const char *
office_name(const struct sheet *s, const char *number)
{
	return s->input->office_name == NULL
		   ? NULL
		   : s->input->office_name(s->input->arg, number);
}

static void
value_plan_office(struct sheet *s, struct buf *out)
{
	const char *number = s->client->plan_office_number;
	const char *name = office_name(s, number);

	buf_text(out, name != NULL ? name : number);
}

static void
value_plan_staff(struct sheet *s, struct buf *out)
{
	if (s->client->plan_staff_name[0] != '\0')
		buf_printf(out, "担当 %s", s->client->plan_staff_name);
}

static void
value_created(struct sheet *s, struct buf *out)
{
	put_date(out, s->client->created_date);
}

static void
value_insured(struct sheet *s, struct buf *out)
{
	buf_text(out, s->client->insured_number);
}

static void
value_kana(struct sheet *s, struct buf *out)
{
	buf_text(out, person(s, PERSON_KANA));
}

static void
value_name(struct sheet *s, struct buf *out)
{
	if (person(s, PERSON_NAME)[0] != '\0')
		buf_printf(out, "%s　様", person(s, PERSON_NAME));
}

static void
value_birth_era(struct sheet *s, struct buf *out)
{
	struct wareki birth;

	if (wareki_parse(person(s, PERSON_BIRTH), &birth))
		buf_printf(out, "%d", (int)birth.era);
}

static void
value_birth(struct sheet *s, struct buf *out)
{
	struct wareki birth;

	if (!wareki_parse(person(s, PERSON_BIRTH), &birth))
		put_date(out, person(s, PERSON_BIRTH));
	else if (birth.year == 1)
		buf_printf(out, "元年%d月%d日", birth.month, birth.day);
	else
		buf_printf(
		    out, "%d年%d月%d日", birth.year, birth.month, birth.day);
}

static void
value_sex(struct sheet *s, struct buf *out)
{
	buf_text(out, person(s, PERSON_SEX));
}

/* The level changed within this month: the form shows both. */
static bool
level_changed(const struct sheet *s)
{
	return strncmp(person(s, PERSON_LEVEL_CHANGED), s->client->month, 6) ==
		   0 &&
	       person(s, PERSON_LEVEL_BEFORE)[0] != '\0' &&
	       strcmp(person(s, PERSON_LEVEL_BEFORE),
		   person(s, PERSON_LEVEL)) != 0;
}

static void
put_level(struct sheet *s, struct buf *out, const char *code)
{
	const char *name = s->forms->care_levels == NULL
			       ? NULL
			       : layout_code_name(s->forms->care_levels, code);

	buf_text(out, name != NULL ? name : code);
}

static void
value_level(struct sheet *s, struct buf *out)
{
	put_level(s, out,
	    person(s, level_changed(s) ? PERSON_LEVEL_BEFORE : PERSON_LEVEL));
}

static void
value_level_after(struct sheet *s, struct buf *out)
{
	if (level_changed(s))
		put_level(s, out, person(s, PERSON_LEVEL));
}

static void
value_level_date(struct sheet *s, struct buf *out)
{
	if (level_changed(s))
		put_date(out, person(s, PERSON_LEVEL_CHANGED));
}

/* 27048 -> "27,048 単位/月" */
static void
value_limit(struct sheet *s, struct buf *out)
{
	const char *text = person(s, PERSON_LIMIT);
	size_t n = strlen(text);

	if (n == 0)
		return;
	if (n < 10 && strspn(text, "0123456789") == n) {
		for (size_t i = 0; i < n; i++) {
			if (i > 0 && (n - i) % 3 == 0)
				buf_char(out, ',');
			buf_char(out, text[i]);
		}
	} else {
		buf_text(out, text);
	}
	buf_text(out, " 単位/月");
}

static void
value_period(struct sheet *s, struct buf *out)
{
	const char *start = person(s, PERSON_LIMIT_START);
	const char *end = person(s, PERSON_LIMIT_END);

	if (start[0] != '\0') {
		put_date(out, start);
		buf_text(out, "から");
	}
	if (end[0] != '\0') {
		buf_text(out, start[0] != '\0' ? "\n" : "");
		put_date(out, end);
		buf_text(out, "まで");
	}
}

static void
value_short_stay(struct sheet *s, struct buf *out)
{
	if (s->client->short_stay_days[0] != '\0')
		buf_printf(out, "%s日", s->client->short_stay_days);
}

static void
value_foot_left(struct sheet *s, struct buf *out)
{
	buf_printf(out, "通し %u/%u　送信単位 %s", page_count(s->page) + 1,
	    s->whole_count, s->input->reference);
}

static void
value_foot_right(struct sheet *s, struct buf *out)
{
	const char *name = office_name(s, s->input->from);

	buf_printf(out, "（%u/%u）送信元 %s", s->page_no, s->page_count,
	    s->input->from);
	if (name != NULL)
		buf_printf(out, " %s", name);
}

static const struct {
	const char *name;
	void (*put)(struct sheet *s, struct buf *out);
} values[] = {
    {"month", value_month},
    {"title", value_title},
    {"direction", value_direction},
    {"certification_status", value_status},
    {"insurer_number", value_insurer},
    {"insurer_name", value_insurer_name},
    {"plan_office", value_plan_office},
    {"plan_staff", value_plan_staff},
    {"created_date", value_created},
    {"insured_number", value_insured},
    {"client_name_kana", value_kana},
    {"client_name", value_name},
    {"birth_era", value_birth_era},
    {"birth_date", value_birth},
    {"client_sex", value_sex},
    {"care_level", value_level},
    {"care_level_after", value_level_after},
    {"care_level_changed", value_level_date},
    {"category_limit", value_limit},
    {"limit_period", value_period},
    {"short_stay_days", value_short_stay},
    {"foot_left", value_foot_left},
    {"foot_right", value_foot_right},
};

static const char *
sheet_value(void *arg, const char *name)
{
	struct sheet *s = arg;

	buf_clear(&s->value);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (strcmp(values[i].name, name) == 0) {
			values[i].put(s, &s->value);
			break;
		}
	}
	return s->value.len == 0 ? "" : s->value.data;
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
rest_day(const struct sheet *s, int day)
{
	char date[40];
	int weekday = clock_weekday(s->year, s->month, day);

	snprintf(date, sizeof(date), "%04d-%02d-%02d", s->year, s->month, day);
	return weekday == 0 || weekday == 6 ||
	       standard_holiday(s->forms->standard, date) != NULL;
}

static void
shade_rest_days(struct sheet *s)
{
	const struct form6_places *p = &s->forms->form6_places;
	struct page_box grid = p->grid.box;

	for (int day = 1; day <= s->days; day++) {
		if (!rest_day(s, day))
			continue;
		struct page_box box = day_box(&p->dates, day, p->dates.box.y);
		box.height = grid.y + grid.height - box.y;
		page_fill(s->page, box, REST_DAY_GREY);
	}
}

static void
draw_calendar(struct sheet *s)
{
	static const char *const names[] = {
	    "日", "月", "火", "水", "木", "金", "土"};
	const struct form6_places *p = &s->forms->form6_places;
	char text[16];

	for (int day = 1; day <= s->days; day++) {
		snprintf(text, sizeof(text), "%d", day);
		page_text(s->page, text,
		    day_box(&p->dates, day, p->dates.box.y), p->dates.style);
		page_text(s->page, names[clock_weekday(s->year, s->month, day)],
		    day_box(&p->weekdays, day, p->weekdays.box.y),
		    p->weekdays.style);
	}
}

static void
draw_days_lines(struct sheet *s)
{
	const struct form6_places *p = &s->forms->form6_places;
	double bottom = p->grid.box.y + p->grid.box.height;

	for (int day = 2; day <= PIVOT_DAYS; day++) {
		double x = day_box(&p->dates, day, 0).x;
		page_line(s->page, x, p->dates.box.y, x, bottom, p->days.line);
	}
	page_line(s->page, p->dates.box.x, p->weekdays.box.y,
	    p->dates.box.x + p->dates.box.width, p->weekdays.box.y,
	    p->dates.line);
}

static void
draw_columns(struct sheet *s)
{
	const struct form6_places *p = &s->forms->form6_places;
	const double xs[] = {p->content.box.x, p->office.box.x, p->side.box.x,
	    p->days.box.x, p->total.box.x};
	double top = p->time.box.y;
	double bottom = p->grid.box.y + p->grid.box.height;

	for (size_t i = 0; i < sizeof(xs) / sizeof(xs[0]); i++)
		page_line(s->page, xs[i], top, xs[i], bottom, p->time.line);
	page_line(s->page, p->days.box.x, p->dates.box.y, p->days.box.x, top,
	    p->time.line);
}

static void
draw_rows(struct sheet *s)
{
	const struct form6_places *p = &s->forms->form6_places;
	double left = p->grid.box.x, right = left + p->grid.box.width;

	for (unsigned row = 0; row < p->rows; row++) {
		double y = p->time.box.y + row * p->time.box.height;
		struct page_box box = p->side.box;
		page_line(s->page, left, y, right, y, 0.9);
		box.y = y;
		page_text(s->page, "予定", box, p->side.style);
		box.y = y + box.height;
		page_line(
		    s->page, p->side.box.x, box.y, right, box.y, p->days.line);
		page_text(s->page, "実績", box, p->side.style);
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
draw_time(struct sheet *s, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	buf_clear(&s->value);
	if (strcmp(service->start, "9999") != 0)
		put_clock(&s->value, service->start);
	if (strcmp(service->end, "9999") != 0) {
		buf_char(&s->value, '\n');
		put_clock(&s->value, service->end);
	}
	if (s->value.len > 0)
		page_text(s->page, s->value.data, box, style);
}

/* A bold-faced first line and a small one below, in one box. */
static void
draw_two(struct sheet *s, const char *above, const char *below,
    struct page_box box, struct page_style style)
{
	struct page_box part = box;

	part.x += 0.6;
	part.width -= 1.0;
	if (above[0] == '\0' || below[0] == '\0') {
		page_text(
		    s->page, above[0] == '\0' ? below : above, part, style);
		return;
	}
	part.y += box.height * 0.05;
	part.height = box.height * 0.52;
	page_text(s->page, above, part, style);
	part.y = box.y + box.height * 0.57;
	part.height = box.height * 0.40;
	style.size = 7;
	page_text(s->page, below, part, style);
}

static void
draw_content(struct sheet *s, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	const char *name = standard_service_name(
	    s->forms->standard, service->code, s->client->month);
	const char *thing = service->tais_code[0] != '\0'
				? service->tais_code
				: service->notice_code;

	buf_clear(&s->value);
	buf_text(&s->value, service->code);
	if (service->equipment_name[0] != '\0')
		buf_printf(&s->value, " %s", service->equipment_name);
	else if (thing[0] != '\0')
		buf_printf(&s->value, " %s", thing);
	if (service->detail_no[0] != '\0')
		buf_printf(&s->value, " (%s)", service->detail_no);
	if (service->per_diem > 0)
		buf_printf(&s->value, " 日割%u日", service->per_diem);
	draw_two(s, name != NULL ? name : "", s->value.data, box, style);
}

static void
draw_office(struct sheet *s, const struct pivot_service *service,
    struct page_box box, struct page_style style)
{
	buf_clear(&s->value);
	buf_text(&s->value, service->office_number);
	if (service->satellite_no[0] != '\0')
		buf_printf(&s->value, "-%s", service->satellite_no);
	draw_two(s, service->office_name, s->value.data, box, style);
}

static void
draw_counts(struct sheet *s, const struct pivot_service *service,
    enum pivot_side side, double y)
{
	const struct form6_places *p = &s->forms->form6_places;
	char text[24];

	for (int day = 1; day <= s->days; day++) {
		if (service->count[side][day] == 0)
			continue;
		snprintf(text, sizeof(text), "%u", service->count[side][day]);
		page_text(
		    s->page, text, day_box(&p->days, day, y), p->days.style);
	}
	if (service->total[side] == 0)
		return;
	struct page_box box = p->total.box;
	box.y = y;
	snprintf(text, sizeof(text), "%u", service->total[side]);
	page_text(s->page, text, box, p->total.style);
}

static struct page_box
at_row(const struct form_place *place, double y)
{
	struct page_box box = place->box;

	box.y = y;
	return box;
}

static void
draw_service(struct sheet *s, const struct pivot_service *service, unsigned row)
{
	const struct form6_places *p = &s->forms->form6_places;
	double y = p->time.box.y + row * p->time.box.height;

	draw_time(s, service, at_row(&p->time, y), p->time.style);
	draw_content(s, service, at_row(&p->content, y), p->content.style);
	draw_office(s, service, at_row(&p->office, y), p->office.style);
	draw_counts(s, service, PIVOT_PLANNED, y);
	draw_counts(s, service, PIVOT_ACTUAL, y + p->side.box.height);
}

static void
draw_sheet(struct sheet *s)
{
	const struct form6_places *p = &s->forms->form6_places;
	size_t first = (size_t)(s->page_no - 1) * p->rows;

	shade_rest_days(s);
	form_draw(s->forms->form6, s->page, sheet_value, s);
	draw_calendar(s);
	draw_days_lines(s);
	draw_rows(s);
	draw_columns(s);
	page_frame(s->page, p->grid.box, p->grid.line);
	for (unsigned row = 0; row < p->rows; row++) {
		if (first + row < s->client->service_count)
			draw_service(s, &s->client->services[first + row], row);
	}
	page_next(s->page);
}

/* ---- the document ---- */

static unsigned
pages_of(const struct forms *forms, const struct pivot_client *client)
{
	unsigned rows = forms->form6_places.rows;

	return (unsigned)((client->service_count + rows - 1) / rows);
}

static void
draw_client(struct sheet *s)
{
	char year[5] = {0};

	memcpy(year, s->client->month, 4);
	s->year = atoi(year);
	s->month = atoi(s->client->month + 4);
	s->days = clock_days_in_month(s->year, s->month);
	s->page_count = pages_of(s->forms, s->client);
	for (s->page_no = 1; s->page_no <= s->page_count; s->page_no++)
		draw_sheet(s);
}

static int
count_up(const struct forms *forms, const struct pivot *pivot,
    struct form6_result *result, unsigned *pages, struct why *why)
{
	*pages = 0;
	for (size_t i = 0; i < pivot->count; i++) {
		*pages += pages_of(forms, &pivot->clients[i]);
		result->services += pivot->clients[i].service_count;
	}
	result->clients = pivot->count;
	result->planned = pivot->side[PIVOT_PLANNED];
	result->actual = pivot->side[PIVOT_ACTUAL];
	if (pivot->count == 0) {
		why_set(why, WHY_NEVER, "no-services",
		    "There is no record of planned or actual use to draw.");
		return TSK_EMPTY;
	}
	if (*pages > FORM6_PAGES_MAX) {
		why_set(why, WHY_NEVER, "too-many-pages",
		    "The form would have more than %u pages.", FORM6_PAGES_MAX);
		return TSK_TOOBIG;
	}
	snprintf(result->month, sizeof(result->month), "%s",
	    pivot->clients[0].month);
	return 0;
}

static int
draw_pivot(const struct forms *forms, const struct form6_input *input,
    const struct pivot *pivot, unsigned pages, struct buf *pdf, struct why *why)
{
	struct page_box paper = form_paper(forms->form6);
	struct sheet s = {.forms = forms, .input = input, .pivot = pivot};

	s.whole_count = pages;
	s.page = page_new(form_fonts(forms->form6), paper.width, paper.height,
	    input->made_ms, FORM6_PDF_MAX);
	page_title(
	    s.page, input->for_client ? "サービス利用票" : "サービス提供票");
	buf_init(&s.value, VALUE_MAX);
	for (size_t i = 0; i < pivot->count; i++) {
		s.client = &pivot->clients[i];
		draw_client(&s);
	}
	int rc = page_finish(s.page, pdf, why);
	buf_fini(&s.value);
	page_free(&s.page);
	return rc;
}

int
form6_draw(const struct forms *forms, const struct form6_input *input,
    struct buf *pdf, struct form6_result *result, struct why *why)
{
	struct pivot pivot;
	unsigned pages = 0;

	memset(result, 0, sizeof(*result));
	pivot_init(&pivot);
	int rc = form6_read(forms->standard, input, &pivot, why);
	if (rc == 0)
		rc = count_up(forms, &pivot, result, &pages, why);
	if (rc == 0)
		rc = draw_pivot(forms, input, &pivot, pages, pdf, why);
	result->pages = rc == 0 ? pages : 0;
	pivot_fini(&pivot);
	return rc;
}

int
form6_write(const struct forms *forms, const struct form6_input *input,
    int dirfd, const char *name, struct form6_result *result, struct why *why)
{
	struct buf pdf;

	buf_init(&pdf, FORM6_PDF_MAX);
	int rc = form6_draw(forms, input, &pdf, result, why);
	if (rc == 0) {
		rc = file_write(dirfd, name, pdf.data, pdf.len, 0640);
		if (rc < 0)
			why_system(why, WHY_LATER, "Writing the form");
	}
	buf_fini(&pdf);
	return rc;
}

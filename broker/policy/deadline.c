/* NAME
 *	deadline - business days in Japan, and the times by which files are due
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "table.h"

#include "deadline.h"

#define MINUTE_MS 60000LL
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define JST_MS    (9 * 60 * MINUTE_MS)
#define SPAN_DAYS 400 /* no rest is that long: ends a search in any case */

/* ---- days as numbers (H. Hinnant's counting from a March) ---- */

static int64_t
serial(int day)
{
	int64_t y = day / 10000, m = day / 100 % 100, d = day % 100;
	int64_t era, year, of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year = y - era * 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year * 365 + year / 4 - year / 100 + of_year -
	       719468;
}

static int
civil(int64_t n)
{
	int64_t era, of_era, year, of_year, m, d, y;

	n += 719468;
	era = (n >= 0 ? n : n - 146096) / 146097;
	of_era = n - era * 146097;
	year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	m = (5 * of_year + 2) / 153;
	d = of_year - (153 * m + 2) / 5 + 1;
	m += m < 10 ? 3 : -9;
	y = year + era * 400 + (m <= 2);
	return (int)(y * 10000 + m * 100 + d);
}

int
deadline_day(int64_t ms)
{
	int64_t local = ms + JST_MS;

	return civil((local - (local % DAY_MS + DAY_MS) % DAY_MS) / DAY_MS);
}

int64_t
deadline_ms(int day, int minute)
{
	return serial(day) * DAY_MS + minute * MINUTE_MS - JST_MS;
}

/* ---- holidays ---- */

static int
compare_days(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

int
holidays_load(const char *path, struct holidays *out, struct why *why)
{
	struct table *t;
	int rc, column, year, month, day;
	size_t i;

	memset(out, 0, sizeof(*out));
	if ((rc = table_load(path, &t, why)) != 0)
		return rc;
	column = table_column(t, "date");
	out->days = mem_new((table_rows(t) + 1) * sizeof(*out->days));
	for (i = 0; rc == 0 && i < table_rows(t); i++) {
		if (sscanf(table_cell(t, i, column), "%4d-%2d-%2d", &year,
			&month, &day) != 3 ||
		    day < 1 || day > clock_days_in_month(year, month)) {
			why_set(why, WHY_NEVER, "holidays",
			    "%s:%zu: this is no day.", path, table_line(t, i));
			rc = TSK_INVALID;
		} else {
			out->days[out->count++] =
			    year * 10000 + month * 100 + day;
		}
	}
	table_free(&t);
	if (rc != 0)
		holidays_fini(out);
	else
		qsort(out->days, out->count, sizeof(*out->days), compare_days);
	return rc;
}

void
holidays_fini(struct holidays *h)
{
	free(h->days);
	memset(h, 0, sizeof(*h));
}

bool
deadline_business(const struct holidays *h, int day)
{
	int weekday = clock_weekday(day / 10000, day / 100 % 100, day % 100);
	int of_year = day % 10000;

	if (weekday == 0 || weekday == 6 || of_year >= 1229 || of_year <= 103)
		return false;
	return h == NULL || h->count == 0 ||
	       bsearch(&day, h->days, h->count, sizeof(*h->days),
		   compare_days) == NULL;
}

int
deadline_shift(const struct holidays *h, int day, int n)
{
	int64_t at = serial(day);
	int step = n > 0 ? 1 : -1, span = SPAN_DAYS;

	if (n == 0) {
		while (!deadline_business(h, civil(at)) && span-- > 0)
			at--;
		return civil(at);
	}
	for (n = abs(n); n > 0 && span-- > 0;) {
		at += step;
		if (deadline_business(h, civil(at)))
			n--;
	}
	return civil(at);
}

/* ---- as written ---- */

static bool
off(const char *text)
{
	return text[0] == '\0' || strcmp(text, "off") == 0;
}

int
deadline_parse(const char *text, struct deadline *out)
{
	int hour, minute, end = 0;
	const char *rest = text + 3;
	char *after;

	memset(out, 0, sizeof(*out));
	if (off(text))
		return 0;
	if (strncmp(text, "end", 3) != 0) {
		long day = strtol(text, &after, 10);

		if (after == text || day < 1 || day > 31)
			return TSK_INVALID;
		out->day = (int)day;
		out->business = *after == 'b';
		rest = after + (out->business ? 1 : 0);
	}
	if (sscanf(rest, " %2d:%2d%n", &hour, &minute, &end) != 2 ||
	    rest[end] != '\0' || *rest != ' ' || hour < 0 || hour > 24 ||
	    minute < 0 || minute > 59 || (hour == 24 && minute > 0))
		return TSK_INVALID;
	out->minute = hour * 60 + minute;
	out->set = true;
	return 0;
}

int
duration_parse(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"s", 1000}, {"min", MINUTE_MS}, {"h", 60 * MINUTE_MS},
	    {"d", DAY_MS}};
	char *end;
	long n = strtol(text, &end, 10);
	size_t i;

	if (end == text || n < 0 || n > 100000)
		return TSK_INVALID;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0) {
			*ms = n * units[i].ms;
			return 0;
		}
	}
	return TSK_INVALID;
}

int
lead_parse(const char *text, struct lead *out)
{
	char *end;
	long n;

	memset(out, 0, sizeof(*out));
	if (off(text))
		return 0;
	n = strtol(text, &end, 10);
	out->set = true;
	if (end != text && strcmp(end, "b") == 0 && n >= 0 && n <= 31) {
		out->business = (int)n;
		return 0;
	}
	return duration_parse(text, &out->ms);
}

/* ---- in a month ---- */

int64_t
deadline_at(
    const struct holidays *h, const struct deadline *d, int year, int month)
{
	int last = clock_days_in_month(year, month);
	int first = year * 10000 + month * 100;
	int day = d->day == 0 || d->day > last ? last : d->day;

	if (d->business && d->day > 0) {
		day = deadline_shift(h, first + 1, 0) == first + 1 ? 1 : 0;
		return deadline_ms(
		    deadline_shift(h, first + 1, d->day - day), d->minute);
	}
	day = deadline_shift(h, first + day, 0);
	/* 3 January, 3 May: not due while the month they are about still runs */
	if (day <= first)
		day = deadline_shift(h, first, 1);
	return deadline_ms(day, d->minute);
}

int64_t
deadline_before(
    const struct holidays *h, int64_t at_ms, const struct lead *lead)
{
	int day = deadline_day(at_ms);
	int64_t in_day = at_ms - deadline_ms(day, 0);

	if (lead->business > 0)
		at_ms =
		    deadline_ms(deadline_shift(h, day, -lead->business), 0) +
		    in_day;
	return at_ms - lead->ms;
}

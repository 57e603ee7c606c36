/* NAME
 *	wareki - dates of the Japanese calendar
 * SUMMARY
 *	see wareki.h
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "wareki.h"

/* A new era is a new row; newest first, the first row not after the day. */
static const struct era_row {
	enum wareki_era era;
	int year, month, day;
	const char *name;
} eras[] = {
    {WAREKI_REIWA, 2019, 5, 1, "令和"},
    {WAREKI_HEISEI, 1989, 1, 8, "平成"},
    {WAREKI_SHOWA, 1926, 12, 25, "昭和"},
    {WAREKI_TAISHO, 1912, 7, 30, "大正"},
    {WAREKI_MEIJI, 1868, 1, 25, "明治"},
};
#define ERAS (sizeof(eras) / sizeof(eras[0]))

/* n digits as a number, or -1. */
static int
digits(const char *text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static bool
not_before(const struct era_row *row, int year, int month, int day)
{
	if (year != row->year)
		return year > row->year;
	if (month != row->month)
		return month > row->month;
	return day >= row->day;
}

bool
wareki_parse(const char *text, struct wareki *out)
{
	memset(out, 0, sizeof(*out));
	if (strlen(text) != 8)
		return false;
	int year = digits(text, 4), month = digits(text + 4, 2);
	int day = digits(text + 6, 2);
	if (year < 1 || day < 1 || day > clock_days_in_month(year, month))
		return false;
	for (size_t i = 0; i < ERAS; i++) {
		if (!not_before(&eras[i], year, month, day))
			continue;
		out->era = eras[i].era;
		out->year = year - eras[i].year + 1;
		out->month = month;
		out->day = day;
		return true;
	}
	return false;
}

static void
year_text(const struct wareki *date, char out[WAREKI_TEXT_BYTES])
{
	if (date->year == 1)
		snprintf(out, WAREKI_TEXT_BYTES, "%s元年",
		    wareki_era_name(date->era));
	else
		snprintf(out, WAREKI_TEXT_BYTES, "%s%d年",
		    wareki_era_name(date->era), date->year);
}

static const char *
as_it_is(const char *text, char out[WAREKI_TEXT_BYTES])
{
	/* the fields hold ASCII, so that a cut is never inside a character */
	snprintf(out, WAREKI_TEXT_BYTES, "%s",
	    strspn(text, "0") == strlen(text) ? "" : text);
	return out;
}

const char *
wareki_date(const char *text, char out[WAREKI_TEXT_BYTES])
{
	struct wareki date;
	char year[WAREKI_TEXT_BYTES];

	if (!wareki_parse(text, &date))
		return as_it_is(text, out);
	year_text(&date, year);
	snprintf(out, WAREKI_TEXT_BYTES, "%.40s%d月%d日", year, date.month,
	    date.day);
	return out;
}

const char *
wareki_month(const char *text, char out[WAREKI_TEXT_BYTES])
{
	struct wareki date;
	char first[9], year[WAREKI_TEXT_BYTES];

	snprintf(first, sizeof(first), "%.6s01", text);
	if (strlen(text) != 6 || !wareki_parse(first, &date))
		return as_it_is(text, out);
	year_text(&date, year);
	snprintf(out, WAREKI_TEXT_BYTES, "%.40s%d月", year, date.month);
	return out;
}

const char *
wareki_era_name(enum wareki_era era)
{
	for (size_t i = 0; i < ERAS; i++) {
		if (eras[i].era == era)
			return eras[i].name;
	}
	return "";
}

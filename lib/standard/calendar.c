/* NAME
 *	calendar - dates, months and times of day as the standard writes them
 * SUMMARY
 *	See calendar.h.
 */
#include <string.h>

#include "calendar.h"

unsigned
calendar_digits(const char *s, unsigned n)
{
	unsigned value = 0;

	for (unsigned i = 0; i < n; i++)
		value = value * 10 + (unsigned)(s[i] - '0');
	return value;
}

static bool
digits(const char *s, size_t n)
{
	return strlen(s) == n && strspn(s, "0123456789") == n;
}

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned
calendar_days(unsigned year, unsigned month)
{
	static const unsigned char days[13] = {
	    0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12)
		return 0;
	return days[month] + (month == 2 && is_leap(year) ? 1U : 0U);
}

static bool
date_exists(const char *s)
{
	unsigned year = calendar_digits(s, 4);
	unsigned day = calendar_digits(s + 6, 2);

	return year > 0 && day > 0 &&
	       day <= calendar_days(year, calendar_digits(s + 4, 2));
}

bool
calendar_date(const char *s)
{
	return digits(s, 8) && date_exists(s);
}

bool
calendar_month(const char *s)
{
	return digits(s, 6) && calendar_digits(s, 4) > 0 &&
	       calendar_days(1, calendar_digits(s + 4, 2)) > 0;
}

bool
calendar_time(const char *s)
{
	return digits(s, 4) && calendar_digits(s, 2) < 24 &&
	       calendar_digits(s + 2, 2) < 60;
}

bool
calendar_stamp(const char *s)
{
	return digits(s, 14) && date_exists(s) &&
	       calendar_digits(s + 8, 2) < 24 &&
	       calendar_digits(s + 10, 2) < 60 &&
	       calendar_digits(s + 12, 2) < 60;
}

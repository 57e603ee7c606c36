/* NAME
 *	calendar - dates, months and times of day as the standard writes them
 * DESCRIPTION
 *	Pure: digits in, yes or no out.  Gregorian calendar, no time zone.
 */
#ifndef TASUKI_CALENDAR_H
#define TASUKI_CALENDAR_H

#include <stdbool.h>

/* calendar_days(year, month): days of a month, 1..12; 0 for another month. */
unsigned calendar_days(unsigned year, unsigned month);
/* calendar_date("20260228"): 8 digits, a day that exists (year 1 and up). */
bool calendar_date(const char *s);
/* calendar_month("202602"): 6 digits, month 01-12, year 1 and up. */
bool calendar_month(const char *s);
/* calendar_time("2359"): 4 digits, 0000-2359. */
bool calendar_time(const char *s);
/* calendar_stamp("20260228235959"): 14 digits, date and time exist. */
bool calendar_stamp(const char *s);
/* calendar_digits(s, n): the first n characters as a number; they must be
 * digits, n <= 9. */
unsigned calendar_digits(const char *s, unsigned n);

#endif

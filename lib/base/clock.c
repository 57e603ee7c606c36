/* NAME
 *	clock - the only place that asks for the time
 * SUMMARY
 *	see clock.h
 * DESCRIPTION
 *	Calendar arithmetic is done here and not by localtime(3): the result
 *	must not depend on TZ, on installed zone files or on locks inside libc.
 *
 *	In builds with crash points TASUKI_CLOCK names a file with a number of
 *	milliseconds to add to the wall time, so that a test can let midnight
 *	come while everything runs.  Intervals stay what they are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "err.h"

#include "clock.h"

#define JST_MS     (9LL * 3600 * 1000)
#define DAY_MS     (24LL * 3600 * 1000)
#define DAYS_ERA   146097 /* 400 Gregorian years */
#define DAYS_EPOCH 719468 /* 0000-03-01 to 1970-01-01 */

struct civil {
	int year, month, day, hour, minute, second, ms;
};

static int64_t
ask_ns(clockid_t which)
{
	struct timespec now;

	if (clock_gettime(which, &now) != 0)
		panic("clock_gettime failed");
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_mono_ms(void)
{
	return ask_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t
clock_mono_ns(void)
{
	return ask_ns(CLOCK_MONOTONIC);
}

static int64_t
shift_ms(void)
{
#ifdef TASUKI_CRASH_POINTS
	const char *file = getenv("TASUKI_CLOCK");
	char text[32] = "";
	int fd;

	if (file == NULL || (fd = open(file, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	(void)n;
	(void)close(fd);
	return strtoll(text, NULL, 10);
#else
	return 0;
#endif
}

int64_t
clock_wall_ms(void)
{
	return ask_ns(CLOCK_REALTIME) / 1000000 + shift_ms();
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* Years that begin in March put the leap day last, which makes month lengths
 * a straight line: (153 * m + 2) / 5. */
static void
date_of_day(int64_t day, struct civil *c)
{
	int64_t z = day + DAYS_EPOCH;
	int64_t era = floor_div(z, DAYS_ERA);
	int64_t doe = z - era * DAYS_ERA;
	int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / (DAYS_ERA - 1)) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * m + 2) / 5 + 1);
	c->month = (int)(m < 10 ? m + 3 : m - 9);
	c->year = (int)(yoe + era * 400 + (c->month <= 2 ? 1 : 0));
}

static int64_t
day_of_date(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t doy = (153 * m + 2) / 5 + day - 1;

	return era * DAYS_ERA + yoe * 365 + yoe / 4 - yoe / 100 + doy -
	       DAYS_EPOCH;
}

static struct civil
jst(int64_t wall_ms)
{
	struct civil c;
	int64_t local = wall_ms + JST_MS;
	int64_t day = floor_div(local, DAY_MS);
	int rest = (int)(local - day * DAY_MS);

	date_of_day(day, &c);
	c.hour = rest / 3600000;
	c.minute = rest / 60000 % 60;
	c.second = rest / 1000 % 60;
	c.ms = rest % 1000;
	return c;
}

const char *
clock_text(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct civil c = jst(wall_ms);

	(void)snprintf(out, CLOCK_TEXT_BYTES,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03d+09:00", c.year, c.month, c.day,
	    c.hour, c.minute, c.second, c.ms);
	return out;
}

const char *
clock_people(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct civil c = jst(wall_ms);

	out[0] = '\0';
	if (wall_ms != 0)
		(void)snprintf(out, CLOCK_TEXT_BYTES,
		    "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
		    c.minute);
	return out;
}

const char *
clock_month(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct civil c = jst(wall_ms);

	(void)snprintf(out, CLOCK_TEXT_BYTES, "%04d-%02d", c.year, c.month);
	return out;
}

const char *
clock_stamp(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct civil c = jst(wall_ms);

	(void)snprintf(out, CLOCK_TEXT_BYTES, "%04d%02d%02d%02d%02d%02d",
	    c.year, c.month, c.day, c.hour, c.minute, c.second);
	return out;
}

int
clock_days_in_month(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12)
		return 0;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int
clock_weekday(int year, int month, int day)
{
	int64_t n =
	    day_of_date(year, month, day) + 4; /* 1970-01-01: Thursday */

	return (int)(n - floor_div(n, 7) * 7);
}

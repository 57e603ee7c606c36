/* NAME
 *	window - maintenance windows of a profile
 * SUMMARY
 *	see api_window() in profile.h
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

#include "profile.h"

#define MINUTE_MS 60000LL
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define JST_MS    (9 * 60 * MINUTE_MS)

/* Does the window's day hold on the day of ${tm}?  -1: it is no day. */
static int
day_holds(const char *day, size_t n, const struct tm *tm)
{
	static const char *const week[] = {
	    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	int y, m, d, used = 0;

	if (n == 5 && memcmp(day, "daily", 5) == 0)
		return 1;
	for (int i = 0; n == 3 && i < 7; i++) {
		if (memcmp(day, week[i], 3) == 0)
			return tm->tm_wday == i;
	}
	if (n != 10 || sscanf(day, "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3 ||
	    used != 10 || d < 1 || d > clock_days_in_month(y, m))
		return -1;
	return tm->tm_year + 1900 == y && tm->tm_mon + 1 == m &&
	       tm->tm_mday == d;
}

static bool
minutes_of(const char *text, int64_t *out)
{
	int h, m, used = 0;

	if (sscanf(text, "%2d:%2d%n", &h, &m, &used) != 2 || used != 5 ||
	    h < 0 || m < 0 || m > 59 || h * 60 + m > 24 * 60)
		return false;
	*out = h * 60 + m;
	return true;
}

int
api_window(const char *text, int64_t now_ms, int64_t *end_ms)
{
	const char *at = strchr(text, '@');
	time_t jst = (time_t)((now_ms + JST_MS) / 1000);
	int64_t from, to, today = (now_ms + JST_MS) / DAY_MS * DAY_MS - JST_MS;
	struct tm tm;

	*end_ms = 0;
	(void)gmtime_r(&jst, &tm);
	if (at == NULL || strlen(at) != 12 || at[6] != '-' ||
	    !minutes_of(at + 1, &from) || !minutes_of(at + 7, &to) ||
	    from >= to)
		return TSK_INVALID;
	int holds = day_holds(text, (size_t)(at - text), &tm);
	if (holds < 0)
		return TSK_INVALID;
	if (holds == 1 && now_ms >= today + from * MINUTE_MS &&
	    now_ms < today + to * MINUTE_MS)
		*end_ms = today + to * MINUTE_MS;
	return 0;
}

int64_t
api_maintenance(const struct api_profile *profile, int64_t now_ms)
{
	int64_t end, last = 0;

	for (char **w = profile->maintenance; *w != NULL; w++) {
		if (api_window(*w, now_ms, &end) == 0 && end > last)
			last = end;
	}
	return last;
}

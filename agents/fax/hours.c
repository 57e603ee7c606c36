/* NAME
 *	hours - when a FAX may go out
 * SUMMARY
 *	see hours.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#include "hours.h"

#define MINUTE_MS 60000LL
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define JAPAN_MS  (9 * 60 * MINUTE_MS)
#define YEAR_DAYS 366

static const char *const weekdays[] = {
    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static int
parse_time(const char *text)
{
	if (strlen(text) != 5 || text[2] != ':' ||
	    strspn(text, "0123456789:") != 5)
		return -1;
	int minutes = atoi(text) * 60 + atoi(text + 3);
	return atoi(text + 3) < 60 && minutes <= 24 * 60 ? minutes : -1;
}

static int
bad(struct why *why, const char *what)
{
	why_set(why, WHY_NEVER, "settings", "hours: %s", what);
	return TSK_INVALID;
}

int
hours_parse(char *const *days, const char *open, const char *close,
    struct hours *out, struct why *why)
{
	memset(out, 0, sizeof(*out));
	for (; days != NULL && *days != NULL; days++) {
		int d = 0;
		while (d < 7 && strcmp(weekdays[d], *days) != 0)
			d++;
		if (d == 7)
			return bad(why, "a day is none of sun mon tue wed thu "
					"fri sat.");
		out->weekdays[d] = true;
	}
	out->open = parse_time(open);
	out->close = parse_time(close);
	if (out->open < 0 || out->close < 0)
		return bad(why, "a time is not like 08:30.");
	if (out->open >= out->close)
		return bad(why, "opening is not before closing.");
	return 0;
}

/* Days since 1970 in Japan. */
static int64_t
day_of(int64_t wall_ms)
{
	return (wall_ms + JAPAN_MS) / DAY_MS;
}

static int64_t
at(int64_t day, int minutes)
{
	return day * DAY_MS + minutes * MINUTE_MS - JAPAN_MS;
}

const char *
hours_day(int64_t wall_ms, char out[HOURS_DAY_BYTES])
{
	char text[CLOCK_TEXT_BYTES];

	snprintf(out, HOURS_DAY_BYTES, "%.10s", clock_text(wall_ms, text));
	return out;
}

static bool
open_on(const struct hours *h, int64_t day)
{
	char text[HOURS_DAY_BYTES];

	/* 1970-01-01 was a Thursday */
	if (!h->weekdays[(day + 4) % 7])
		return false;
	return h->holidays || h->holiday == NULL ||
	       h->holiday(h->arg, hours_day(at(day, 0), text)) == NULL;
}

static int64_t
from_day(const struct hours *h, int64_t day)
{
	for (int i = 0; i < YEAR_DAYS; i++) {
		if (open_on(h, day + i))
			return at(day + i, h->open);
	}
	return -1;
}

int64_t
hours_next(const struct hours *h, int64_t wall_ms)
{
	int64_t day = day_of(wall_ms);

	if (open_on(h, day) && wall_ms < at(day, h->close))
		return wall_ms >= at(day, h->open) ? wall_ms : at(day, h->open);
	return from_day(h, day + 1);
}

int64_t
hours_tomorrow(const struct hours *h, int64_t wall_ms)
{
	return from_day(h, day_of(wall_ms) + 1);
}

/* NAME
 *	hours - when a FAX may go out
 * DESCRIPTION
 *	A FAX that rings in a closed office lies in its tray over night, where
 *	anybody passes.  So it goes out on certain days of the week, between two
 *	times of day, not on holidays.  Pure: all times are given; Japan has no
 *	summer time.
 */
#ifndef TASUKI_FAX_HOURS_H
#define TASUKI_FAX_HOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define HOURS_DAY_BYTES 11 /* "2026-11-23" */

/* name of a holiday or NULL */
typedef const char *hours_holiday_fn(void *arg, const char *day);

struct hours {
	bool weekdays[7];          /* 0 = Sunday */
	int open, close;           /* minutes of the day; open < close */
	bool holidays;             /* also on holidays */
	hours_holiday_fn *holiday; /* may be NULL */
	void *arg;
};

/* hours_parse(days, open, close, out, why): days "mon tue ..." as a list,
 * times "08:30", at most "24:00". */
int hours_parse(char *const *days, const char *open, const char *close,
    struct hours *out, struct why *why) TSK_MUST_USE;
/* hours_next(hours, wall_ms): wall_ms if open then, else when it opens next;
 * -1 if it does not open within a year. */
int64_t hours_next(const struct hours *hours, int64_t wall_ms);
/* hours_tomorrow(hours, wall_ms): when it opens next on a later day. */
int64_t hours_tomorrow(const struct hours *hours, int64_t wall_ms);
/* hours_day(wall_ms, out): "2026-11-23" in Japan; returns out. */
const char *hours_day(int64_t wall_ms, char out[HOURS_DAY_BYTES]);

#endif

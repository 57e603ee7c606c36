/* NAME
 *	clock - the only place that asks for the time
 * DESCRIPTION
 *	Monotonic time for intervals, wall time only as a label and for business
 *	deadlines.  Everything else takes now_ms as an argument.
 */
#ifndef TASUKI_CLOCK_H
#define TASUKI_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_ns(void);
int64_t clock_wall_ms(void); /* Unix milliseconds */

/* Japan has no summer time: JST is UTC+9, always. */
#define CLOCK_TEXT_BYTES 32
/* "2026-11-22T09:00:00.123+09:00"; returns out. */
const char *clock_text(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);
/* "2026-11-22 09:00" for people in Japan; "" for 0; returns out. */
const char *clock_people(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);
/* "2026-11" of a wall time, in JST; returns out. */
const char *clock_month(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);
/* "20261122090000" in JST (the standard's 連番 form); returns out. */
const char *clock_stamp(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);

/* calendar facts, proleptic Gregorian */
int clock_days_in_month(int year, int month);    /* 28..31; 0 for a bad month */
int clock_weekday(int year, int month, int day); /* 0 = Sunday */

#endif

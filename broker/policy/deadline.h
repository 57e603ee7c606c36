/* NAME
 *	deadline - business days in Japan, and the times by which files are due
 * DESCRIPTION
 *	Pure, but for deadline_load().  A day is a number YYYYMMDD in Japan, a
 *	time Unix milliseconds; Japan has no summer time.
 *
 *	Business days are Monday to Friday without public holidays and without
 *	29 December to 3 January.
 *
 *	A deadline is written "end 17:00" (last day of the month), "3 12:00" (the
 *	3rd) or "3b 12:00" (the third business day).  A day of the month that is
 *	no business day means the business day before it: whoever has to be
 *	told that something is late works then.  If there is none before it in
 *	that month, it means the first one of the month: the 実績 of December
 *	cannot be due in December.
 *
 *	A lead is written "1b" (one business day before, same time), "4h" or
 *	"30min", or "off".
 * BUGS
 *	Years beyond the table of holidays have weekends only.
 */
#ifndef TASUKI_DEADLINE_H
#define TASUKI_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct holidays {
	int *days; /* YYYYMMDD, ascending */
	size_t count;
};

struct deadline {
	bool set;
	bool business; /* day counts business days */
	int day;       /* 1..31; 0 = the last one */
	int minute;    /* of that day */
};

struct lead {
	bool set;
	int business; /* days */
	int64_t ms;
};

/* holidays_load(path, out, why): the table with a column "date" (2026-11-23). */
int holidays_load(
    const char *path, struct holidays *out, struct why *why) TSK_MUST_USE;
void holidays_fini(struct holidays *h);

/* deadline_day(ms): the day in Japan. */
int deadline_day(int64_t ms);
/* deadline_ms(day, minute) */
int64_t deadline_ms(int day, int minute);
bool deadline_business(const struct holidays *h, int day);
/* deadline_shift(h, day, n): n business days later (n < 0: earlier); 0: day
 * itself, or the business day before it. */
int deadline_shift(const struct holidays *h, int day, int n);

/* deadline_parse(text, out), lead_parse(text, out): 0 or TSK_INVALID; "" and
 * "off": not set. */
int deadline_parse(const char *text, struct deadline *out) TSK_MUST_USE;
int lead_parse(const char *text, struct lead *out) TSK_MUST_USE;
/* duration_parse("4h", &ms): a number and s, min, h or d. */
int duration_parse(const char *text, int64_t *ms) TSK_MUST_USE;

/* deadline_at(h, d, year, month): d in that month. */
int64_t deadline_at(
    const struct holidays *h, const struct deadline *d, int year, int month);
/* deadline_before(h, at_ms, lead) */
int64_t deadline_before(
    const struct holidays *h, int64_t at_ms, const struct lead *lead);

#endif

/* NAME
 *	policy_time - the monthly cycle: deadlines, fallback, priority, quiet hours
 */
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#define MINUTE_MS  60000LL
#define DAY_MIN    (24 * 60)
#define QUIET_DAYS 60 /* no rest is that long: ends a search in any case */
#define LATER      0x80000000u /* priority: not one of those that go first */
#define NO_TIME    0x7fffffff

enum policy_cycle
policy_cycle(const char *kind)
{
	static const struct {
		const char *kind;
		enum policy_cycle cycle;
	} kinds[] = {
	    {"UPPLAN", POLICY_PLAN},
	    {"UPSIKYU", POLICY_PLAN},
	    {"DLTPLAN", POLICY_PLAN},
	    {"UPJSK", POLICY_RESULT},
	    {"DLTJSK", POLICY_RESULT},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].cycle;
	}
	return POLICY_NO_CYCLE;
}

const char *
policy_cycle_name(enum policy_cycle cycle)
{
	return cycle == POLICY_PLAN     ? "plan"
	       : cycle == POLICY_RESULT ? "result"
					: "none";
}

/* d in the month ${shift} after ${month}; 0: there is none. */
static int64_t
in_month(const struct holidays *h, const struct deadline *d, const char *month,
    int shift)
{
	int n = atoi(month), year = n / 100, of = n % 100;

	if (!d->set || of < 1 || of > 12 || year < 2000 || year > 9998)
		return 0;
	of += shift;
	if (of == 0 || of == 13) {
		year += of == 0 ? -1 : 1;
		of = of == 0 ? 12 : 1;
	}
	return deadline_at(h, d, year, of);
}

int64_t
policy_deadline(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month)
{
	switch (cycle) {
	case POLICY_PLAN:
		return in_month(h, &p->plan, month, -1);
	case POLICY_RESULT:
		return in_month(h, &p->result, month, 1);
	case POLICY_NO_CYCLE:
		break;
	}
	return 0;
}

int64_t
policy_claim(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month)
{
	return cycle == POLICY_RESULT ? in_month(h, &p->claim, month, 1) : 0;
}

int64_t
policy_fallback(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, int64_t now_ms)
{
	int64_t at = policy_deadline(p, h, cycle, month);

	if (!p->fallback.set || at == 0)
		return 0;
	if ((at = deadline_before(h, at, &p->fallback)) > now_ms)
		return at;
	return now_ms + p->grace_ms;
}

uint32_t
policy_priority(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, bool first)
{
	int64_t at = policy_deadline(p, h, cycle, month) / MINUTE_MS;

	if (at <= 0 || at >= NO_TIME)
		at = NO_TIME;
	return (uint32_t)at | (first ? 0 : LATER);
}

/* ---- quiet hours ---- */

/* Minutes until that time of day is no longer quiet; 0: it is not. */
static int
rest(const struct quiet *q, int minute)
{
	bool over = q->from > q->to; /* midnight */

	if (over && minute >= q->from)
		return DAY_MIN - minute + q->to;
	if (minute < q->to && (over || minute >= q->from))
		return q->to - minute;
	return 0;
}

/* When it is quiet no longer. */
static int64_t
opens(const struct quiet *q, const struct holidays *h, int64_t at)
{
	int day, minute, left, n;
	int64_t midnight;

	for (n = 0; n < QUIET_DAYS; n++) {
		day = deadline_day(at);
		midnight = deadline_ms(day, 0);
		minute = (int)((at - midnight) / MINUTE_MS);
		if (q->holidays && !deadline_business(h, day))
			left = DAY_MIN - minute;
		else if ((left = rest(q, minute)) == 0)
			break;
		at = midnight + (minute + left) * MINUTE_MS;
	}
	return at;
}

int64_t
policy_quiet(const struct policy *p, const struct holidays *h, enum leg_way way,
    enum policy_cycle cycle, const char *month, int64_t now_ms)
{
	int64_t at, due, claim;

	if (!p->quiet.set || !(p->quiet.ways & 1u << (unsigned)way))
		return 0;
	if ((at = opens(&p->quiet, h, now_ms)) == now_ms)
		return 0;
	if (way == WAY_FAX)
		return at;
	due = policy_deadline(p, h, cycle, month);
	claim = policy_claim(p, h, cycle, month);
	return (now_ms < due && due < at) || (now_ms < claim && claim < at)
		   ? 0
		   : at;
}

/* NAME
 *	expiry - how near the end of a certificate is
 * SUMMARY
 *	see expiry.h
 */
#include <time.h>

#include "clock.h"

#include "expiry.h"

#define DAY_MS    (24LL * 3600 * 1000)
#define JST_MS    (9LL * 3600 * 1000)
#define CLAIM_DAY 10

/* 24:00 JST of the 10th of the month after ${now_ms}'s. */
static int64_t
claims_end(int64_t now_ms)
{
	time_t jst = (time_t)((now_ms + JST_MS) / 1000);
	struct tm tm;

	(void)gmtime_r(&jst, &tm);
	struct tm end = {
	    .tm_year = tm.tm_year,
	    .tm_mon = tm.tm_mon + 1,
	    .tm_mday = CLAIM_DAY + 1,
	};
	return (int64_t)timegm(&end) * 1000 - JST_MS;
}

static enum expiry_stage
stage_of(int64_t left_ms)
{
	static const struct {
		int64_t days;
		enum expiry_stage stage;
	} steps[] = {
	    {0, EXPIRY_OVER}, {7, EXPIRY_7}, {30, EXPIRY_30}, {60, EXPIRY_60}};

	for (unsigned i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (left_ms <= steps[i].days * DAY_MS)
			return steps[i].stage;
	}
	return EXPIRY_FINE;
}

struct expiry
expiry_of(int64_t not_after_ms, int64_t now_ms)
{
	int64_t left = not_after_ms - now_ms;

	return (struct expiry){
	    .stage = stage_of(left),
	    .claims = not_after_ms < claims_end(now_ms),
	    .days =
		left >= 0 ? left / DAY_MS : -((-left + DAY_MS - 1) / DAY_MS),
	};
}

const char *
expiry_name(const struct expiry *e)
{
	static const char *const names[] = {
	    "ok", "60-days", "30-days", "7-days", "expired"};

	if (e->claims && e->stage < EXPIRY_7)
		return "claim-days";
	return names[e->stage];
}

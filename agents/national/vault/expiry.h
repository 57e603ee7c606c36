/* NAME
 *	expiry - how near the end of a certificate is
 * DESCRIPTION
 *	Pure: told 60, 30 and 7 days before; and, whatever the count of days, as
 *	soon as it will not last through the coming claim days, the 1st to the
 *	10th of the next month: an office that stands still then loses a month's
 *	money, and a new certificate takes weeks.
 */
#ifndef TASUKI_NATIONAL_EXPIRY_H
#define TASUKI_NATIONAL_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

enum expiry_stage {
	EXPIRY_FINE,
	EXPIRY_60,
	EXPIRY_30,
	EXPIRY_7,
	EXPIRY_OVER,
};

struct expiry {
	enum expiry_stage stage;
	bool claims;  /* over before the next claim days are */
	int64_t days; /* whole ones left; below 0: over for so long */
};

/* expiry_of(not_after_ms, now_ms): in JST. */
struct expiry expiry_of(int64_t not_after_ms, int64_t now_ms);
/* expiry_name(expiry): "ok", "60-days", "30-days", "7-days", "claim-days" (7
 * days counts more), "expired". */
const char *expiry_name(const struct expiry *expiry);

#endif

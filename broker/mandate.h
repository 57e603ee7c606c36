/* NAME
 *	mandate - who may act for which office
 * DESCRIPTION
 *	One pure function, asked at acceptance and again at delivery, so that a
 *	right that ended in between ends the act.  Today the right is the
 *	registry's: an office agent acts for the desks whose folders it holds.
 *	Dated mandates of other parties come in here and nowhere else.
 */
#ifndef TASUKI_MANDATE_H
#define TASUKI_MANDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "registry.h"

enum right {
	RIGHT_SEND,
	RIGHT_RECEIVE,
	RIGHT_SEE, /* receipts and states of the office's parcels */
};

/* mandate_allows(r, agent, office, type, right, now_ms): may ${agent} do that for
 * ${office}, service type ${type} or ""? */
bool mandate_allows(const struct registry *r, const struct agent *agent,
    const char *office, const char *type, enum right right, int64_t now_ms);
/* mandate_gateway(agent): it brings parcels from the outside in: role national or
 * hub. */
bool mandate_gateway(const struct agent *agent);
/* mandate_ours(r, office, type): a parcel in that office's name can come from
 * inside only.  A number of which one service is outside is ours in the others,
 * and where the type is not written. */
bool mandate_ours(
    const struct registry *r, const char *office, const char *type);
/* mandate_serves(r, agent, queue, now_ms): may it take legs from that queue? */
bool mandate_serves(const struct registry *r, const struct agent *agent,
    const char *queue, int64_t now_ms);

#endif

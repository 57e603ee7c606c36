/* NAME
 *	route - which way a parcel goes, or why it goes nowhere
 * DESCRIPTION
 *	A pure function of header, registry (with its policies), the ways this
 *	site operates and the time.  Never two ways silently: when the way is not the receiver's own
 *	wish, note says why and goes on the record.
 */
#ifndef TASUKI_ROUTE_H
#define TASUKI_ROUTE_H

#include <stddef.h>
#include <stdint.h>

#include "refusal.h"
#include "registry.h"
#include "store.h"
#include "wire.h"

struct route_leg {
	enum leg_way way;
	char queue[STORE_QUEUE_BYTES];
	enum leg_state state; /* ready; waiting (asleep); parked */
	uint16_t flags;       /* enum store_leg_flag */
	int64_t due_ms;       /* asleep: goes out then; 0 = never by itself */
	const char *code;     /* of the first step; static */
};

struct route {
	enum refusal refusal; /* REFUSAL_NONE: legs */
	size_t leg_count;
	struct route_leg legs[STORE_LEGS_MAX];
	uint16_t kinds; /* STORE_LEG_KINDS: what the files are, for each leg */
	char note[192]; /* English; "" = nothing to explain */
	/* set by admit.c: the mandates it was handed in under; "": own right */
	char under[STORE_UNDER_BYTES];
};

/* One step of the decision, for people; ${code} is stable. */
typedef void route_say_fn(void *arg, const char *code, const char *english);

/**
 * route_parcel(parcel, r, ways, now_ms, out):
 * Fill *${out} with the legs of ${parcel}, or with a refusal and its sentence in
 * note.  ${ways}: bits 1 << enum leg_way.  Rights are mandate's, not looked at.
 */
void route_parcel(const struct wire_parcel *parcel, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out);
/* route_inward(): for a parcel a gateway brings: the sender may be unknown, the
 * receiver must be inside. */
void route_inward(const struct wire_parcel *parcel, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out);
/* route_explain(): the same decision, and why, step by step. */
void route_explain(const struct wire_parcel *parcel, const struct registry *r,
    unsigned ways, int64_t now_ms, struct route *out, route_say_fn *say,
    void *arg);
/* route_data(to, ways, day, queue): by which way data reaches a desk on a day;
 * 0: none. */
enum leg_way route_data(const struct desk *to, unsigned ways, int day,
    char queue[STORE_QUEUE_BYTES]);
/* route_not_taken(policy, parcel, note): NULL, or the code of why a partner does
 * not take it as data, and the sentence. */
const char *route_not_taken(const struct policy *policy,
    const struct wire_parcel *parcel, char note[192]);
/* route_priority(r, to, flags, month): of a leg to ${to} in its queue. */
uint32_t route_priority(const struct registry *r, const struct desk *to,
    uint16_t flags, const char *month);
/* route_quiet(r, to, way, parcel, now_ms): 0: may be handed over now, else
 * when. */
int64_t route_quiet(const struct registry *r, const struct desk *to,
    enum leg_way way, const struct wire_parcel *parcel, int64_t now_ms);
/* route_deliver(to, now_ms): what its policy wants today. */
enum policy_deliver route_deliver(const struct desk *to, int64_t now_ms);
/* route_paper(to, ways, day, hold, &code, note): by which way paper reaches a
 * desk; 0 none.  *hold: its FAX number must be verified first. */
enum leg_way route_paper(const struct desk *to, unsigned ways, int day,
    bool *hold, const char **code, char note[192]);

/* ---- route_way.c, for route.c ---- */
struct route_choice {
	enum leg_way way;    /* 0 = none */
	enum leg_way closed; /* wanted before that one, not operated here; 0 */
	char queue[STORE_QUEUE_BYTES];
};
void route_choose(
    const struct desk *to, unsigned ways, int day, struct route_choice *out);
/* route_ways(to, out): its ways as they are tried, on whichever day; how many. */
size_t route_ways(
    const struct desk *to, const struct desk_way *out[DESK_WAYS_MAX]);
bool route_way_holds(const struct desk_way *way, int day);

#endif

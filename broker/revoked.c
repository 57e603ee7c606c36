/* NAME
 *	revoked - what was sent under a mandate that was revoked
 * DIAGNOSTICS
 *	info: each leg that is asked for (settle.c).
 */
#include <stdio.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "admit.h"
#include "legs.h"
#include "revoked.h"
#include "settle.h"

/* Whom an operator let go on, goes on. */
static bool
let_go_on(const struct store_parcel *p, const struct mandate *m)
{
	size_t i;

	for (i = 0; i < p->step_count; i++) {
		if (p->steps[i].at_ms > m->revoked_ms &&
		    p->steps[i].state == LEG_READY &&
		    strcmp(p->steps[i].agent, "operator") == 0)
			return true;
	}
	return false;
}

static const struct mandate *
stopped_by(struct broker *b, const struct leg *leg, struct store_parcel *p)
{
	struct mandate_act act = {.office = p->from,
	    .type = p->from_type,
	    .partner = p->to,
	    .desk_ms = p->accepted_ms};
	struct wire_msg msg = {0};
	struct why why = {0};
	const struct mandate *m;

	if (wire_parcel_unpack(p->header, p->header_bytes, &msg, &why) == 0)
		admit_rights(&msg.submit, &act.rights, &act.one_of);
	wire_fini(&msg);
	if (leg->way == WAY_FAX)
		act.rights |= RIGHT_FAX;
	m = mandate_stopped(
	    b->mandates, p->agent, &act, p->accepted_ms, b->wall_ms);
	return m != NULL && let_go_on(p, m) ? NULL : m;
}

bool
revoked_leg(
    struct broker *b, const struct leg *leg, char detail[REVOKED_DETAIL_BYTES])
{
	const struct mandate *m;
	struct store_parcel *p = NULL;

	if ((leg->flags & STORE_LEG_RECALL) ||
	    !mandate_revoked(b->mandates, leg->pair->from) ||
	    store_parcel_get(b->store, &leg->id, &p) != 0)
		return false;
	m = stopped_by(b, leg, p);
	store_parcel_free(&p);
	if (m != NULL)
		snprintf(detail, REVOKED_DETAIL_BYTES,
		    "Mandate %s was revoked before it went out.", m->id);
	return m != NULL;
}

void
revoked_say(struct broker *b, struct leg *leg)
{
	CRASH_POINT("revoked-say");
	settle_say(b, leg, REVOKED_CODE, "Its mandate was revoked.");
}

struct asking {
	struct broker *b;
	const struct mandate *mandate;
};

static void
ask(struct leg *leg, void *arg)
{
	const struct asking *a = arg;
	char detail[REVOKED_DETAIL_BYTES];

	if (leg->state != QUEUE_LEASED || leg->held || leg->way == WAY_BUS ||
	    strcmp(leg->pair->from, a->mandate->office) != 0 ||
	    !revoked_leg(a->b, leg, detail))
		return;
	CRASH_POINT("revoked-ask");
	revoked_say(a->b, leg);
	legs_asked(a->b, leg, REVOKED_CODE);
}

void
revoked_ask(struct broker *b, const struct mandate *mandate)
{
	struct asking a = {b, mandate};

	queue_walk(&b->queues, ask, &a);
}

/* NAME
 *	carry - the agent's part of a courier
 * DESCRIPTION
 *	With driver courier nothing is laid by us: jobs wait in the spool until
 *	tasukictl courier export takes them (courier.h), and what an import
 *	brought goes to the broker from here.
 *
 *	    our parcel:    queued -> handed (the peer has it) -> seen
 *			   (delivered there) | failed (refused there)
 *	    their parcel:  in/KEY -> inbound -> accepted -> delivered or
 *			   refused; each is owed to the peer as a receipt
 *
 *	An accepted parcel of theirs stays in inbound/ until the broker says what
 *	became of it, so that a restart knows what to ask for.
 *	Thread: the loop's.
 */
#ifndef TASUKI_HUB_CARRY_H
#define TASUKI_HUB_CARRY_H

#include "inbound.h"
#include "send.h"
#include "settings.h"

struct carry;

int carry_new(const struct hub_settings *settings, struct spool *spool,
    struct send *send, struct inbound *inbound, struct carry **out,
    struct why *why) TSK_MUST_USE;
void carry_free(struct carry **carry);
/* carry_tick(carry, now): when to come again, wall time. */
int64_t carry_tick(struct carry *carry, int64_t now_ms);
/* carry_recall(carry, job): true: it is in no bundle and will be in none. */
bool carry_recall(struct carry *carry, const struct job *job);

/* events of inbound and link */
void carry_accepted(
    struct carry *carry, const struct id *id, const char *source);
void carry_refused(struct carry *carry, const struct id *id, const char *source,
    const char *code);
void carry_open(struct carry *carry, struct link *link);
void carry_receipt(struct carry *carry, const struct wire_receipt *receipt);

#endif

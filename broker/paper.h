/* NAME
 *	paper - what goes with a leg to an agent that makes paper of it
 * DESCRIPTION
 *	deliver.paper (proto/wire.h) from the registry row of the receiver, its
 *	FAX record, and what the store says of the parcel's other legs.  Whether
 *	a FAX number may be dialled is looked at again at every hand-out.
 */
#ifndef TASUKI_PAPER_H
#define TASUKI_PAPER_H

#include "broker.h"
#include "session.h"

#define PAPER_UNVERIFIED "fax-unverified"

struct paper {
	struct wire_paper wire;
	struct wire_note notes[WIRE_NOTES_MAX];
	json_t *row; /* what the notes point into */
	char reason[STORE_CODE_BYTES];
	const char *park; /* not to be lent: the reason; NULL = may be lent */
};

/* paper_open(b, leg, out): for a leg of way fax or pdf, or one that was taken
 * back.  TSK_* if the parcel cannot be read. */
int paper_open(
    struct broker *b, const struct leg *leg, struct paper *out) TSK_MUST_USE;
void paper_close(struct paper *p);

/* paper_desk(b, leg): the row that stood for its receiver on the day it was
 * accepted, as the registry has it now, or NULL. */
const struct desk *paper_desk(const struct broker *b, const struct leg *leg);
/* paper_recalled(leg): it is lent only to ask whether it is out. */
bool paper_recalled(const struct leg *leg);
/* paper_last_step(p, leg, state): the last step of that leg in that state; state
 * 0: in any; or NULL. */
const struct store_step *paper_last_step(
    const struct store_parcel *p, unsigned leg, enum leg_state state);
/* paper_first(b, leg): this FAX is the first one to its number. */
bool paper_first(const struct broker *b, const struct leg *leg);
/* paper_delivered(b, leg): its delivery was put; keep that it was the first. */
void paper_delivered(struct broker *b, const struct leg *leg);

#endif

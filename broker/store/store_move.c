/* NAME
 *	store_move - which moves of a kept leg are allowed
 * DESCRIPTION
 *	leg.h draws the moves; here they are a table.  leased is memory only, so
 *	what leg.h allows from leased is allowed from ready and waiting.
 *
 *	working moves nothing: whoever holds the leg tells a step, and only a
 *	ready or waiting one (as kept) can be held.
 *
 *	parked -> superseded, recalled: a person's attention was asked for, and the
 *	sender has answered the question himself.
 *
 *	parked -> delivered (and on): the receiver may prove late that it has the
 *	parcel, when a person's attention was already asked for.  The fact wins,
 *	else somebody would send it once more.
 *
 *	Forward jumps (ready -> picked up) are allowed because a receipt may
 *	overtake or swallow the one before it; backward ones are repeats.
 */
#include "leg.h"

#include "store_move.h"

enum move { NO, GO, REPEAT };

#define STATES (LEG_CLOSED + 1)

/* a person closes only what was parked */
#define FROM_OPEN                                                             \
	{                                                                     \
		[LEG_READY] = GO, [LEG_WAITING] = GO, [LEG_DELIVERED] = GO,   \
		[LEG_PICKED_UP] = GO, [LEG_ANSWERED] = GO, [LEG_PARKED] = GO, \
		[LEG_SUPERSEDED] = GO, [LEG_RECALLED] = GO                    \
	}

/* row: state kept; column: state asked for */
static const unsigned char moves[STATES][STATES] = {
    [LEG_READY] = FROM_OPEN,
    [LEG_WAITING] = FROM_OPEN,
    [LEG_PARKED] = {[LEG_READY] = GO,
	[LEG_DELIVERED] = GO,
	[LEG_PICKED_UP] = GO,
	[LEG_ANSWERED] = GO,
	[LEG_PARKED] = REPEAT,
	[LEG_SUPERSEDED] = GO,
	[LEG_RECALLED] = GO,
	[LEG_CLOSED] = GO},
    [LEG_DELIVERED] = {[LEG_READY] = REPEAT,
	[LEG_WAITING] = REPEAT,
	[LEG_DELIVERED] = REPEAT,
	[LEG_PICKED_UP] = GO,
	[LEG_ANSWERED] = GO,
	[LEG_PARKED] = REPEAT},
    [LEG_PICKED_UP] = {[LEG_READY] = REPEAT,
	[LEG_WAITING] = REPEAT,
	[LEG_DELIVERED] = REPEAT,
	[LEG_PICKED_UP] = REPEAT,
	[LEG_ANSWERED] = GO,
	[LEG_PARKED] = REPEAT},
    [LEG_ANSWERED] = {[LEG_READY] = REPEAT,
	[LEG_WAITING] = REPEAT,
	[LEG_DELIVERED] = REPEAT,
	[LEG_PICKED_UP] = REPEAT,
	[LEG_ANSWERED] = REPEAT,
	[LEG_PARKED] = REPEAT},
    [LEG_SUPERSEDED] = {[LEG_SUPERSEDED] = REPEAT},
    [LEG_RECALLED] = {[LEG_RECALLED] = REPEAT},
    [LEG_CLOSED] = {[LEG_CLOSED] = REPEAT},
};

static uint16_t
flags_after(const struct store_leg *leg, const struct store_op *op)
{
	return (uint16_t)((leg->flags & ~op->settle.clear_flags) |
			  op->settle.set_flags);
}

/* ready -> ready and waiting -> waiting are a further try (the lease between
 * them is not kept), unless nothing at all would change. */
static bool
nothing_new(const struct store_leg *leg, const struct store_op *op)
{
	return leg->state == op->settle.state && op->settle.attempts == 0 &&
	       leg->due_ms == op->settle.due_ms &&
	       flags_after(leg, op) == leg->flags &&
	       (op->settle.expires_ms == 0 ||
		   op->settle.expires_ms == leg->expires_ms);
}

static int
working(struct store_leg *leg, const struct store_op *op)
{
	if ((leg->state != LEG_READY && leg->state != LEG_WAITING) ||
	    (leg->flags & STORE_LEG_ASLEEP))
		return TSK_EXIST;
	leg->state = LEG_READY;
	leg->state_ms = op->at_ms;
	return 0;
}

int
store_move_settle(struct store_leg *leg, const struct store_op *op)
{
	enum leg_state to = op->settle.state;
	bool timed = to == LEG_READY || to == LEG_WAITING;
	unsigned char move;

	if (to == LEG_WORKING)
		return working(leg, op);
	if ((unsigned)leg->state >= STATES || (unsigned)to >= STATES)
		return TSK_INVALID;
	move = moves[leg->state][to];
	if (move == NO)
		return TSK_INVALID;
	if (move == REPEAT || (timed && nothing_new(leg, op)))
		return TSK_EXIST;
	leg->state = to;
	leg->attempts += op->settle.attempts;
	leg->state_ms = op->at_ms;
	leg->flags = flags_after(leg, op);
	if (timed)
		leg->due_ms = op->settle.due_ms;
	if (op->settle.expires_ms != 0)
		leg->expires_ms = op->settle.expires_ms;
	return 0;
}

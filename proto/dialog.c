/* NAME
 *	dialog - who may say what when
 * DESCRIPTION
 *	TAKE in state X: a letter names the state afterwards.  One row a message
 *	type, one column a state, one table a speaker:
 *
 *	    N H O C  allowed, and the session is then new, hello, open, closed
 *	    .        ignored: late, or of no meaning there
 *	    !        protocol error: bye (not-open) and the session is dropped
 *
 *	Why an agent's ping is an error before hello: libzmq reconnects behind
 *	an agent's back, and the broker then sees a stranger.  The bye tells the
 *	agent that its session is gone, so that it says hello again.  Why the
 *	broker's words before welcome are only ignored: they were sent to an
 *	older session of the same agent; nothing is wrong with this one.
 *	Why everything is ignored after bye: the other side may have spoken
 *	before it heard it.
 */
#include "dialog.h"

/* columns: NEW, HELLO, OPEN, CLOSED */
static const char agent_says[WIRE_TYPES][DIALOG_STATES + 1] = {
    [WIRE_UNKNOWN] = "....",
    [WIRE_HELLO] = "H!!.",
    [WIRE_WELCOME] = "!!!.",
    [WIRE_SUBMIT] = "!!O.",
    [WIRE_RESUME] = "!!!.",
    [WIRE_CHUNK] = "!!O.",
    [WIRE_ACCEPTED] = "!!!.",
    [WIRE_REFUSED] = "!!!.",
    [WIRE_CREDIT] = "!!O.",
    [WIRE_DELIVER] = "!!!.",
    [WIRE_FETCH] = "!!O.",
    [WIRE_SETTLE] = "!!O.",
    [WIRE_SETTLED] = "!!!.",
    [WIRE_RECEIPT] = "!!!.",
    [WIRE_QUERY] = "!!O.",
    [WIRE_ANSWER] = "!!!.",
    [WIRE_PING] = "!.O.",
    [WIRE_PONG] = "!.O.",
    [WIRE_BYE] = "CCC.",
    [WIRE_RECEIPTS] = "!!!.",
    [WIRE_RECALL] = "!!O.",
    [WIRE_READS] = "!!O.",
};

static const char broker_says[WIRE_TYPES][DIALOG_STATES + 1] = {
    [WIRE_UNKNOWN] = "....",
    [WIRE_HELLO] = "!!!.",
    [WIRE_WELCOME] = ".O!.",
    [WIRE_SUBMIT] = "!!!.",
    [WIRE_RESUME] = "..O.",
    [WIRE_CHUNK] = "..O.",
    [WIRE_ACCEPTED] = "..O.",
    [WIRE_REFUSED] = "..O.",
    [WIRE_CREDIT] = "!!!.",
    [WIRE_DELIVER] = "..O.",
    [WIRE_FETCH] = "!!!.",
    [WIRE_SETTLE] = "!!!.",
    [WIRE_SETTLED] = "..O.",
    [WIRE_RECEIPT] = "..O.",
    [WIRE_QUERY] = "!!!.",
    [WIRE_ANSWER] = "..O.",
    [WIRE_PING] = "..O.",
    [WIRE_PONG] = "..O.",
    [WIRE_BYE] = "CCC.",
    [WIRE_RECEIPTS] = "..O.",
    [WIRE_RECALL] = "..O.",
    [WIRE_READS] = "..O.",
};

static const struct {
	char letter;
	const char *name;
} states[DIALOG_STATES] = {
    [DIALOG_NEW] = {'N', "new"},
    [DIALOG_HELLO] = {'H', "hello"},
    [DIALOG_OPEN] = {'O', "open"},
    [DIALOG_CLOSED] = {'C', "closed"},
};

enum dialog_verdict
dialog_step(
    enum dialog_end speaker, enum dialog_state *state, enum wire_type type)
{
	char move;

	if ((unsigned)*state >= DIALOG_STATES)
		panic("dialog: no such state: %u", (unsigned)*state);
	if ((unsigned)type >= WIRE_TYPES)
		return DIALOG_IGNORE;
	move = speaker == DIALOG_AGENT ? agent_says[type][*state]
				       : broker_says[type][*state];
	if (move == '.')
		return DIALOG_IGNORE;
	for (unsigned i = 0; i < DIALOG_STATES; i++)
		if (states[i].letter == move) {
			*state = (enum dialog_state)i;
			return DIALOG_TAKE;
		}
	return DIALOG_REFUSE;
}

const char *
dialog_state_name(enum dialog_state state)
{
	if ((unsigned)state >= DIALOG_STATES)
		return "?";
	return states[state].name;
}

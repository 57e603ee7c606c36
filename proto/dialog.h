/* NAME
 *	dialog - who may say what when; one table used by both ends
 * DESCRIPTION
 *	PROTOCOL.md prints the table; a test compares.  Parcels and legs have
 *	their own small dialogs (submit..accepted, deliver..settle) that the
 *	intake and the lease table keep; this is the session's.
 */
#ifndef TASUKI_DIALOG_H
#define TASUKI_DIALOG_H

#include <stdbool.h>

#include "wire.h"

enum dialog_end { DIALOG_AGENT, DIALOG_BROKER };
enum dialog_state {
	DIALOG_NEW,   /* connected, nothing said */
	DIALOG_HELLO, /* hello on its way, no answer yet */
	DIALOG_OPEN,
	DIALOG_CLOSED, /* bye was said */
	DIALOG_STATES
};
enum dialog_verdict {
	DIALOG_TAKE,   /* allowed; state changed as the table says */
	DIALOG_IGNORE, /* not understood or late: no harm, drop it */
	DIALOG_REFUSE, /* protocol error: answer bye (not-open), drop it */
};

/**
 * dialog_step(speaker, state, type):
 * ${speaker} says a message of ${type} in *${state}: the verdict; on
 * DIALOG_TAKE *${state} moves.  Pure.
 */
enum dialog_verdict dialog_step(
    enum dialog_end speaker, enum dialog_state *state, enum wire_type type);
const char *dialog_state_name(enum dialog_state state);

#endif

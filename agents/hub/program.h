/* NAME
 *	program - what the files of tasuki-hub's main share
 * DESCRIPTION
 *	main.c puts the parts together and turns them; legs.c is the broker's
 *	side: deliveries, settlements, parcels that go in.
 */
#ifndef TASUKI_HUB_PROGRAM_H
#define TASUKI_HUB_PROGRAM_H

#include "agent.h"
#include "leg_desk.h"

#include "carry.h"
#include "control.h"
#include "fetch.h"
#include "send.h"

struct program {
	struct agent *agent;
	const struct hub_settings *settings;
	struct hub_profile profile;
	struct standard *standard;
	struct spool *spool;
	struct worker *worker; /* NULL: courier */
	struct send *send;
	struct inbound *inbound;
	struct fetch *fetch; /* NULL: courier, or nothing to fetch */
	struct carry *carry; /* NULL: no courier */
	struct control *control;
	struct leg_desk *legs;
	zmq_pollitem_t item;
	bool polled;
	int64_t next_ms;
	uint64_t handed, failed, fetched;
};

/* ---- legs.c ---- */
int legs_open(struct program *program, struct why *why) TSK_MUST_USE;
/* event of send.h */
void legs_told(void *program, struct job *job);

#endif

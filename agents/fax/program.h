/* NAME
 *	program - what the files of tasuki-fax's main share
 * DESCRIPTION
 *	main.c puts the parts together and turns them; legs.c is the broker's
 *	side: deliveries and settlements.
 */
#ifndef TASUKI_FAX_PROGRAM_H
#define TASUKI_FAX_PROGRAM_H

#include "agent.h"
#include "leg_desk.h"

#include "control.h"
#include "desk.h"
#include "run.h"
#include "settings.h"

struct program {
	struct agent *agent;
	struct standard *standard;
	struct forms *forms;
	struct fax_profile profile;
	struct spool *spool;
	struct worker *worker;
	struct run *run;
	struct control *control;
	struct leg_desk *legs;
	struct desk desk;
	zmq_pollitem_t item;
	int timer;
	bool polled;
	int64_t next_ms;
	uint64_t sent, failed;
};

/* ---- legs.c ---- */
int legs_open(struct program *program, struct why *why) TSK_MUST_USE;
/* event of run.h */
void legs_told(void *program, struct job *job);

#endif

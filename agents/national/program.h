/* NAME
 *	program - what the files of tasuki-national's main share
 * DESCRIPTION
 *	main.c puts the parts together and turns them; legs.c is the broker's
 *	side: deliveries, settlements, parcels that go in.
 */
#ifndef TASUKI_NATIONAL_PROGRAM_H
#define TASUKI_NATIONAL_PROGRAM_H

#include "agent.h"
#include "leg_desk.h"

#include "control.h"
#include "receive.h"
#include "run.h"

struct program {
	struct agent *agent;
	const struct national_settings *settings;
	const struct driver *driver;
	void *self; /* the driver's */
	struct standard *standard;
	struct spool *spool;
	struct run *run;
	struct inbound *inbound;
	struct marks *marks;
	struct receive *receive;
	struct notices *notices;
	struct control *control;
	struct leg_desk *legs;
	char *person_folder;
	int driver_dir;
	int64_t next_ms, inbound_ms, offices_ms;
	bool soon; /* a turn is due before the next tick */
	uint64_t sent, failed;
};

/* program_wake(program): a turn is due, at the end of this turn of the loop. */
void program_wake(struct program *program);

/* ---- legs.c ---- */
int legs_open(struct program *program, struct why *why) TSK_MUST_USE;
/* events of run.h */
void legs_tell(void *program, struct task *task);
void legs_step(void *program, struct task *task);

#endif

/* NAME
 *	send_inside - what the files of send share; nobody else includes it
 * DESCRIPTION
 *	send.c holds the jobs and moves them along their states; send_lay.c puts
 *	the files of one at the hub: queued -> laying -> laid -> handed.
 */
#ifndef TASUKI_HUB_SEND_INSIDE_H
#define TASUKI_HUB_SEND_INSIDE_H

#include "send.h"

#define SEND_SAVE_RETRY_MS 5000

struct send {
	const struct hub_settings *settings;
	const struct hub_profile *profile;
	struct spool *spool;
	struct worker *worker; /* NULL: courier */
	send_told_fn *tell;
	void *arg;
	struct leg_list *jobs;
	bool watching; /* an order is under way */
	int64_t watch_ms;
};

/* ---- send.c ---- */
/* send_save(s, job): its record as it is; dirty if that failed. */
int send_save(struct send *s, struct job *job);
/* send_wait(s, job, why): the hub does not take it now: tried again later. */
void send_wait(struct send *s, struct job *job, const struct why *why);

/* ---- send_lay.c ---- */
/* send_begin(s, job, now): choose its place, write that down, lay it. */
void send_begin(struct send *s, struct job *job, int64_t now_ms);
/* send_lay(s, job): its files under names of ours, once more; send_name():
 * they are there: give them their own. */
void send_lay(struct send *s, struct job *job);
void send_name(struct send *s, struct job *job);
/* send_clear(s, job): away with what lies there under names of ours. */
void send_clear(struct send *s, const struct job *job);

#endif

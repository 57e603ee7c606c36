/* NAME
 *	job - one parcel on its way to a hub, and what became of it
 * DESCRIPTION
 *	The record of a job is a small text file, replaced as a whole and synced
 *	before anything is done that it tells about.
 *
 *	    queued -> laying      where and under which names is written down;
 *				  the files are put there under names of ours
 *	    laying -> laid        all are there, whole, under names of ours
 *	    laid   -> handed      each has its own name now
 *	    handed -> seen        somebody there took or saw them
 *	    queued, laying, laid -> failed   it cannot go there
 *	    queued -> recalled    nothing of it was visible there
 *	    failed -> queued      a person had the leg queued again
 *
 *	Why laid is a state: a hub may take a file away the moment it has its
 *	name.  From laid on a name of ours that is gone has been given its own
 *	name, by us, before a crash; so nothing is ever laid twice, whatever the
 *	hub does meanwhile.
 *	With the courier a job is queued, handed when the other side has
 *	imported it, and seen when it was delivered there.
 */
#ifndef TASUKI_HUB_JOB_H
#define TASUKI_HUB_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "leg.h"
#include "leg_list.h"
#include "number.h"

#define JOB_KEY_BYTES  LEG_KEY_BYTES
#define JOB_PART_BYTES (JOB_KEY_BYTES + 16)
#define JOB_BY_BYTES   64
#define JOB_RECORD_MAX 65536u /* of shelf.h */
#define JOB_FILES_MAX  65     /* documents and the ready file */

enum job_state {
	JOB_QUEUED = 1,
	JOB_LAYING,
	JOB_LAID,
	JOB_HANDED,
	JOB_SEEN,
	JOB_FAILED,
	JOB_RECALLED,
};

struct job {
	/* kept */
	struct id id;
	unsigned leg;
	enum job_state state;
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	char month[8];
	unsigned tries;
	int64_t made_ms, handed_ms, seen_ms, ended_ms;
	char code[32], text[384];
	char by[JOB_BY_BYTES];      /* the person who said "seen" */
	bool told;                  /* the broker knows that it is delivered */
	char *folder;               /* at the hub, from laying on; else NULL */
	char *names[JOB_FILES_MAX]; /* the last is the ready file, if any */
	size_t name_count;
	/* memory only */
	bool lent;    /* the broker lent us the leg in this session */
	bool recall;  /* it wants it back */
	bool busy;    /* the worker has it */
	bool waiting; /* it was tried: not before next_ms */
	bool offered, forgotten; /* courier: its mark is there, is gone */
	bool dirty;              /* the record on disk is older than this */
	int64_t next_ms;
	uint64_t credit;        /* bytes of credit the delivery took */
	struct leg_entry entry; /* send.c's; until handed in a line */
};

/* job_key_of(job, out): leg_key(), the name of its folder; returns out. */
const char *job_key_of(const struct job *job, char out[JOB_KEY_BYTES]);
/* job_part(job, i, out): our name for its file i at the hub. */
const char *job_part(const struct job *job, size_t i, char out[JOB_PART_BYTES]);

/* job_write(job, out): the record as text, with a tag over it. */
void job_write(const struct job *job, struct buf *out);
/* job_read(text, n, out): 0 and *out (job_free), TSK_DAMAGED or TSK_VERSION. */
int job_read(const char *text, size_t n, struct job **out) TSK_MUST_USE;
void job_free(struct job **job);

const char *job_state_name(enum job_state state);
/* job_say(job, code, format...): code and text of the record. */
void job_say(struct job *job, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

/* NAME
 *	job - one FAX: what is to go where, and what became of it
 * DESCRIPTION
 *	The record of a job is a small text file, replaced as a whole and synced
 *	before anything is done that it tells about.
 *
 *	    queued -> sending        handed to the provider (written BEFORE)
 *	    sending -> confirmed     the provider says: printed there
 *	    sending -> queued        it certainly failed, tries are left
 *	    sending -> failed        it certainly failed, no tries left
 *	    sending -> unknown       no result in time, or nobody can tell
 *	    queued -> failed         cannot be sent (refused, number withdrawn)
 *	    queued, sending -> recalled   nothing went out and nothing will
 *	    unknown -> confirmed, failed  a late result, or a person
 *	    failed -> queued         a person had the leg queued again
 *
 *	Nothing leads from unknown to queued: a FAX whose fate nobody knows is
 *	never sent again blindly.  confirmed and recalled are ends.
 */
#ifndef TASUKI_FAX_JOB_H
#define TASUKI_FAX_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "fax_number.h"
#include "leg.h"
#include "leg_list.h"
#include "number.h"

#define JOB_KEY_BYTES    LEG_KEY_BYTES
#define JOB_TAG_BYTES    (JOB_KEY_BYTES + 8) /* "<key>-<try>" */
#define JOB_REF_BYTES    256                 /* provider's name of a job */
#define JOB_NAME_BYTES   256
#define JOB_REMOTE_BYTES 64
#define JOB_BY_BYTES     64
#define JOB_RECORD_MAX   8192u

enum job_state {
	JOB_QUEUED = 1,
	JOB_SENDING,
	JOB_CONFIRMED,
	JOB_FAILED,
	JOB_UNKNOWN,
	JOB_RECALLED,
};

struct job {
	/* kept */
	struct id id;
	unsigned leg;
	enum job_state state;
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	char from_name[JOB_NAME_BYTES], to_name[JOB_NAME_BYTES];
	char month[8];
	char number[FAX_NUMBER_BYTES];
	unsigned clients, pages;
	bool superfine;
	bool test;                /* a test page: nothing of a client on it */
	bool hold;                /* stops for a look */
	unsigned tries;           /* begun, all rounds */
	unsigned round_tries;     /* begun since a person last decided */
	char tag[JOB_TAG_BYTES];  /* our name for the last try */
	char ref[JOB_REF_BYTES];  /* the provider's; "" = not known (yet) */
	char lead[JOB_KEY_BYTES]; /* "" or the job it rides with */
	int64_t made_ms;          /* the job came */
	int64_t due_ms;           /* queued: not before */
	int64_t sent_ms;          /* sending: handed over */
	int64_t ended_ms;
	char code[32], text[384];      /* why it is as it is; English */
	char remote[JOB_REMOTE_BYTES]; /* what the answering FAX calls itself */
	unsigned pages_sent;
	int64_t yen;
	char by[JOB_BY_BYTES]; /* the person who decided */
	bool accepted;         /* sending: the provider said it has it */
	bool told;             /* the broker knows the end */
	/* memory only */
	bool lent;        /* the broker lent us the leg in this session */
	bool recall;      /* it wants it back */
	bool over;        /* it owes nothing for the leg any more */
	bool refused;     /* ... and the provider would not give it */
	bool busy;        /* the worker has it */
	bool dirty;       /* the record on disk is older than this */
	unsigned trouble; /* submissions the provider did not take, in a row */
	int64_t next_ms;  /* when to look again, wall time */
	uint64_t credit;  /* bytes of credit the delivery took */
	struct leg_entry entry; /* run.c's; in a line: may share a call */
};

/* job_key_of(job, out): leg_key(), the name of its folder; returns out. */
const char *job_key_of(const struct job *job, char out[JOB_KEY_BYTES]);

/* job_write(job, out): the record as text, with a tag over it. */
void job_write(const struct job *job, struct buf *out);
/* job_read(text, n, job): 0, TSK_DAMAGED or TSK_VERSION; *job is filled (memory
 * only fields zero) only on 0. */
int job_read(const char *text, size_t n, struct job *job) TSK_MUST_USE;

/* job_state_name(state): "queued"...; static.  job_state_parse: or -1. */
const char *job_state_name(enum job_state state);
int job_state_parse(const char *name);
/* job_ended(job): confirmed, failed, unknown or recalled. */
bool job_ended(const struct job *job);
/* job_say(job, code, format...): code and text of the record. */
void job_say(struct job *job, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* job_try(job): a new try begins: counts it and makes its tag. */
void job_try(struct job *job);

#endif

/* NAME
 *	driver - how a FAX gets to the one who sends it
 * DESCRIPTION
 *	Four verbs are all there is to a provider: submit, find, poll, cancel.
 *	A driver keeps nothing that matters: what it must know again later is the
 *	tag (ours, made and written down before submit) and the ref (the
 *	provider's own name for the job, written down after).
 *
 *	    smtp     a mail to number@provider; result mails come back
 *	    http     a REST service: submit, status, cancel by templates
 *	    hylafax  a HylaFAX server, client protocol on port 4559
 *	    folder   TIFF and job file for other software or a person
 *
 *	All calls may block up to the time-outs of the profile: they are made in
 *	the worker's thread, one at a time (worker.h).
 */
#ifndef TASUKI_FAX_DRIVER_H
#define TASUKI_FAX_DRIVER_H

#include "err.h"
#include "job.h"
#include "profile.h"

/* What a driver is told of a job. */
struct driver_job {
	char tag[JOB_TAG_BYTES];
	char ref[JOB_REF_BYTES];
	char number[FAX_NUMBER_BYTES];
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	char month[8];
	unsigned pages;
	bool superfine;
	int64_t made_ms, sent_ms;
	char *tiff; /* path of the TIFF; the worker's */
};

enum driver_state {
	DRIVER_PENDING,   /* accepted, not out yet */
	DRIVER_SENDING,   /* on the line now */
	DRIVER_CONFIRMED, /* the other side has the pages */
	DRIVER_FAILED,    /* certainly not; why->class says whether again */
};

struct driver_report {
	enum driver_state state;
	char remote[JOB_REMOTE_BYTES]; /* the other side's identifier */
	unsigned pages;                /* that arrived; 0 = not said */
	int64_t yen;                   /* 0 = not said */
};

struct driver {
	const char *name;
	/* open(profile, out, why): *out is handed to the others. */
	int (*open)(
	    const struct fax_profile *profile, void **out, struct why *why);
	void (*close)(void *self);
	/* submit(self, job, ref, why): 0 accepted, ${ref} (JOB_REF_BYTES) set
	 * or "".
	 * TSK_LATER: certainly not accepted, try again later.
	 * TSK_INVALID: refused for good.
	 * TSK_CLOSED: the line broke after we said it: nobody knows, ask
	 * find(). */
	int (*submit)(void *self, const struct driver_job *job, char *ref,
	    struct why *why);
	/* find(self, job, ref, why): does the provider have ${job->tag}?
	 * 0: yes, ${ref} set.  TSK_NOTFOUND: certainly not: may be submitted
	 * again.  TSK_LATER: cannot be asked now.  TSK_EMPTY: this provider
	 * cannot tell, ever. */
	int (*find)(void *self, const struct driver_job *job, char *ref,
	    struct why *why);
	/* poll(self, job, report, why): 0 and ${report}; for DRIVER_FAILED
	 * ${why} says why and whether a further try makes sense (WHY_LATER).
	 * TSK_EMPTY: nothing said yet.  TSK_LATER: cannot be asked now.
	 * TSK_NOTFOUND: the provider does not know this job any more. */
	int (*poll)(void *self, const struct driver_job *job,
	    struct driver_report *report, struct why *why);
	/* cancel(self, job, why): 0: nothing went out and nothing will.
	 * TSK_DENIED: it cannot be cancelled, or it is too late: poll on. */
	int (*cancel)(
	    void *self, const struct driver_job *job, struct why *why);
	/* forget(self, job): its end is written down: nothing of it is to stay
	 * here.  May be NULL. */
	void (*forget)(void *self, const struct driver_job *job);
};

extern const struct driver driver_folder, driver_hylafax, driver_http,
    driver_smtp;

/* driver_find(name): or NULL. */
const struct driver *driver_find(const char *name);

#endif

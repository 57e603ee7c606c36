/* NAME
 *	jobs - what was begun with a leg that leaves the house
 * DESCRIPTION
 *	One small file a leg, .jobs/2026-11/ID-LEG, written before anything is
 *	handed to a mail server or a printer and after it took it.  A file that
 *	says "sending" when the leg comes again means: we were killed in
 *	between, and nobody knows whether it went out.
 *
 *	    none -> sending -> sent
 *	               |  \-> none	surely not accepted
 *	               v
 *	            unknown -> asked	a person was asked (the leg is parked)
 *	                         |
 *	                         v
 *	                      sending	it came again: send it once more
 * DIAGNOSTICS
 *	A damaged file reads as unknown.
 */
#ifndef TASUKI_PDF_JOBS_H
#define TASUKI_PDF_JOBS_H

#include <stdint.h>

#include "err.h"
#include "id.h"

enum job_state { JOB_NONE, JOB_SENDING, JOB_SENT, JOB_UNKNOWN, JOB_ASKED };

struct jobs;

/* jobs_open(root, out): below the agent's folder, borrowed. */
int jobs_open(int root, struct jobs **out) TSK_MUST_USE;
void jobs_close(struct jobs **jobs);
/* jobs_state(jobs, id, leg): an enum job_state, or TSK_*. */
int jobs_state(
    const struct jobs *jobs, const struct id *id, uint32_t leg) TSK_MUST_USE;
/* jobs_note(jobs, id, leg, state, at_ms): durable when it returns 0. */
int jobs_note(const struct jobs *jobs, const struct id *id, uint32_t leg,
    enum job_state state, int64_t at_ms) TSK_MUST_USE;
/* jobs_purge(jobs, before_ms): forget months that ended before that; how many
 * were, or TSK_*. */
int jobs_purge(const struct jobs *jobs, int64_t before_ms);

#endif

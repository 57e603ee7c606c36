/* NAME
 *	tries - logins that were refused, counted so that none is forgotten
 * DESCRIPTION
 *	Too many refused logins lock an office out of the national system, and
 *	that on the 10th of the month is a month's money.  So a login is counted
 *	BEFORE it is tried, on disk, as one of which nothing is known; then it
 *	becomes a refused one, or is taken back.
 *
 *	    refused >= tries/max		a person must act
 *	    refused + unknown >= tries/max	one try each tries/wait
 *
 *	    NUMBER.login	the container it was tried with, and the counts
 *
 *	A new container (tasukictl national cert add, or retry) begins at zero:
 *	a person has acted.
 */
#ifndef TASUKI_NATIONAL_TRIES_H
#define TASUKI_NATIONAL_TRIES_H

#include "container.h"
#include "judge.h"
#include "message.h"

/* One office's count. */
struct tries {
	char id[CONTAINER_ID_BYTES]; /* of the container */
	int64_t refused, unknown;    /* in a row */
	int64_t until_ms;            /* none before */
	int64_t last_ms;             /* the last one began */
};

/* tries_read(dirfd, office, id, out): zero if there is none, or it is of
 * another container.  A damaged one counts as used up. */
int tries_read(int dirfd, const char *office, const char *id,
    struct tries *out) TSK_MUST_USE;
/* tries_may(profile, tries, now_ms, out): 0, or TSK_LATER / TSK_DENIED with
 * ${out} filled. */
int tries_may(const struct api_profile *profile, const struct tries *tries,
    int64_t now_ms, struct outcome *out) TSK_MUST_USE;
/* tries_begin(dirfd, office, tries, now_ms): counted, durably. */
int tries_begin(int dirfd, const char *office, struct tries *tries,
    int64_t now_ms) TSK_MUST_USE;
/* tries_end(dirfd, office, profile, tries, tried, until_ms, now_ms): what
 * became of it. */
int tries_end(int dirfd, const char *office, const struct api_profile *profile,
    struct tries *tries, enum tried tried, int64_t until_ms,
    int64_t now_ms) TSK_MUST_USE;

#endif

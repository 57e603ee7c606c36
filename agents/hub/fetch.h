/* NAME
 *	fetch - what a hub has for us
 * DESCRIPTION
 *	Looks at the profile's folder now and then.  A file is taken when two
 *	looks, fetch/stable apart, found it the same; files of one set together,
 *	after fetch/wait without those that are missing.  They become a parcel
 *	from their sender to the office of ours that their names say
 *	(inbound.h); when the broker has accepted it they are removed, or moved
 *	to fetch/taken, unless they have changed since.
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: fetch: parcel=... files=N result=kept|again|cleared
 *	warn: files that are left because their names say nothing (a count).
 */
#ifndef TASUKI_HUB_FETCH_H
#define TASUKI_HUB_FETCH_H

#include "inbound.h"
#include "profile.h"
#include "settings.h"
#include "standard.h"
#include "worker.h"

struct fetch;

/* fetch_new(...): NULL if the profile fetches nothing.  ${secret}: of the marks
 * of people (people.h); kept.  ${changed} is called when there may be something
 * to submit. */
struct fetch *fetch_new(const struct hub_settings *settings,
    const struct hub_profile *profile, const struct standard *standard,
    const char *secret, struct worker *worker, struct inbound *inbound,
    void (*changed)(void *arg), void *arg);
void fetch_free(struct fetch **fetch);
/* fetch_tick(fetch, now): when to come again, wall time. */
int64_t fetch_tick(struct fetch *fetch, int64_t now_ms);
/* fetch_accepted(fetch, id, source): event of inbound.h.  With NULL for
 * ${fetch} the parcel is simply done. */
void fetch_accepted(
    struct fetch *fetch, const struct id *id, const char *source);

#endif

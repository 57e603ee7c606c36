/* NAME
 *	inbound - parcels that came from outside, on their way to the broker
 * DESCRIPTION
 *	For agents that fetch what others send to our offices (hub, national).
 *	What was found out there is written down here first, as parcels with an
 *	id made once, and submitted until the broker has answered.  Only then
 *	may the owner remove the source.  In the folder:
 *
 *	    parcels/ID/		.parcel (manifest.h), .source, documents; with
 *				.accepted once the broker has it
 *	    refused/ID/		refused for good, .reason beside: for a person
 *	    known/2026-11/HASH	what we have had: a second copy is no parcel
 *	    .incoming/ID.tmp/	being written
 *
 *	    inbound_put -> submitted -> event accepted -> owner removes the
 *	    source -> inbound_done
 *
 *	Two parcels are the same when sender, receiver, names and bytes are; or,
 *	for those that came with an id, when the ids are.
 *	Parcels of one pair of offices are submitted in the order of their ids.
 *	After a crash inbound_load() goes on where it was; event accepted comes
 *	again for what was accepted and not done.
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	why: "disk-full", "folder", "folder-in-use", all WHY_LATER.
 *	info: inbound: parcel=... result=accepted|later|never
 */
#ifndef TASUKI_INBOUND_H
#define TASUKI_INBOUND_H

#include "err.h"
#include "link.h"
#include "wire.h"

#define INBOUND_SOURCE_MAX 16384u

struct inbound;

struct inbound_events {
	/* The broker has it; ${source} as given to inbound_put(). */
	void (*accepted)(void *arg, const struct id *id, const char *source);
	/* It never will: lies in refused/ now.  May be NULL. */
	void (*refused)(void *arg, const struct id *id, const char *source,
	    const struct wire_refused *refused);
};

/* inbound_open(path, events, arg, out, why): made if absent; one agent a
 * folder. */
int inbound_open(const char *path, const struct inbound_events *events,
    void *arg, struct inbound **out, struct why *why) TSK_MUST_USE;
void inbound_close(struct inbound **in);
/* inbound_load(in, now, why): tidy up, take what is there; events accepted. */
int inbound_load(
    struct inbound *in, int64_t now_ms, struct why *why) TSK_MUST_USE;

/**
 * inbound_put(in, parcel, bodies, source, now, why):
 * Keep a parcel that came from outside.  ${parcel}: from, to, types, month,
 * stamp, names and kinds of the documents; bytes and digests are filled in
 * here, and an id if it has none.  ${bodies} are the documents as they are;
 * ${source} is the owner's word for where it came from (lines; "" is fine).
 * 0: durable, id in parcel->id.  TSK_EXIST: the same was here already,
 * parcel->id is that one's.  TSK_INVALID: a name or size the wire would refuse.
 */
int inbound_put(struct inbound *in, struct wire_parcel *parcel,
    const struct link_body *bodies, const char *source, int64_t now_ms,
    struct why *why) TSK_MUST_USE;
/* inbound_done(in, id): the owner has nothing left to do for it. */
void inbound_done(struct inbound *in, const struct id *id);
/* inbound_forget(in, id): one that came with its id and was refused may come
 * again. */
int inbound_forget(struct inbound *in, const struct id *id) TSK_MUST_USE;
enum inbound_state {
	INBOUND_DONE,     /* nothing of it is here (any more) */
	INBOUND_OPEN,     /* the broker has not answered yet */
	INBOUND_ACCEPTED, /* it has; the owner has not said done */
	INBOUND_REFUSED,  /* lies in refused/ */
};
enum inbound_state inbound_state(const struct inbound *in, const struct id *id);
size_t inbound_count(const struct inbound *in); /* not accepted yet */

/* inbound_work(in, link, now): submit what the window takes; when to come
 * again, wall time. */
int64_t inbound_work(struct inbound *in, struct link *link, int64_t now_ms);

/* events of the link; false if the parcel is none of ours */
void inbound_down(struct inbound *in);
bool inbound_accepted(
    struct inbound *in, const struct wire_accepted_item *item);
bool inbound_refused(
    struct inbound *in, const struct wire_refused *refused, int64_t now_ms);

#endif

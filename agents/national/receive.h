/* NAME
 *	receive - what the national system holds for our offices
 * DESCRIPTION
 *	For each office: the list of what was received is asked now and then
 *	(receive_since.c: how far back); what is new is fetched, kept as a parcel FROM the outside office TO ours
 *	(inbound.h: the id is made once), and marked as done over there only
 *	after the broker has accepted it.
 *
 *	    seen -> fetched -> kept -> accepted -> done, marked
 *
 *	Files of one sender, receiver and 連番 are one parcel: when their set is
 *	complete, or when they have waited for the missing ones long enough.
 *	Attachments go as they lie.  What has no name of the standard and no
 *	sender, or cannot be a parcel, goes to a folder for a person.
 *
 *	The same document twice (another PC fetched a copy, and somebody put it
 *	here, too) is one parcel, whatever it was fetched as; people are told.
 *	Thread: the loop's.
 * DIAGNOSTICS
 *	info: receive: office=... documents=... result=kept|twice|person.
 */
#ifndef TASUKI_NATIONAL_RECEIVE_H
#define TASUKI_NATIONAL_RECEIVE_H

#include "driver.h"
#include "inbound.h"
#include "marks.h"
#include "standard.h"

struct receive_settings {
	int64_t poll_ms, set_ms, window_ms, wait_ms;
	int64_t overlap_ms, whole_ms; /* between whole lists; how often those */
	bool on;
	bool whole; /* what has one ref is a whole set */
	bool moves; /* what is done is listed no more; its ref may come again */
	const char *person_folder;
	const char *secret; /* of the marks of people (people.h) */
};

/* For people: code, and what it is about. */
typedef void receive_notice_fn(
    void *arg, const char *office, const char *code, const char *text);

struct receive;

/* receive_new: the inbound's events are to be handed to receive_accepted() and
 * receive_refused(). */
struct receive *receive_new(const struct receive_settings *settings,
    const struct standard *standard, struct marks *marks,
    receive_notice_fn *notice, void *arg);
void receive_free(struct receive **receive);
/* receive_inbound(receive, inbound): before anything else is called. */
void receive_inbound(struct receive *receive, struct inbound *inbound);

bool receive_next(struct receive *receive, const char *office, int64_t now_ms,
    struct driver_order *order, int64_t *when);
void receive_answer(struct receive *receive, const struct driver_order *order,
    const struct driver_answer *answer, int64_t now_ms);
/* receive_changed(receive, office): ask now; "" = all. */
void receive_changed(struct receive *receive, const char *office);
/* The broker has it, or never will (it lies in the folder of refused ones): in
 * both cases it is done over there. */
void receive_accepted(
    struct receive *receive, const struct id *id, const char *source);
void receive_refused(struct receive *receive, const struct id *id,
    const char *source, const char *code);
size_t receive_count(const struct receive *receive); /* not done yet */

#endif

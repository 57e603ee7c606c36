/* NAME
 *	receive_inside - what the files of receive share; nobody else includes it
 * DESCRIPTION
 *	receive.c knows what is due, receive_box.c what there is; receive_list.c
 *	what a list says, receive_since.c how far back it goes; receive_keep.c
 *	makes a parcel of what was fetched, or leaves it to a person.
 *
 *	A thing is what can be fetched by one ref: a file, or a whole set.  Its
 *	documents are in memory from the fetch until its set is kept, no longer:
 *	until it is done it can be fetched again.
 */
#ifndef TASUKI_NATIONAL_RECEIVE_INSIDE_H
#define TASUKI_NATIONAL_RECEIVE_INSIDE_H

#include <sys/queue.h>

#include "buf.h"
#include "name.h"

#include "person.h"
#include "receive.h"

#define KEY_BYTES        160
#define RECEIVE_HELD_MAX (64u * 1024 * 1024) /* bytes in memory, all offices */

enum stage {
	SEEN,    /* in the list */
	FETCHED, /* in memory */
	KEPT,    /* on its way to the broker */
	DUE,     /* is to be marked as done over there */
	GONE,    /* done */
};

struct document {
	char name[PARCEL_NAME_BYTES];
	bool standard;
	struct name parsed;
	struct buf bytes;
};

struct thing {
	char ref[PARCEL_REF_BYTES];
	char peer[NUMBER_OFFICE_BYTES], peer_type[NUMBER_TYPE_BYTES];
	char by[PARCEL_BY_BYTES];
	char key[KEY_BYTES]; /* of its set; "" = goes alone */
	uint8_t mark[DIGEST_BYTES];
	enum stage stage;
	bool lonely; /* no name of the standard and no sender: for a person */
	bool elsewhere; /* another PC has fetched it before */
	bool wanted;    /* its set is complete: fetch it */
	bool listed;    /* in the last list */
	int64_t first_ms, retry_ms;
	int64_t at_ms; /* as the list said; 0: not */
	struct id id;  /* kept */
	size_t count;
	struct document *documents;
	TAILQ_ENTRY(thing) entry;
};
TAILQ_HEAD(things, thing);

struct box {
	char office[NUMBER_OFFICE_BYTES];
	struct things things;
	size_t count;
	int64_t list_ms;
	/* how far back */
	int64_t newest_ms; /* the mark: the newest thing of a good list, or 0 */
	int64_t whole_ms;  /* the whole window is due */
	int64_t asked_ms;
	bool whole; /* the list that was asked for is of all of it */
};

struct receive {
	struct receive_settings settings;
	const struct standard *standard;
	struct marks *marks;
	struct inbound *inbound;
	receive_notice_fn *notice;
	void *arg;
	zhashx_t *boxes;
	size_t held; /* bytes in memory */
	size_t count;
};

/* ---- receive_since.c ---- */
/* receive_since(receive, box, now): from when on the list is asked for. */
int64_t receive_since(
    const struct receive *receive, struct box *box, int64_t now_ms);
/* receive_listed(receive, box, answer, now): what the answer to that changes,
 * after its things were taken; rc < 0, too. */
void receive_listed(const struct receive *receive, struct box *box,
    const struct driver_answer *answer, int64_t now_ms);

/* ---- receive_box.c ---- */
/* receive_box(receive, office): made if there was none. */
struct box *receive_box(struct receive *receive, const char *office);
/* receive_find(box, ref): or NULL. */
struct thing *receive_find(struct box *box, const char *ref);
/* receive_thing(receive, box, ref, now): a new one, without documents. */
struct thing *receive_thing(
    struct receive *receive, struct box *box, const char *ref, int64_t now_ms);
void receive_drop(
    struct receive *receive, struct box *box, struct thing *thing);
/* receive_empty(receive, thing): its bytes are needed no more. */
void receive_empty(struct receive *receive, struct thing *thing);

/* ---- receive_list.c ---- */
/* receive_list(receive, box, answer, since, now): a list that was asked for from
 * then on. */
void receive_list(struct receive *receive, struct box *box,
    const struct driver_answer *answer, int64_t since_ms, int64_t now_ms);

/* ---- receive_keep.c ---- */
/* receive_keep(receive, box, thing, now): it was fetched: when all of its set
 * are, they become a parcel. */
void receive_keep(struct receive *receive, struct box *box, struct thing *thing,
    int64_t now_ms);
/* receive_person(receive, box, thing, reason, now): a person must look. */
void receive_person(struct receive *receive, struct box *box,
    struct thing *thing, enum person_reason reason, int64_t now_ms);

#endif

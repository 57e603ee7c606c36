/* NAME
 *	driver - how a parcel gets into the national system, and out of it
 * DESCRIPTION
 *	The one interface of all drivers:
 *
 *	    desk   a person with the desktop client or the browser upload
 *	    api    REST over TLS, one worker process per office
 *
 *	The owner gives an order (driver->order) and gets exactly one answer for
 *	it (events->answer), later, from the loop, never from inside order().  A
 *	driver that must wait hangs its sockets and timers into the zloop_t it is
 *	given: the loop is the only thread and is never blocked.  Every order
 *	ends: a silent other side, a dead worker and a closed driver are answers,
 *	too (close() gives none any more).
 *
 *	At most one order of an office is with the driver at a time; offices are
 *	independent of each other.
 *
 *	A driver keeps nothing that matters: what is known on the other side are
 *	names and SHA-256 of documents (parcel.h).  Before a parcel is sent a
 *	second time the owner asks for DRIVER_LIST_SENT and compares; so send
 *	must say truly whether anything can have arrived:
 *
 *	    rc of an answer
 *	    0           done.  send: each document says HANDED, LISTED or
 *	                REFUSED
 *	    TSK_LATER   certainly nothing happened; again at retry_ms (0: the
 *	                owner's own back-off).  why->code says what it waits
 *	                for, scope whom it concerns: one order, the office
 *	                (locked, token, certificate), all (maintenance, 503)
 *	    TSK_DENIED  the same, but a person must do something first (password,
 *	                certificate expired, no account).  Scope office: its
 *	                parcels wait, other offices go on
 *	    TSK_INVALID refused for good (business error); nothing happened
 *	    TSK_CLOSED  it broke after we had begun to say it: nobody knows
 *	    TSK_EMPTY   this driver cannot do or tell that, ever
 *	    TSK_NOTFOUND  fetch, done, withdraw: no such thing there
 *
 *	Any other code counts as TSK_CLOSED.  When in doubt: TSK_CLOSED.
 *
 *	No personal data in codes and texts: they are logged and sent on.  File
 *	names of the standard hold office numbers only; names of attachments may
 *	hold anything and are not logged.
 */
#ifndef TASUKI_NATIONAL_DRIVER_H
#define TASUKI_NATIONAL_DRIVER_H

#include <czmq.h>

#include "err.h"
#include "parcel.h"
#include "settings.h"

#define DRIVER_ITEMS_MAX 100000u             /* of one list */
#define DRIVER_BYTES_MAX (64u * 1024 * 1024) /* of one fetched ref */

enum driver_verb {
	DRIVER_SEND = 1,      /* hand over a parcel */
	DRIVER_LIST_SENT,     /* what the office has sent, since a time */
	DRIVER_LIST_RECEIVED, /* what lies there for the office */
	DRIVER_FETCH,         /* one received thing: all documents of a ref */
	DRIVER_DONE,          /* what was fetched is safe with the broker */
	DRIVER_WITHDRAW,      /* take back a parcel that was handed over */
};

enum driver_trait {
	DRIVER_LISTS = 1,   /* LIST_SENT tells the truth */
	DRIVER_BY_HAND = 2, /* "handed" = laid out for a person */
	DRIVER_WHOLE = 4,   /* what has one ref is a whole set */
};

enum driver_scope { SCOPE_ORDER, SCOPE_OFFICE, SCOPE_ALL };

/* What the driver is asked.  All pointers are valid until the answer. */
struct driver_order {
	uint64_t number; /* ours; comes back with the answer */
	enum driver_verb verb;
	char office[NUMBER_OFFICE_BYTES]; /* ours, in whose name */
	/* send, withdraw: document i lies in folder/parcel_file(i), exact
	 * bytes.  Documents whose state isn't DOCUMENT_OPEN are there already
	 * and must not be sent. */
	const struct parcel *parcel;
	const char *folder;
	/* lists: older ones need not be told.  0: all */
	int64_t since_ms;
	/* fetch, done: an item of the last list */
	char ref[PARCEL_REF_BYTES];
};

enum item_state {
	ITEM_WAITING = 1, /* there, but not out (desk: nobody did it yet) */
	ITEM_SENT,        /* out; or, of a received one: lies there */
	ITEM_FETCHED,     /* the receiver has it; or another PC fetched it */
	ITEM_REFUSED,     /* it did not go, code and text say why */
};

/* One document in a list.  The same one may stand there twice; documents that
 * can only be fetched together have the same ref. */
struct driver_item {
	char ref[PARCEL_REF_BYTES]; /* how fetch and done name it */
	char name[PARCEL_NAME_BYTES];
	uint64_t bytes; /* UINT64_MAX: not said */
	bool hashed;    /* sha256 is said */
	uint8_t sha256[DIGEST_BYTES];
	/* the other office, "" where only the name could tell */
	char peer[NUMBER_OFFICE_BYTES], peer_type[NUMBER_TYPE_BYTES];
	enum item_state state;
	int64_t at_ms;            /* 0: not said */
	char by[PARCEL_BY_BYTES]; /* desk: who; "" = not said */
	char code[PARCEL_CODE_BYTES], text[PARCEL_TEXT_BYTES]; /* refused */
};

/* What became of one document of a send. */
struct driver_result {
	enum document_state state; /* HANDED, LISTED, REFUSED; OPEN = not sent
				    * and not there */
	char ref[PARCEL_REF_BYTES];
	char code[PARCEL_CODE_BYTES], text[PARCEL_TEXT_BYTES]; /* refused */
};

/* One document that was fetched: exact bytes. */
struct driver_document {
	const char *name;
	const void *data;
	size_t bytes;
};

/* Valid during the event. */
struct driver_answer {
	uint64_t number;
	int rc;
	struct why why;          /* rc < 0 */
	enum driver_scope scope; /* TSK_LATER, TSK_DENIED */
	int64_t retry_ms;        /* wall time; 0 = the owner's back-off */
	/* send, rc 0: one a document of the parcel, in its order */
	const struct driver_result *results;
	char ref[PARCEL_REF_BYTES]; /* send: name of the whole; may be "" */
	/* lists, rc 0 */
	const struct driver_item *items;
	size_t count;
	bool
	    complete; /* all since since_ms is here: what isn't, is not there */
	/* fetch, rc 0: every document that has this ref */
	const struct driver_document *documents;
	size_t document_count;
};

/* How an office stands with the other side, as last known; no call is made. */
struct driver_health {
	enum { HEALTH_READY = 1, HEALTH_LATER, HEALTH_PERSON } state;
	struct why why;     /* not ready */
	int64_t until_ms;   /* later: not before */
	int64_t expires_ms; /* certificate; 0 = none or not known */
};

struct driver_events {
	void (*answer)(void *arg, const struct driver_answer *answer);
	/* something happened on the other side of this office (a person moved
	 * a folder): its lists are worth asking now.  "" = all */
	void (*changed)(void *arg, const char *office);
	/* for people: expiry, lock-out, a page that waits too long.  Logged and
	 * kept for tasukictl until *_clear says that it is over. */
	void (*notice)(
	    void *arg, const char *office, const char *code, const char *text);
	void (*notice_clear)(void *arg, const char *office, const char *code);
};

struct driver {
	const char *name;
	unsigned traits; /* of enum driver_trait */
	/* check(settings, why): what is wrong with them, without starting
	 * anything.  May be NULL. */
	int (*check)(const struct national_settings *settings, struct why *why);
	/* open: *out is handed to the others.  dirfd: the driver's own folder
	 * in the gateway's spool, for what it likes to keep. */
	int (*open)(zloop_t *loop, const struct national_settings *settings,
	    int dirfd, const struct driver_events *events, void *arg,
	    void **out, struct why *why);
	void (*close)(void *self);
	/* order: starts it; exactly one answer follows, never from in here.
	 * The struct is copied; what it points to stays. */
	void (*order)(void *self, const struct driver_order *order);
	/* offices(self, each, arg): every office this driver can act for now
	 * (containers; folders of the desk). */
	void (*offices)(
	    void *self, void (*each)(void *arg, const char *office), void *arg);
	/* health(self, office, out): from memory. */
	void (*health)(
	    void *self, const char *office, struct driver_health *out);
};

extern const struct driver driver_desk, driver_api;

/* driver_find(name): or NULL. */
const struct driver *driver_find(const char *name);

#endif

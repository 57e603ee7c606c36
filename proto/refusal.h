/* NAME
 *	refusal - why the broker does not take a parcel or ends a session
 * DESCRIPTION
 *	One table (refusal.c): number on the wire, stable name, later or never,
 *	an English sentence for engineers and a Japanese one, with the remedy,
 *	for office staff.  PROTOCOL.md prints the same table; a test compares.
 */
#ifndef TASUKI_REFUSAL_H
#define TASUKI_REFUSAL_H

#include "err.h"

enum refusal {
	REFUSAL_NONE = 0,
	/* never: the sender must change something */
	REFUSAL_MALFORMED = 1,        /* frames or fields break the grammar */
	REFUSAL_VERSION = 2,          /* no common protocol version */
	REFUSAL_NOT_OPEN = 3,         /* spoke before hello was answered */
	REFUSAL_NO_RIGHT = 4,         /* the key may not act for that office */
	REFUSAL_UNKNOWN_RECEIVER = 5, /* office number not in the registry */
	REFUSAL_UNKNOWN_SENDER = 6,
	REFUSAL_TOO_LARGE = 7,    /* document, parcel or count over the limit */
	REFUSAL_BAD_NAME = 8,     /* document name unsafe */
	REFUSAL_DIGEST = 9,       /* bytes do not match size or SHA-256 */
	REFUSAL_ID_REUSED = 10,   /* same parcel id, other content */
	REFUSAL_NO_WAY = 11,      /* receiver known but no way leads there */
	REFUSAL_SAME_OFFICE = 12, /* from and to are the same desk */
	REFUSAL_KIND = 13,        /* this kind may not go in this direction */
	REFUSAL_NOT_VALID_NOW =
	    14, /* the office is outside its valid_from..valid_to */
	REFUSAL_PARTNER_SIZE = 15, /* larger than the receiver takes */
	REFUSAL_OVER_QUOTA = 16, /* alone more than the office's daily quota */
	REFUSAL_MANDATE = 17,    /* the mandate ended, or is not for this */
	/* later: resend the same parcel id */
	REFUSAL_BUSY = 32, /* over the window granted in welcome */
	REFUSAL_DISK_FULL = 33,
	REFUSAL_LARGE_NOT_NOW = 34, /* disk nearly full: only small parcels */
	REFUSAL_STOPPING = 35,
	REFUSAL_CONFLICT = 36, /* another session with the same key is live */
	REFUSAL_QUEUE_FULL = 37,
	REFUSAL_QUOTA = 38, /* the office has sent what it may today */
};

struct refusal_row {
	enum refusal number;
	const char *name; /* "no-right" */
	enum why_class class;
	const char *en, *ja;
};

/* refusal_row(number): the row; for a number of a later version a generic row
 * (never NULL, static). */
const struct refusal_row *refusal_row(enum refusal number);
/* refusal_table(&count): all rows, for documents and tests. */
const struct refusal_row *refusal_table(unsigned *count);

#endif

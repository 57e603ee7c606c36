/* NAME
 *	parcel - what is kept of one outgoing parcel
 * DESCRIPTION
 *	One leg of the queue "national": one sender, one receiver, one or more
 *	documents.  What makes it known on the national side, for ever, are the
 *	names of its documents and their SHA-256; our id means nothing there.
 *
 *	    prepared -> handing    the intent, written down BEFORE the call
 *	    handing  -> handed     the other side says that it has it
 *	    handing  -> prepared   it certainly has not (and only then)
 *	    handing  -> unknown    nobody can tell: a person must look
 *	    handed   -> listed     it stands in the list of what was sent
 *	    listed   -> fetched    the receiver has it
 *	    prepared, handing, handed -> failed   refused for good
 *	    prepared, handed -> recalled   taken back; nothing went out
 *	    unknown, failed -> listed, failed   a person decided
 *	    failed -> prepared     a person had the leg queued again
 *
 *	Nothing leads from unknown to prepared: what may be there is never sent
 *	a second time.  With the driver desk "handed" means: laid out for a
 *	person; it is listed when that person says that it was sent.
 *
 *	The record is a small text file, replaced as a whole and synced before
 *	anything is done that it tells about.
 */
#ifndef TASUKI_NATIONAL_PARCEL_H
#define TASUKI_NATIONAL_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "digest.h"
#include "err.h"
#include "leg.h"
#include "number.h"

#define PARCEL_KEY_BYTES     LEG_KEY_BYTES
#define PARCEL_REF_BYTES     128 /* the other side's name of a thing */
#define PARCEL_NAME_BYTES    256
#define PARCEL_BY_BYTES      64
#define PARCEL_CODE_BYTES    32
#define PARCEL_TEXT_BYTES    384
#define PARCEL_FILE_BYTES    8 /* "00", "01"...: a document in its folder */
#define PARCEL_DOCUMENTS_MAX 64
#define PARCEL_RECORD_MAX    65536u

enum parcel_state {
	PARCEL_PREPARED = 1,
	PARCEL_HANDING,
	PARCEL_HANDED,
	PARCEL_LISTED,
	PARCEL_FETCHED,
	PARCEL_FAILED,
	PARCEL_UNKNOWN,
	PARCEL_RECALLED,
};

/* What is known of one document on the other side. */
enum document_state {
	DOCUMENT_OPEN = 1, /* nothing */
	DOCUMENT_HANDED,   /* it says that it has it; or laid out */
	DOCUMENT_LISTED,   /* in the list of what was sent */
	DOCUMENT_FETCHED,  /* the receiver has it */
	DOCUMENT_REFUSED,  /* it said no, for good */
};

struct parcel_document {
	char name[PARCEL_NAME_BYTES]; /* exactly; file_name_safe() */
	char kind[16];                /* "UPPLAN"; "" = an attachment */
	uint64_t bytes;
	uint8_t sha256[DIGEST_BYTES];
	enum document_state state;
	char ref[PARCEL_REF_BYTES]; /* "" = not known */
};

struct parcel {
	/* kept */
	struct id id;
	unsigned leg;
	enum parcel_state state;
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char from_name[PARCEL_NAME_BYTES], to_name[PARCEL_NAME_BYTES];
	char month[8], stamp[16];
	unsigned clients;
	bool hold;           /* a person stopped it before it goes */
	unsigned tries;      /* calls begun */
	int64_t accepted_ms; /* the broker took it */
	int64_t made_ms;     /* we took it */
	int64_t due_ms;      /* prepared: not before */
	int64_t handing_ms;  /* the last call began */
	int64_t handed_ms, listed_ms, fetched_ms, ended_ms;
	char ref[PARCEL_REF_BYTES]; /* the other side's name of the parcel */
	char code[PARCEL_CODE_BYTES], text[PARCEL_TEXT_BYTES]; /* English */
	char by[PARCEL_BY_BYTES]; /* the person who did or decided it */
	bool told;                /* the broker knows the end */
	bool picked;              /* ... and that it was fetched */
	size_t count;
	struct parcel_document *documents; /* owned */
};

/* parcel_new(count): zeroed, with room for so many documents. */
struct parcel *parcel_new(size_t count);
struct parcel *parcel_copy(const struct parcel *parcel);
void parcel_free(struct parcel **parcel);

/* parcel_key_of(parcel, out): leg_key(), the name of its folder; returns out.
 */
const char *parcel_key_of(
    const struct parcel *parcel, char out[PARCEL_KEY_BYTES]);
/* parcel_file(i, out): the name of document i in the parcel's folder. */
const char *parcel_file(size_t i, char out[PARCEL_FILE_BYTES]);

/* parcel_write(parcel, out): the record as text, with a tag over it. */
void parcel_write(const struct parcel *parcel, struct buf *out);
/* parcel_read(text, n, out): 0 and *out (free it), TSK_DAMAGED or
 * TSK_VERSION. */
int parcel_read(const char *text, size_t n, struct parcel **out) TSK_MUST_USE;

/* parcel_state_name(state): "prepared"...; static.  parcel_state_parse: or -1.
 * document_state_*: the same for a document ("open"...). */
const char *parcel_state_name(enum parcel_state state);
int parcel_state_parse(const char *name);
const char *document_state_name(enum document_state state);
int document_state_parse(const char *name);
/* parcel_ended(parcel): nothing leads further without a person, or at all:
 * listed counts (the leg is delivered), too. */
bool parcel_ended(const struct parcel *parcel);
/* parcel_say(parcel, code, format...): code and text of the record. */
void parcel_say(struct parcel *parcel, const char *code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif

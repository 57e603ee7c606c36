/* NAME
 *	fax - which FAX numbers may be dialled
 * DESCRIPTION
 *	A FAX that goes to a wrong number cannot be called back.  So a partner's
 *	number is used only after it was verified: by a second person, or by a
 *	test page whose code the partner read back.  Every change of the number
 *	freezes it again.  All of that is a record of its own beside the
 *	registry row (kind "fax", same key), so that importing a list cannot
 *	verify anything:
 *
 *	    {"number","state","entered_by","entered_ms","verified_by",
 *	     "verified_ms","how","first_ms","code","code_ms","tries",
 *	     "history":[{"at_ms","by","what","number"}]}
 *
 *	    unverified -> verified		a number that was never verified
 *	    verified -> frozen			changed, or stopped by a person
 *	    frozen -> verified			as above
 *
 *	Each function makes the next record of the last one; nothing is changed
 *	in place.  Pure.
 */
#ifndef TASUKI_FAX_H
#define TASUKI_FAX_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "err.h"
#include "fax_number.h"

#define FAX_BY_BYTES   64
#define FAX_CODE_BYTES 7 /* six digits */
#define FAX_HISTORY    32
#define FAX_TRIES      5
#define FAX_CODE_MS    (14LL * 24 * 60 * 60 * 1000)

/* what a route needs */
struct fax {
	char number[FAX_NUMBER_BYTES]; /* of the row; "" = none */
	bool verified;                 /* that number, now */
	bool first;                    /* nothing was delivered to it yet */
	bool frozen;                   /* was verified once */
};

/* fax_view(record, number, out): ${record} NULL = none yet; ${number} is the
 * row's, parsed. */
void fax_view(const json_t *record, const char *number, struct fax *out);
/* fax_by(text, out): a person's name, 1..63 bytes, trimmed; or TSK_INVALID. */
int fax_by(const char *text, char out[FAX_BY_BYTES]) TSK_MUST_USE;

/* A new reference each; NULL with ${why} filled: not allowed. */
/* fax_entered(record, number, by, at_ms): the row has this number now ("" none).
 * NULL without a reason: it had it before. */
json_t *fax_entered(
    const json_t *record, const char *number, const char *by, int64_t at_ms);
json_t *fax_verified(
    const json_t *record, const char *by, int64_t at_ms, struct why *why);
json_t *fax_tested(const json_t *record, const char *code, const char *by,
    int64_t at_ms, struct why *why);
/* fax_read_back(record, code, by, at_ms, right): also a wrong try is to be kept. */
json_t *fax_read_back(const json_t *record, const char *code, const char *by,
    int64_t at_ms, bool *right, struct why *why);
json_t *fax_frozen(
    const json_t *record, const char *by, int64_t at_ms, struct why *why);
/* fax_delivered(record, at_ms): NULL when it was not the first. */
json_t *fax_delivered(const json_t *record, int64_t at_ms);
/* fax_shown(record): for people: without the code. */
json_t *fax_shown(const json_t *record);

#endif

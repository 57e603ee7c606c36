/* NAME
 *	fax_number - what a FAX number in Japan looks like
 * DESCRIPTION
 *	A FAX that goes to a wrong number cannot be called back, so a number is
 *	taken only if it can be nothing else than the number of a FAX in Japan:
 *
 *	    03-1234-5678  (03)1234-5678  0312345678  +81-3-1234-5678
 *
 *	digits, single hyphens between them, parentheses around one group.  Area
 *	codes must exist, lengths must be right.  Refused on purpose: 184 and 186
 *	(hide or show the caller) and every other prefix, 00 and 010 (abroad),
 *	'#', '*', ',' and letters (they dial on), full-width digits, mobile and
 *	pager numbers (no FAX answers there), 0570, 0990, 0180 (they cost).
 *
 *	This is the grammar only.  Whether the number is the partner's own is a
 *	matter of verification (the registry's fax_verified, fax_frozen).
 *	Pure.
 */
#ifndef TASUKI_FAX_NUMBER_H
#define TASUKI_FAX_NUMBER_H

#include <stdbool.h>

#include "err.h"

#define FAX_NUMBER_BYTES 12 /* "0312345678", "05012345678" and NUL */
#define FAX_E164_BYTES   14 /* "+81312345678" and NUL */
#define FAX_TEXT_MAX     24 /* longest text that is looked at */

/**
 * fax_number_parse(text, out, why):
 * 0 and the number as digits with the leading 0 in ${out}; or TSK_INVALID with
 * ${why} (may be NULL) WHY_NEVER and the code
 *
 *     fax-empty       nothing there
 *     fax-character   something else than digits and hyphens
 *     fax-prefix      184, 186
 *     fax-abroad      00, 010, or a country code that is not 81
 *     fax-area        no such area code, or no leading 0
 *     fax-length      too short or too long for its kind
 *     fax-kind        mobile, pager, or a number that costs
 *
 * The sentence never repeats the number.  ${out} is "" after a failure.
 */
int fax_number_parse(
    const char *text, char out[FAX_NUMBER_BYTES], struct why *why) TSK_MUST_USE;

/* fax_number_e164(number, out): "+81312345678" of a parsed number; returns
 * out. */
const char *fax_number_e164(const char *number, char out[FAX_E164_BYTES]);

/* fax_number_same(a, b): both are numbers and the same one, however written. */
bool fax_number_same(const char *a, const char *b);

/* fax_number_mask(number, out): all but the last four digits as '*', for logs;
 * returns out. */
const char *fax_number_mask(const char *number, char out[FAX_TEXT_MAX + 1]);

#endif

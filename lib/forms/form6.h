/* NAME
 *	form6 - サービス提供票 (form 6), from UPPLAN and UPJSK
 * DESCRIPTION
 *	Draws the planned and the actual use of one parcel: 13 services a page,
 *	as many pages for a client as it takes, the head on every page, clients
 *	one after the other.  UPHOSOKU of the same client and month fills the
 *	head; without it the numbers stand alone.  Names of services and insurers
 *	come from the masters, with the code beside them; a code that isn't
 *	there stands alone, never a guess.  The same input gives the same bytes.
 * DIAGNOSTICS
 *	What no later try can mend is WHY_NEVER, with a sentence that names file
 *	and record and holds nothing of a person:
 *	    no-services		neither UPPLAN nor UPJSK has a record
 *	    bad-csv		a file can't be read as its kind
 *	    bad-month, bad-date, bad-count, too-many-clients,
 *	    too-many-services	of pivot.h
 *	    glyph-missing, page-failed, pdf-too-big	of page.h
 */
#ifndef TASUKI_FORM6_H
#define TASUKI_FORM6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "forms.h"

#define FORM6_PDF_MAX (256u * 1024 * 1024)

struct form6_document {
	const char *name; /* for messages */
	const char
	    *kind; /* "UPPLAN", "UPJSK", "UPHOSOKU"; others are skipped */
	const void *data;
	size_t bytes;
};

/* The name of an office, valid until the next call, or NULL. */
typedef const char *form6_office_fn(void *arg, const char *number);

struct form6_input {
	const struct form6_document *documents;
	size_t count;
	const char *from;             /* number of the sending office */
	const char *reference;        /* of the parcel, for the foot */
	int64_t made_ms;              /* wall time put into the PDF */
	form6_office_fn *office_name; /* may be NULL */
	void *arg;
	bool for_client; /* サービス利用票 instead of サービス提供票 */
};

struct form6_result {
	size_t clients, services;
	unsigned pages;
	bool planned, actual;
	char month[7]; /* of the first client */
};

/* form6_wanted(kind): this kind makes a form 6. */
bool form6_wanted(const char *kind);
/* form6_draw(forms, input, pdf, result, why): the PDF is appended to ${pdf}. */
int form6_draw(const struct forms *forms, const struct form6_input *input,
    struct buf *pdf, struct form6_result *result, struct why *why) TSK_MUST_USE;

#endif

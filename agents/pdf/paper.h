/* NAME
 *	paper - the PDF of one delivery
 * DESCRIPTION
 *	All forms of the parcel with what the order wants around them: a cover,
 *	the mark of a copy, data sheets for partners who can scan; the documents
 *	themselves ride inside; one closed with a password is for the mail.
 */
#ifndef TASUKI_PDF_PAPER_H
#define TASUKI_PDF_PAPER_H

#include "draw.h"
#include "link.h"
#include "names.h"

#define PAPER_NAME_BYTES 200

enum paper_cover { PAPER_NO_COVER, PAPER_COVER_IF_EMPTY, PAPER_COVER };

struct paper_order {
	const struct link_delivery *delivery;
	const struct names *names;
	bool ja;
	enum paper_cover cover;
	bool sheet;       /* data sheets */
	const char *code; /* on the cover; "" none */
	const char *contact;
	const char *password; /* NULL: no closed one */
};

struct paper {
	struct buf pdf;    /* open, CSV inside; empty: nothing to draw */
	struct buf closed; /* with a password: all documents inside */
	char name[PAPER_NAME_BYTES];
	struct draw_result result;
	const char *sheet; /* NULL, or why there is no data sheet (code) */
};

/* paper_make(forms, order, out, why): *out is to be released with paper_fini()
 * whatever comes.  0, also if there is nothing to draw and no cover. */
int paper_make(const struct forms *forms, const struct paper_order *order,
    struct paper *out, struct why *why) TSK_MUST_USE;
void paper_fini(struct paper *paper);
/* paper_office(order, number): what an office is called, or NULL. */
const char *paper_office(const struct paper_order *order, const char *number);

#endif

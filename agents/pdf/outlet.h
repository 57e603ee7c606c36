/* NAME
 *	outlet - how the papers of one partner leave the house
 * DESCRIPTION
 *	The registry says it by columns of the partner's row (they come with
 *	each delivery): pdf_out, pdf_printer, email, qr, contact.  A section
 *	"partner" of the settings says it for one site and goes before; what
 *	neither says is the setting "out".
 *
 *	    folder	the papers lie in the partner's folder (the default)
 *	    printer	the same, and they are printed
 *	    mail	the same, and they go by e-mail as a closed PDF
 *	    handover	the same, with a cover that bears a code to come back
 * DIAGNOSTICS
 *	bad-policy (never): an outlet nobody knows, no address, no server...
 */
#ifndef TASUKI_PDF_OUTLET_H
#define TASUKI_PDF_OUTLET_H

#include "settings.h"
#include "wire.h"

enum outlet_kind {
	OUTLET_FOLDER,
	OUTLET_PRINTER,
	OUTLET_MAIL,
	OUTLET_HANDOVER
};

/* Texts are borrowed from the settings and the delivery. */
struct outlet {
	enum outlet_kind kind;
	const char *printer; /* "" = the print server's own choice */
	const char *email;
	const char *contact;
	bool qr; /* the partner can scan data sheets */
};

/* outlet_parse(name): an enum outlet_kind, or -1. */
int outlet_parse(const char *name);
const char *outlet_name(enum outlet_kind kind);
/* outlet_of(settings, to, paper, out, why): ${paper} may be NULL. */
int outlet_of(const struct pdf_settings *settings, const char *to,
    const struct wire_paper *paper, struct outlet *out,
    struct why *why) TSK_MUST_USE;

#endif

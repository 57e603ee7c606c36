/* NAME
 *	desk - one delivery from the queue becomes papers, and leaves the house
 * DESCRIPTION
 *	Takes a delivery, draws it, lays papers and documents into the partner's
 *	folder, and prints or mails them where the partner's outlet says so.
 *	The folder is filled only when the paper is out, so what lies there has
 *	gone; what was begun is noted before and after (jobs.h):
 *
 *	    staged -> job "sending" -> handed over -> job "sent" -> in the folder
 *
 *	Killed between the third and the fourth step nobody knows whether it went
 *	out: the leg is settled never with code "unknown", a person decides, and
 *	only a leg that comes again after that is sent once more, with the same
 *	Message-ID.
 * DIAGNOSTICS
 *	later: disk-full, folder, passwords, mail-server, print-server, waits
 *	(another leg is on its way).  never: unknown, recalled, bad-policy,
 *	mail-refused, mail-too-big, type-lie, pdf-encrypted, pdf-active,
 *	pdf-damaged (if documents/dubious is refuse), and what draw.h says.
 */
#ifndef TASUKI_PDF_DESK_H
#define TASUKI_PDF_DESK_H

#include "err.h"
#include "filing.h"
#include "forms.h"
#include "handover.h"
#include "jobs.h"
#include "link.h"
#include "names.h"
#include "outlet.h"
#include "post.h"
#include "print.h"
#include "secrets.h"

#define DESK_DETAIL_BYTES 64
#define DESK_UNDER_WAY    1

struct desk_outcome {
	int rc; /* 0 delivered, else TSK_* and ${why} */
	struct why why;
	char detail[DESK_DETAIL_BYTES]; /* "pages=3" */
	uint32_t retry_ms;              /* 0: the broker's own backoff */
};

/* The end of what was DESK_UNDER_WAY. */
typedef void desk_done_fn(void *arg, const struct desk_outcome *outcome);

struct desk {
	const struct pdf_settings *settings;
	const struct forms *forms;
	struct filing *filing;
	struct names *names;
	struct jobs *jobs;
	struct secrets *secrets; /* NULL without mail */
	struct handover *handover;
	struct post *post; /* NULL without mail */
	struct print *print;
	desk_done_fn *done;
	void *arg;
	/* what is under way */
	bool busy;
	struct id id;
	uint32_t leg;
	enum outlet_kind kind;
	unsigned pages;
};

/* desk_deliver(desk, delivery, out): 0 and *out, or DESK_UNDER_WAY: exactly one
 * ${desk->done} follows. */
int desk_deliver(struct desk *desk, const struct link_delivery *delivery,
    struct desk_outcome *out) TSK_MUST_USE;
/* desk_asked(desk, id, leg): the broker has parked a leg that was unknown: when
 * it comes again a person wants it sent. */
void desk_asked(struct desk *desk, const struct id *id, uint32_t leg);
/* desk_stop(desk): an orderly end.  A mail whose end was not handed over yet is
 * given up and not unknown; what else is under way stays so. */
void desk_stop(struct desk *desk);

#endif

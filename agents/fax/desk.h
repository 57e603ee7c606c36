/* NAME
 *	desk - one delivery from the queue becomes a job
 * DESCRIPTION
 *	Refuses what must not be sent (no verified number, a document no FAX can
 *	show), draws cover, forms and data sheets, and puts the job into the run.
 *	Default deny: what the broker does not say is not allowed.
 * DIAGNOSTICS
 *	never: fax-unverified, fax-empty ... (fax_number.h), fax-document (a
 *	document cannot be drawn: PDF, GIF), fax-pages (more pages than the
 *	limit), and what draw.h says.  later: disk-full, folder.
 */
#ifndef TASUKI_FAX_DESK_H
#define TASUKI_FAX_DESK_H

#include "forms.h"
#include "link.h"
#include "run.h"

struct desk {
	const struct forms *forms;
	const struct fax_settings *settings;
	struct run *run;
	unsigned pages_max;
	uint64_t bytes_max;
};

/* desk_check(deliver, number, why): may it be dialled? 0 and ${number}. */
int desk_check(const struct wire_deliver *deliver,
    char number[FAX_NUMBER_BYTES], struct why *why) TSK_MUST_USE;
/* desk_deliver(desk, delivery, now, out, why): 0 and the new job, durable. */
int desk_deliver(struct desk *desk, const struct link_delivery *delivery,
    int64_t now_ms, struct job **out, struct why *why) TSK_MUST_USE;

#endif

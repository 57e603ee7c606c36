/* NAME
 *	desk - one delivery from the queue becomes papers in a folder
 * DESCRIPTION
 *	Pure of the wire's dialog: takes a delivery, answers with the outcome to
 *	settle.  A parcel with UPPLAN or UPJSK gets サービス提供票 as a PDF; every
 *	document lies beside it byte for byte.
 */
#ifndef TASUKI_PDF_DESK_H
#define TASUKI_PDF_DESK_H

#include "err.h"
#include "filing.h"
#include "forms.h"
#include "link.h"
#include "names.h"

struct desk {
	const struct forms *forms;
	struct filing *filing;
	struct names *names;
};

/* desk_deliver(desk, delivery, why): 0 = filed and durable, also if it had been
 * before; else TSK_* with ${why} saying later or never. */
int desk_deliver(struct desk *desk, const struct link_delivery *delivery,
    struct why *why) TSK_MUST_USE;

#endif

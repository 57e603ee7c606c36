/* NAME
 *	text_parcel - a parcel of the broker's own with one text
 * DESCRIPTION
 *	FAX test pages, reminders, notices of what is taken back.  A parcel like any other, so that crashes,
 *	repeats and receipts are the same as for all; its agent is "broker".
 */
#ifndef TASUKI_TEXT_PARCEL_H
#define TASUKI_TEXT_PARCEL_H

#include "broker.h"
#include "route.h"
#include "settle.h"

struct text_parcel {
	const struct desk *from, *to;
	const char *name;          /* of the document */
	const char *text;          /* copied, and wiped afterwards */
	const struct route *route; /* its legs and why */
	/* NULL: a new id; else this one, and told gets TSK_EXIST when there is
	 * such a parcel already */
	const struct id *same;
	settle_fn *told; /* after the commit; may be NULL */
	void *arg;
};

/* text_parcel_put(b, new, id): in one transaction with what was put joined just
 * before.  *id: its id. */
void text_parcel_put(
    struct broker *b, const struct text_parcel *new, struct id *id);

#endif

/* NAME
 *	recall_notice - paper that is out already is taken back on paper
 * DESCRIPTION
 *	Who takes a parcel back whose paper the partner has in his hands cannot
 *	call it back.  A notice follows by the same way, 取り消しのお知らせ: which
 *	papers (their number stands at the foot of each page), of which month,
 *	since when they are there, and that they are to be destroyed.  It names no
 *	client: the broker has no bodies any more, and needs none for it.
 *
 *	Data is not taken back so: care software deletes by files of the standard
 *	(DLT...), which the sender's makes.
 */
#ifndef TASUKI_RECALL_NOTICE_H
#define TASUKI_RECALL_NOTICE_H

#include "broker.h"

/* recall_notice_put(b, parcel): one notice for each leg of ${parcel} that was
 * delivered on paper; never a second one for the same leg, however often it is
 * asked for. */
void recall_notice_put(struct broker *b, const struct store_parcel *parcel);
/* recall_notice_late(b, id, leg): the leg was asked back and was out already: the
 * same for it, if it was the sender or an operator who took it back. */
void recall_notice_late(
    struct broker *b, const struct id *id, const struct store_leg *leg);

#endif

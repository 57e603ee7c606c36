/* NAME
 *	recall - the folder 取消: taking back what was sent
 * DESCRIPTION
 *	Who moves a sent parcel's folder, or a file out of it, from 送信済 into 取消
 *	wants it back.  It goes back to where it was, and the broker is asked,
 *	until it answered:
 *
 *	    取消/.recall-<id>		asked for; survives a crash
 *	    取消/お知らせ_<id>.txt	what became of it
 */
#ifndef TASUKI_OFFICE_RECALL_H
#define TASUKI_OFFICE_RECALL_H

#include "office.h"
#include "wire.h"

/* recall_work(office, now_ms): look into the folder when it is time; when to come
 * again. */
int64_t recall_work(struct office *office, int64_t now_ms);
/* recall_welcome(office): a new session: ask again. */
void recall_welcome(struct office *office);
/* recall_receipt(office, receipt): of a parcel of this office. */
void recall_receipt(struct office *office, const struct wire_receipt *receipt);

#endif

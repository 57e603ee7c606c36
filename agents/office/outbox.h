/* NAME
 *	outbox - from files somebody dropped to parcels on the way
 */
#ifndef TASUKI_OFFICE_OUTBOX_H
#define TASUKI_OFFICE_OUTBOX_H

#include "office.h"

struct outbox *outbox_new(struct office *office);
void outbox_free(struct outbox **outbox);
/* outbox_work(outbox, now): take what is due; when to come again, INT64_MAX if
 * nothing waits. */
int64_t outbox_work(struct outbox *outbox, int64_t now_ms);

#endif

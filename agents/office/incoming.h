/* NAME
 *	incoming - deliveries from the broker into the inbox
 */
#ifndef TASUKI_OFFICE_INCOMING_H
#define TASUKI_OFFICE_INCOMING_H

#include "office.h"

struct incoming;

struct incoming *incoming_new(struct app *app);
void incoming_free(struct incoming **in);
/* incoming_load(in, office): finish what a crash interrupted. */
void incoming_load(struct incoming *in, struct office *office);
/* incoming_work(in, now): place what is committed; when to come again. */
int64_t incoming_work(struct incoming *in, int64_t now_ms);

/* incoming_offered(in, deliver): large documents, not fetched yet: true if the
 * parcel needs none of them and is settled. */
bool incoming_offered(struct incoming *in, const struct wire_deliver *deliver);
/* events of the link */
void incoming_deliver(
    struct incoming *in, const struct link_delivery *delivery);
/* true: it answered the settlement of a delivery */
bool incoming_settled(struct incoming *in, const struct id *id);
void incoming_down(struct incoming *in);
/* incoming_awaits(in, id): its delivery is not settled by the broker yet. */
bool incoming_awaits(const struct incoming *in, const struct id *id);

#endif

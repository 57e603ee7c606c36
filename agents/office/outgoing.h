/* NAME
 *	outgoing - parcels from the folder of sending ones to the broker
 */
#ifndef TASUKI_OFFICE_OUTGOING_H
#define TASUKI_OFFICE_OUTGOING_H

#include "office.h"
#include "wire.h"

/* in the folder of an unfinished parcel of attachments: the name of the partner
 * folder they came from */
#define OUTGOING_ORIGIN ".origin"

struct outgoing;

struct outgoing *outgoing_new(struct app *app);
void outgoing_free(struct outgoing **out);
/* outgoing_load(out, office): what a crash left in the folder: parcels with a
 * manifest are sent again under their id, others are taken apart and go back to
 * the outbox. */
void outgoing_load(struct outgoing *out, struct office *office);
/* outgoing_add(out, office, parcel, fresh): its folder is durable; send it in
 * turn.  ${fresh}: it was never handed in, so it may still be rejected here. */
void outgoing_add(struct outgoing *out, struct office *office,
    const struct wire_parcel *parcel, bool fresh);
/* outgoing_again(out, office, id): its folder is back among those being sent;
 * send it once more under its id. */
void outgoing_again(
    struct outgoing *out, struct office *office, const struct id *id);
size_t outgoing_count(const struct outgoing *out);
/* outgoing_work(out, now): submit what the window takes; when to come again. */
int64_t outgoing_work(struct outgoing *out, int64_t now_ms);

/* events of the link */
void outgoing_down(struct outgoing *out);
void outgoing_accepted(
    struct outgoing *out, const struct wire_accepted_item *item);
void outgoing_refused(struct outgoing *out, const struct wire_refused *refused);

#endif

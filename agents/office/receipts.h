/* NAME
 *	receipts - what the broker said about the parcels of an office
 */
#ifndef TASUKI_OFFICE_RECEIPTS_H
#define TASUKI_OFFICE_RECEIPTS_H

#include "office.h"
#include "wire.h"

#define RECEIPTS_NAME ".receipts"

/* receipts_event(office, receipt): append to the sent parcel's file and show it;
 * false: not a parcel of this office. */
bool receipts_event(struct office *office, const struct wire_receipt *receipt);
/* receipts_load(office): fill the status file's rows from the folders of the
 * last two months. */
void receipts_load(struct office *office);
/* receipts_forgotten(office, id): the broker does not know a parcel of ours, for
 * it came back from an older backup.  If no leg of it has arrived, as far as we
 * heard, its folder goes back among those being sent.  TSK_NOTFOUND: not a
 * parcel of this office, or nothing of it is owed. */
int receipts_forgotten(struct office *office, const struct id *id) TSK_MUST_USE;
/* receipts_query(office): ask the broker for the legs that are not finished. */
void receipts_query(struct office *office);
/* receipts_repeat(office, content, out): the id of an earlier parcel with this
 * content; false if there is none in the last months. */
bool receipts_repeat(
    struct office *office, const char *content, struct id *out);
/* receipts_accepted(office, parcel, item): the broker has it and its folder is
 * among the sent ones. */
void receipts_accepted(struct office *office, const struct wire_parcel *parcel,
    const struct wire_accepted_item *item);
void receipts_free(struct office *office);

#endif

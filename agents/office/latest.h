/* NAME
 *	latest - the latest 連番 delivered, by kind, partner and month
 * DESCRIPTION
 *	A file older than what the receiver has already would overwrite newer
 *	content there: the last look (inspect.h) asks here.  What is only on its
 *	way does not count: the bus hands parcels of a pair out in 連番 order.
 */
#ifndef TASUKI_OFFICE_LATEST_H
#define TASUKI_OFFICE_LATEST_H

#include "office.h"
#include "set_check.h"
#include "wire.h"

/* latest_note(office, parcel): the receiver has it. */
void latest_note(struct office *office, const struct wire_parcel *parcel);
/* latest_tell(office, name, set): what was delivered last in the place of a file of
 * this name, if anything. */
void latest_tell(
    struct office *office, const struct name *name, struct set_check *set);
void latest_free(struct office *office);

#endif

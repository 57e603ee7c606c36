/* NAME
 *	latest - the latest 連番 sent, by kind, partner and month
 * DESCRIPTION
 *	A file older than what was sent already would overwrite newer content at
 *	the receiver: the last look (inspect.h) asks here.
 */
#ifndef TASUKI_OFFICE_LATEST_H
#define TASUKI_OFFICE_LATEST_H

#include "office.h"
#include "set_check.h"
#include "wire.h"

/* latest_note(office, parcel): it is sent, or about to be. */
void latest_note(struct office *office, const struct wire_parcel *parcel);
/* latest_tell(office, name, set): what was sent last in the place of a file of
 * this name, if anything. */
void latest_tell(
    struct office *office, const struct name *name, struct set_check *set);
void latest_free(struct office *office);

#endif

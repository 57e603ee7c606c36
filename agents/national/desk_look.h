/* NAME
 *	desk_look - what people did with the parcels on the desk
 * DESCRIPTION
 *	A person moves the folder of a parcel to 済 or 問題: in which of them it
 *	lies is all that is read, and who did it and why not, if somebody wrote
 *	it down (担当者.txt, 理由.txt).
 */
#ifndef TASUKI_NATIONAL_DESK_LOOK_H
#define TASUKI_NATIONAL_DESK_LOOK_H

#include "desk_entry.h"

#define DESK_PLACE_TO_SEND "送る"
#define DESK_PLACE_SENT    "済"
#define DESK_PLACE_PROBLEM "問題"

struct desk_list {
	struct desk_entry *entries; /* by day and folder */
	size_t count;
};

/* desk_read(office, since, out): every parcel laid out on that day or later, and
 * where it is now; "" = all. */
int desk_read(
    int office, const char *since, struct desk_list *out) TSK_MUST_USE;
void desk_list_fini(struct desk_list *list);
/* desk_read_day(office, day, list): adds that day alone; TSK_NOTFOUND if it has
 * no entries. */
int desk_read_day(
    int office, const char *day, struct desk_list *list) TSK_MUST_USE;

#endif

/* NAME
 *	place - one committed delivery into the inbox, and its marker
 */
#ifndef TASUKI_OFFICE_PLACE_H
#define TASUKI_OFFICE_PLACE_H

#include "office.h"
#include "wire.h"

#define PLACE_LEG_NAME ".leg"

/* place_known(office, id): it is committed or placed already. */
bool place_known(const struct office *office, const struct id *id);
/* place_write(office, delivery): .incoming/<id>.tmp, not synced. */
int place_write(
    struct office *office, const struct link_delivery *delivery) TSK_MUST_USE;
void place_drop(struct office *office, const struct id *id); /* the .tmp */
/* place_commit(office, id): rename .tmp away; the folder is not synced. */
int place_commit(struct office *office, const struct id *id) TSK_MUST_USE;
/* place_move(office, id): the files into the inbox, the marker written; not
 * synced.  Begins again wherever a crash left it. */
int place_move(struct office *office, const struct id *id) TSK_MUST_USE;
/* place_clean(office, id): the marker is durable: drop .incoming/<id>. */
void place_clean(struct office *office, const struct id *id);

#endif

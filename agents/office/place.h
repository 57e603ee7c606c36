/* NAME
 *	place - one committed delivery into the inbox, and its marker
 */
#ifndef TASUKI_OFFICE_PLACE_H
#define TASUKI_OFFICE_PLACE_H

#include "office.h"
#include "wire.h"

/* place_known(office, id): it is committed or placed already. */
bool place_known(const struct office *office, const struct id *id);
/* place_write(office, delivery): .incoming/<id>.tmp, not synced. */
int place_write(
    struct office *office, const struct link_delivery *delivery) TSK_MUST_USE;
void place_drop(struct office *office, const struct id *id); /* the .tmp */
/* place_commit(office, id): rename .tmp away; the folder is not synced. */
int place_commit(struct office *office, const struct id *id) TSK_MUST_USE;
/* place_is_spare(name): an empty folder in .incoming, kept for the next one. */
bool place_is_spare(const char *name);
/* place_move(office, id): the files into the inbox, the marker into its month;
 * .incoming/<id> is empty then.  Begins again wherever a crash left it. */
int place_move(struct office *office, const struct id *id) TSK_MUST_USE;
/* place_put_away(office, id): the empty .incoming/<id>, after folders_sync(), is
 * kept as a spare one or dropped. */
void place_put_away(struct office *office, const struct id *id);

#endif

/* NAME
 *	reconcile - planned against done (予実突合), beside a received 実績
 */
#ifndef TASUKI_OFFICE_RECONCILE_H
#define TASUKI_OFFICE_RECONCILE_H

#include "office.h"
#include "wire.h"

struct reconcile;

#define RECONCILE_NAME ".compare"

struct reconcile *reconcile_new(void);
void reconcile_free(struct reconcile **reconcile);
/* reconcile_received(office, dir, parcel): a delivery whose documents still lie
 * in ${dir}: write the comparison of each 実績 in it with the 予定 this office
 * sent.  Does nothing if there is none of either, or if it is switched off;
 * trouble is logged and stops nothing. */
void reconcile_received(
    struct office *office, int dir, const struct wire_parcel *parcel);
/* reconcile_sent(office, parcel): it lies in the folder of sent ones now. */
void reconcile_sent(struct office *office, const struct wire_parcel *parcel);
/* reconcile_load(office, dir, id): the status cell of a sent parcel, read from
 * its folder ${dir} at start. */
void reconcile_load(struct office *office, int dir, const struct id *id);

#endif

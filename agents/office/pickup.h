/* NAME
 *	pickup - delivered files that left the inbox
 */
#ifndef TASUKI_OFFICE_PICKUP_H
#define TASUKI_OFFICE_PICKUP_H

#include "office.h"
#include "wire.h"

struct pickup;

/* pickup_new(office): watch the inbox, read the markers of the last months. */
struct pickup *pickup_new(struct office *office);
void pickup_free(struct pickup **pickup);
/* pickup_add(office, id, leg, names, count): these lie in the inbox now. */
void pickup_add(struct office *office, const struct id *id, uint32_t leg,
    const char *const *names, size_t count);
/* pickup_report(pickup): say again what the broker has not confirmed. */
void pickup_report(struct pickup *pickup);
/* pickup_try(pickup, id): its delivery is settled; report it if it is due. */
void pickup_try(struct pickup *pickup, const struct id *id);
/* pickup_settled(pickup, id): the broker has it; note it in the marker. */
void pickup_settled(struct pickup *pickup, const struct id *id);
void pickup_down(struct pickup *pickup);

#endif

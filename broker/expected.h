/* NAME
 *	expected - which results are owed, from headers alone
 * DESCRIPTION
 *	Who was sent the 予定 (UPPLAN) of a month owes its sender the 実績 (UPJSK)
 *	of that month.  A row is one such pair of desks.
 *
 *	Counted are parcels that did not end as superseded, recalled or closed.
 *	Two parcels with the same mark (whose clients, as only the sender can
 *	tell) are versions: the newer one counts; a deletion with that mark
 *	(DLTPLAN, DLTJSK) ends them.  Without marks the largest parcel counts,
 *	and a deletion is only pointed at.
 *
 *	A name of the old form says no service type: such a result is taken for
 *	every desk of that number.
 *	Thread: any.
 * BUGS
 *	A client without any service in the month has no 実績; so fewer clients
 *	in the result than in the plan need not be a fault.
 */
#ifndef TASUKI_EXPECTED_H
#define TASUKI_EXPECTED_H

#include "number.h"
#include "store.h"

struct expected_row {
	char office[NUMBER_OFFICE_BYTES]; /* who waits: sent the plan */
	char office_type[NUMBER_TYPE_BYTES];
	char partner[NUMBER_OFFICE_BYTES]; /* who owes the result */
	char partner_type[NUMBER_TYPE_BYTES];
	enum leg_way way;             /* of the newest plan */
	uint32_t plans, plan_clients; /* parcels; 0 clients = not said */
	uint32_t results, result_clients;
	int64_t planned_ms;        /* the newest plan was accepted */
	int64_t first_ms, last_ms; /* results; 0 = none */
	bool maybe_deleted;        /* see above */
};

struct expected {
	struct expected_row *rows; /* by office, then partner */
	size_t count;
};

/* expected_gather(store, month, out): every pair with a plan for the service
 * month "202612".  TSK_DAMAGED: damaged parcels are left out. */
int expected_gather(
    struct store *store, const char *month, struct expected *out) TSK_MUST_USE;
/* expected_of(parcels, count, out): the same of these parcels alone, newest first.
 */
void expected_of(const struct store_parcel *const *parcels, size_t count,
    struct expected *out);
void expected_fini(struct expected *e);

/* expected_arrived(row), expected_partly(row): results came, of all clients;
 * of fewer clients than planned for. */
bool expected_arrived(const struct expected_row *row);
bool expected_partly(const struct expected_row *row);

/* expected_key(month, office, office_type, partner, partner_type, out): under which
 * records about a pair are kept; returns out. */
const char *expected_key(const char *month, const char *office,
    const char *office_type, const char *partner, const char *partner_type,
    char out[STORE_KEY_BYTES_MAX]);
/* expected_month(text): is it a month "202612"? */
bool expected_month(const char *text);

#endif

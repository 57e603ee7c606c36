/* NAME
 *	relay - what the tests of a whole broker say again and again
 * DESCRIPTION
 *	Included after cmocka.h.  Every case runs on both back ends of the store.
 */
#ifndef TASUKI_TEST_RELAY_H
#define TASUKI_TEST_RELAY_H

#include "room.h"

#define STAMP    "20261101000000"
#define QUIET_MS 300 /* nothing came in that time: nothing comes */
#define LARGE    (2 * 1024 * 1024 + 500)

/* relay_cases(name, group): all of a file's cases under a name, on each back
 * end; how many failed. */
typedef int relay_group_fn(const char *name);
int relay_cases(const char *name, relay_group_fn *group);
const char *relay_backend(void);

/* A room on that back end. */
struct room *opened(const char *extra);
/* The next that is said to a peer, sooner or later. */
void expect_refused(struct peer *p, enum refusal refusal);
void expect_bye(struct peer *p, enum refusal refusal);
void expect_deliver(struct peer *p, unsigned n);
/* A peer settles parcel n. */
void settle(
    struct peer *p, unsigned n, enum wire_outcome outcome, const char *code);
/* What the operator is told of parcel n, and the state of its first leg. */
json_t *parcel_of(struct room *r, unsigned n);
void expect_state(struct room *r, unsigned n, const char *state);

#endif

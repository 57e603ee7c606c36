/* NAME
 *	roster - the offices with a container, and when their certificates end
 * DESCRIPTION
 *	Certificates are watched: people hear 60, 30 and 7 days before the end,
 *	and as soon as a certificate does not last through the coming claim days
 *	(expiry.h), each stage once; every day when it gets serious.
 * DIAGNOSTICS
 *	notice: certificate-expiry.
 */
#ifndef TASUKI_NATIONAL_ROSTER_H
#define TASUKI_NATIONAL_ROSTER_H

#include "driver.h"
#include "judge.h"
#include "vault.h"

struct roster_office {
	struct container_facts facts;
	struct outcome last; /* how it stands, by the last answer */
	/* the roster's own */
	bool seen;
	char told[16]; /* what people were told: stage and day */
	int64_t told_day;
};

struct roster;

/* roster_new(vault, events, arg): borrows them. */
struct roster *roster_new(
    struct vault *vault, const struct driver_events *events, void *arg);
void roster_free(struct roster **roster);
/* roster_look(roster, now_ms, force): see what is new in the folder, if
 * anything is (or ${force}), and tell what people must know.  An office with a
 * new container is told as changed: a person has acted. */
void roster_look(struct roster *roster, int64_t now_ms, bool force);
/* roster_find(roster, number): until the next look; or NULL. */
struct roster_office *roster_find(
    const struct roster *roster, const char *number);
/* roster_take(roster, facts): as they were read just now. */
struct roster_office *roster_take(
    struct roster *roster, const struct container_facts *facts);
size_t roster_count(const struct roster *roster);
const char *roster_number(const struct roster *roster, size_t i);

#endif

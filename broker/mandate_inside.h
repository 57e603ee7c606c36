/* NAME
 *	mandate_inside - what the files of mandate share, and nobody else uses
 */
#ifndef TASUKI_MANDATE_INSIDE_H
#define TASUKI_MANDATE_INSIDE_H

#include "mandate.h"

struct mandates {
	const struct registry *registry;
	struct hash by_office;
	struct mandate **list; /* by number */
	size_t count, room;
	unsigned last;   /* number given last */
	int64_t tick_ms; /* nothing begins or ends before; 0 = look */
};

/* mandate_first(m, office), mandate_next(mandate): those of one office, in no
 * order. */
const struct mandate *mandate_first(
    const struct mandates *m, const char *office);
const struct mandate *mandate_next(const struct mandate *mandate);
/* mandate_about_partner(one, partner): "" = any */
bool mandate_about_partner(const struct mandate *one, const char *partner);
/* mandate_about_type(m, one, type, at_ms): a mandate for one service type counts
 * for the desk that serves this type at that time, and for a name that says no
 * type. */
bool mandate_about_type(const struct mandates *m, const struct mandate *one,
    const char *type, int64_t at_ms);
/* mandate_owns(desk, agent): by its own right */
bool mandate_owns(const struct desk *desk, const struct agent *agent);

#endif

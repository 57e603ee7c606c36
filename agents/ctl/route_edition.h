/* NAME
 *	route_edition - in which edition a file would be delivered, and why
 * DESCRIPTION
 *	The broker says what the registry lists for the receiver; what that means
 *	for a file is told here, by the tables of the standard, as the office
 *	agents judge it.
 */
#ifndef TASUKI_ROUTE_EDITION_H
#define TASUKI_ROUTE_EDITION_H

#include "ctl.h"

/* route_edition(ctl, answer, kind, edition): add a step "edition" and an object
 * "edition" {"sent","delivered","by","reads"} to the broker's answer.
 * ${edition}: of the file; "" for the current one.  CTL_OK or CTL_USAGE. */
int route_edition(const struct ctl *ctl, json_t *answer, const char *kind,
    const char *edition);

#endif

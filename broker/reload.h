/* NAME
 *	reload - policies and holidays read again while the broker works
 * DESCRIPTION
 *	All or nothing: a table with a fault, or one without a policy that a row
 *	of the registry names, is refused, and what holds goes on.  What was
 *	routed stays as it was routed; what is decided from now on (routes,
 *	fallbacks, superseding, quiet hours, quotas) follows the new table.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_RELOAD_H
#define TASUKI_RELOAD_H

#include "broker.h"

/* reload_policies(b, by, why): 0 and an entry in the audit; TSK_INVALID and the
 * rest: nothing changed. */
int reload_policies(
    struct broker *b, const char *by, struct why *why) TSK_MUST_USE;

#endif

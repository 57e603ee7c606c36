/* NAME
 *	registry_delegate - a list of partners handed in by a delegate
 * DESCRIPTION
 *	The registry is one for all offices and changed through the operator's
 *	door only.  A delegate's list comes through it too, with the acting
 *	identity: the request says "as" (an agent) and "for" (an office of ours),
 *	and may then change rows of partners only, of those partners its mandate
 *	with the right "partners" is for.  Agent and mandate stand in the audit
 *	entry of each row and in the history.
 */
#ifndef TASUKI_REGISTRY_DELEGATE_H
#define TASUKI_REGISTRY_DELEGATE_H

#include "registry_change.h"

/* registry_delegate(b, list, plan, order): NULL: nothing against it (order->as and
 * order->under are filled, if it is a delegate's); else the answer that refuses. */
json_t *registry_delegate(struct broker *b, const struct registry_list *list,
    const struct registry_plan *plan, struct registry_order *order);

#endif

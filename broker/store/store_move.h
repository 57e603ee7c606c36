/* NAME
 *	store_move - which moves of a kept leg are allowed (pure)
 */
#ifndef TASUKI_STORE_MOVE_H
#define TASUKI_STORE_MOVE_H

#include "store.h"

/* store_move_settle(leg, op): change *leg as the STORE_SETTLE operation says.
 * 0; TSK_EXIST (a repeat) and TSK_INVALID (not allowed) change nothing. */
int store_move_settle(
    struct store_leg *leg, const struct store_op *op) TSK_MUST_USE;

#endif

/* NAME
 *	store_purge - forgetting, private to the store
 */
#ifndef TASUKI_STORE_PURGE_H
#define TASUKI_STORE_PURGE_H

#include "store_write.h"

int store_purge(struct store_write *w, struct store_op *op) TSK_MUST_USE;

#endif

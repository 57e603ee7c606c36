/* NAME
 *	store_body - bodies and their staging, private to the store
 */
#ifndef TASUKI_STORE_BODY_H
#define TASUKI_STORE_BODY_H

#include "store_write.h"

/* store_body_accept(w, op): the bodies of a STORE_ACCEPT: check that all are
 * there, take over what was staged, note the pieces given for store_body_late().
 */
int store_body_accept(struct store_write *w, struct store_op *op) TSK_MUST_USE;
/* store_body_late(w): at the end of the batch, put the bodies of all accepts. */
int store_body_late(struct store_write *w) TSK_MUST_USE;
int store_body_stage(struct store_write *w, struct store_op *op) TSK_MUST_USE;
int store_body_unstage(struct store_write *w, struct store_op *op) TSK_MUST_USE;
/* store_body_drop(w, parcel): all pieces of an accepted parcel. */
int store_body_drop(
    struct store_write *w, const struct store_parcel *parcel) TSK_MUST_USE;
/* store_body_unstage_id(w, id, count): all staged pieces of an id. */
int store_body_unstage_id(
    struct store_write *w, const struct id *id, size_t *count) TSK_MUST_USE;

#endif

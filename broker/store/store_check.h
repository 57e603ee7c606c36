/* NAME
 *	store_check - read every record of a map, private to the store
 */
#ifndef TASUKI_STORE_CHECK_H
#define TASUKI_STORE_CHECK_H

#include "store_back.h"

struct store_check {
	struct store_verify verify;
	bool tree; /* the order of records is damaged, not only records */
};

/* store_check(store, txn, limit, out, report, arg): count and check all; one
 * line a finding.  limit: no sound table can have more records than that, so a
 * ring of damaged pages ends.  0 or TSK_DAMAGED. */
int store_check(struct store *store, void *txn, uint64_t limit,
    struct store_check *out, void (*report)(const char *line, void *arg),
    void *arg) TSK_MUST_USE;

#endif

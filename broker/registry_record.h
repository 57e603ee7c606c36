/* NAME
 *	registry_record - one record of the registry, durably
 */
#ifndef TASUKI_REGISTRY_RECORD_H
#define TASUKI_REGISTRY_RECORD_H

#include "broker.h"
#include "settle.h"

/* registry_record_fax(b, key, record, actor, what, joined, done, arg): keep the
 * FAX record (a reference is taken over) of the row ${key}; the registry in
 * memory follows the commit, then done (may be NULL) is told.  ${what} goes into
 * the audit entry. */
void registry_record_fax(struct broker *b, const char *key, json_t *record,
    const char *actor, const char *what, bool joined, settle_fn *done,
    void *arg);

#endif

/* NAME
 *	testpage - a FAX page whose code the partner reads back
 */
#ifndef TASUKI_TESTPAGE_H
#define TASUKI_TESTPAGE_H

#include "broker.h"
#include "settle.h"

/**
 * testpage_put(b, from, to, code, id, done, arg):
 * A parcel of the broker's own for queue fax, from the desk that is to be called
 * back, joined with what was put just before.  *id: its id.
 */
void testpage_put(struct broker *b, const struct desk *from,
    const struct desk *to, const char *code, struct id *id, settle_fn *done,
    void *arg);

#endif

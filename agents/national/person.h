/* NAME
 *	person - received files that a person must look at
 * DESCRIPTION
 *	    FOLDER/1370100018/NAME
 *	    FOLDER/1370100018/NAME.理由.txt	why, in Japanese
 */
#ifndef TASUKI_NATIONAL_PERSON_H
#define TASUKI_NATIONAL_PERSON_H

#include <stddef.h>

#include "err.h"

enum person_reason {
	PERSON_NO_NAME,   /* no name of the standard, sender not known */
	PERSON_NO_PARCEL, /* too large, or a name that cannot be sent on */
};

/* person_put(folder, office, name, p, n, reason): kept, durable.  The same file
 * once more is kept once. */
int person_put(const char *folder, const char *office, const char *name,
    const void *p, size_t n, enum person_reason reason) TSK_MUST_USE;
const char *person_code(enum person_reason reason);

#endif

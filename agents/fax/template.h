/* NAME
 *	template - the {names} of a profile for one job
 */
#ifndef TASUKI_FAX_TEMPLATE_H
#define TASUKI_FAX_TEMPLATE_H

#include "driver.h"

/* template_fill(text, profile, job, url, out): replaced names; with ${url} each
 * value is percent-encoded.  0 or TSK_INVALID (unknown name, or a value with a
 * control character: nothing of a job breaks a line of a protocol). */
int template_fill(const char *text, const struct fax_profile *profile,
    const struct driver_job *job, bool url, struct buf *out) TSK_MUST_USE;
/* template_check(text): every name is known. */
int template_check(const char *text) TSK_MUST_USE;

#endif

/* NAME
 *	marks - what was brought in before
 * DESCRIPTION
 *	    marks/2026-11/HASH	an empty file
 *
 *	A mark is made once a thing is safe with the broker and done on the
 *	other side, so that it is not fetched again as long as it is listed
 *	there.  Months that are long over are forgotten.
 */
#ifndef TASUKI_NATIONAL_MARKS_H
#define TASUKI_NATIONAL_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "err.h"

struct marks;

/* marks_open(dirfd, now, out, why): in the folder "marks" below dirfd. */
int marks_open(int dirfd, int64_t now_ms, struct marks **out,
    struct why *why) TSK_MUST_USE;
void marks_close(struct marks **marks);
bool marks_has(struct marks *marks, const uint8_t hash[DIGEST_BYTES]);
/* marks_add(marks, hash, now): durable. */
int marks_add(struct marks *marks, const uint8_t hash[DIGEST_BYTES],
    int64_t now_ms) TSK_MUST_USE;

#endif

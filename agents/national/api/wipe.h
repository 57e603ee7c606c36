/* NAME
 *	wipe - every byte that is given back is zero first
 * DESCRIPTION
 *	Passwords and tokens pass through libcurl, OpenSSL and jansson, whose
 *	copies we do not see.  In a worker their memory is wiped whenever it is
 *	released, so that nothing of a secret outlives its use.
 */
#ifndef TASUKI_NATIONAL_WIPE_H
#define TASUKI_NATIONAL_WIPE_H

#include "buf.h"

/* wipe_everywhere(): hook into the three libraries; before their first call.
 * False: one of them was used already. */
bool wipe_everywhere(void);
/* wipe_buf(b): its bytes, then buf_fini(). */
void wipe_buf(struct buf *b);

#endif

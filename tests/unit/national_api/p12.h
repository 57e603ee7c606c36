/* NAME
 *	p12 - certificate files made in a test
 */
#ifndef TASUKI_TEST_P12_H
#define TASUKI_TEST_P12_H

#include <stdbool.h>

#include "buf.h"

/* p12_make(cn, days, password, legacy, out): a key, its certificate for so many
 * days from now (below 0: over), as PKCS#12. */
void p12_make(const char *cn, int days, const char *password, bool legacy,
    struct buf *out);

#endif

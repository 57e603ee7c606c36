/* NAME
 *	months - folders by month that are forgotten one day
 */
#ifndef TASUKI_PDF_MONTHS_H
#define TASUKI_PDF_MONTHS_H

#include <stdint.h>

#include "err.h"

/* months_purge(dirfd, before_ms): remove every folder "YYYY-MM" whose month
 * (JST) ended before ${before_ms}; how many, or TSK_*.  Other names stay. */
int months_purge(int dirfd, int64_t before_ms);

#endif

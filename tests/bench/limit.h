/* NAME
 *	limit - what LMDB alone does on this disk
 */
#ifndef TASUKI_BENCH_LIMIT_H
#define TASUKI_BENCH_LIMIT_H

#include <stddef.h>

struct limit {
	double messages_s, commits_s, commit_p50, commit_p99; /* ms */
};

/* limit_run(folder, bytes, batch, seconds, out): a queue that stands still:
 * each synced commit puts batch bodies of that size with the small records a
 * parcel has, and deletes as many of the oldest. */
void limit_run(const char *folder, size_t bytes, unsigned batch, double seconds,
    struct limit *out);

#endif

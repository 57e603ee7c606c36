/* NAME
 *	figures - latencies, and what /proc says of a process
 */
#ifndef TASUKI_BENCH_FIGURES_H
#define TASUKI_BENCH_FIGURES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Latencies as they come, sorted once at the end.  One thread at a time. */
struct lat {
	int64_t *ns;
	size_t count, room;
};
void lat_add(struct lat *lat, int64_t ns);
void lat_merge(struct lat *into, const struct lat *from);
double lat_ms(struct lat *lat, double percent);
void lat_free(struct lat *lat);

/* seconds of CPU this process, or the process pid, has used */
double cpu_self(void);
double cpu_of(pid_t pid);
/* seconds per thread name ("tasukid/net"), at most max rows; how many */
struct cpu_row {
	char name[32];
	double seconds;
};
size_t cpu_threads(pid_t pid, struct cpu_row *rows, size_t max);
/* MB: all of it, and its own without mapped files (an LMDB map is page cache) */
double mem_rss(pid_t pid);
double mem_own(pid_t pid);
/* Bytes that reached the disk below path, the whole machine's: a process's own
 * count takes a whole folio where one page of it changed. */
double disk_written(const char *path);

double median(double *values, size_t count);

#endif

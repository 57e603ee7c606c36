/* NAME
 *	figures - latencies, and what /proc says of a process
 * DIAGNOSTICS
 *	What /proc does not tell is 0: a figure is missing, the run goes on.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "err.h"

#include "figures.h"

void
lat_add(struct lat *lat, int64_t ns)
{
	if (lat->count == lat->room) {
		lat->room = lat->room == 0 ? 65536 : lat->room * 2;
		lat->ns = mem_resize(lat->ns, lat->room * sizeof(*lat->ns));
	}
	lat->ns[lat->count++] = ns;
}

void
lat_merge(struct lat *into, const struct lat *from)
{
	for (size_t i = 0; i < from->count; i++)
		lat_add(into, from->ns[i]);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

double
lat_ms(struct lat *lat, double percent)
{
	size_t at;

	if (lat->count == 0)
		return 0;
	qsort(lat->ns, lat->count, sizeof(*lat->ns), by_size);
	at = (size_t)(percent / 100 * (double)(lat->count - 1) + 0.5);
	return (double)lat->ns[at] / 1e6;
}

void
lat_free(struct lat *lat)
{
	free(lat->ns);
	memset(lat, 0, sizeof(*lat));
}

double
cpu_self(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* utime + stime of a stat file; name may be NULL */
static double
cpu_stat(const char *path, char *name, size_t bytes)
{
	char line[1024];
	const char *open, *close;
	unsigned long user = 0, system = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (open == NULL || close == NULL)
		return 0;
	if (name != NULL)
		snprintf(
		    name, bytes, "%.*s", (int)(close - open - 1), open + 1);
	if (sscanf(close + 2,
		"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		&system) != 2)
		return 0;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double
cpu_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return cpu_stat(path, NULL, 0);
}

size_t
cpu_threads(pid_t pid, struct cpu_row *rows, size_t max)
{
	char path[320];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir != NULL && count < max && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", (int)pid,
		    entry->d_name);
		rows[count].seconds =
		    cpu_stat(path, rows[count].name, sizeof(rows[count].name));
		count++;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

static double
status_mb(pid_t pid, const char *const *fields)
{
	char path[64], line[256];
	double kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		for (size_t i = 0; fields[i] != NULL; i++)
			if (strncmp(line, fields[i], strlen(fields[i])) == 0)
				kb += strtod(line + strlen(fields[i]), NULL);
	if (f != NULL)
		fclose(f);
	return kb / 1024;
}

double
mem_rss(pid_t pid)
{
	static const char *const fields[] = {"VmRSS:", NULL};

	return status_mb(pid, fields);
}

double
mem_own(pid_t pid)
{
	static const char *const fields[] = {"RssAnon:", "RssShmem:", NULL};

	return status_mb(pid, fields);
}

double
disk_written(const char *path)
{
	unsigned long long sectors;
	unsigned major_no, minor_no;
	double bytes = 0;
	struct stat st;
	char line[512];
	FILE *f;

	if (stat(path, &st) != 0 ||
	    (f = fopen("/proc/diskstats", "re")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%u %u %*s %*u %*u %*u %*u %*u %*u %llu",
			&major_no, &minor_no, &sectors) == 3 &&
		    major_no == major(st.st_dev) &&
		    minor_no == minor(st.st_dev))
			bytes = (double)sectors * 512;
	fclose(f);
	return bytes;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
median(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

/* NAME
 *	crash - named points at which a test build kills itself
 * SUMMARY
 *	see crash.h
 * DESCRIPTION
 *	kill -9 and not exit(3) or abort(3): no handler, no buffer, no
 *	destructor gets a chance to tidy up.
 * BUGS
 *	Knows POINTS_MAX names; more than that is a panic.
 */
#include "crash.h"

#ifdef TASUKI_CRASH_POINTS
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#define POINTS_MAX 256

struct point {
	const char *name;
	long passes;
};

/* The passes of a name so far, this one included. */
static long
count_pass(const char *name)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct point points[POINTS_MAX];
	size_t i = 0;

	(void)pthread_mutex_lock(&lock);
	while (i < POINTS_MAX && points[i].name != NULL &&
	       strcmp(points[i].name, name) != 0)
		i++;
	if (i == POINTS_MAX)
		panic("more than %d crash points", POINTS_MAX);
	points[i].name = name;
	long passes = ++points[i].passes;
	(void)pthread_mutex_unlock(&lock);
	return passes;
}

static void
note_point(const char *file, const char *name)
{
	char line[128];
	size_t n = strnlen(name, sizeof(line) - 1);
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	memcpy(line, name, n);
	line[n] = '\n';
	ssize_t written = write(fd, line, n + 1);
	(void)written;
	(void)close(fd);
}

/* "NAME:N" names this pass of this point. */
static bool
is_wanted(const char *wanted, const char *name, long pass)
{
	const char *colon = strrchr(wanted, ':');
	size_t length =
	    colon == NULL ? strlen(wanted) : (size_t)(colon - wanted);

	if (strlen(name) != length || strncmp(wanted, name, length) != 0)
		return false;
	return pass == (colon == NULL ? 1 : strtol(colon + 1, NULL, 10));
}

void
crash_point(const char *name)
{
	const char *wanted = getenv("TASUKI_CRASH");
	const char *file = getenv("TASUKI_CRASH_LOG");

	if (wanted == NULL && file == NULL)
		return;
	long pass = count_pass(name);
	if (file != NULL && pass == 1)
		note_point(file, name);
	if (wanted != NULL && is_wanted(wanted, name, pass))
		(void)kill(getpid(), SIGKILL);
}
#endif

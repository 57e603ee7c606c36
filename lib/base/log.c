/* NAME
 *	log - one line per outcome
 * SUMMARY
 *	see log.h
 * DESCRIPTION
 *	A line is put together on the stack and handed to write(2) at once, so
 *	that lines of several threads and processes never mix.  Whatever could
 *	end the line or steer a terminal is written as \n, \t or \xHH: a file
 *	name from outside cannot forge a log line.
 *
 *	Work goes on without its log: when whoever reads stderr has stopped, a
 *	line waits PATIENCE_MS for room, those after it not at all, and how many
 *	were lost is said when there is room again.
 * BUGS
 *	Lines are cut at LINE_BYTES; a full disk behind stderr loses lines.  In
 *	a pipe with room for one more line two threads can both see that room.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "utf8.h"

#include "log.h"

#define LINE_BYTES  2048
#define PATIENCE_MS 100

static const char *const level_names[] = {
    [LOG_DEBUG_] = "debug",
    [LOG_INFO_] = "info",
    [LOG_WARN_] = "warn",
    [LOG_ERROR_] = "error",
};

struct line {
	char text[LINE_BYTES];
	size_t length;
};

/* A process has one log: the only state is who speaks and how loud. */
static struct log_voice {
	_Atomic int level;
	_Atomic unsigned long lost; /* lines since the last that got out */
	char program[32];
} * voice(void)
{
	static struct log_voice v = {.level = LOG_INFO_};

	return &v;
}

void
log_open(const char *program, enum log_level level)
{
	struct log_voice *v = voice();

	(void)snprintf(v->program, sizeof(v->program), "%s ", program);
	atomic_store(&v->level, (int)level);
}

int
log_level_parse(const char *text)
{
	int count = (int)(sizeof(level_names) / sizeof(level_names[0]));

	for (int i = 0; i < count; i++) {
		if (strcmp(text, level_names[i]) == 0)
			return i;
	}
	return -1;
}

/* Append n bytes; false when only the newline still fits. */
static bool
line_add(struct line *line, const char *s, size_t n)
{
	if (n > sizeof(line->text) - 1 - line->length)
		return false;
	memcpy(line->text + line->length, s, n);
	line->length += n;
	return true;
}

static bool
line_add_escaped(struct line *line, unsigned char byte)
{
	char text[8];

	if (byte == '\n')
		return line_add(line, "\\n", 2);
	if (byte == '\t')
		return line_add(line, "\\t", 2);
	(void)snprintf(text, sizeof(text), "\\x%02x", byte);
	return line_add(line, text, 4);
}

static void
line_add_safely(struct line *line, const char *s, size_t n)
{
	size_t used;

	for (size_t i = 0; i < n; i += used) {
		int32_t c = utf8_next(s + i, n - i, &used);
		bool ok = true;
		if (c >= 0 && !utf8_hidden(c)) {
			ok = line_add(line, s + i, used);
		} else {
			for (size_t k = 0; ok && k < used; k++)
				ok = line_add_escaped(
				    line, (unsigned char)s[i + k]);
		}
		if (!ok)
			return;
	}
}

/* Is there room?  Always in a file; in a pipe or socket soon or not. */
static bool
room(int patience_ms)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};
	int n;

	do
		n = poll(&fd, 1, patience_ms);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

static bool
line_write(const struct line *line)
{
	ssize_t n;

	do {
		n = send(STDERR_FILENO, line->text, line->length,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		/* no socket; or a sandbox that lets nobody send */
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			n = write(STDERR_FILENO, line->text, line->length);
	} while (n < 0 && errno == EINTR);
	return n >= 0 || errno != EAGAIN;
}

static void
line_begin(struct line *line, enum log_level level)
{
	char now[CLOCK_TEXT_BYTES];
	int n = snprintf(line->text, sizeof(line->text), "%s %s%s ",
	    clock_text(clock_wall_ms(), now), voice()->program,
	    level_names[level]);

	line->length = (size_t)n;
}

/* What was lost before it goes first. */
static void
line_out(const struct line *line)
{
	struct log_voice *v = voice();
	unsigned long lost = atomic_load(&v->lost);
	struct line before;

	if (!room(lost == 0 ? PATIENCE_MS : 0)) {
		atomic_fetch_add(&v->lost, 1);
		return;
	}
	lost = atomic_exchange(&v->lost, 0);
	if (lost > 0) {
		line_begin(&before, LOG_WARN_);
		before.length += (size_t)snprintf(before.text + before.length,
		    sizeof(before.text) - before.length,
		    "log: result=lost lines=%lu\n", lost);
		if (!line_write(&before))
			atomic_fetch_add(&v->lost, lost);
	}
	if (!line_write(line))
		atomic_fetch_add(&v->lost, 1);
}

void
log_line(enum log_level level, const char *format, ...)
{
	struct log_voice *v = voice();
	int error = errno;
	struct line line = {.length = 0};
	char text[LINE_BYTES];
	va_list args;

	if ((int)level < atomic_load(&v->level))
		return;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	size_t length = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	line_begin(&line, level);
	line_add_safely(&line, text, utf8_cut(text, length));
	line.text[line.length++] = '\n';
	line_out(&line);
	errno = error;
}

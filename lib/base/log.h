/* NAME
 *	log - one line per outcome
 * SUMMARY
 *	"2026-11-22T09:00:00.123+09:00 tasukid info deliver: parcel=... result=later"
 * DESCRIPTION
 *	Subject first, then name=value.  info = happened, warn = look this week,
 *	error = look now.  Ids, sizes, digests and office numbers only; never
 *	names, insured numbers, bodies or full FAX numbers.  Lines go to stderr
 *	(the supervisor keeps them).  Thread safe: one write(2) a line.  A
 *	supervisor that stopped reading costs lines, never work.
 */
#ifndef TASUKI_LOG_H
#define TASUKI_LOG_H

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

/* log_open(program, level): name the program, drop lines below level. */
void log_open(const char *program, enum log_level level);
/* log_level_parse(text): debug|info|warn|error, or -1. */
int log_level_parse(const char *text);
void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_line(LOG_DEBUG_, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO_, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN_, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR_, __VA_ARGS__)

#endif

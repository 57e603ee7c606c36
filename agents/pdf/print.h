/* NAME
 *	print - hand a paper to a printer of CUPS
 * DESCRIPTION
 *	Runs lp with a fixed list of arguments and the PDF as its input; no
 *	shell, no file that others could see, no environment of ours.  lp ends
 *	with 0 when the print server has taken the whole job into its spool.
 * BUGS
 *	What happens at the printer itself (paper, toner) is seen there.
 */
#ifndef TASUKI_PDF_PRINT_H
#define TASUKI_PDF_PRINT_H

#include <czmq.h>

#include "err.h"

struct print_settings {
	const char *command; /* "/usr/bin/lp" */
	const char *server;  /* "host:port"; "" = the machine's own */
	int64_t timeout_ms;
};

enum print_result { PRINT_ACCEPTED, PRINT_LATER, PRINT_UNKNOWN };

typedef void print_done_fn(
    void *arg, enum print_result result, const struct why *why);

struct print;

struct print *print_new(zloop_t *loop, const struct print_settings *settings);
/* print_free(print): a job under way goes on without us, without an event. */
void print_free(struct print **print);
/* print_name_ok(name): a printer's name: letters, digits, "_", "-", "." and not
 * "-" first. */
bool print_name_ok(const char *name);
/* print_send(print, printer, title, pdf, bytes, done, arg): one job at a time;
 * exactly one ${done} follows, never from inside this call. */
void print_send(struct print *print, const char *printer, const char *title,
    const void *pdf, size_t bytes, print_done_fn *done, void *arg);

#endif

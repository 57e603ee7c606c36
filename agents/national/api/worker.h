/* NAME
 *	worker - the process that acts for one office
 * SUMMARY
 *	tasuki-national --worker	(started by the gateway, socket on 3)
 */
#ifndef TASUKI_NATIONAL_WORKER_H
#define TASUKI_NATIONAL_WORKER_H

#define WORKER_OPTION "--worker"
#define WORKER_SOCKET 3

/* worker_main(): never returns. */
void worker_main(void) __attribute__((noreturn));

#endif

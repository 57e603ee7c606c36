/* NAME
 *	sandbox - what a worker gives up before it reads anything of strangers
 */
#ifndef TASUKI_NATIONAL_SANDBOX_H
#define TASUKI_NATIONAL_SANDBOX_H

#include <stdbool.h>

/* sandbox_private(): no core, no ptrace, no reading of /proc/self/mem by
 * processes of the same user.  Children that are forked inherit it, programs
 * that are executed only lose the right to a core. */
void sandbox_private(void);
/* sandbox_close(from): every descriptor from ${from} on. */
void sandbox_close(int from);
/* sandbox_files(ca): from now on only what the resolver and the libraries need
 * can be opened, for reading; no other office's container, no settings, no key.
 * False: this kernel has no Landlock. */
bool sandbox_files(void);
/* sandbox_calls(): no new program, no look into other processes.  False: the
 * kernel refuses. */
bool sandbox_calls(void);

#endif

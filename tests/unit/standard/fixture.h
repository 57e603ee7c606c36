/* NAME
 *	fixture - the project's own tables, loaded once a test program
 */
#ifndef TASUKI_FIXTURE_H
#define TASUKI_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "standard.h"

/* group set-up and tear-down: *state is a struct standard. */
int fixture_load(void **state);
int fixture_free(void **state);
/* fixture_path(name, out): a path below the source folder. */
const char *fixture_path(const char *name, char out[PATH_MAX]);
/* fixture_read(path, n): a whole file, malloced, with a NUL after it. */
char *fixture_read(const char *path, size_t *n);

#endif

/* NAME
 *	example - that a program's example file explains all its settings
 */
#ifndef TASUKI_TEST_EXAMPLE_H
#define TASUKI_TEST_EXAMPLE_H

#include "conf.h"

/* example_path(program): config/PROGRAM.conf of the sources; good until the next
 * call. */
const char *example_path(const char *program);
/* example_explains(program, rows): fails the test unless the file has a line for
 * every row, with its default as a comment, and none besides. */
void example_explains(const char *program, const struct conf_row *rows);

#endif

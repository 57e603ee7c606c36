/* NAME
 *	conf_scan - the lines of a settings file
 * DESCRIPTION
 *	zconfig keeps no line numbers and prints its complaints itself, so the
 *	grammar is checked here first, more strictly than zconfig does, and the
 *	line of each node is noted: the n-th node in preorder stands on the n-th
 *	line that holds a name.  Private to conf.c.
 */
#ifndef TASUKI_CONF_SCAN_H
#define TASUKI_CONF_SCAN_H

#include <stddef.h>

#include "err.h"

struct conf_lines {
	unsigned long *numbers; /* of node 0, 1, ... in preorder; 1-based */
	size_t count;
};

/* conf_scan(path, text, n, lines, why): 0 and *lines, to be released with
 * conf_scan_free(), or TSK_INVALID and "path:line: sentence". */
int conf_scan(const char *path, const char *text, size_t n,
    struct conf_lines *lines, struct why *why) TSK_MUST_USE;
void conf_scan_free(struct conf_lines *lines);

#endif

/* NAME
 *	set - which files belong together (bundles of the standard)
 */
#ifndef TASUKI_SET_H
#define TASUKI_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "name.h"

/* set_same(a, b): same sender, receiver, types and 連番: one sending unit. */
bool set_same(const struct name *a, const struct name *b);

enum set_state {
	SET_COMPLETE, /* exactly a set of the table; nothing more can belong to it */
	SET_OPEN,    /* a set already, but a larger one has these members too */
	SET_PARTIAL, /* members of a set are missing */
	SET_UNKNOWN, /* no set has these members together */
};
/**
 * set_judge(standard, names, count, missing, missing_max):
 * Judge the members of one unit.  For SET_PARTIAL and SET_OPEN ${missing} gets
 * the kinds (space separated, e.g. "UPSIKYU UPHOSOKU") that would complete the
 * smallest fitting set.
 */
enum set_state set_judge(const struct standard *standard,
    const struct name *names, size_t count, char *missing, size_t missing_max);
/* set_kind_ja(standard, kind): "第7表（サービス利用票別表）"; the kind itself if
 * unknown. */
const char *set_kind_ja(const struct standard *standard, const char *kind);

#endif

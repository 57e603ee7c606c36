/* NAME
 *	standard - the tables of the CSV standard, loaded once
 * DESCRIPTION
 *	Everything the standard says is data: config/standard/ (file kinds,
 *	layouts, codes, sets, links, roles, the version table).  A new edition is a
 *	new table, not new code.  Immutable after loading: share between threads.
 */
#ifndef TASUKI_STANDARD_H
#define TASUKI_STANDARD_H

#include "err.h"

struct standard;

/* standard_load(dir, out, why): dir = .../config/standard; why names file:line. */
int standard_load(
    const char *dir, struct standard **out, struct why *why) TSK_MUST_USE;
void standard_free(struct standard **standard);
struct profile;
/* standard_profile(standard, name): how severe each finding is: "exchange" (the
 * default), "strict", "lenient" or another column of profiles.tsv; NULL if there
 * is none of that name.  Lives with ${standard}. */
const struct profile *standard_profile(
    const struct standard *standard, const char *name);
/* standard_dir(): where the tables are when no setting says so: $TASUKI_CONFIG,
 * else ../config or ../../../config beside the program, else
 * /usr/share/tasuki/config, each with "/standard".  Static. */
const char *standard_dir(void);

#endif

/* NAME
 *	inspect - the last look at a file before it is sent
 */
#ifndef TASUKI_OFFICE_INSPECT_H
#define TASUKI_OFFICE_INSPECT_H

#include "buf.h"
#include "digest.h"
#include "name.h"
#include "office.h"
#include "set_check.h"

struct inspected {
	bool good;
	bool standard;
	struct name name; /* if standard */
	uint64_t bytes;
	uint8_t sha256[DIGEST_BYTES];
	uint32_t clients;
	uint8_t people[DIGEST_BYTES]; /* see people.h */
	struct buf text;              /* why not, for people */
};

/* inspect_file(office, dir, name, attachment, with, out): read dir/name once; the
 * digest is that of the very bytes that were checked.  attachment: it lies in
 * a partner folder, where files of the standard have no business.  0 also for
 * a bad file (out->good false); TSK_* if our disk fails.  ${with}: the set it
 * belongs to, see inspect_set(); NULL: it stands alone. */
int inspect_file(struct office *office, int dir, const char *name,
    bool attachment, const struct check_with *with,
    struct inspected *out) TSK_MUST_USE;
/* inspect_set(office, set, all, count): the files of a set against each other
 * and against what was sent before, after each of them joined as member 0.. of
 * ${all}.  What is wrong is added where it stands. */
void inspect_set(struct office *office, struct set_check *set,
    struct inspected *all, size_t count);
void inspect_fini(struct inspected *out);

#endif

/* NAME
 *	mend - repaired copies of files that break the standard in a known way
 */
#ifndef TASUKI_OFFICE_MEND_H
#define TASUKI_OFFICE_MEND_H

#include "office.h"
#include "wire.h"

struct mend_file {
	const char *name; /* in the unit's folder */
	bool good;        /* the check had nothing against it */
};

/* mend_outgoing(office, dir, files, count, text): a unit is about to be rejected.
 * If every bad member can be repaired by rule, copies of the whole unit are
 * saved in エラー/修復; either way the paragraph about it is appended to
 * ${text} (nothing if no deviation is known).  Trouble with the disk is logged:
 * the rejection goes on without copies. */
void mend_outgoing(struct office *office, int dir,
    const struct mend_file *files, size_t count, struct buf *text);
/* mend_received(office, dir, parcel): the same for what was received, files in
 * ${dir} that are not in 受信 yet: copies in 受信/修復, a notice.  May be
 * called again after a crash. */
void mend_received(
    struct office *office, int dir, const struct wire_parcel *parcel);

#endif

/* NAME
 *	filing - the folder of the PDF agent: one folder a partner
 * DESCRIPTION
 *	    1379900093_㈱徳永福祉用具/		a partner
 *	        2026-12/			service month
 *	            20261124_1379900010_019abc345678/	day received, sender, id
 *	                サービス提供票_予定.pdf ...	and the documents
 *	    .incoming/ID.tmp/	being written
 *	    .incoming/ID/	committed: place (where it goes), parcel/
 *	    .received/2026-11/ID	marker: this parcel was filed
 *
 *	The rename of .incoming/ID.tmp to .incoming/ID is the commit point: from
 *	then on the parcel may be reported as delivered, and a crash at any later
 *	step is made good by filing_recover() or by the next delivery.  The
 *	marker comes before the last move, so that a parcel that a clerk has
 *	already taken away never comes a second time.
 *
 *	A partner's folder is the one whose name is its number, or begins with the
 *	number and "_"; people may rename what comes after.
 *
 *	Markers need to live as long as the broker may lend a leg once more; the
 *	agent's setting received/keep says how long they do.
 * DIAGNOSTICS
 *	why: "disk-full" and "folder" are WHY_LATER, "bad-name" WHY_NEVER.
 */
#ifndef TASUKI_FILING_H
#define TASUKI_FILING_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "id.h"
#include "number.h"

struct filing;

struct filing_file {
	const char *name; /* file_name_safe() */
	const void *data;
	size_t bytes;
};

struct filing_parcel {
	struct id id;
	char from[NUMBER_OFFICE_BYTES], to[NUMBER_OFFICE_BYTES];
	const char *to_name; /* for a new folder; "" = unknown */
	const char *month;   /* "202612", "000000" or "" */
	int64_t accepted_ms; /* wall time */
	const struct filing_file *files;
	size_t count;
};

/* filing_open(path, out, why): made if absent. */
int filing_open(
    const char *path, struct filing **out, struct why *why) TSK_MUST_USE;
void filing_close(struct filing **filing);
/* filing_recover(filing, why): finish what a crash left; returns how many
 * parcels were moved into place, or TSK_*. */
int filing_recover(struct filing *filing, struct why *why) TSK_MUST_USE;
/* filing_has(filing, id, why): 1 it is filed (finishing the move if need be),
 * 0 it is not, TSK_*. */
int filing_has(
    struct filing *filing, const struct id *id, struct why *why) TSK_MUST_USE;
/* filing_put(filing, parcel, why): afterwards the parcel is in its place, all
 * of it and durable, or nothing of it is to be seen. */
int filing_put(struct filing *filing, const struct filing_parcel *parcel,
    struct why *why) TSK_MUST_USE;
/* The same in two steps, for a paper that must leave the house in between:
 * filing_stage() writes everything and commits nothing; then filing_commit(),
 * or filing_drop().  After a crash a staged parcel is gone. */
int filing_stage(struct filing *filing, const struct filing_parcel *parcel,
    struct why *why) TSK_MUST_USE;
int filing_commit(
    struct filing *filing, const struct id *id, struct why *why) TSK_MUST_USE;
void filing_drop(struct filing *filing, const struct id *id);
/* filing_purge(filing, before_ms): forget the markers of months that ended
 * before that; how many months were, or TSK_*.  The papers stay. */
int filing_purge(struct filing *filing, int64_t before_ms);
int filing_dirfd(const struct filing *filing); /* of the folder itself */

#endif

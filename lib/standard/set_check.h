/* NAME
 *	set_check - files that travel together against each other
 * DESCRIPTION
 *	Files join while they are checked: check_file_with() and
 *	check_bytes_with() with a set in their options note what links each
 *	record (a digest, no contents; 16 bytes a client or record).  Then
 *	set_check_judge() sorts the files into sets (same sender, receiver,
 *	types and 連番) and says what bundles.tsv, links.tsv and rules.tsv ask of
 *	them; docs/standard-checks.md has the rules.
 *
 *	A record that could not be read may be the counterpart that is missing:
 *	then there is no verdict.
 */
#ifndef TASUKI_SET_CHECK_H
#define TASUKI_SET_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "name.h"
#include "standard.h"

struct set_check;

/* set_check_new(standard, profile): profile NULL: "exchange"; both must outlive
 * the result. */
struct set_check *set_check_new(
    const struct standard *standard, const struct profile *profile);
void set_check_free(struct set_check **set);
/* set_check_known(set, sent): a file with this name was sent already; a member
 * with an older 連番 is then said to be one.  Of many the latest counts. */
void set_check_known(struct set_check *set, const struct name *sent);

enum set_members {
	SET_MEMBERS_ANY,  /* which files there are was decided elsewhere */
	SET_MEMBERS_MORE, /* say what is missing where two and more are there */
	SET_MEMBERS_WHOLE, /* say what is missing in any case */
};

struct set_result {
	uint64_t errors, warnings;
	size_t sets, files;
};
/**
 * set_check_judge(set, members, fn, arg, result):
 * Call ${fn} for each finding about the files together; finding->file is the
 * name and finding->member the number (check_with) of the file that it stands
 * in, finding->record 0 if it is about the whole file.  Once per set_check.
 */
void set_check_judge(struct set_check *set, enum set_members members,
    finding_fn *fn, void *arg, struct set_result *result);

#endif

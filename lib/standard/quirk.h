/* NAME
 *	quirk - known deviations of care software, recognised and repaired
 * SUMMARY
 *	quirk_find(standard, file_name, p, n, &report);
 *	quirk_repair(standard, file_name, p, n, &with, &copy, &why);
 * DESCRIPTION
 *	A pack (config/standard/quirks/FAMILY.tsv) lists what one family of
 *	programs does differently: how it is recognised, what the check says
 *	about it, and how it is repaired, or that it must not be.  What would
 *	have to be guessed (a lost zero of an insured number) is named only.
 *
 *	Repairing never touches the file: it makes the bytes of a copy, written
 *	by the strict writer and judged by the check.  Who saves the copy marks
 *	it as one (derived.h).
 */
#ifndef TASUKI_QUIRK_H
#define TASUKI_QUIRK_H

#include "buf.h"

#include "check.h"

#define QUIRKS_MAX 64 /* rows of all packs */

struct quirk {
	const char *family, *family_ja, *family_en;
	const char *name, *value, *repair; /* repair "-": named only */
	const char *explains;              /* codes of the check, or "-" */
	const char *ja, *en;
	unsigned test; /* quirk_inside.h */
};

struct quirk_seen {
	const struct quirk *quirk;
	uint64_t count, line; /* how often; the first line, 0: whole file */
};

struct quirk_report {
	struct quirk_seen seen[QUIRKS_MAX];
	size_t count;
};

/* quirk_find(standard, file_name, p, n, report): what is known of this file's
 * deviations; the bytes may be the beginning of a file only.  How many. */
size_t quirk_find(const struct standard *standard, const char *file_name,
    const void *p, size_t n, struct quirk_report *report);
/* quirk_explaining(report, code): the first deviation of the report that brings
 * the finding ${code} about; NULL if none does. */
const struct quirk_seen *quirk_explaining(
    const struct quirk_report *report, const char *code);
/**
 * quirk_tell(standard, file_name, report, codes, fn, arg):
 * The finding quirk-repairable or quirk-known for each deviation of the report
 * that explains one of ${codes} (space separated codes of the check; NULL: for
 * each).
 */
void quirk_tell(const struct standard *standard, const char *file_name,
    const struct quirk_report *report, const char *codes, finding_fn *fn,
    void *arg);

struct quirk_with {
	const struct profile *profile; /* NULL: "exchange" */
	finding_fn *fn;                /* findings of the copy */
	void *arg;
};

struct quirk_copy {
	char name[NAME_TEXT_BYTES]; /* the strict name */
	struct buf bytes;
	struct quirk_report report; /* what was repaired, and what was not */
	struct check_result result; /* of the copy */
};

/**
 * quirk_repair(standard, file_name, p, n, with, copy, why):
 * Make the copy of the whole file; quirk_copy_fini() it whatever comes back.  0:
 * it passes the check under the profile.  TSK_EMPTY: nothing
 * to repair is known.  TSK_INVALID: it would still have errors (with->fn gets
 * the findings of the copy; they may be other ones than the file's).  TSK_TOOBIG.
 * why->code: nothing-known, unreadable-record, copy-errors, too-large.
 */
int quirk_repair(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct quirk_with *with,
    struct quirk_copy *copy, struct why *why) TSK_MUST_USE;
void quirk_copy_fini(struct quirk_copy *copy);

#endif

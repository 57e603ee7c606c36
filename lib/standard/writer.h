/* NAME
 *	writer - a strict file of the standard from rows of cells
 * SUMMARY
 *	writer_new(standard, "UPPLAN_202612_....CSV", "202407", fn, arg, &w, &why);
 *	writer_row(w, cells, count);  ...
 *	writer_save(w, dirfd, 0600, &result);
 * DESCRIPTION
 *	Cells are given by the field numbers of edition 4.1, whatever edition is
 *	written; the writer puts them where that edition has them.  It encodes
 *	as MS932 (replacements.tsv only, each replacement a finding), quotes as
 *	writing.tsv says, ends lines with CRLF and fills field 1 with the
 *	version.
 *
 *	The rules are not known here a second time: what was built is judged by
 *	check_bytes(), so too long, required, codes, order, clients are findings
 *	with the same codes and words as for any other file, and a file with an
 *	error is not written.
 */
#ifndef TASUKI_WRITER_H
#define TASUKI_WRITER_H

#include <sys/types.h>

#include "check.h"

#define WRITER_BYTES_MAX (1UL << 30)

struct writer;

struct writer_cell {
	const char *p; /* NULL: empty */
	size_t n;
	bool ms932; /* else UTF-8; MS932 bytes stay as they are */
};

/**
 * writer_new(standard, file_name, version, fn, arg, out, why):
 * Begin the file ${file_name}, a strict name of the standard, in the edition of
 * CSV version ${version}.  TSK_NOTFOUND: no such version, or the kind does not
 * exist in that edition or is an image; TSK_INVALID: the name.  ${fn} gets every
 * finding of the functions below.
 */
int writer_new(const struct standard *standard, const char *file_name,
    const char *version, finding_fn *fn, void *arg, struct writer **out,
    struct why *why) TSK_MUST_USE;
void writer_free(struct writer **writer);

/* writer_row(writer, cells, count): one record; cells[0] is field 1, missing
 * ones are empty.  Field 1 may be empty or the writer's version.  A value for a
 * field that the edition does not have is an error: told, not written. */
void writer_row(
    struct writer *writer, const struct writer_cell *cells, size_t count);
/* writer_bytes(writer, p, n): what is built so far, until the next row. */
void writer_bytes(const struct writer *writer, const char **p, size_t *n);
/* writer_check(writer, profile, result): judge what is built, under a profile
 * (NULL: "exchange").  ${result} counts the findings of the rows, too.  0;
 * TSK_INVALID if there is an error; TSK_TOOBIG. */
int writer_check(struct writer *writer, const struct profile *profile,
    struct check_result *result) TSK_MUST_USE;
/* writer_save(writer, dirfd, mode, result): writer_check(), then the file under
 * its name, durable, whole or not at all; TSK_EXIST if the name is taken.  With
 * an error nothing is written: TSK_INVALID. */
int writer_save(struct writer *writer, int dirfd, mode_t mode,
    struct check_result *result) TSK_MUST_USE;
/* writer_save_unchecked: under another safe name and whatever the rows said: for
 * tests that need a wrong file. */
int writer_save_unchecked(struct writer *writer, int dirfd, const char *name,
    mode_t mode) TSK_MUST_USE;

#endif

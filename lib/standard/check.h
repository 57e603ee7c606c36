/* NAME
 *	check - one file of the standard against its rules
 * DESCRIPTION
 *	Streams: memory does not grow with the file except for one set of keys of
 *	clients (receiver occurs for every client).  Findings have stable codes
 *	and a Japanese and an English sentence from config/standard/findings.tsv
 *	that say the remedy.
 */
#ifndef TASUKI_CHECK_H
#define TASUKI_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "name.h"
#include "standard.h"

/* How a file is looked at; NULL in its place means all defaults. */
struct check_with {
	const struct profile *profile; /* NULL: "exchange" */
	struct set_check *set; /* see set_check.h; NULL: the file alone */
	unsigned member;       /* the caller's number of the file in it */
};

enum finding_level { FINDING_WARNING, FINDING_ERROR };

struct finding {
	const char *file;  /* name as given */
	uint64_t record;   /* 1..; 0 = the whole file, or a blank line */
	uint64_t line;     /* physical line where the record starts, 1..; 0;
			     * CR LF, LF and a lone CR each end a line */
	unsigned field_no; /* 1.. as in this file (V3 has fewer); 0 = the
			     * whole record */
	const char *field; /* name_ja of the layout, or "" */
	enum finding_level level;
	const char *code;    /* "field-required" */
	const char *ja, *en; /* whole sentences; valid during the call */
	unsigned member;     /* findings of set_check_judge(): of which file */
};
typedef void finding_fn(const struct finding *finding, void *arg);

struct check_result {
	uint64_t records, errors, warnings;
	uint32_t clients; /* different insurer + insured numbers */
	struct name name;
	bool standard; /* false: an attachment, nothing was checked */
};

/**
 * check_file(standard, path, file_name, fn, arg, result):
 * Check the file at ${path} as ${file_name} (base name of path if NULL).  Calls
 * ${fn} for each finding (at most 1,000, then one
 * "too-many-findings"; result counts all).  0 when the file
 * could be read, however many findings; TSK_SYSTEM, TSK_NOTFOUND, ... otherwise.
 */
int check_file(const struct standard *standard, const char *path,
    const char *file_name, finding_fn *fn, void *arg,
    struct check_result *result) TSK_MUST_USE;
/* check_bytes: the same for bytes in memory. */
int check_bytes(const struct standard *standard, const char *file_name,
    const void *p, size_t n, finding_fn *fn, void *arg,
    struct check_result *result) TSK_MUST_USE;
/* The same under a profile, or as a member of a set. */
int check_file_with(const struct standard *standard, const char *path,
    const char *file_name, const struct check_with *with, finding_fn *fn,
    void *arg, struct check_result *result) TSK_MUST_USE;
int check_bytes_with(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct check_with *with, finding_fn *fn,
    void *arg, struct check_result *result) TSK_MUST_USE;
/* check_note(standard, file, code, value, fn, arg): one finding about a whole
 * file that was found elsewhere (unreadable, no name of the standard), in the
 * words of findings.tsv; ${value} may be "".  1 if the code is an error, else
 * 0. */
int check_note(const struct standard *standard, const char *file,
    const char *code, const char *value, finding_fn *fn, void *arg);

/* Where a finding of somebody else's (writer, quirk, convert) stands. */
struct finding_place {
	const char *file;
	uint64_t record, line;       /* 0: the whole file */
	const struct layout *layout; /* NULL if field_no is 0 */
	unsigned field_no;           /* of 4.1; 0: the whole record */
	enum layout_shape shape;     /* how the file numbers it */
	const char *value_en;        /* of the English sentence; NULL: same */
};
/* check_tell(standard, place, code, value, expected, fn, arg): one finding in
 * the words of findings.tsv; ${value} and ${expected} (UTF-8, may be NULL) must
 * not tell who a client is.  1 if the code is an error, else 0. */
int check_tell(const struct standard *standard,
    const struct finding_place *place, const char *code, const char *value,
    const char *expected, finding_fn *fn, void *arg);

#endif

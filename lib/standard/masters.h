/* NAME
 *	masters - bringing the tables of names up to date
 * DESCRIPTION
 *	The masters (service codes, insurers, holidays) only give names: a site
 *	without them works the same and shows codes.  Looking up is in layout.h
 *	(standard_service_find() and its like); this is how a file from outside
 *	becomes a master.
 *
 *	A list is read, the file's rows are merged into it, and it is written
 *	again, sorted.  A row with the key of an old one takes its place: service
 *	code, insurer and first month; insurer number; date.  A service whose
 *	next row begins ends in the month before.
 */
#ifndef TASUKI_MASTERS_H
#define TASUKI_MASTERS_H

#include <stddef.h>

#include "charset.h"
#include "err.h"

enum masters_list { MASTERS_SERVICES, MASTERS_INSURERS, MASTERS_HOLIDAYS };

enum masters_form {
	MASTERS_OWN,   /* columns by name, TSV or CSV */
	MASTERS_UNITS, /* municipal 単位数表マスタ: columns by place */
};

#define MASTERS_COLUMNS_MAX 8
#define MASTERS_BYTES_MAX   (128u * 1024 * 1024)
#define MASTERS_ROWS_MAX    1000000
#define MASTERS_FAULTS_MAX  1000

enum masters_change {
	MASTERS_SAME,
	MASTERS_ADDED,
	MASTERS_CHANGED, /* another name, units, ... */
	MASTERS_CLOSED,  /* ends because a later row begins */
	MASTERS_CHANGES,
};

struct masters_row {
	char *cells[MASTERS_COLUMNS_MAX];
	char *before; /* CHANGED, CLOSED: the row as it was, tabs; or NULL */
	enum masters_change change;
	size_t line; /* of the file, 1..; 0: an old row */
};

struct masters_fault {
	size_t line;
	char text[160]; /* English; the row was left out */
	char text_ja[240];
};

struct masters {
	enum masters_list list;
	struct masters_row *rows; /* sorted by key after masters_merge() */
	size_t count, room;
	struct masters_fault *faults; /* at most MASTERS_FAULTS_MAX */
	size_t fault_count;           /* all of them */
	size_t read;                  /* rows taken from the file */
	size_t changes[MASTERS_CHANGES];
};

/* masters_site(): the site's own folder ($TASUKI_MASTERS) or NULL. */
const char *masters_site(void);
/* masters_file(list): "service_codes.tsv", ... */
const char *masters_file(enum masters_list list);
/* masters_columns(list): names of the columns, NULL-terminated. */
const char *const *masters_columns(enum masters_list list);

/* masters_init(masters, list): empty; masters_fini() frees rows and faults, and
 * all texts in them. */
void masters_init(struct masters *masters, enum masters_list list);
void masters_fini(struct masters *masters);
/* masters_old(masters, path, why): the list as it is now; a file that is not
 * there is an empty list.  Rows of a file win over its rows. */
int masters_old(
    struct masters *masters, const char *path, struct why *why) TSK_MUST_USE;
/**
 * masters_import(masters, charset, form, path, why):
 * Take the rows of a file: UTF-8 (with or without byte-order mark) or MS932, with
 * tabs or commas.  Rows that break a rule are faults and left out; an insurer
 * number with a wrong check digit is one.  TSK_INVALID: nothing in it is of
 * this form; TSK_TOOBIG: over MASTERS_BYTES_MAX; TSK_NOTFOUND, TSK_SYSTEM: it
 * cannot be read.  ${why} names the file, and the line where there is one.
 */
int masters_import(struct masters *masters, const struct charset *charset,
    enum masters_form form, const char *path, struct why *why) TSK_MUST_USE;
/* masters_merge(masters): sort, replace, close; afterwards each row says what
 * happened to it. */
void masters_merge(struct masters *masters);
/* masters_print(masters, out): append the table as text; look at buf_ok(out).
 * Writing it is the caller's, whole or not at all. */
void masters_print(const struct masters *masters, struct buf *out);

#endif

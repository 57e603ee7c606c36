/* NAME
 *	reader - records of a CSV file, byte by byte as they are
 * DESCRIPTION
 *	The one door to libcsv.  Fields come without their outer quotes and with
 *	doubled quotes made single, otherwise unchanged: no trimming, no
 *	conversion.  Line breaks and commas inside quotes stay in the field.
 *	MS932 needs no care here: a second byte is never a quote, comma, CR or LF.
 *
 *	Lines are counted the way an editor counts them: CR LF, LF and a lone CR
 *	each end one.  A record's line is where its first byte stands.
 *
 *	Memory is bounded: READER_FIELD_BYTES_MAX a field, READER_RECORD_BYTES_MAX
 *	a record; of more than READER_FIELDS_MAX fields the rest is counted only.
 */
#ifndef TASUKI_READER_H
#define TASUKI_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define READER_FIELDS_MAX       512
#define READER_FIELD_BYTES_MAX  (1UL << 20)
#define READER_RECORD_BYTES_MAX (4UL << 20)

enum reader_end {
	READER_END_NONE, /* the file ends without a line end */
	READER_END_CRLF,
	READER_END_LF,
	READER_END_CR,
};

/* Faults of one record; more than one may be set. */
enum reader_fault {
	READER_STRAY_QUOTE = 1,    /* a quote in an unquoted field, or text
				    * after a closing quote */
	READER_UNCLOSED_QUOTE = 2, /* the file ends inside quotes */
	READER_FIELD_HUGE = 4,     /* over READER_FIELD_BYTES_MAX */
	READER_RECORD_HUGE = 8,    /* over READER_RECORD_BYTES_MAX */
};

struct reader_field {
	const char *p; /* with a NUL after it; may hold NULs */
	size_t n;
};

struct reader_record {
	uint64_t no;     /* 1..; a blank line has the number of the last */
	uint64_t line;   /* physical line of its first byte, 1.. */
	uint64_t offset; /* of its first byte in the file */
	bool blank;      /* an empty line, not a record */
	enum reader_end end;
	unsigned faults;
	unsigned count; /* fields there are */
	unsigned kept;  /* fields here, <= READER_FIELDS_MAX */
	const struct reader_field *fields;
	const char *text; /* all kept fields, each with a NUL */
	size_t text_bytes;
};

struct reader;

/* reader_open(path, out, why): 0, TSK_NOTFOUND, TSK_SYSTEM; TSK_INVALID if it is
 * not a regular file.  Symbolic links are followed. */
int reader_open(
    const char *path, struct reader **out, struct why *why) TSK_MUST_USE;
/* reader_bytes(p, n): the same on bytes that stay until reader_close(). */
struct reader *reader_bytes(const void *p, size_t n);
void reader_close(struct reader **reader);
/* reader_libcsv_only(reader): before the first reader_next(): every record by
 * libcsv.  The records are the same; this is how tests know it. */
void reader_libcsv_only(struct reader *reader);
/* reader_sample(reader, p, n): the beginning of the file, before the first
 * reader_next(); at least the whole file or 64 KiB. */
int reader_sample(
    struct reader *reader, const char **p, size_t *n) TSK_MUST_USE;
/* reader_skip(reader, n): drop n bytes of the sample. */
void reader_skip(struct reader *reader, size_t n);
/**
 * reader_next(reader, out):
 * The next record, valid until the next call.  0; TSK_EMPTY at the end;
 * TSK_TOOBIG if a limit was passed: out has faults, line and number, and the
 * reader is at its end; TSK_SYSTEM if reading failed.
 */
int reader_next(struct reader *reader, struct reader_record *out) TSK_MUST_USE;

/* reader_heading(record): the first record names the columns.  Every kind begins
 * with CSV version, insurer and insured number, and none of them is ever without
 * a digit. */
bool reader_heading(const struct reader_record *record);

#endif

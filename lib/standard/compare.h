/* NAME
 *	compare - what was planned against what was done, service by service
 * SUMMARY
 *	Form 6, planned (UPPLAN) against actual (UPJSK); or two versions of the
 *	same: planned against planned, actual against actual.
 * DESCRIPTION
 *	Files go in with compare_add(), in any number and order, and become
 *	uses: one for a client, office, satellite, service, day and time slot.
 *	Records of one file that differ in nothing of that are added up.
 *	compare_run() decides the two sides, which file speaks for which client,
 *	and pairs the uses.
 *
 *	Sides.  UPPLAN and UPJSK together: planned against actual.  One kind
 *	only: files with the same parties and month and another sequence number
 *	are versions; the newest stands on the right, the one before it on the
 *	left.  Two single files without such a kinship are taken in the order in
 *	which they came.
 *
 *	Which file speaks.  A form 6 goes to every office of the client and
 *	holds the services of all; a file may hold some clients only, and a
 *	correction repeats all of a client.  So for a client, a month, an office
 *	and a service type the newest file that the office itself was sent (or,
 *	actual, that it sent) speaks, if the client is in it; else the newest
 *	file that has such rows.  Nothing counts twice because it was sent
 *	twice.
 *
 *	Scope.  Planned services of an office and service type that has sent no
 *	actual use of that month are not missing but "unreported", and no
 *	difference.  So are percentage additions of an office that writes none
 *	at all into its actual use of that month: many programs leave them out.
 *
 *	Pairs.  Within a client, office, code and equipment: first the same day
 *	and time, then the same day at another time, then the nearest day.  The
 *	first are as planned (or changed: other count or units), the others
 *	moved.  What is left over is missing (left only) or added (right only).
 *	Day and time do not matter for percentage additions, nor for a monthly
 *	service that stands once without a time on either side.  Times: 2400
 *	ends the day as 0000 does.
 *
 *	Units are units x count; of a service billed by month the day with most
 *	counts, once.  Percentage additions may leave them out, and are then not
 *	compared.
 *
 *	Equipment (TAIS, notice code) is not in V3; as soon as one file is V3,
 *	it is not looked at.
 *
 *	The texts of a comparison are of persons: they belong on the clerk's
 *	screen and into the office's own files, never into a log.
 */
#ifndef TASUKI_COMPARE_H
#define TASUKI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "name.h"
#include "standard.h"

#define COMPARE_FILES_MAX   1000
#define COMPARE_RECORDS_MAX 500000 /* of all files; about 200 MB */
#define COMPARE_NOTES_MAX   1000

#define COMPARE_NO_TIME 9999

enum compare_mode {
	COMPARE_NONE, /* nothing to compare with */
	COMPARE_PLAN_ACTUAL,
	COMPARE_VERSIONS,
};
enum compare_side { COMPARE_LEFT, COMPARE_RIGHT, COMPARE_SIDES };

enum compare_state {
	COMPARE_SAME,       /* as planned */
	COMPARE_CHANGED,    /* same day and time, other count or units */
	COMPARE_MOVED,      /* other day, time or satellite */
	COMPARE_MISSING,    /* left only */
	COMPARE_ADDED,      /* right only */
	COMPARE_UNREPORTED, /* left only, of an office without actual use */
	COMPARE_STATES,
};

/* One use.  Texts are UTF-8 and live as long as the comparison. */
struct compare_use {
	const char *satellite; /* "" or without leading zeros */
	unsigned day;          /* 1..31 */
	unsigned start, end;   /* 900 is 9:00; COMPARE_NO_TIME */
	uint32_t count;
	int64_t units;    /* as the record says, of one time */
	int64_t amount;   /* units that count, see above */
	bool units_given; /* the cell was not empty */
	const char *file; /* its name */
	uint64_t record;  /* in that file, 1.. */
	uint32_t records; /* how many were added up */
};

struct compare_row {
	enum compare_state state;
	size_t client; /* index */
	const char *office, *office_name;
	const char *code, *service; /* its name, "" if no master has it */
	const char *equipment;      /* TAIS or notice code, or "" */
	bool rate;                  /* a percentage addition */
	bool there[COMPARE_SIDES];
	struct compare_use use[COMPARE_SIDES];      /* where there */
	bool day, time, satellite;                  /* what moved */
	int64_t count_difference, units_difference; /* right minus left */
};

struct compare_sum {
	uint64_t rows[COMPARE_STATES];
	uint64_t count[COMPARE_SIDES];
	int64_t units[COMPARE_SIDES];
	uint64_t unreported_count;
	int64_t unreported_units; /* not in count and units above */
};

struct compare_client {
	const char *insurer, *insured, *month;
	const char *name; /* of UPHOSOKU, or "" */
	bool there[COMPARE_SIDES];
	struct compare_sum sum;
	size_t first, rows; /* its rows: by office, code, day */
};

/* What a person should know about the files. */
enum compare_note_kind {
	NOTE_ENCODING,   /* not MS932: read all the same */
	NOTE_HEADER,     /* a header line was passed over */
	NOTE_DUPLICATE,  /* the same record again; counted again */
	NOTE_IGNORED,    /* a file of another kind */
	NOTE_OLDER,      /* a newer file says it again; left out */
	NOTE_RECORD,     /* wrong columns or quotes; left out */
	NOTE_DATE,       /* day not within the month; left out */
	NOTE_TIME,       /* no time of day; taken as one without */
	NOTE_COUNT,      /* no number; taken as 1 */
	NOTE_UNITS,      /* no number; taken as none */
	NOTE_KEY,        /* client, month, office or service empty; left out */
	NOTE_MONTH,      /* only one side has this month; left out */
	NOTE_ALONE,      /* a file with nothing to compare with */
	NOTE_UNREADABLE, /* the rest of the file */
	NOTE_TOO_MANY,   /* records; the rest was left out */
	NOTE_KINDS,
};

struct compare_note {
	enum compare_note_kind kind;
	const char *file; /* its name; "" if none */
	uint64_t record;  /* 1.., the first one; 0: the file */
	uint64_t count;   /* how many records or clients */
	char value[16];   /* the month, for NOTE_MONTH */
};

struct compare;

/* compare_new(standard): an empty one; the standard must outlive it.  Nothing of
 * a comparison is on disk. */
struct compare *compare_new(const struct standard *standard);
void compare_free(struct compare **compare);

/**
 * compare_add(compare, name, p, n, why):
 * Take the file called ${name} (base name) with these bytes; they are not kept.
 * UPPLAN, UPJSK and UPHOSOKU are read, other kinds noted.  Faults of records
 * are notes.  TSK_INVALID if the name is none of the standard, TSK_TOOBIG over
 * COMPARE_FILES_MAX.
 */
int compare_add(struct compare *compare, const char *name, const void *p,
    size_t n, struct why *why) TSK_MUST_USE;
/* compare_add_file(compare, path, why): the same from the disk, record by
 * record; TSK_SYSTEM, TSK_NOTFOUND if it cannot be read. */
int compare_add_file(
    struct compare *compare, const char *path, struct why *why) TSK_MUST_USE;
/* compare_run(compare): after the last file, once. */
void compare_run(struct compare *compare);

/* After compare_run(); all valid until compare_free(). */
enum compare_mode compare_mode(const struct compare *compare);
size_t compare_clients(
    const struct compare *compare, const struct compare_client **out);
size_t compare_rows(
    const struct compare *compare, const struct compare_row **out);
/* compare_notes(compare, out): in the order of the files. */
size_t compare_notes(
    const struct compare *compare, const struct compare_note **out);
const struct compare_sum *compare_sum(const struct compare *compare);
/* compare_kind(compare): "UPPLAN" or "UPJSK" where the versions are of one. */
const char *compare_kind(const struct compare *compare);
/* compare_differences(compare): rows that are neither as planned nor
 * unreported. */
uint64_t compare_differences(const struct compare *compare);
/* compare_doubtful(compare): something was left out that could have been a
 * difference. */
bool compare_doubtful(const struct compare *compare);

/* Words and sentences for people; never NULL, static. */
const char *compare_state_word(
    const struct compare *compare, enum compare_state state, bool ja);
/* "予定" or "実績"; "前の版" or "新しい版". */
const char *compare_side_word(
    const struct compare *compare, enum compare_side side, bool ja);
/* compare_note_code(kind): stable, for machines: "compare-date". */
const char *compare_note_code(enum compare_note_kind kind);
/* compare_note_text(note, ja, out): a whole sentence, appended. */
void compare_note_text(
    const struct compare_note *note, bool ja, struct buf *out);
/* compare_row_remark(compare, row, ja, out): "日付が変わりました", or nothing. */
void compare_row_remark(const struct compare *compare,
    const struct compare_row *row, bool ja, struct buf *out);

/**
 * compare_csv(compare, all, ja, out):
 * Append the rows as CSV for Excel: UTF-8 with byte-order mark, CRLF, every cell
 * quoted, none that a spreadsheet takes for a formula; after the rows of a
 * client a row with its totals.  Rows as planned and unreported only if ${all}.
 * Look at buf_ok(out) afterwards.
 */
void compare_csv(
    const struct compare *compare, bool all, bool ja, struct buf *out);
/* compare_text(compare, rows_max, ja, out): a page to read: totals, the
 * differences of each client (at most rows_max in all), notes.  \n. */
void compare_text(
    const struct compare *compare, size_t rows_max, bool ja, struct buf *out);

#endif

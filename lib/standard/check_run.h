/* NAME
 *	check_run - one check while it runs (this folder only)
 * DESCRIPTION
 *	check.c walks a file, check_field.c looks at one field alone,
 *	check_record.c at what rules.tsv says about fields together.  A further
 *	family of checks is a further file with one entry a record and one at the
 *	end; findings go through check_say() only.
 */
#ifndef TASUKI_CHECK_RUN_H
#define TASUKI_CHECK_RUN_H

#include "check.h"
#include "keys.h"
#include "reader.h"
#include "spill.h"
#include "tables.h"

#define CHECK_FINDINGS_MAX 1000
#define CHECK_VALUE_BYTES  64 /* of a value shown in a sentence */

/* What a client's rows have shown so far; bits. */
enum client_seen {
	CLIENT_RECEIVER = 1,  /* a row of the receiving office */
	CLIENT_TYPE = 2,      /* ... and of its service type */
	CLIENT_UNSURE = 4,    /* a row that could not be read: no verdict */
	CLIENT_PREVENTION = 8 /* a row outside the home domain */
};

struct client {
	uint64_t record, line; /* its first row */
	unsigned seen;
};

/* What does not fit into memory any more. */
struct check_spill {
	struct spill *list;
	bool lost; /* there was no room for it on disk either */
};

struct check_run;
/* Is there something to say of a client at the end of the file?  Says it if
 * ${say}. */
typedef bool check_judge_fn(
    struct check_run *run, const struct client *client, bool say);

/* One field of the record at hand, by its 4.1 number. */
struct cell {
	const char *p; /* "" if the edition does not have it */
	size_t n;
	bool there; /* the edition has it */
	bool good;  /* no error in it: rules may use it */
};

/* The last value of a field of which there was nothing to say. */
struct check_memo {
	size_t n; /* 0: none */
	char value[40];
};

/* Roles as far as the service type of a name tells. */
enum check_role { ROLE_UNKNOWN, ROLE_CM, ROLE_SC, ROLE_SP };

struct check_run {
	const struct standard *standard;
	const char *file;
	finding_fn *fn;
	void *arg;
	struct check_result *result;
	unsigned profile;              /* its number; 0: "exchange" */
	struct set_check *set;         /* NULL: not part of one */
	struct set_file *set_file;     /* this file in it */
	unsigned member;               /* its number there */
	bool read_all;                 /* the file was read to its end */
	struct check_benefit *benefit; /* sums of form 7; NULL: other kinds */
	struct check_rows *rows;       /* the rows before; NULL: none yet */
	bool twice;                    /* the record was there already */

	const struct file_kind *kind;
	bool name_good;
	enum check_role from_role, to_role;

	bool not_ms932; /* said once; fields are not decoded */
	bool line_end_said;
	char version[16]; /* of the record that speaks for the file */
	const struct layout_edition *edition;
	uint64_t version_record, version_line; /* where the edition stands */
	enum layout_shape shape;
	char month[8]; /* of the first record, when the name tells none */

	/* the record at hand */
	uint64_t record, line;
	const char *text; /* all its fields */
	size_t text_bytes;
	struct cell cells[LAYOUT_FIELDS_MAX + 1]; /* [1] is field 1 */
	struct check_memo memos[LAYOUT_FIELDS_MAX + 1];
	/* where each field stands in a record of this shape; [0] is 1 when the
	 * others are known */
	uint8_t at[LAYOUT_FIELDS_MAX + 1];

	struct keys client_keys, record_keys;
	struct client *clients;
	size_t clients_cap;
	struct check_spill record_spill, client_spill;
	struct client late_client; /* beyond clients; record 0: none */
	uint64_t late_digest;
	check_judge_fn *judge;
	bool lost_receiver; /* a row of the receiver, but whose? */

	uint64_t said, unsaid;
	struct buf ja, en, value, wanted;
};

/**
 * check_say(run, code, field, value, n, expected):
 * Say a finding about field ${field} (4.1 number; 0: the record, or the file if
 * run->record is 0).  ${value} (MS932, ${n} bytes; NULL: none) and ${expected}
 * (UTF-8; NULL: none) go into the sentence.  Values of fields that tell who a
 * client is are not repeated.
 */
void check_say(struct check_run *run, const char *code, unsigned field,
    const char *value, size_t n, const char *expected);
/* check_say_cell: the same with the field's own value. */
void check_say_cell(struct check_run *run, const char *code, unsigned field,
    const char *expected);
/* The same about the record or file, with a value of ours (UTF-8) or numbers. */
void check_say_text(struct check_run *run, const char *code, const char *value,
    const char *expected);
void check_say_number(struct check_run *run, const char *code,
    unsigned long value, unsigned long expected);
/* check_is_error(run, code): its level in findings.tsv. */
bool check_is_error(const struct check_run *run, const char *code);

/* check_name(run): a name that parses; check_bad_name(run, code): one that does
 * not, with the code of name_parse(). */
void check_name(struct check_run *run);
void check_bad_name(struct check_run *run, const char *code);
/* check_fields(run): everything about each field of the record alone; sets
 * good. */
void check_fields(struct check_run *run);

/* check_record(run): the rules of the kind; check_clients(run): what can be
 * said at the end of the file. */
void check_record(struct check_run *run);
void check_clients(struct check_run *run);
/* check_unsure(run, record): the client of a record that could not be checked
 * gets no verdict at the end. */
void check_unsure(struct check_run *run, const struct reader_record *record);

/* check_once(run, rule, digest): say the rule's finding if the digest is there
 * already, now or in check_late_repeats() at the end of the file. */
void check_once(
    struct check_run *run, const struct layout_rule *rule, uint64_t digest);
void check_late_repeats(struct check_run *run);
/* check_client(run, digest): what is remembered of a client, fresh at its first
 * row; valid until the next call. */
struct client *check_client(struct check_run *run, uint64_t digest);
/* check_late_clients(run, judge): at the end of the file, all clients in the
 * order of their first rows; counts them too.  ${judge} may be NULL. */
void check_late_clients(struct check_run *run, check_judge_fn *judge);
void check_late_fini(struct check_run *run);

/* check_role(standard, type): the role behind a service type of a name. */
enum check_role check_role(const struct standard *standard, const char *type);

#endif

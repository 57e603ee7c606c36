/* NAME
 *	policy - what a partner gets: data, paper or both, when, how much
 * DESCRIPTION
 *	Policies are rows of a table (config/policies.tsv); the row "default"
 *	holds for everybody whose registry row names none and fills the empty
 *	cells of the other rows.  A partner's registry row may say differently
 *	in single columns.  docs/policies.md is the manual.
 *	Pure, but for policies_load() and policies_read().
 */
#ifndef TASUKI_POLICY_H
#define TASUKI_POLICY_H

#include <jansson.h>

#include "deadline.h"
#include "err.h"
#include "leg.h"

#define POLICY_NAME_BYTES 32
#define POLICY_KIND_BYTES 16
#define POLICY_WAYS       5 /* enum leg_way: 1..5 */

enum policy_deliver { POLICY_ELECTRONIC, POLICY_PAPER, POLICY_DUAL };

/* When nothing is handed over: every day between two times, and maybe on days
 * that are no business days. */
struct quiet {
	bool set;
	int from, to;  /* minutes of the day; from > to: over midnight */
	bool holidays; /* whole days that are no business days */
	unsigned ways; /* bits 1 << enum leg_way */
};

struct policy {
	char name[POLICY_NAME_BYTES];
	enum policy_deliver deliver;
	struct lead fallback;         /* before the deadline; not set: never */
	struct deadline plan, result; /* 予定: of the month before; 実績: of the
					 month after */
	struct deadline claim;        /* 請求: of the month after */
	int64_t grace_ms;             /* when that time has passed already */
	bool hold;          /* FAX number not usable: wait (else pdf) */
	unsigned supersede; /* bits 1 << enum leg_way */
	unsigned late;      /* ways: data that still goes when its paper did */
	bool needs_listed;  /* no fallback: handed over is not enough */
	uint8_t order[POLICY_WAYS]; /* ways as they are tried; 0: as the row
				       has them */
	struct quiet quiet;
	uint64_t kinds;      /* taken as data: bits of policy_kind() */
	uint64_t size_bytes; /* of a parcel as data, at most; 0 = any */
	bool other_paper; /* what is not taken goes on paper (else refused) */
	uint64_t first;   /* kinds that go before others */
	uint32_t quota_parcels; /* that the office sends on one day; 0 = any */
	uint64_t quota_bytes;
};

struct policies {
	struct policy *rows; /* [0] is "default" */
	size_t count;
	struct holidays holidays;
	json_t *texts; /* the rows as written, empty cells filled */
};

/* policies_init(p): what holds without a file. */
void policies_init(struct policies *p);
/* policies_load(p, path, why): in place of what is there; TSK_INVALID: file:line
 * and what is wrong; *p as before. */
int policies_load(
    struct policies *p, const char *path, struct why *why) TSK_MUST_USE;
/* policies_read(p, file, holidays, why): both tables; "" = none. */
int policies_read(struct policies *p, const char *file, const char *holidays,
    struct why *why) TSK_MUST_USE;
void policies_fini(struct policies *p);
/* policy_find(p, name): or NULL */
const struct policy *policy_find(const struct policies *p, const char *name);

typedef void policy_complain_fn(
    void *arg, const char *column, const char *english);
/**
 * policy_of_row(p, row, out, until, complain, arg):
 * The policy of a registry row: column policy ("NAME" or "NAME until
 * 2027-03-31", *until = 20270331, else 0) and the columns of its own
 * (policy_columns[].own).  How many faults.
 */
int policy_of_row(const struct policies *p, const json_t *row,
    struct policy *out, int *until, policy_complain_fn *complain, void *arg);

/* ---- cells: policy_cell.c ---- */
struct policy_column {
	const char *column;  /* of the table */
	const char *own;     /* of a registry row; NULL = not there */
	const char *builtin; /* of the row "default" without a file */
	const char *english; /* how to write it */
	int (*set)(struct policy *p, const char *text);
};
extern const struct policy_column policy_columns[]; /* ends with a NULL */
const char *policy_deliver_name(enum policy_deliver deliver);

/* ---- kinds ---- */
#define POLICY_ANY UINT64_MAX
/* policy_kind(kind): its one bit; "" = an attachment. */
uint64_t policy_kind(const char *kind);
/* policy_deletes(kind): a deletion file (DLT...). */
bool policy_deletes(const char *kind);

/* ---- times: policy_time.c ---- */
enum policy_cycle { POLICY_NO_CYCLE, POLICY_PLAN, POLICY_RESULT };
/* policy_cycle(kind): to which monthly deadline a kind belongs. */
enum policy_cycle policy_cycle(const char *kind);
const char *policy_cycle_name(enum policy_cycle cycle);
/* policy_deadline(p, h, cycle, month): when files of the month "202612" are due;
 * 0 = never. */
int64_t policy_deadline(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month);
/* policy_claim(): when 実績 of that month are due at the very latest, since the
 * claims are; 0 = never, and for other cycles. */
int64_t policy_claim(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month);
/* policy_fallback(p, h, cycle, month, now_ms): when paper goes out if the data
 * did not arrive: the deadline less the lead, or now and the grace if that has
 * passed; 0 = never. */
int64_t policy_fallback(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, int64_t now_ms);
/* policy_priority(p, h, cycle, month, first): of a leg in its queue, see queue.h:
 * those that go first before the others, then by deadline. */
uint32_t policy_priority(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, bool first);
/**
 * policy_quiet(p, h, way, cycle, month, now_ms):
 * 0: may be handed over by ${way} now; else when it may.  What would be too late
 * then (deadline or claims in between) goes at once, but a FAX never: it would
 * lie in the tray of an empty office.
 */
int64_t policy_quiet(const struct policy *p, const struct holidays *h,
    enum leg_way way, enum policy_cycle cycle, const char *month,
    int64_t now_ms);

#endif

/* NAME
 *	policy - what a partner gets: data, paper or both, and by when
 * DESCRIPTION
 *	Policies are rows of a table (config/policies.tsv); the row "default"
 *	holds for everybody whose registry row names none and fills the empty
 *	cells of the other rows.  A partner's registry row may say differently
 *	in single columns.  docs/policies.md is the manual.
 *	Pure, but for policies_load().
 */
#ifndef TASUKI_POLICY_H
#define TASUKI_POLICY_H

#include <jansson.h>

#include "deadline.h"
#include "err.h"
#include "leg.h"

#define POLICY_NAME_BYTES 32
#define POLICY_KIND_BYTES 16

enum policy_deliver { POLICY_ELECTRONIC, POLICY_PAPER, POLICY_DUAL };

struct policy {
	char name[POLICY_NAME_BYTES];
	enum policy_deliver deliver;
	struct lead fallback;         /* before the deadline; not set: never */
	struct deadline plan, result; /* 予定: of the month before; 実績: of the
					 month after */
	int64_t grace_ms;             /* when that time has passed already */
	bool hold;          /* FAX number not usable: wait (else pdf) */
	unsigned supersede; /* bits 1 << enum leg_way */
};

struct policies {
	struct policy *rows; /* [0] is "default" */
	size_t count;
	struct holidays holidays;
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
 * 2027-03-31", *until = 20270331, else 0) and the columns fallback,
 * plan_deadline, result_deadline, fax_unverified.  How many faults.
 */
int policy_of_row(const struct policies *p, const json_t *row,
    struct policy *out, int *until, policy_complain_fn *complain, void *arg);

enum policy_cycle { POLICY_NO_CYCLE, POLICY_PLAN, POLICY_RESULT };
/* policy_cycle(kind): to which monthly deadline a kind belongs. */
enum policy_cycle policy_cycle(const char *kind);
/* policy_deadline(p, h, cycle, month): when files of the month "202612" are due;
 * 0 = never. */
int64_t policy_deadline(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month);
/* policy_fallback(p, h, cycle, month, now_ms): when paper goes out if the data
 * did not get there; 0 = never (also without a deadline). */
int64_t policy_fallback(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, int64_t now_ms);

const char *policy_deliver_name(enum policy_deliver deliver);
const char *policy_cycle_name(enum policy_cycle cycle);

#endif

/* NAME
 *	check_benefit - form 7 recomputed (this folder only)
 * DESCRIPTION
 *	Rows come in as they are read, sums are judged when a client's total row
 *	is there and another client begins, the rest at the end of the file.  The
 *	rules are in docs/standard-checks.md.
 */
#ifndef TASUKI_CHECK_BENEFIT_H
#define TASUKI_CHECK_BENEFIT_H

#include "check_run.h"

enum benefit_column {
	B_UNITS,
	B_RATE,
	B_DISCOUNTED,
	B_COUNT,
	B_AMOUNT,  /* units x count */
	B_MANAGED, /* what counts for the category limit */
	B_TYPE_OVER,
	B_TYPE_WITHIN,
	B_OVER,
	B_WITHIN,
	B_PRICE, /* hundredths of a yen */
	B_COST,
	B_BENEFIT,
	B_CLAIM,
	B_FIXED,
	B_COPAY,
	B_FULL,
	B_STAY_BEFORE,
	B_STAY,
	B_STAY_ALL,
	B_COLUMNS,
};

/* Fields beside the figures. */
enum benefit_field { BF_OFFICE = B_COLUMNS, BF_CODE, BF_OVER_30, BF_FIELDS };

#define B_EMPTY INT32_MIN       /* not filled, or not in this edition */
#define B_BAD   (INT32_MIN + 1) /* filled with something wrong */
#define B_IS(v) ((v) > B_BAD)

enum benefit_kind { BK_INSIDE, BK_OUTSIDE, BK_OVER_30, BK_SUBTOTALS };

struct benefit_row {
	uint64_t record, line; /* record 0: there is none */
	int32_t v[B_COLUMNS];
};

/* One office and service type of a client. */
struct benefit_group {
	uint64_t office;
	char type[3];
	uint64_t record, line; /* its first row */
	unsigned rows;         /* service rows */
	unsigned inside_rows;  /* ... inside the category limit for certain */
	unsigned over_30_rows;
	unsigned unknown_rows; /* ... that do not say on which side they are */
	int64_t inside, over_30, rates;
	int64_t unknown_plus, unknown_minus;
	int64_t sum[B_COLUMNS];
	unsigned filled[B_COLUMNS]; /* service rows that fill the column */
	uint32_t bad;               /* columns that cannot be summed; bits */
	struct benefit_row odd;     /* a row with MANAGED other than AMOUNT */
	struct benefit_row rate;    /* the largest percentage addition */
	struct benefit_row sub[BK_SUBTOTALS];
};

struct benefit_client {
	uint64_t digest, record, line;
	bool unsure, disorder;
	struct benefit_row total;
	struct benefit_group *groups;
	size_t count, cap;
};

struct check_benefit {
	unsigned field[BF_FIELDS]; /* 4.1 numbers */
	struct benefit_client *open;
	size_t open_count, current;
	struct keys seen; /* clients */
	bool lost;        /* a row before belonged to nobody known */
	bool gave_up;
};

/* benefit_new(layout): NULL if the layout lacks one of the fields. */
struct check_benefit *benefit_new(const struct layout *layout);
void benefit_free(struct check_benefit **benefit);
/* benefit_row(run): the record at hand. */
void benefit_row(struct check_run *run, const struct layout_rule *rule);
/* benefit_lost(run): the record at hand was too broken to read. */
void benefit_lost(struct check_run *run);
/* benefit_end(run): the file is at its end. */
void benefit_end(struct check_run *run);

#define BENEFIT_BIT(column) (1U << (column))

static inline bool
benefit_given(const struct benefit_row *row, enum benefit_column column)
{
	return row->record != 0 && B_IS(row->v[column]);
}

static inline int64_t
benefit_or_zero(const struct benefit_row *row, enum benefit_column column)
{
	return benefit_given(row, column) ? row->v[column] : 0;
}

/* Cut, also below zero: an amount taken off is not taken off twice. */
static inline int64_t
benefit_yen(int64_t units, int64_t price)
{
	return units * price / 100;
}

/* benefit_judge(run, client): what all rows of a client together show. */
void benefit_judge(struct check_run *run, const struct benefit_client *client);
/* benefit_money(run, row, units, count): costs and shares of one row, whose
 * units are one of ${units}.  The columns something was said of, as bits. */
uint32_t benefit_money(struct check_run *run, const struct benefit_row *row,
    const int64_t *units, size_t count, const char *type);
/* benefit_limits(run, row, rest): limits of one row; ${rest} is what they are
 * parts of where MANAGED is empty.  The columns something was said of. */
uint32_t benefit_limits(struct check_run *run, const struct benefit_row *row,
    enum benefit_column rest);
/* benefit_say(run, code, row, column, expected): at the place of a row. */
void benefit_say(struct check_run *run, const char *code,
    const struct benefit_row *row, enum benefit_column column,
    int64_t expected);

#endif

/* NAME
 *	check_money - form 7: costs, shares and limits of one row
 * SUMMARY
 *	See check_benefit.h; the rules are in docs/standard-checks.md.
 * DESCRIPTION
 *	Money is compared with all figures it may honestly have been computed
 *	from; one yen beside the nearest is rounding, more is an error.
 */
#include "check_benefit.h"
#include "check_rules.h"

static int64_t
tolerance(const struct check_run *run, enum tolerance which)
{
	return standard_tolerance(run->standard, which);
}

static int64_t
distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* The price is the odd one out if the claim agrees with the cost. */
static bool
claim_agrees(const struct benefit_row *row)
{
	return benefit_given(row, B_CLAIM) && benefit_given(row, B_BENEFIT) &&
	       benefit_or_zero(row, B_FIXED) == 0 &&
	       (int64_t)row->v[B_COST] * row->v[B_BENEFIT] / 100 ==
		   row->v[B_CLAIM];
}

static uint32_t
check_cost(struct check_run *run, const struct benefit_row *row,
    const int64_t *units, size_t count)
{
	int64_t nearest = 0, off = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		int64_t cost = benefit_yen(units[i], row->v[B_PRICE]);

		if (distance(cost, row->v[B_COST]) < off) {
			nearest = cost;
			off = distance(cost, row->v[B_COST]);
		}
	}
	if (count == 0 || off == 0)
		return 0;
	if (off <= tolerance(run, TOLERANCE_COST)) {
		benefit_say(run, "benefit-rounding", row, B_COST, nearest);
		return 0;
	}
	if (claim_agrees(row)) {
		benefit_say(run, "benefit-price-cost", row, B_PRICE,
		    benefit_yen(units[0], row->v[B_PRICE]));
		return BENEFIT_BIT(B_PRICE);
	}
	benefit_say(run, "benefit-cost", row, B_COST,
	    benefit_yen(units[0], row->v[B_PRICE]));
	return BENEFIT_BIT(B_COST);
}

static uint32_t
check_claim(struct check_run *run, const struct benefit_row *row)
{
	int64_t wanted, off, cost = row->v[B_COST];

	if (!benefit_given(row, B_COST) || !benefit_given(row, B_BENEFIT) ||
	    !benefit_given(row, B_CLAIM) ||
	    benefit_or_zero(row, B_FIXED) != 0 || row->v[B_FIXED] == B_BAD ||
	    row->v[B_BENEFIT] < 1 || row->v[B_BENEFIT] > 100)
		return 0;
	wanted = cost * row->v[B_BENEFIT] / 100;
	off = distance(wanted, row->v[B_CLAIM]);
	if (off == 0)
		return 0;
	if (off <= tolerance(run, TOLERANCE_COST)) {
		benefit_say(run, "benefit-rounding", row, B_CLAIM, wanted);
		return 0;
	}
	if (benefit_given(row, B_COPAY) && row->v[B_COPAY] != 0 && cost != 0 &&
	    cost - row->v[B_CLAIM] == row->v[B_COPAY]) {
		/* claim and copayment agree: it is the rate */
		benefit_say(run, "benefit-rate", row, B_BENEFIT,
		    ((int64_t)row->v[B_CLAIM] * 100 + cost - 1) / cost);
		return BENEFIT_BIT(B_BENEFIT);
	}
	benefit_say(run, "benefit-claim", row, B_CLAIM, wanted);
	return BENEFIT_BIT(B_CLAIM);
}

static uint32_t
check_copay(struct check_run *run, const struct benefit_row *row)
{
	int64_t wanted;

	if (!benefit_given(row, B_COST) || !benefit_given(row, B_CLAIM) ||
	    !benefit_given(row, B_COPAY))
		return 0;
	wanted = (int64_t)row->v[B_COST] - row->v[B_CLAIM];
	if (row->v[B_COPAY] == wanted)
		return 0;
	benefit_say(run,
	    row->v[B_COPAY] == 0 ? "benefit-copay-odd" : "benefit-copay", row,
	    B_COPAY, wanted);
	return BENEFIT_BIT(B_COPAY);
}

static uint32_t
check_full(struct check_run *run, const struct benefit_row *row,
    const int64_t *units, size_t count)
{
	int64_t over =
	    benefit_or_zero(row, B_OVER) + benefit_or_zero(row, B_TYPE_OVER);
	int64_t wanted, all;

	if (!benefit_given(row, B_FULL) || !benefit_given(row, B_OVER))
		return 0;
	wanted = benefit_yen(over, row->v[B_PRICE]);
	if (distance(wanted, row->v[B_FULL]) <= tolerance(run, TOLERANCE_COST))
		return 0;
	for (size_t i = 0; i < count && benefit_given(row, B_COST); i++) {
		all = benefit_yen(units[i] + over, row->v[B_PRICE]) -
		      row->v[B_COST];
		if (distance(all, row->v[B_FULL]) <=
		    tolerance(run, TOLERANCE_COST))
			return 0;
	}
	benefit_say(run, "benefit-full", row, B_FULL, wanted);
	return BENEFIT_BIT(B_FULL);
}

static uint32_t
check_price(
    struct check_run *run, const struct benefit_row *row, const char *type)
{
	int64_t least = tolerance(run, TOLERANCE_PRICE_MIN);

	/* the community's own types have prices of their own */
	if (*type == 'A' || row->v[B_PRICE] == 0 ||
	    (row->v[B_PRICE] >= least &&
		row->v[B_PRICE] <= tolerance(run, TOLERANCE_PRICE_MAX)))
		return 0;
	benefit_say(run, "benefit-price", row, B_PRICE, least / 100);
	return BENEFIT_BIT(B_PRICE);
}

uint32_t
benefit_money(struct check_run *run, const struct benefit_row *row,
    const int64_t *units, size_t count, const char *type)
{
	uint32_t said = 0;

	if (benefit_given(row, B_PRICE)) {
		if (benefit_given(row, B_COST))
			said = check_cost(run, row, units, count);
		if (said == 0)
			said = check_price(run, row, type);
		if (said == 0 && count > 0)
			said = check_full(run, row, units, count);
	}
	/* one slip is said once: what follows from it is not */
	if (!(said & BENEFIT_BIT(B_COST)))
		said |= check_claim(run, row);
	if (!(said & (BENEFIT_BIT(B_COST) | BENEFIT_BIT(B_CLAIM))))
		said |= check_copay(run, row);
	return said;
}

/* Two parts of a whole; both must be there, and used: some software writes a
 * pair of zeros where a limit does not apply. */
static bool
parts(const struct benefit_row *row, enum benefit_column a,
    enum benefit_column b, int64_t *sum)
{
	if (!benefit_given(row, a) || !benefit_given(row, b))
		return false;
	*sum = (int64_t)row->v[a] + row->v[b];
	return *sum != 0;
}

static uint32_t
say_limit(struct check_run *run, const struct benefit_row *row,
    enum benefit_column over, enum benefit_column within, int64_t whole)
{
	bool paid =
	    benefit_given(row, B_PRICE) && benefit_given(row, B_COST) &&
	    benefit_yen(row->v[within], row->v[B_PRICE]) == row->v[B_COST];

	/* what the cost was computed from is right most likely */
	if (paid)
		benefit_say(
		    run, "benefit-limit", row, over, whole - row->v[within]);
	else
		benefit_say(
		    run, "benefit-limit", row, within, whole - row->v[over]);
	return BENEFIT_BIT(over) | BENEFIT_BIT(within);
}

/* A part without its other part can only be seen to be larger than the whole. */
static uint32_t
part_too_large(
    struct check_run *run, const struct benefit_row *row, int64_t whole)
{
	static const enum benefit_column pairs[][2] = {
	    {B_TYPE_OVER, B_TYPE_WITHIN}, {B_TYPE_WITHIN, B_TYPE_OVER},
	    {B_OVER, B_WITHIN}, {B_WITHIN, B_OVER}};

	for (size_t i = 0; i < 4; i++) {
		enum benefit_column c = pairs[i][0];

		if (whole <= 0 || !benefit_given(row, c) ||
		    benefit_given(row, pairs[i][1]) || row->v[c] <= whole)
			continue;
		benefit_say(run, "benefit-limit", row, c, whole);
		return BENEFIT_BIT(c);
	}
	return 0;
}

uint32_t
benefit_limits(struct check_run *run, const struct benefit_row *row,
    enum benefit_column rest)
{
	enum benefit_column whole = B_MANAGED;
	uint32_t said = 0;
	int64_t sum;

	if (!benefit_given(row, B_MANAGED) || row->v[B_MANAGED] == 0)
		whole = rest;
	if (parts(row, B_TYPE_OVER, B_TYPE_WITHIN, &sum)) {
		if (rest == B_COLUMNS)
			return 0; /* a total: only some types have a limit */
		if (whole != B_COLUMNS && benefit_given(row, whole) &&
		    sum != row->v[whole])
			said = say_limit(run, row, B_TYPE_OVER, B_TYPE_WITHIN,
			    row->v[whole]);
		whole = B_TYPE_WITHIN;
	}
	if (said == 0 && whole != B_COLUMNS && benefit_given(row, whole))
		said = part_too_large(run, row, row->v[whole]);
	if (said == 0 && whole != B_COLUMNS && benefit_given(row, whole) &&
	    parts(row, B_OVER, B_WITHIN, &sum) && sum != row->v[whole])
		said = say_limit(run, row, B_OVER, B_WITHIN, row->v[whole]);
	return said;
}

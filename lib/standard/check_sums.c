/* NAME
 *	check_sums - form 7: what all rows of a client together show
 * SUMMARY
 *	See check_benefit.h; the rules are in docs/standard-checks.md.
 * DESCRIPTION
 *	Whether a row counts for the category limit is told by field 18 if that
 *	is filled, and not at all if software leaves it out.  So a sum is often
 *	known only as a range; what lies within it is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "check_benefit.h"
#include "check_rules.h"

#define UNITS_MAX 6 /* figures a cost may come from */

static int64_t
tolerance(const struct check_run *run, enum tolerance which)
{
	return standard_tolerance(run->standard, which);
}

static bool
is_bad(const struct benefit_group *g, enum benefit_column column)
{
	return (g->bad & 1U << column) != 0;
}

/* -- one group ---------------------------------------------------------- */

static bool
outside_type(const struct check_run *run, const char *type)
{
	const struct layout *layout = &run->kind->layout;

	for (size_t i = 0; i < layout->rule_count; i++) {
		const struct layout_rule *rule = &layout->rules[i];

		if (rule->kind == RULE_OUTSIDE &&
		    rule_listed(rule->value, type, 2))
			return true;
	}
	return false;
}

static void
say_row(struct check_run *run, const char *code, uint64_t record, uint64_t line,
    const char *expected)
{
	run->record = record;
	run->line = line;
	check_say(run, code, run->benefit->field[BF_CODE], "", 0, expected);
}

/* Without it the total has nothing to be compared with. */
static void
check_there(struct check_run *run, struct benefit_group *g)
{
	char wanted[8];

	memcpy(wanted, g->type, 2);
	memcpy(wanted + 2, "AAAA", 5);
	if (g->sub[BK_INSIDE].record != 0 || g->rows - g->over_30_rows < 2)
		return;
	g->bad |= BENEFIT_BIT(B_COST) | BENEFIT_BIT(B_CLAIM) |
		  BENEFIT_BIT(B_COPAY) | BENEFIT_BIT(B_FULL);
	if (g->inside_rows >= 2)
		say_row(run, "subtotal-missing", g->record, g->line, wanted);
	else if (g->sub[BK_OUTSIDE].record == 0 && !outside_type(run, g->type))
		say_row(run, "subtotal-expected", g->record, g->line, wanted);
}

/* A subtotal that must lie between two figures; false: it was said. */
static bool
check_between(struct check_run *run, const struct benefit_row *row,
    enum benefit_column column, int64_t low, int64_t high, int64_t likely)
{
	if (!benefit_given(row, column) ||
	    (row->v[column] >= low && row->v[column] <= high))
		return true;
	if (likely < low || likely > high)
		likely = likely < low ? low : high;
	benefit_say(run, "subtotal-sum", row, column, likely);
	return false;
}

/* Do the row's own figures add up to its amount, and its cost come from it? */
static bool
stands_alone(const struct benefit_row *row)
{
	int64_t over =
	    benefit_or_zero(row, B_OVER) + benefit_or_zero(row, B_TYPE_OVER);

	return benefit_given(row, B_AMOUNT) && benefit_given(row, B_PRICE) &&
	       benefit_given(row, B_COST) &&
	       benefit_yen(row->v[B_AMOUNT] - over, row->v[B_PRICE]) ==
		   row->v[B_COST];
}

/* Both subtotals at once: one of them is wrong if together they are not all that
 * the rows are; the one whose own cost contradicts it. */
static bool
check_both(struct check_run *run, const struct benefit_group *g, int64_t all)
{
	const struct benefit_row *in = &g->sub[BK_INSIDE];
	const struct benefit_row *out = &g->sub[BK_OUTSIDE];
	int64_t inside = all - out->v[B_AMOUNT],
		outside = all - in->v[B_AMOUNT];

	if (!stands_alone(in) && stands_alone(out) &&
	    inside >= g->inside + g->unknown_minus &&
	    inside <= g->inside + g->unknown_plus)
		return check_between(run, in, B_AMOUNT, inside, inside, inside);
	return check_between(run, out, B_AMOUNT, outside, outside, outside);
}

static bool
check_amounts(struct check_run *run, const struct benefit_group *g)
{
	const struct benefit_row *in = &g->sub[BK_INSIDE];
	const struct benefit_row *out = &g->sub[BK_OUTSIDE];
	const struct benefit_row *long_stay = &g->sub[BK_OVER_30];
	int64_t unknown = g->unknown_plus + g->unknown_minus;
	int64_t low = g->inside + g->unknown_minus;
	int64_t high = g->inside + g->unknown_plus;
	bool good;

	if (is_bad(g, B_AMOUNT))
		return false;
	if (g->over_30_rows > 0 && long_stay->record != 0)
		(void)check_between(run, long_stay, B_AMOUNT, g->over_30,
		    g->over_30, g->over_30);
	else if (g->over_30 > 0)
		high += g->over_30;
	if (!benefit_given(in, B_AMOUNT) || !benefit_given(out, B_AMOUNT))
		return check_between(
			   run, in, B_AMOUNT, low, high, g->inside + unknown) &&
		       check_between(run, out, B_AMOUNT, g->unknown_minus,
			   g->unknown_plus, unknown);
	good = check_between(run, in, B_AMOUNT, low, high, g->inside);
	if (good && g->over_30_rows == 0)
		good = check_both(run, g, g->inside + unknown);
	return good;
}

static uint32_t
check_managed(struct check_run *run, const struct benefit_group *g)
{
	const struct benefit_row *in = &g->sub[BK_INSIDE];
	int64_t low = g->sum[B_MANAGED] + g->unknown_minus;
	int64_t high = g->sum[B_MANAGED] + g->unknown_plus;

	if (is_bad(g, B_MANAGED) || is_bad(g, B_AMOUNT) ||
	    g->over_30_rows > 0 || !benefit_given(in, B_MANAGED))
		return 0;
	if (g->odd.record != 0 && in->v[B_MANAGED] == g->inside &&
	    in->v[B_MANAGED] != g->sum[B_MANAGED]) {
		/* the subtotal agrees with all rows but one */
		benefit_say(run, "benefit-managed", &g->odd, B_MANAGED,
		    g->odd.v[B_AMOUNT]);
		return 0;
	}
	return check_between(run, in, B_MANAGED, low, high, g->sum[B_MANAGED])
		   ? 0
		   : BENEFIT_BIT(B_MANAGED);
}

/* Columns that rows rarely fill; where all of them do, they add up. */
static uint32_t
check_columns(struct check_run *run, const struct benefit_group *g)
{
	static const enum benefit_column columns[] = {
	    B_TYPE_OVER, B_TYPE_WITHIN, B_OVER, B_WITHIN};
	uint32_t said = 0;

	for (size_t i = 0; i < 4; i++) {
		enum benefit_column c = columns[i];

		if (!is_bad(g, c) && g->filled[c] == g->rows &&
		    g->sum[c] != 0 && g->over_30_rows == 0 &&
		    !check_between(run, &g->sub[BK_INSIDE], c, g->sum[c],
			g->sum[c], g->sum[c]))
			said |= BENEFIT_BIT(c);
	}
	return said;
}

/* What the cost of a subtotal may have been computed from, likeliest first. */
static size_t
cost_units(const struct benefit_group *g, int64_t units[UNITS_MAX])
{
	const struct benefit_row *in = &g->sub[BK_INSIDE];
	int64_t rest = 0;
	size_t count = 0, base;

	if (benefit_given(in, B_WITHIN))
		units[count++] = in->v[B_WITHIN];
	if (benefit_given(in, B_AMOUNT) &&
	    (count == 0 || in->v[B_MANAGED] != in->v[B_AMOUNT]))
		units[count++] = in->v[B_AMOUNT] - benefit_or_zero(in, B_OVER) -
				 benefit_or_zero(in, B_TYPE_OVER);
	if (benefit_given(in, B_AMOUNT) && g->sub[BK_OUTSIDE].record == 0)
		rest = g->inside + g->unknown_plus + g->unknown_minus -
		       in->v[B_AMOUNT];
	base = count;
	for (size_t i = 0; rest != 0 && i < base; i++)
		units[count++] = units[i] + rest;
	return count;
}

static void
check_rate(struct check_run *run, const struct benefit_group *g)
{
	int64_t all =
	    g->inside + g->unknown_plus + g->unknown_minus + g->over_30;
	int64_t limit = (all - g->rates) * tolerance(run, TOLERANCE_RATE) / 100;

	if (g->rate.record == 0 || is_bad(g, B_AMOUNT))
		return;
	if (benefit_given(&g->rate, B_COUNT) && g->rate.v[B_COUNT] != 1)
		benefit_say(run, "rate-odd", &g->rate, B_COUNT, 1);
	else if (benefit_given(&g->rate, B_AMOUNT) &&
		 g->rate.v[B_AMOUNT] > limit)
		benefit_say(run, "rate-odd", &g->rate, B_AMOUNT, limit);
}

static void
judge_alone(struct check_run *run, const struct benefit_group *g)
{
	for (enum benefit_kind k = 0; k < BK_SUBTOTALS; k++) {
		if (g->sub[k].record != 0)
			say_row(run, "subtotal-alone", g->sub[k].record,
			    g->sub[k].line, NULL);
	}
}

/* What was said of a subtotal is not said of the total once more. */
static void
judge_inside(struct check_run *run, struct benefit_group *g, bool amounts)
{
	const struct benefit_row *in = &g->sub[BK_INSIDE];
	int64_t units[UNITS_MAX];
	uint32_t said = amounts ? 0 : BENEFIT_BIT(B_AMOUNT);

	if (amounts)
		said |= check_managed(run, g);
	said |= check_columns(run, g);
	if (in->record == 0)
		return;
	if (said == 0)
		said |= benefit_limits(run, in, B_AMOUNT);
	said |= benefit_money(run, in, units,
	    said == 0 || said == BENEFIT_BIT(B_AMOUNT) ? cost_units(g, units)
						       : 0,
	    g->type);
	g->bad |= said & ~BENEFIT_BIT(B_AMOUNT);
}

static void
judge_group(struct check_run *run, struct benefit_group *g)
{
	const struct benefit_row *out = &g->sub[BK_OUTSIDE];
	int64_t units[1];
	bool amounts;

	if (g->rows == 0) {
		judge_alone(run, g);
		return;
	}
	check_there(run, g);
	amounts = check_amounts(run, g) || is_bad(g, B_AMOUNT);
	check_rate(run, g);
	judge_inside(run, g, amounts);
	if (out->record == 0)
		return;
	units[0] = benefit_or_zero(out, B_AMOUNT);
	g->bad |= benefit_money(run, out, units,
	    benefit_given(out, B_AMOUNT) && amounts ? 1 : 0, g->type);
}

/* -- the total row ------------------------------------------------------ */

/* What a group adds to a column of the total; false: it does not say. */
static bool
group_value(
    const struct benefit_group *g, enum benefit_column column, int64_t *out)
{
	bool found = false;

	*out = 0;
	/* rows inside the limit that neither they nor a subtotal speak for */
	if (g->inside_rows > 0 && !benefit_given(&g->sub[BK_INSIDE], column) &&
	    g->filled[column] == 0)
		return false;
	for (enum benefit_kind k = 0; k < BK_SUBTOTALS; k++) {
		if (benefit_given(&g->sub[k], column)) {
			*out += g->sub[k].v[column];
			found = true;
		}
	}
	if (!found)
		*out = g->sum[column];
	return found || g->filled[column] > 0;
}

static bool
sub_bad(const struct benefit_group *g, enum benefit_column column)
{
	for (enum benefit_kind k = 0; k < BK_SUBTOTALS; k++) {
		if (g->sub[k].record != 0 && g->sub[k].v[column] == B_BAD)
			return true;
	}
	return is_bad(g, column);
}

/* Sum over the groups.  What a group does not say is, of units, something
 * between nothing and all of it; of yen it cannot be known. */
static bool
total_column(struct check_run *run, const struct benefit_client *client,
    enum benefit_column column)
{
	bool money = column == B_COST || column == B_CLAIM || column == B_COPAY;
	bool zero = column == B_TYPE_OVER || column == B_TYPE_WITHIN ||
		    column == B_FULL;
	int64_t low = 0, high = 0, value;

	if (!benefit_given(&client->total, column))
		return true;
	for (size_t i = 0; i < client->count; i++) {
		const struct benefit_group *g = &client->groups[i];
		bool says = group_value(g, column, &value);

		if (sub_bad(g, column) || (!says && money))
			return true;
		low += value;
		high += value;
		if (!says && !zero) {
			low += g->unknown_minus;
			high += g->inside + g->unknown_plus + g->over_30;
		}
	}
	value = client->total.v[column];
	if (value >= low && value <= high)
		return true;
	benefit_say(run, "total-sum", &client->total, column, low);
	return false;
}

/* The amounts of services: inside the limit only, or all. */
static void
total_amount(struct check_run *run, const struct benefit_client *client)
{
	int64_t sure = 0, inside = 0, outside = 0, over = 0, all = 0, value;

	if (!benefit_given(&client->total, B_AMOUNT))
		return;
	for (size_t i = 0; i < client->count; i++) {
		const struct benefit_group *g = &client->groups[i];
		int64_t rows = g->inside + g->unknown_plus + g->unknown_minus;

		if (sub_bad(g, B_AMOUNT))
			return;
		sure += g->inside;
		all += rows + g->over_30;
		over += g->over_30;
		if (benefit_given(&g->sub[BK_INSIDE], B_AMOUNT))
			inside += g->sub[BK_INSIDE].v[B_AMOUNT];
		else if (g->sub[BK_OUTSIDE].record == 0)
			inside += rows;
		outside += benefit_or_zero(&g->sub[BK_OUTSIDE], B_AMOUNT);
	}
	value = client->total.v[B_AMOUNT];
	if (value != sure && value != inside && value != inside + outside &&
	    value != inside + over && value != all && value != all - over)
		benefit_say(run, "total-sum", &client->total, B_AMOUNT, all);
}

void
benefit_judge(struct check_run *run, const struct benefit_client *client)
{
	static const enum benefit_column columns[] = {B_MANAGED, B_TYPE_OVER,
	    B_TYPE_WITHIN, B_OVER, B_WITHIN, B_COST, B_CLAIM, B_COPAY, B_FULL};

	bool good = true;

	for (size_t i = 0; i < client->count; i++)
		judge_group(run, &client->groups[i]);
	if (client->total.record == 0) {
		say_row(run, "total-missing", client->record, client->line,
		    "999999");
		return;
	}
	total_amount(run, client);
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		good &= total_column(run, client, columns[i]);
	if (good)
		(void)benefit_limits(run, &client->total, B_COLUMNS);
}

/* NAME
 *	compare_match - pairs of uses, and the sums
 * DESCRIPTION
 *	Uses are sorted by client, office, code and equipment; what is equal in
 *	these is one group, at most a month of one service of one client.  The
 *	pairing of a group is greedy: exact, same time slot at another
 *	satellite, same day, then day by day further away.  A group of more
 *	than PAIRS_MAX combinations, which no office has, is paired in order.
 */
#include <stdlib.h>
#include <string.h>

#include "compare_inside.h"

#define PAIRS_MAX 100000

/* -- order --------------------------------------------------------------- */

static int
by_number(uint64_t x, uint64_t y)
{
	return (x > y) - (x < y);
}

static int
by_client(const struct compare *c, uint32_t x, uint32_t y)
{
	const struct client *a = &c->clients[x], *b = &c->clients[y];
	const uint32_t *rank = c->ranks;
	int order = by_number(rank[a->month], rank[b->month]);

	if (order == 0)
		order = by_number(rank[a->insurer], rank[b->insurer]);
	if (order == 0)
		order = by_number(rank[a->insured], rank[b->insured]);
	return order;
}

static int
by_group(const struct compare *c, const struct use *x, const struct use *y)
{
	const uint32_t *rank = c->ranks;
	int order =
	    x->client == y->client ? 0 : by_client(c, x->client, y->client);

	if (order == 0)
		order = by_number(rank[x->office], rank[y->office]);
	if (order == 0)
		order = by_number(rank[x->code], rank[y->code]);
	if (order == 0)
		order = by_number(rank[x->equipment], rank[y->equipment]);
	return order;
}

static int
by_slot(const struct use *x, const struct use *y)
{
	int order = by_number(x->day, y->day);

	if (order == 0)
		order = by_number(x->start, y->start);
	if (order == 0)
		order = by_number(x->end, y->end);
	return order;
}

static int
by_key(const void *a, const void *b, void *arg)
{
	const struct compare *c = arg;
	const struct use *x = a, *y = b;
	int order = by_group(c, x, y);

	if (order == 0)
		order = by_number(x->side, y->side);
	if (order == 0)
		order = by_slot(x, y);
	if (order == 0)
		order =
		    by_number(c->ranks[x->satellite], c->ranks[y->satellite]);
	if (order == 0)
		order = by_number(x->file, y->file);
	if (order == 0)
		order = by_number(x->digest, y->digest);
	return order != 0 ? order : by_number(x->record, y->record);
}

/* -- adding up ----------------------------------------------------------- */

static bool
same_key(const struct compare *c, const struct use *x, const struct use *y)
{
	return x->client == y->client && x->side == y->side &&
	       by_group(c, x, y) == 0 && by_slot(x, y) == 0 &&
	       x->satellite == y->satellite;
}

static void
drop_out(struct compare *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->use_count; i++) {
		if (!c->uses[i].out)
			c->uses[n++] = c->uses[i];
	}
	c->use_count = n;
}

struct doubles {
	uint64_t count, record;
};

static void
tell_doubles(struct compare *c, const struct doubles *doubles)
{
	for (uint32_t i = 0; i < c->file_count; i++) {
		if (doubles[i].count > 0)
			compare_note_add(c, NOTE_DUPLICATE, i,
			    doubles[i].record, doubles[i].count, "");
	}
}

/* Equal keys lie behind each other, and equal records among them too. */
static void
add_up(struct compare *c)
{
	struct doubles *doubles =
	    mem_new((c->file_count + 1) * sizeof *doubles);
	uint64_t last = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->use_count; i++) {
		struct use *u = &c->uses[i], *into = &c->uses[n - (n > 0)];

		if (n > 0 && same_key(c, into, u)) {
			if (u->digest == last && doubles[u->file].count++ == 0)
				doubles[u->file].record = u->record;
			last = u->digest;
			into->count += u->count;
			into->amount += u->amount;
			into->records++;
			into->units_given &= u->units_given;
			continue;
		}
		last = u->digest;
		c->uses[n++] = *u;
	}
	c->use_count = n;
	tell_doubles(c, doubles);
	free(doubles);
}

/* -- one group ----------------------------------------------------------- */

struct group {
	struct compare *compare;
	struct use *side[COMPARE_SIDES];
	size_t count[COMPARE_SIDES];
	uint32_t *pair[COMPARE_SIDES]; /* index on the other side + 1 */
	bool rate, monthly, any_day;
};

static void
join(struct group *g, size_t left, size_t right)
{
	g->pair[COMPARE_LEFT][left] = (uint32_t)right + 1;
	g->pair[COMPARE_RIGHT][right] = (uint32_t)left + 1;
}

static bool
free_use(const struct group *g, enum compare_side side, size_t i)
{
	return g->pair[side][i] == 0;
}

/* Both sides are sorted: equal slots are found in one walk. */
static void
join_exact(struct group *g)
{
	const struct compare *c = g->compare;
	size_t i = 0, k = 0;

	while (i < g->count[COMPARE_LEFT] && k < g->count[COMPARE_RIGHT]) {
		const struct use *x = &g->side[COMPARE_LEFT][i];
		const struct use *y = &g->side[COMPARE_RIGHT][k];
		int order = by_slot(x, y);

		if (order == 0)
			order = by_number(
			    c->ranks[x->satellite], c->ranks[y->satellite]);
		if (order == 0)
			join(g, i++, k++);
		else if (order < 0)
			i++;
		else
			k++;
	}
}

static void
join_in_order(struct group *g)
{
	size_t k = 0;

	for (size_t i = 0; i < g->count[COMPARE_LEFT]; i++) {
		if (!free_use(g, COMPARE_LEFT, i))
			continue;
		while (k < g->count[COMPARE_RIGHT] &&
		       !free_use(g, COMPARE_RIGHT, k))
			k++;
		if (k == g->count[COMPARE_RIGHT])
			return;
		join(g, i, k);
	}
}

/* 0: the same slot; else how many minutes the beginnings are apart. */
static unsigned
apart(const struct use *x, const struct use *y)
{
	unsigned a = x->start / 100u * 60 + x->start % 100u;
	unsigned b = y->start / 100u * 60 + y->start % 100u;

	if (x->start == y->start && x->end == y->end)
		return 0;
	return 1 + (a < b ? b - a : a - b);
}

/* The free one on the right that is ${days} away and nearest in time. */
static size_t
nearest(const struct group *g, const struct use *left, unsigned days)
{
	size_t best = g->count[COMPARE_RIGHT];

	for (size_t k = 0; k < g->count[COMPARE_RIGHT]; k++) {
		const struct use *u = &g->side[COMPARE_RIGHT][k];
		unsigned away = u->day > left->day ? u->day - left->day
						   : left->day - u->day;

		if (away != days || !free_use(g, COMPARE_RIGHT, k))
			continue;
		if (best == g->count[COMPARE_RIGHT] ||
		    apart(left, u) < apart(left, &g->side[COMPARE_RIGHT][best]))
			best = k;
	}
	return best;
}

static bool
any_free(const struct group *g, enum compare_side side)
{
	for (size_t i = 0; i < g->count[side]; i++) {
		if (free_use(g, side, i))
			return true;
	}
	return false;
}

static void
join_near(struct group *g)
{
	for (unsigned days = 0; days < DAYS_MAX; days++) {
		if (!any_free(g, COMPARE_LEFT) || !any_free(g, COMPARE_RIGHT))
			return;
		for (size_t i = 0; i < g->count[COMPARE_LEFT]; i++) {
			size_t k;

			if (!free_use(g, COMPARE_LEFT, i))
				continue;
			k = nearest(g, &g->side[COMPARE_LEFT][i], days);
			if (k < g->count[COMPARE_RIGHT])
				join(g, i, k);
		}
	}
}

/* What a month costs: the day with most of it, once. */
static void
count_month_once(struct use *uses, size_t n)
{
	int64_t best = 0, day = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		day = i > 0 && uses[i].day == uses[i - 1].day
			  ? day + uses[i].amount
			  : uses[i].amount;
		if (i == 0 || day > best) {
			best = day;
			at = i;
		}
	}
	for (size_t i = 0; i < n; i++)
		uses[i].amount = 0;
	if (n > 0)
		uses[at].amount = best;
}

static bool
lone_without_time(const struct group *g)
{
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		if (g->count[s] > 1 ||
		    (g->count[s] == 1 &&
			g->side[s][0].start != COMPARE_NO_TIME))
			return false;
	}
	return true;
}

static void
judge_kind(struct group *g)
{
	const struct compare *c = g->compare;
	const struct use *u = g->count[COMPARE_LEFT] > 0
				  ? g->side[COMPARE_LEFT]
				  : g->side[COMPARE_RIGHT];
	const struct client *client = &c->clients[u->client];
	const char *code = words_text(&c->words, u->code);

	g->rate = standard_service_rate(c->standard, code);
	g->monthly = !g->rate && standard_service_monthly(c->standard, code,
				     words_text(&c->words, client->month),
				     words_text(&c->words, client->insurer));
	g->any_day = g->rate || (g->monthly && lone_without_time(g));
	for (unsigned s = 0; s < COMPARE_SIDES && g->monthly; s++)
		count_month_once(g->side[s], g->count[s]);
}

/* -- rows ---------------------------------------------------------------- */

static void
show_use(const struct compare *c, const struct use *u, struct compare_use *out)
{
	out->satellite = words_text(&c->words, u->satellite);
	out->day = u->day;
	out->start = u->start;
	out->end = u->end;
	out->count = u->count;
	out->units = u->units;
	out->amount = u->amount;
	out->units_given = u->units_given;
	out->file = c->files[u->file].text;
	out->record = u->record;
	out->records = u->records;
}

static struct compare_row *
new_row(struct compare *c, const struct use *u)
{
	const char *name =
	    u->office < c->office_name_room
		? words_text(&c->words, c->office_names[u->office])
		: "";
	struct standard_service service;
	struct compare_row *row;

	if (c->row_count == c->row_room) {
		c->row_room = c->row_room == 0 ? 256 : 2 * c->row_room;
		c->rows = mem_resize(c->rows, c->row_room * sizeof *c->rows);
	}
	row = &c->rows[c->row_count++];
	memset(row, 0, sizeof *row);
	row->client = c->result_count - 1;
	row->office = words_text(&c->words, u->office);
	row->office_name = name;
	row->code = words_text(&c->words, u->code);
	row->equipment = words_text(&c->words, u->equipment);
	row->service =
	    standard_service_find(c->standard, row->code,
		words_text(&c->words, c->clients[u->client].month),
		words_text(&c->words, c->clients[u->client].insurer), &service)
		? service.name
		: "";
	return row;
}

static bool
units_comparable(
    const struct group *g, const struct use *x, const struct use *y)
{
	if (!x->units_given || !y->units_given)
		return false;
	return !g->rate || (x->units != 0 && y->units != 0);
}

static enum compare_state
judge_pair(const struct group *g, struct compare_row *row, const struct use *x,
    const struct use *y)
{
	row->count_difference = (int64_t)y->count - (int64_t)x->count;
	if (units_comparable(g, x, y))
		row->units_difference = y->amount - x->amount;
	row->day = !g->any_day && x->day != y->day;
	row->time = !g->rate && (x->start != y->start || x->end != y->end);
	row->satellite = x->satellite != y->satellite;
	if (row->day || row->time || row->satellite)
		return COMPARE_MOVED;
	return row->count_difference != 0 || row->units_difference != 0
		   ? COMPARE_CHANGED
		   : COMPARE_SAME;
}

static void
add_side(struct compare_sum *sum, enum compare_side side, const struct use *u,
    bool units)
{
	sum->count[side] += u->count;
	if (units)
		sum->units[side] += u->amount;
}

static void
sum_row(struct compare_sum *sum, const struct group *g,
    enum compare_state state, const struct use *x, const struct use *y)
{
	bool units = x == NULL || y == NULL || units_comparable(g, x, y);

	sum->rows[state]++;
	if (state == COMPARE_UNREPORTED && x != NULL) {
		sum->unreported_count += x->count;
		sum->unreported_units += x->amount;
		return;
	}
	if (x != NULL)
		add_side(sum, COMPARE_LEFT, x, units);
	if (y != NULL)
		add_side(sum, COMPARE_RIGHT, y, units);
}

static void
put_row(struct group *g, const struct use *x, const struct use *y,
    enum compare_state lone)
{
	struct compare *c = g->compare;
	struct compare_row *row = new_row(c, x != NULL ? x : y);

	row->state = lone;
	row->rate = g->rate;
	if (x != NULL && y != NULL)
		row->state = judge_pair(g, row, x, y);
	else if (y != NULL) {
		row->count_difference = (int64_t)y->count;
		row->units_difference = y->amount;
	} else if (x != NULL && lone == COMPARE_MISSING) {
		row->count_difference = -(int64_t)x->count;
		row->units_difference = -x->amount;
	}
	if (x != NULL)
		show_use(c, x, &row->use[COMPARE_LEFT]);
	if (y != NULL)
		show_use(c, y, &row->use[COMPARE_RIGHT]);
	row->there[COMPARE_LEFT] = x != NULL;
	row->there[COMPARE_RIGHT] = y != NULL;
	if (row->state != COMPARE_SAME && row->state != COMPARE_UNREPORTED)
		c->differences++;
	sum_row(&c->results[row->client].sum, g, row->state, x, y);
	sum_row(&c->sum, g, row->state, x, y);
}

/* Left and right in one walk, in the order of days. */
static void
put_rows(struct group *g, enum compare_state lone)
{
	size_t i = 0, k = 0;

	while (i < g->count[COMPARE_LEFT] || k < g->count[COMPARE_RIGHT]) {
		const struct use *x = i < g->count[COMPARE_LEFT]
					  ? &g->side[COMPARE_LEFT][i]
					  : NULL;
		const struct use *y = k < g->count[COMPARE_RIGHT]
					  ? &g->side[COMPARE_RIGHT][k]
					  : NULL;

		if (y != NULL && !free_use(g, COMPARE_RIGHT, k)) {
			k++; /* stands with its left one */
		} else if (x != NULL && (y == NULL || by_slot(x, y) <= 0)) {
			uint32_t pair = g->pair[COMPARE_LEFT][i++];

			put_row(g, x,
			    pair == 0 ? NULL
				      : &g->side[COMPARE_RIGHT][pair - 1],
			    lone);
		} else {
			put_row(g, NULL, y, COMPARE_ADDED);
			k++;
		}
	}
}

/* -- all ----------------------------------------------------------------- */

static void
match_group(struct group *g, const struct compare_scope *scope)
{
	const struct use *first = g->count[COMPARE_LEFT] > 0
				      ? g->side[COMPARE_LEFT]
				      : g->side[COMPARE_RIGHT];

	judge_kind(g);
	if (g->any_day) {
		join_in_order(g);
	} else {
		join_exact(g);
		if (g->count[COMPARE_LEFT] * g->count[COMPARE_RIGHT] <=
		    PAIRS_MAX)
			join_near(g);
		else
			join_in_order(g);
	}
	put_rows(g, compare_scope_lone(g->compare, scope, first, g->rate));
}

static void
start_client(struct compare *c, uint32_t client)
{
	const struct client *from = &c->clients[client];
	struct compare_client *to = &c->results[c->result_count++];

	to->insurer = words_text(&c->words, from->insurer);
	to->insured = words_text(&c->words, from->insured);
	to->month = words_text(&c->words, from->month);
	to->name = words_text(&c->words, from->name);
	to->there[COMPARE_LEFT] = from->there[COMPARE_LEFT];
	to->there[COMPARE_RIGHT] = from->there[COMPARE_RIGHT];
	to->first = c->row_count;
}

/* How far the group that begins at ${at} goes, and where its right side is. */
static size_t
find_group(struct compare *c, size_t at, struct group *g)
{
	size_t end = at;

	memset(g->count, 0, sizeof g->count);
	g->side[COMPARE_LEFT] = g->side[COMPARE_RIGHT] = &c->uses[at];
	while (
	    end < c->use_count && by_group(c, &c->uses[at], &c->uses[end]) == 0)
		g->count[c->uses[end++].side]++;
	g->side[COMPARE_RIGHT] = &c->uses[at + g->count[COMPARE_LEFT]];
	return end;
}

static void
match_groups(struct compare *c, const struct compare_scope *scope)
{
	uint32_t *pairs = mem_new((c->use_count + 1) * sizeof *pairs);
	struct group g = {.compare = c};

	for (size_t at = 0; at < c->use_count;) {
		size_t end = find_group(c, at, &g);

		if (at == 0 || c->uses[at - 1].client != c->uses[at].client)
			start_client(c, c->uses[at].client);
		g.pair[COMPARE_LEFT] = pairs + at;
		g.pair[COMPARE_RIGHT] = pairs + at + g.count[COMPARE_LEFT];
		match_group(&g, scope);
		c->results[c->result_count - 1].rows =
		    c->row_count - c->results[c->result_count - 1].first;
		at = end;
	}
	free(pairs);
}

void
compare_match(struct compare *c)
{
	struct compare_scope scope = {0};

	drop_out(c);
	if (c->mode == COMPARE_NONE)
		c->use_count = 0;
	if (c->use_count > 0)
		qsort_r(c->uses, c->use_count, sizeof *c->uses, by_key, c);
	add_up(c);
	compare_scope_fill(c, &scope);
	c->results =
	    mem_new(((size_t)c->client_count + 1) * sizeof *c->results);
	match_groups(c, &scope);
	free(scope.digests);
}

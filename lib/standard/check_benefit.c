/* NAME
 *	check_benefit - form 7, row by row
 * SUMMARY
 *	See check_benefit.h.
 * DESCRIPTION
 *	A client stays open until its total row is there and a row of another
 *	client comes: software that sorts by office is read as well as software
 *	that sorts by client.  A figure with a fault of its own, or a row that
 *	could not be read, takes its sums out of the judgement.
 * BUGS
 *	Of more than OPEN_MAX clients without a total row at a time the sums are
 *	not recomputed; "totals-unchecked" says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_benefit.h"
#include "digest.h"

#define OPEN_MAX    1024
#define GROUPS_MAX  64 /* of one client; real ones have a dozen */
#define SEED_CLIENT UINT64_C(0x62656e65666974)

static const char *const field_names[BF_FIELDS] = {
    [B_UNITS] = "units",
    [B_RATE] = "discounted_rate",
    [B_DISCOUNTED] = "discounted_units",
    [B_COUNT] = "count_or_days",
    [B_AMOUNT] = "service_units_amount",
    [B_MANAGED] = "benefit_management_units",
    [B_TYPE_OVER] = "type_limit_over_units",
    [B_TYPE_WITHIN] = "type_limit_within_units",
    [B_OVER] = "category_limit_over_units",
    [B_WITHIN] = "category_limit_within_units",
    [B_PRICE] = "unit_price",
    [B_COST] = "total_cost_covered",
    [B_BENEFIT] = "benefit_rate",
    [B_CLAIM] = "benefit_claim_amount",
    [B_FIXED] = "fixed_copay_unit_amount",
    [B_COPAY] = "copay_covered",
    [B_FULL] = "copay_full",
    [B_STAY_BEFORE] = "short_stay_days_to_previous_month",
    [B_STAY] = "short_stay_days_this_month",
    [B_STAY_ALL] = "short_stay_days_cumulative",
    [BF_OFFICE] = "service_office_number",
    [BF_CODE] = "service_code",
    [BF_OVER_30] = "over_30_days",
};

struct check_benefit *
benefit_new(const struct layout *layout)
{
	struct check_benefit *b = mem_new(sizeof *b);

	for (size_t i = 0; i < BF_FIELDS; i++) {
		b->field[i] = layout_field(layout, field_names[i]);
		if (b->field[i] == 0) {
			free(b);
			return NULL;
		}
	}
	b->open = mem_new(OPEN_MAX * sizeof *b->open);
	return b;
}

void
benefit_free(struct check_benefit **benefit)
{
	struct check_benefit *b = *benefit;

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->open_count; i++)
		free(b->open[i].groups);
	keys_fini(&b->seen);
	free(b->open);
	free(b);
	*benefit = NULL;
}

void
benefit_say(struct check_run *run, const char *code,
    const struct benefit_row *row, enum benefit_column column, int64_t expected)
{
	char value[24] = "", wanted[24];
	int32_t v = row->v[column];
	bool price = column == B_PRICE;

	if (B_IS(v) && price)
		snprintf(value, sizeof value, "%d.%02d", v / 100, v % 100);
	else if (B_IS(v))
		snprintf(value, sizeof value, "%d", v);
	snprintf(wanted, sizeof wanted, "%lld", (long long)expected);
	run->record = row->record;
	run->line = row->line;
	check_say(run, code, run->benefit->field[column], value, strlen(value),
	    wanted);
}

/* -- reading a row ------------------------------------------------------ */

/* "11.40" -> 1140, "11.4" likewise. */
static int32_t
hundredths(const char *p)
{
	int32_t value = 0, digits = -1;

	for (; *p != '\0'; p++) {
		if (*p == '.') {
			digits = 0;
			continue;
		}
		value = value * 10 + (*p - '0');
		digits += digits >= 0;
	}
	for (digits = digits < 0 ? 0 : digits; digits < 2; digits++)
		value *= 10;
	return value;
}

static int32_t
figure(const struct check_run *run, enum benefit_column column)
{
	const struct cell *cell = &run->cells[run->benefit->field[column]];

	if (!cell->there || cell->n == 0)
		return B_EMPTY;
	if (!cell->good || cell->n > 8)
		return B_BAD;
	return column == B_PRICE ? hundredths(cell->p)
				 : (int32_t)strtol(cell->p, NULL, 10);
}

static void
read_row(const struct check_run *run, struct benefit_row *row)
{
	row->record = run->record;
	row->line = run->line;
	for (enum benefit_column i = 0; i < B_COLUMNS; i++)
		row->v[i] = figure(run, i);
}

static const struct cell *
cell_of(const struct check_run *run, enum benefit_field field)
{
	return &run->cells[run->benefit->field[field]];
}

/* -- one service row ---------------------------------------------------- */

static bool
is_rate(const struct check_run *run, const struct benefit_row *row)
{
	if (standard_service_rate(run->standard, cell_of(run, BF_CODE)->p))
		return true;
	/* the masters know a part of them; without units it is one */
	return !B_IS(row->v[B_UNITS]) || row->v[B_UNITS] == 0;
}

/* Units of the code as the masters know them, -1 if they do not. */
static int64_t
service_units(const struct check_run *run)
{
	struct standard_service service;

	if (!run->name_good ||
	    !standard_service_find(run->standard, cell_of(run, BF_CODE)->p,
		run->result->name.month, run->cells[2].p, &service))
		return -1;
	return service.units;
}

/* Amount and units for the limit agree, so units or count are wrong: the one
 * that a division mends.  The masters know the units of many codes. */
static bool
blame_factor(struct check_run *run, const struct benefit_row *row,
    enum benefit_column column, int64_t units)
{
	int64_t amount = row->v[B_AMOUNT], count = row->v[B_COUNT];
	bool by_units = units != 0 && amount % units == 0 && amount != 0;
	bool by_count = amount % count == 0;
	int64_t known = service_units(run);

	if (row->v[B_MANAGED] != row->v[B_AMOUNT])
		return false;
	if (by_units && (!by_count || units == known))
		benefit_say(
		    run, "benefit-factor", row, B_COUNT, amount / units);
	else if (by_count && (!by_units || amount / count == known))
		benefit_say(run, "benefit-factor", row, column, amount / count);
	else
		return false;
	return true;
}

/* False: the amount itself is wrong. */
static bool
check_product(struct check_run *run, const struct benefit_row *row)
{
	enum benefit_column column = B_UNITS;
	int64_t units;

	if (B_IS(row->v[B_DISCOUNTED]) && row->v[B_DISCOUNTED] != 0)
		column = B_DISCOUNTED;
	units = row->v[column];
	if (row->v[B_DISCOUNTED] == B_BAD || !B_IS(row->v[B_COUNT]))
		return true;
	if (row->v[B_COUNT] == 0) {
		benefit_say(run, "count-zero", row, B_COUNT, 1);
		return true;
	}
	if (!B_IS(row->v[B_AMOUNT]) ||
	    row->v[B_AMOUNT] == units * row->v[B_COUNT] ||
	    blame_factor(run, row, column, units))
		return true;
	benefit_say(
	    run, "benefit-product", row, B_AMOUNT, units * row->v[B_COUNT]);
	return false;
}

static void
check_discount(struct check_run *run, const struct benefit_row *row)
{
	int64_t wanted, off, units = row->v[B_UNITS];
	int32_t rate = row->v[B_RATE], given = row->v[B_DISCOUNTED];

	if (!B_IS(rate) || !B_IS(given) || rate < 1 || rate > 100)
		return;
	wanted = units * rate;
	wanted = (wanted < 0 ? wanted - 50 : wanted + 50) / 100;
	off = given > wanted ? given - wanted : wanted - given;
	if (off > standard_tolerance(run->standard, TOLERANCE_DISCOUNT))
		benefit_say(run, "benefit-discount", row, B_DISCOUNTED, wanted);
}

static void
check_stay(struct check_run *run, const struct benefit_row *row)
{
	int32_t before = row->v[B_STAY_BEFORE], now = row->v[B_STAY];
	int32_t all = row->v[B_STAY_ALL];

	if (B_IS(before) && B_IS(now) && B_IS(all) && all != before + now)
		benefit_say(run, "stay-days", row, B_STAY_ALL, before + now);
}

/* The columns something was said of, as bits. */
static uint32_t
check_service_row(
    struct check_run *run, const struct benefit_row *row, const char *type)
{
	int64_t units[2];
	size_t count = 0;
	uint32_t said = 0;

	if (!is_rate(run, row)) {
		if (!check_product(run, row))
			said |= 1U << B_AMOUNT;
		check_discount(run, row);
	}
	said |= benefit_limits(run, row, B_AMOUNT);
	if (B_IS(row->v[B_WITHIN]))
		units[count++] = row->v[B_WITHIN];
	if (B_IS(row->v[B_AMOUNT]) &&
	    (count == 0 || row->v[B_MANAGED] != row->v[B_AMOUNT]))
		units[count++] = row->v[B_AMOUNT] -
				 (B_IS(row->v[B_OVER]) ? row->v[B_OVER] : 0);
	/* zeros where the subtotal carries the money are as good as nothing */
	if (said != 0 || row->v[B_COST] == 0)
		count = 0;
	return said | benefit_money(run, row, units, count, type);
}

/* -- clients and groups ------------------------------------------------- */

static void
client_close(struct check_run *run, size_t at)
{
	struct check_benefit *b = run->benefit;
	uint64_t record = run->record, line = run->line;

	if (!b->open[at].unsure)
		benefit_judge(run, &b->open[at]);
	run->record = record;
	run->line = line;
	free(b->open[at].groups);
	b->open[at] = b->open[--b->open_count];
}

static void
give_up(struct check_run *run)
{
	struct check_benefit *b = run->benefit;

	b->gave_up = true;
	while (b->open_count > 0)
		free(b->open[--b->open_count].groups);
	check_say(run, "totals-unchecked", 0, NULL, 0, NULL);
}

/* A client that was judged already comes once more: what it shows now is no
 * longer comparable. */
static struct benefit_client *
client_open(struct check_run *run, uint64_t digest)
{
	struct check_benefit *b = run->benefit;
	struct benefit_client *client = &b->open[b->open_count++];
	bool fresh;

	*client = (struct benefit_client){
	    .digest = digest, .record = run->record, .line = run->line};
	if (keys_add(&b->seen, digest, &fresh) != KEYS_FULL && !fresh) {
		client->unsure = client->disorder = true;
		check_say(run, "row-order", b->field[BF_CODE],
		    cell_of(run, BF_CODE)->p, cell_of(run, BF_CODE)->n, NULL);
	}
	return client;
}

/* The client of the record at hand; NULL if there is no room. */
static struct benefit_client *
client_find(struct check_run *run, uint64_t digest)
{
	struct check_benefit *b = run->benefit;

	if (b->current < b->open_count && b->open[b->current].digest == digest)
		return &b->open[b->current];
	if (b->current < b->open_count && b->open[b->current].total.record != 0)
		client_close(run, b->current);
	for (b->current = 0; b->current < b->open_count; b->current++) {
		if (b->open[b->current].digest == digest)
			return &b->open[b->current];
	}
	if (b->open_count == OPEN_MAX) {
		give_up(run);
		return NULL;
	}
	return client_open(run, digest);
}

static struct benefit_group *
group_find(struct benefit_client *client, uint64_t office, const char *type,
    const struct check_run *run)
{
	struct benefit_group *g;

	/* rows of a group mostly follow each other */
	for (size_t i = client->count; i > 0; i--) {
		g = &client->groups[i - 1];
		if (g->office == office && memcmp(g->type, type, 2) == 0)
			return g;
	}
	if (client->count == GROUPS_MAX)
		return NULL;
	if (client->count == client->cap) {
		client->cap = client->cap == 0 ? 4 : client->cap * 2;
		client->groups = mem_resize(
		    client->groups, client->cap * sizeof *client->groups);
	}
	g = &client->groups[client->count++];
	*g = (struct benefit_group){
	    .office = office, .record = run->record, .line = run->line};
	memcpy(g->type, type, 2);
	return g;
}

static void
group_add(struct check_run *run, struct benefit_group *g,
    const struct benefit_row *row)
{
	int32_t amount = B_IS(row->v[B_AMOUNT]) ? row->v[B_AMOUNT] : 0;

	g->rows++;
	for (size_t i = 0; i < B_COLUMNS; i++) {
		if (row->v[i] == B_BAD)
			g->bad |= 1U << i;
		if (!B_IS(row->v[i]))
			continue;
		g->sum[i] += row->v[i];
		g->filled[i]++;
	}
	if (row->v[B_AMOUNT] == B_EMPTY)
		g->bad |= 1U << B_AMOUNT; /* left out: no sums of it */
	if (strcmp(cell_of(run, BF_OVER_30)->p, "1") == 0) {
		g->over_30_rows++;
		g->over_30 += amount;
	} else if (B_IS(row->v[B_MANAGED]) && row->v[B_MANAGED] != 0) {
		g->inside_rows++;
		g->inside += amount;
		if (row->v[B_MANAGED] != row->v[B_AMOUNT])
			g->odd = *row;
	} else {
		g->unknown_rows++;
		*(amount < 0 ? &g->unknown_minus : &g->unknown_plus) += amount;
	}
	if (!standard_service_rate(run->standard, cell_of(run, BF_CODE)->p))
		return;
	g->rates += amount;
	if (g->rate.record == 0 || g->rate.v[B_AMOUNT] < amount)
		g->rate = *row;
}

/* -- rows by their kind ------------------------------------------------- */

static bool
subtotal_kind(const char *code, enum benefit_kind *out)
{
	static const char *const ends[BK_SUBTOTALS] = {"AAAA", "EEEE", "ZZZZ"};

	for (enum benefit_kind i = 0; i < BK_SUBTOTALS; i++) {
		if (strcmp(code + 2, ends[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

static void
disorder(struct check_run *run, struct benefit_client *client)
{
	if (!client->disorder)
		check_say(run, "row-order", run->benefit->field[BF_CODE],
		    cell_of(run, BF_CODE)->p, 6, NULL);
	client->disorder = true;
}

static void
take_total(struct check_run *run, struct benefit_client *client,
    const struct benefit_row *row)
{
	if (client->total.record != 0) {
		check_say(run, "total-repeated", run->benefit->field[BF_CODE],
		    "999999", 6, NULL);
		return;
	}
	client->total = *row;
}

static void
take_row(struct check_run *run, struct benefit_client *client,
    const struct benefit_row *row)
{
	const struct cell *code = cell_of(run, BF_CODE);
	const struct cell *office = cell_of(run, BF_OFFICE);
	enum benefit_kind kind;
	struct benefit_group *g;
	uint32_t said = 0;
	bool sub = subtotal_kind(code->p, &kind);

	if (client->total.record != 0)
		disorder(run, client);
	g = group_find(client, digest_tag(office->p, office->n, SEED_CLIENT),
	    code->p, run);
	if (!sub)
		said = check_service_row(run, row, code->p);
	if (g == NULL) {
		client->unsure = true;
	} else if (!sub) {
		/* what is outside the limit has a subtotal of its own */
		if (g->sub[BK_INSIDE].record != 0 && B_IS(row->v[B_MANAGED]) &&
		    row->v[B_MANAGED] != 0)
			disorder(run, client);
		group_add(run, g, row);
		g->bad |= said;
	} else if (g->sub[kind].record != 0) {
		check_say(run, "subtotal-repeated",
		    run->benefit->field[BF_CODE], code->p, 6, NULL);
	} else {
		g->sub[kind] = *row;
	}
}

/* Does this kind of file have sums?  Then run->benefit is there. */
static bool
benefit_there(struct check_run *run)
{
	const struct layout *layout = &run->kind->layout;

	for (size_t i = 0; run->benefit == NULL && i < layout->rule_count;
	     i++) {
		if (layout->rules[i].kind == RULE_BENEFIT)
			run->benefit = benefit_new(layout);
	}
	return run->benefit != NULL;
}

/* The office of totals on a row that is none: said by its own rule. */
static bool
total_office(const struct check_run *run)
{
	const struct layout_field *field =
	    &run->kind->layout.fields[run->benefit->field[BF_OFFICE] - 1];

	return strcmp(cell_of(run, BF_OFFICE)->p, field->special) == 0;
}

void
benefit_row(struct check_run *run, const struct layout_rule *rule)
{
	const struct cell *insurer = &run->cells[2], *insured = &run->cells[3];
	struct benefit_client *client;
	struct benefit_row row;
	uint64_t digest;

	(void)rule;
	if (!benefit_there(run) || run->benefit->gave_up)
		return;
	if (!insurer->good || !insured->good) {
		benefit_lost(run);
		return;
	}
	digest = digest_tag(insurer->p, insurer->n + 1, SEED_CLIENT);
	digest = digest_tag(insured->p, insured->n + 1, digest);
	client = client_find(run, digest);
	if (client == NULL)
		return;
	client->unsure |= run->benefit->lost;
	run->benefit->lost = false;
	read_row(run, &row);
	check_stay(run, &row);
	if (cell_of(run, BF_CODE)->good &&
	    strcmp(cell_of(run, BF_CODE)->p, "999999") == 0)
		take_total(run, client, &row);
	else if (cell_of(run, BF_CODE)->good && cell_of(run, BF_OFFICE)->good &&
		 !total_office(run))
		take_row(run, client, &row);
	else
		client->unsure = true;
}

void
benefit_lost(struct check_run *run)
{
	struct check_benefit *b;

	if (!benefit_there(run))
		return;
	b = run->benefit;
	b->lost = true; /* it may be the next client's ... */
	if (b->current < b->open_count)
		b->open[b->current].unsure = true; /* ... or the last one's */
}

void
benefit_end(struct check_run *run)
{
	if (run->benefit == NULL)
		return;
	for (size_t i = 0; i < run->benefit->open_count; i++) {
		if (!run->benefit->open[i].unsure)
			benefit_judge(run, &run->benefit->open[i]);
	}
}

/* NAME
 *	registry_plan - what a list would change, before anything is kept
 * DESCRIPTION
 *	A list becomes rows: as they are, merged into the rows of today (when it
 *	only has some columns), or made from them (public lists, rows that are
 *	missing in a full list).  Each row is then checked like any other, so no
 *	path leads around desk_parse().
 *
 *	Rows never vanish: what is missing in a full list ends the day before.
 *	So a leg that is still open has its desk, and the row its history.
 *
 *	A public list only says who is connected.  It never touches a row that
 *	has the national way by a person's hand, nor FAX, policy or contact; its
 *	own work is marked in the column "connected".
 */
#include <stdlib.h>
#include <string.h>

#include "desk_table.h"
#include "registry_row.h"

#define NATIONAL_AFTER_ALL "pdf" /* when no way is left */

struct planning {
	const struct registry *r;
	const struct registry_list *list;
	struct registry_plan *plan;
	json_t *seen; /* keys of the list: row number */
	size_t row, room;
	bool taken; /* the row is one of today's, not of the list */
};

static void
complain(void *arg, const char *column, const char *english)
{
	struct planning *p = arg;

	json_array_append_new(p->plan->errors,
	    json_pack("{s:I,s:s,s:s}", "row", (json_int_t)p->row, "column",
		column, "error", english));
}

static bool
has_others(const struct planning *p, const char *number)
{
	struct desk *const *desks;
	size_t i, n;

	desks = registry_first(p->r, number, &n);
	for (i = 0; i < n; i++) {
		if (registry_in_force(desks[i], p->list->today))
			return true;
	}
	return false;
}

static void
plan_desk(struct planning *p, struct desk *desk, enum registry_change change)
{
	struct registry_plan *plan = p->plan;

	if (plan->count == p->room) {
		p->room = p->room * 2 + 64;
		plan->desks =
		    mem_resize(plan->desks, p->room * sizeof(*plan->desks));
		plan->change =
		    mem_resize(plan->change, p->room * sizeof(*plan->change));
	}
	if (change == REGISTRY_ADDED) {
		/* it takes over what went to the number's other rows */
		plan->beside += has_others(p, desk->number);
	}
	plan->change[plan->count] = change;
	plan->desks[plan->count++] = *desk;
	plan->added += change == REGISTRY_ADDED;
	plan->changed += change == REGISTRY_CHANGED;
	plan->ended += change == REGISTRY_ENDED;
}

/* True if the list has no row of that key yet. */
static bool
first_seen(struct planning *p, const char *key)
{
	const json_t *before = json_object_get(p->seen, key);
	char text[64];

	if (before == NULL) {
		json_object_set_new(
		    p->seen, key, json_integer((json_int_t)p->row));
		return true;
	}
	snprintf(text, sizeof(text), "Same office as in row %lld.",
	    (long long)json_integer_value(before));
	complain(p, "office_number", text);
	return false;
}

/* How many faults.  Rows of today's that are made new are not blamed for their
 * contact. */
static int
resolve(struct planning *p, const json_t *row, struct desk *desk)
{
	const struct policies *policies = registry_policies_of(p->r);
	int faults = desk_resolve(policies, desk, row, complain, p);

	return faults + (p->taken ? 0 : row_check_more(row, complain, p));
}

static void
plan_row(struct planning *p, const json_t *row, bool missing)
{
	const struct desk *old;
	struct desk desk;

	if (desk_parse(row, &desk, complain, p) != 0)
		return;
	if (strlen(desk.json) > REGISTRY_ROW_BYTES_MAX) {
		complain(p, "", "The row is too long.");
		desk_fini(&desk);
		return;
	}
	if (resolve(p, row, &desk) > 0) {
		desk_fini(&desk);
		return;
	}
	if (!missing && !p->taken && !first_seen(p, desk.key)) {
		desk_fini(&desk);
		return;
	}
	old = registry_key(p->r, desk.key);
	if (old != NULL && strcmp(old->json, desk.json) == 0) {
		p->plan->unchanged++;
		desk_fini(&desk);
		return;
	}
	plan_desk(p, &desk,
	    missing       ? REGISTRY_ENDED
	    : old != NULL ? REGISTRY_CHANGED
			  : REGISTRY_ADDED);
}

static json_t *
row_of(const struct desk *desk)
{
	json_t *row = json_loads(desk->json, 0, NULL);

	if (row == NULL)
		panic("registry: a row in memory is no JSON");
	return row;
}

/* ---- a list of some columns ---- */

static const struct desk *
desk_of_row(const struct planning *p, const json_t *row)
{
	char number[ROW_SCRATCH_BYTES], type[ROW_SCRATCH_BYTES];

	return registry_desk(p->r, row_text(row, "office_number", number),
	    row_text(row, "service_type", type));
}

static void
plan_merged(struct planning *p, const json_t *row)
{
	const struct desk *old = desk_of_row(p, row);
	const char *column;
	json_t *merged, *name;
	size_t i;

	if (old == NULL) {
		plan_row(p, row, false);
		return;
	}
	merged = row_of(old);
	json_array_foreach((json_t *)(uintptr_t)p->list->columns, i, name)
	{
		json_t *cell;

		if ((column = json_string_value(name)) == NULL)
			continue;
		cell = json_object_get(row, column);
		if (cell != NULL)
			json_object_set(merged, column, cell);
		else
			json_object_del(merged, column);
	}
	plan_row(p, merged, false);
	json_decref(merged);
}

/* ---- a full list ---- */

bool
registry_in_force(const struct desk *desk, int today)
{
	return desk->valid_to == 0 || desk->valid_to >= today;
}

static bool
cell_is(const struct desk *desk, const char *column, const char *value)
{
	char scratch[ROW_SCRATCH_BYTES];
	json_t *row = row_of(desk);
	bool same = strcmp(row_text(row, column, scratch), value) == 0;

	json_decref(row);
	return same;
}

static bool
in_scope(const struct registry_list *list, const struct desk *desk)
{
	if (!registry_in_force(desk, list->today))
		return false;
	if (list->mode != REGISTRY_FULL)
		return true;
	if (list->scope_column == NULL || list->scope_column[0] == '\0')
		return !desk->inside;
	return cell_is(desk, list->scope_column, list->scope_value);
}

static void
plan_missing(struct planning *p, const struct desk *desk)
{
	int last = row_day_before(p->list->today);
	json_t *row = row_of(desk);
	char text[16];

	json_object_set_new(
	    row, "valid_to", json_string(row_day_text(last, text)));
	if (desk->valid_from > last) /* it never began */
		json_object_del(row, "valid_from");
	p->taken = true;
	plan_row(p, row, true);
	json_decref(row);
}

static void
plan_rest(struct planning *p)
{
	struct desk *const *desks;
	size_t i, n;

	desks = registry_desks(p->r, &n);
	for (i = 0; i < n; i++) {
		if (!in_scope(p->list, desks[i]))
			continue;
		p->plan->before++;
		if (p->list->mode == REGISTRY_FULL &&
		    json_object_get(p->seen, desks[i]->key) == NULL)
			plan_missing(p, desks[i]);
	}
}

/* ---- public lists ---- */

static const struct desk_way *
national(const struct desk *desk, int today)
{
	for (size_t i = 0; i < desk->way_count; i++) {
		const struct desk_way *w = &desk->ways[i];

		if (w->way == WAY_NATIONAL &&
		    (w->valid_to == 0 || w->valid_to >= today))
			return w;
	}
	return NULL;
}

static void
set_ways(json_t *row, const struct desk_way *ways, size_t count)
{
	char *text = row_ways_text(ways, count);

	json_object_set_new(row, "ways", json_string(text));
	json_object_del(row, "way");
	free(text);
}

/* National first, what there was behind it.  A way that has ended makes room. */
static void
connect_desk(struct planning *p, const struct desk *desk)
{
	struct desk_way ways[DESK_WAYS_MAX + 1] = {
	    {.way = WAY_NATIONAL, .valid_from = p->list->from}};
	size_t count = 1, i;
	json_t *row = row_of(desk);

	for (i = 0; i < desk->way_count; i++) {
		const struct desk_way *w = &desk->ways[i];

		if (w->valid_to != 0 && w->valid_to < p->list->today &&
		    desk->way_count == DESK_WAYS_MAX)
			continue;
		/* it was connected before: again from today */
		if (w->way == WAY_NATIONAL &&
		    (w->valid_to == 0 || w->valid_to >= ways[0].valid_from))
			ways[0].valid_from = p->list->today;
		ways[count++] = *w;
	}
	set_ways(row, ways, count);
	json_object_set_new(row, "connected", json_string(p->list->name));
	plan_row(p, row, false);
	json_decref(row);
}

static void
add_connected(struct planning *p, const json_t *row)
{
	struct desk_way way = {
	    .way = WAY_NATIONAL, .valid_from = p->list->from};
	json_t *made = json_copy((json_t *)(uintptr_t)row);

	set_ways(made, &way, 1);
	json_object_set_new(made, "connected", json_string(p->list->name));
	plan_row(p, made, false);
	json_decref(made);
}

/* Is it one of the list's, by number and type?  Without a type, of list or row,
 * the number stands for all its services. */
static bool
speaks_of(const struct desk *desk, const char *type)
{
	return type[0] == '\0' || desk->type[0] == '\0' ||
	       strcmp(desk->type, type) == 0;
}

static void
plan_public(struct planning *p, const json_t *row)
{
	char scratch[ROW_SCRATCH_BYTES], scratch2[ROW_SCRATCH_BYTES];
	const char *number = row_text(row, "office_number", scratch);
	const char *type = row_text(row, "service_type", scratch2);
	struct desk *const *desks;
	struct desk checked;
	size_t i, n, hits = 0;

	/* its number must be right, whether we know it or not */
	if (desk_parse(row, &checked, complain, p) != 0)
		return;
	desk_fini(&checked);
	desks = registry_first(p->r, number, &n);
	for (i = 0; i < n; i++) {
		if (!desks[i]->inside && !speaks_of(desks[i], type))
			continue;
		hits++;
		if (desks[i]->inside ||
		    json_object_get(p->seen, desks[i]->key) != NULL)
			continue;
		json_object_set_new(
		    p->seen, desks[i]->key, json_integer((json_int_t)p->row));
		p->taken = true;
		if (national(desks[i], p->list->today) != NULL)
			p->plan->unchanged++;
		else
			connect_desk(p, desks[i]);
	}
	p->taken = false;
	if (hits > 0)
		return;
	if (p->list->add_unknown)
		add_connected(p, row);
	else
		p->plan->unknown++;
}

static void
find_gone(struct planning *p)
{
	struct desk *const *desks;
	size_t i, n;

	p->plan->gone = json_array();
	desks = registry_desks(p->r, &n);
	for (i = 0; i < n; i++) {
		if (json_object_get(p->seen, desks[i]->key) == NULL &&
		    strstr(desks[i]->json, "\"connected\"") != NULL &&
		    national(desks[i], p->list->today) != NULL &&
		    cell_is(desks[i], "connected", p->list->name))
			json_array_append_new(
			    p->plan->gone, json_string(desks[i]->key));
	}
}

/* A row that a public list no longer has: its national way ends. */
static void
plan_gone(struct planning *p, const json_t *key)
{
	const char *text = json_string_value(key);
	const struct desk *desk =
	    text != NULL ? registry_key(p->r, text) : NULL;
	struct desk_way ways[DESK_WAYS_MAX];
	int last = row_day_before(p->list->today);
	size_t count = 0, i;
	json_t *row;

	if (desk == NULL || !cell_is(desk, "connected", p->list->name))
		return;
	for (i = 0; i < desk->way_count; i++) {
		ways[count] = desk->ways[i];
		if (ways[count].way == WAY_NATIONAL &&
		    (ways[count].valid_to == 0 || ways[count].valid_to > last))
			ways[count].valid_to = last;
		if (ways[count].valid_to == 0 ||
		    ways[count].valid_to >= ways[count].valid_from)
			count++;
	}
	row = row_of(desk);
	json_object_del(row, "connected");
	if (count > 0) {
		set_ways(row, ways, count);
	} else {
		json_object_del(row, "ways");
		json_object_set_new(
		    row, "way", json_string(NATIONAL_AFTER_ALL));
	}
	plan_row(p, row, false);
	json_decref(row);
}

/* ---- all of it ---- */

/* Names without a service type could mean either. */
static void
two_defaults(void *arg, const char *key, const char *other)
{
	struct planning *p = arg;
	const json_t *mine = json_object_get(p->seen, key);
	const json_t *theirs = json_object_get(p->seen, other);
	char where[64] = "in the registry", text[200];

	p->row = (size_t)json_integer_value(mine);
	if (theirs != NULL)
		snprintf(where, sizeof(where), "row %lld",
		    (long long)json_integer_value(theirs));
	snprintf(text, sizeof(text),
	    "%s is the default desk of this number already (%s): leave "
	    "default_desk empty in one of the two rows%s.",
	    other, where,
	    theirs != NULL ? "" : ", in the other one by the same list");
	complain(p, "default_desk", text);
}

static void
plan_one(struct planning *p, const json_t *row)
{
	p->taken = p->list->mode == REGISTRY_GONE;
	if (p->list->mode == REGISTRY_GONE)
		plan_gone(p, row);
	else if (p->list->mode == REGISTRY_PUBLIC)
		plan_public(p, row);
	else if (p->list->columns != NULL)
		plan_merged(p, row);
	else
		plan_row(p, row, false);
}

void
registry_plan_list(const struct registry *r, const struct registry_list *list,
    struct registry_plan *plan)
{
	struct planning p = {
	    .r = r, .list = list, .plan = plan, .seen = json_object()};
	size_t i, n = json_array_size(list->rows);

	memset(plan, 0, sizeof(*plan));
	plan->errors = json_array();
	if (!json_is_array(list->rows) || n == 0)
		complain(&p, "", "There are no rows.");
	for (i = 0; i < n; i++) {
		p.row = i + 1;
		plan_one(&p, json_array_get(list->rows, i));
	}
	if (json_array_size(plan->errors) == 0) {
		plan_rest(&p);
		if (list->mode == REGISTRY_PUBLIC)
			find_gone(&p);
		desk_table_defaults(
		    r, plan->desks, plan->count, list->today, two_defaults, &p);
	}
	json_decref(p.seen);
}

void
registry_plan(
    const struct registry *r, const json_t *rows, struct registry_plan *plan)
{
	struct registry_list list = {.mode = REGISTRY_ROWS, .rows = rows};

	registry_plan_list(r, &list, plan);
}

void
registry_plan_fini(struct registry_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		desk_fini(&plan->desks[i]);
	free(plan->desks);
	free(plan->change);
	json_decref(plan->gone);
	json_decref(plan->errors);
	memset(plan, 0, sizeof(*plan));
}

/* ---- what changed in a row ---- */

static void
add_fields(json_t *out, const json_t *from, const json_t *other, bool back)
{
	const char *column;
	json_t *cell;

	json_object_foreach((json_t *)(uintptr_t)from, column, cell)
	{
		json_t *mate = json_object_get(other, column);

		if (mate == NULL)
			json_object_set_new(out, column,
			    back ? json_pack("[n,O]", cell)
				 : json_pack("[O,n]", cell));
		else if (!back && !json_equal(cell, mate))
			json_object_set_new(
			    out, column, json_pack("[O,O]", cell, mate));
	}
}

json_t *
registry_fields(const char *before, const char *after)
{
	json_t *old = before ? json_loads(before, 0, NULL) : json_object();
	json_t *new = after ? json_loads(after, 0, NULL) : json_object();
	json_t *out = json_object();

	add_fields(out, old, new, false);
	add_fields(out, new, old, true);
	json_decref(old);
	json_decref(new);
	return out;
}

int
registry_reached(const struct desk *desk, int today)
{
	int from = -1;

	for (size_t i = 0; i < desk->way_count; i++) {
		const struct desk_way *w = &desk->ways[i];

		if (w->way == WAY_FAX || w->way == WAY_PDF ||
		    (w->valid_to != 0 && w->valid_to < today))
			continue;
		if (from < 0 || w->valid_from < from)
			from = w->valid_from;
	}
	return from;
}

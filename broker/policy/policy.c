/* NAME
 *	policy - what a partner gets: data, paper or both, and by when
 * DIAGNOSTICS
 *	A table with a fault is refused as a whole, with file and line.
 * DESCRIPTION
 *	The rows; cells are policy_cell.c, times policy_time.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "table.h"

#include "policy.h"

/* ---- tables ---- */

static json_t *
builtin_row(struct policy *row, const char *name)
{
	const struct policy_column *c;
	json_t *texts = json_object();

	snprintf(row->name, sizeof(row->name), "%s", name);
	json_object_set_new(texts, "name", json_string(name));
	for (c = policy_columns; c->column != NULL; c++) {
		if (c->set(row, c->builtin) != 0)
			panic("policy: the built-in %s", c->column);
		json_object_set_new(texts, c->column, json_string(c->builtin));
	}
	return texts;
}

/* The built-in policies are called as they deliver. */
static void
deliver_as_named(struct policy *row, json_t *texts)
{
	const struct policy_column *c = policy_columns; /* deliver */

	if (c->set(row, row->name) != 0)
		panic("policy: the built-in %s", row->name);
	json_object_set_new(texts, c->column, json_string(row->name));
}

void
policies_init(struct policies *p)
{
	static const char *const names[] = {
	    "default", "electronic", "paper", "dual"};
	size_t i;

	memset(p, 0, sizeof(*p));
	p->count = sizeof(names) / sizeof(names[0]);
	p->rows = mem_new(p->count * sizeof(*p->rows));
	p->texts = json_array();
	for (i = 0; i < p->count; i++) {
		json_t *texts = builtin_row(&p->rows[i], names[i]);

		if (i > 0)
			deliver_as_named(&p->rows[i], texts);
		json_array_append_new(p->texts, texts);
	}
}

static bool
name_fits(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && name[n] == '\0' && n < POLICY_NAME_BYTES;
}

static int
load_row(const struct table *t, size_t row, struct policy *out, json_t *texts,
    struct why *why)
{
	const char *name = table_cell(t, row, table_column(t, "name")), *cell;
	const struct policy_column *c;

	if (!name_fits(name)) {
		why_set(why, WHY_NEVER, "policy",
		    ":%zu: a policy's name has a-z, 0-9 and '-'.",
		    table_line(t, row));
		return TSK_INVALID;
	}
	memset(out->name, 0, sizeof(out->name));
	memcpy(out->name, name, strlen(name));
	json_object_set_new(texts, "name", json_string(name));
	for (c = policy_columns; c->column != NULL; c++) {
		cell = table_cell(t, row, table_column(t, c->column));
		if (cell[0] == '\0')
			continue;
		if (c->set(out, cell) == 0) {
			json_object_set_new(
			    texts, c->column, json_string(cell));
			continue;
		}
		why_set(why, WHY_NEVER, "policy",
		    ":%zu: column %s: \"%.40s\"? %s", table_line(t, row),
		    c->column, cell, c->english);
		return TSK_INVALID;
	}
	return 0;
}

/* A column nobody reads is a rule that silently does not hold. */
static int
check_header(const struct table *t, struct why *why)
{
	const struct policy_column *c;
	const char *name;
	int i;

	for (i = 0; (name = table_name(t, i)) != NULL; i++) {
		for (c = policy_columns; c->column != NULL; c++) {
			if (strcmp(c->column, name) == 0)
				break;
		}
		if (c->column == NULL && strcmp(name, "name") != 0) {
			why_set(why, WHY_NEVER, "policy",
			    ": the header: there is no column \"%.40s\".",
			    name);
			return TSK_INVALID;
		}
	}
	return 0;
}

static int
load_next(const struct table *t, size_t i, struct policies *p, struct why *why)
{
	json_t *texts = json_copy(json_array_get(p->texts, 0));
	struct policy *row = &p->rows[p->count];
	int rc;

	*row = p->rows[0];
	json_array_append_new(p->texts, texts);
	rc = load_row(t, i, row, texts, why);
	if (rc == 0 && policy_find(p, row->name) != NULL) {
		why_set(why, WHY_NEVER, "policy",
		    ":%zu: this name is there twice.", table_line(t, i));
		rc = TSK_INVALID;
	}
	p->count++;
	return rc;
}

/* "default" first: the others begin as it. */
static int
load_rows(const struct table *t, struct policies *p, struct why *why)
{
	long first = table_find(t, table_column(t, "name"), "default");
	size_t i;
	int rc = check_header(t, why);

	p->rows = mem_new((table_rows(t) + 1) * sizeof(*p->rows));
	p->texts = json_array();
	json_array_append_new(
	    p->texts, builtin_row(&p->rows[p->count++], "default"));
	if (rc == 0 && first >= 0)
		rc = load_row(t, (size_t)first, &p->rows[0],
		    json_array_get(p->texts, 0), why);
	for (i = 0; rc == 0 && i < table_rows(t); i++) {
		if ((long)i != first)
			rc = load_next(t, i, p, why);
	}
	return rc;
}

static void
rows_fini(struct policies *p)
{
	free(p->rows);
	json_decref(p->texts);
}

int
policies_load(struct policies *p, const char *path, struct why *why)
{
	struct policies fresh = {.holidays = p->holidays};
	struct why inner = {0};
	struct table *t;
	int rc;

	if ((rc = table_load(path, &t, why)) != 0)
		return rc;
	if ((rc = load_rows(t, &fresh, &inner)) != 0) {
		why_set(why, WHY_NEVER, "policy", "%s%s", path, inner.text);
		rows_fini(&fresh);
	} else {
		rows_fini(p);
		*p = fresh;
	}
	table_free(&t);
	return rc;
}

int
policies_read(
    struct policies *p, const char *file, const char *holidays, struct why *why)
{
	int rc = 0;

	if (holidays[0] != '\0') {
		holidays_fini(&p->holidays);
		rc = holidays_load(holidays, &p->holidays, why);
	}
	if (rc == 0 && file[0] != '\0')
		rc = policies_load(p, file, why);
	return rc;
}

void
policies_fini(struct policies *p)
{
	rows_fini(p);
	holidays_fini(&p->holidays);
	memset(p, 0, sizeof(*p));
}

const struct policy *
policy_find(const struct policies *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		if (strcmp(p->rows[i].name, name) == 0)
			return &p->rows[i];
	}
	return NULL;
}

/* ---- a partner's own ---- */

#define NUMBER_BYTES 24

/* CSV gives strings, people write JSON numbers. */
static const char *
text_of(const json_t *row, const char *column, char scratch[NUMBER_BYTES])
{
	const json_t *v = json_object_get(row, column);

	if (json_is_integer(v)) {
		snprintf(scratch, NUMBER_BYTES, "%lld",
		    (long long)json_integer_value(v));
		return scratch;
	}
	return json_is_string(v) ? json_string_value(v) : "";
}

/* "dual until 2027-03-31" */
static int
named(
    const struct policies *p, const char *text, struct policy *out, int *until)
{
	char name[64];
	const char *found = strstr(text, " until ");
	const struct policy *row;
	size_t n = found != NULL ? (size_t)(found - text) : strlen(text);
	int year, month, day, end = 0;

	if (n >= sizeof(name))
		return TSK_INVALID;
	memcpy(name, text, n);
	name[n] = '\0';
	if ((row = policy_find(p, n > 0 ? name : "default")) == NULL)
		return TSK_INVALID;
	*out = *row;
	*until = 0;
	if (found == NULL)
		return 0;
	if (sscanf(found + 7, "%4d-%2d-%2d%n", &year, &month, &day, &end) !=
		3 ||
	    found[7 + end] != '\0' || end != 10 || day < 1 ||
	    day > clock_days_in_month(year, month))
		return TSK_INVALID;
	*until = year * 10000 + month * 100 + day;
	return 0;
}

int
policy_of_row(const struct policies *p, const json_t *row, struct policy *out,
    int *until, policy_complain_fn *complain, void *arg)
{
	const struct policy_column *c;
	char scratch[NUMBER_BYTES];
	struct policy before;
	const char *text;
	int faults = 0;

	if (named(p, text_of(row, "policy", scratch), out, until) != 0) {
		*out = p->rows[0];
		*until = 0;
		complain(arg, "policy",
		    "There is no such policy; write NAME or NAME until "
		    "2027-03-31.");
		faults++;
	}
	for (c = policy_columns; c->column != NULL; c++) {
		if (c->own == NULL ||
		    (text = text_of(row, c->own, scratch))[0] == '\0')
			continue;
		before = *out;
		if (c->set(out, text) == 0)
			continue;
		*out = before; /* not half of it */
		complain(arg, c->own, c->english);
		faults++;
	}
	return faults;
}

/* NAME
 *	policy - what a partner gets: data, paper or both, and by when
 * DIAGNOSTICS
 *	A table with a fault is refused as a whole, with file and line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "table.h"

#include "policy.h"

/* ---- cells ---- */

static const char *const delivers[] = {[POLICY_ELECTRONIC] = "electronic",
    [POLICY_PAPER] = "paper",
    [POLICY_DUAL] = "dual"};

const char *
policy_deliver_name(enum policy_deliver deliver)
{
	return delivers[deliver];
}

static int
set_deliver(struct policy *p, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(delivers) / sizeof(delivers[0]); i++) {
		if (strcmp(text, delivers[i]) == 0) {
			p->deliver = (enum policy_deliver)i;
			return 0;
		}
	}
	return TSK_INVALID;
}

static int
set_fallback(struct policy *p, const char *text)
{
	return lead_parse(text, &p->fallback);
}

static int
set_plan(struct policy *p, const char *text)
{
	return deadline_parse(text, &p->plan);
}

static int
set_result(struct policy *p, const char *text)
{
	return deadline_parse(text, &p->result);
}

static int
set_grace(struct policy *p, const char *text)
{
	return duration_parse(text, &p->grace_ms);
}

static int
set_unverified(struct policy *p, const char *text)
{
	p->hold = strcmp(text, "hold") == 0;
	return p->hold || strcmp(text, "pdf") == 0 ? 0 : TSK_INVALID;
}

/* "fax pdf", or "none" */
static int
set_supersede(struct policy *p, const char *text)
{
	char copy[64], *rest = copy, *word;
	int way;

	p->supersede = 0;
	if (strcmp(text, "none") == 0)
		return 0;
	if (strlen(text) >= sizeof(copy))
		return TSK_INVALID;
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, " ")) != NULL) {
		if ((way = leg_way_parse(word)) < 0)
			return TSK_INVALID;
		p->supersede |= 1u << (unsigned)way;
	}
	return 0;
}

static const struct {
	const char *column;  /* of the table */
	const char *own;     /* of a registry row; NULL = not there */
	const char *builtin; /* of the row "default" without a file */
	const char *english; /* how to write it */
	int (*set)(struct policy *p, const char *text);
} columns[] = {
    {"deliver", NULL, "electronic", "Use electronic, paper or dual.",
	set_deliver},
    {"fallback", "fallback", "off",
	"Use off, or a time before the deadline: 1b (business days), 4h, "
	"30min.",
	set_fallback},
    {"plan", "plan_deadline", "end 17:00",
	"Write a deadline as end 17:00, 28 12:00 or 3b 12:00, or off.",
	set_plan},
    {"result", "result_deadline", "3 12:00",
	"Write a deadline as end 17:00, 28 12:00 or 3b 12:00, or off.",
	set_result},
    {"grace", NULL, "4h", "Use a time: 30min, 4h, 1d.", set_grace},
    {"unverified", "fax_unverified", "pdf", "Use pdf or hold.", set_unverified},
    {"supersede", NULL, "fax pdf",
	"Name ways (bus, national, hub, fax, pdf), or none.", set_supersede},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* ---- tables ---- */

static void
builtin_row(struct policy *row, const char *name)
{
	size_t i;

	snprintf(row->name, sizeof(row->name), "%s", name);
	for (i = 0; i < COLUMNS; i++) {
		if (columns[i].set(row, columns[i].builtin) != 0)
			panic("policy: the built-in %s", columns[i].column);
	}
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
	for (i = 0; i < p->count; i++) {
		builtin_row(&p->rows[i], names[i]);
		if (i > 0)
			(void)set_deliver(&p->rows[i], names[i]);
	}
}

static bool
name_fits(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && name[n] == '\0' && n < POLICY_NAME_BYTES;
}

static int
load_row(const struct table *t, size_t row, struct policy *out, struct why *why)
{
	const char *name = table_cell(t, row, table_column(t, "name")), *cell;
	size_t i;

	if (!name_fits(name)) {
		why_set(why, WHY_NEVER, "policy",
		    "line %zu: a policy's name has a-z, 0-9 and '-'.",
		    table_line(t, row));
		return TSK_INVALID;
	}
	memset(out->name, 0, sizeof(out->name));
	memcpy(out->name, name, strlen(name));
	for (i = 0; i < COLUMNS; i++) {
		cell = table_cell(t, row, table_column(t, columns[i].column));
		if (cell[0] == '\0' || columns[i].set(out, cell) == 0)
			continue;
		why_set(why, WHY_NEVER, "policy",
		    "line %zu: column %s: \"%.40s\"? %s", table_line(t, row),
		    columns[i].column, cell, columns[i].english);
		return TSK_INVALID;
	}
	return 0;
}

/* "default" first: the others begin as it. */
static int
load_rows(const struct table *t, struct policies *p, struct why *why)
{
	long first = table_find(t, table_column(t, "name"), "default");
	size_t i;
	int rc = 0;

	p->rows = mem_new((table_rows(t) + 1) * sizeof(*p->rows));
	builtin_row(&p->rows[p->count++], "default");
	if (first >= 0)
		rc = load_row(t, (size_t)first, &p->rows[0], why);
	for (i = 0; rc == 0 && i < table_rows(t); i++) {
		if ((long)i == first)
			continue;
		p->rows[p->count] = p->rows[0];
		rc = load_row(t, i, &p->rows[p->count], why);
		if (rc == 0 && policy_find(p, p->rows[p->count].name) != NULL) {
			why_set(why, WHY_NEVER, "policy",
			    "line %zu: this name is there twice.",
			    table_line(t, i));
			rc = TSK_INVALID;
		}
		p->count++;
	}
	return rc;
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
		why_set(why, WHY_NEVER, "policy", "%s: %s", path, inner.text);
		free(fresh.rows);
	} else {
		free(p->rows);
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
	free(p->rows);
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

static const char *
text_of(const json_t *row, const char *column)
{
	const char *text = json_string_value(json_object_get(row, column));

	return text != NULL ? text : "";
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
	const char *text;
	int faults = 0;
	size_t i;

	if (named(p, text_of(row, "policy"), out, until) != 0) {
		*out = p->rows[0];
		*until = 0;
		complain(arg, "policy",
		    "There is no such policy; write NAME or NAME until "
		    "2027-03-31.");
		faults++;
	}
	for (i = 0; i < COLUMNS; i++) {
		text =
		    columns[i].own != NULL ? text_of(row, columns[i].own) : "";
		if (text[0] == '\0' || columns[i].set(out, text) == 0)
			continue;
		complain(arg, columns[i].own, columns[i].english);
		faults++;
	}
	return faults;
}

/* ---- the monthly cycle ---- */

enum policy_cycle
policy_cycle(const char *kind)
{
	static const struct {
		const char *kind;
		enum policy_cycle cycle;
	} kinds[] = {
	    {"UPPLAN", POLICY_PLAN},
	    {"UPSIKYU", POLICY_PLAN},
	    {"DLTPLAN", POLICY_PLAN},
	    {"UPJSK", POLICY_RESULT},
	    {"DLTJSK", POLICY_RESULT},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].cycle;
	}
	return POLICY_NO_CYCLE;
}

const char *
policy_cycle_name(enum policy_cycle cycle)
{
	return cycle == POLICY_PLAN     ? "plan"
	       : cycle == POLICY_RESULT ? "result"
					: "none";
}

int64_t
policy_deadline(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month)
{
	const struct deadline *d = cycle == POLICY_PLAN ? &p->plan : &p->result;
	int n = atoi(month), year = n / 100, of = n % 100;

	if (cycle == POLICY_NO_CYCLE || !d->set || of < 1 || of > 12 ||
	    year < 2000 || year > 9998)
		return 0;
	of += cycle == POLICY_PLAN ? -1 : 1;
	if (of == 0 || of == 13) {
		year += of == 0 ? -1 : 1;
		of = of == 0 ? 12 : 1;
	}
	return deadline_at(h, d, year, of);
}

int64_t
policy_fallback(const struct policy *p, const struct holidays *h,
    enum policy_cycle cycle, const char *month, int64_t now_ms)
{
	int64_t at = policy_deadline(p, h, cycle, month);

	if (!p->fallback.set || at == 0)
		return 0;
	if ((at = deadline_before(h, at, &p->fallback)) > now_ms)
		return at;
	return now_ms + p->grace_ms;
}

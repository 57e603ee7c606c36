/* NAME
 *	check_rows - rules about a row and the row before it
 * SUMMARY
 *	Called by check_record.c, one function a rule of rules.tsv.
 * DESCRIPTION
 *	Rows that print as one block (an issue with its goals and services) are
 *	compared with the row before them only: care software writes them in
 *	print order, and memory stays small.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "check_rules.h"
#include "digest.h"

#define SEED_ROWS    UINT64_C(0x726f7773)
#define NUMBERS_MAX  4
#define REPEATS_MAX  4 /* rules of that kind a layout may have */
#define SLOT_MEMBERS 4

/* What the row before has shown. */
struct check_rows {
	uint64_t order_key;
	long numbers[NUMBERS_MAX];
	struct {
		const struct layout_rule *rule;
		uint64_t key;
	} repeats[REPEATS_MAX];
};

static struct check_rows *
rows_of(struct check_run *run)
{
	if (run->rows == NULL)
		run->rows = mem_new(sizeof *run->rows);
	return run->rows;
}

void
check_rows_free(struct check_run *run)
{
	free(run->rows);
	run->rows = NULL;
}

static bool
usable(const struct check_run *run, unsigned no)
{
	return run->cells[no].there && run->cells[no].good;
}

static bool
filled(const struct check_run *run, unsigned no)
{
	return run->cells[no].there && run->cells[no].n > 0;
}

bool
rule_listed(const char *list, const char *word, size_t n)
{
	for (;;) {
		size_t i = 0;

		while (i < n && list[i] == word[i] && word[i] != '\0')
			i++;
		if (i == n && strchr(",/", list[n]) != NULL)
			return true; /* the NUL of the list, too */
		while (*list != ',' && *list != '/' && *list != '\0')
			list++;
		if (*list++ != ',')
			return false;
	}
}

/* -- one row ------------------------------------------------------------ */

/* Percentage additions count nothing. */
static bool
may_be_rate(const struct check_run *run, unsigned service)
{
	const struct cell *units = &run->cells[run->kind->layout.units];

	return standard_service_rate(run->standard, run->cells[service].p) ||
	       strspn(units->p, "0") == units->n;
}

/* strtol() without its locale: this runs for each record. */
static long
number(const char *p, const char **end)
{
	bool negative = *p == '-';
	long value = 0;

	for (p += negative; *p >= '0' && *p <= '9'; p++)
		value = value * 10 + (*p - '0');
	*end = p;
	return negative ? -value : value;
}

void
rule_range(struct check_run *run, const struct layout_rule *rule)
{
	const struct cell *cell = &run->cells[rule->field];
	const char *end;
	long low, high, value;

	/* below zero is said as such */
	if (!usable(run, rule->field) || cell->n > 9 || cell->p[0] == '-')
		return;
	low = number(rule->value, &end);
	high = *end == '-' ? number(end + 1, &end) : low;
	value = number(cell->p, &end);
	if ((value < low || value > high) &&
	    (rule->other == 0 || !may_be_rate(run, rule->other)))
		check_say_cell(run, rule->code, rule->field, rule->value);
}

void
rule_only_for(struct check_run *run, const struct layout_rule *rule)
{
	const struct cell *cell = &run->cells[rule->field];

	if (cell->n == 0 || !usable(run, rule->field) ||
	    strspn(cell->p, "0") == cell->n || !usable(run, rule->other) ||
	    rule_listed(rule->value, run->cells[rule->other].p, 2))
		return;
	check_say_cell(run, rule->code, rule->field, rule->value);
}

void
rule_not_both(struct check_run *run, const struct layout_rule *rule)
{
	if (filled(run, rule->field) && filled(run, rule->other))
		check_say_cell(run, rule->code, rule->other, NULL);
}

void
rule_not_less(struct check_run *run, const struct layout_rule *rule)
{
	const struct cell *field = &run->cells[rule->field];
	const struct cell *other = &run->cells[rule->other];

	if (usable(run, rule->field) && usable(run, rule->other) &&
	    field->n < 10 && other->n < 10 &&
	    strtol(field->p, NULL, 10) < strtol(other->p, NULL, 10))
		check_say_cell(run, rule->code, rule->field, other->p);
}

void
rule_birth(struct check_run *run, const struct layout_rule *rule)
{
	long age = standard_tolerance(run->standard, TOLERANCE_BIRTH_AGE);
	unsigned year, made;

	if (!run->name_good || !usable(run, rule->field))
		return;
	year = calendar_digits(run->cells[rule->field].p, 4);
	made = calendar_digits(run->result->name.stamp, 4);
	if (year + (unsigned)age > made)
		check_say_cell(run, rule->code, rule->field, NULL);
}

void
rule_days_any(struct check_run *run, const struct layout_rule *rule)
{
	if (usable(run, rule->field) &&
	    strchr(run->cells[rule->field].p, '1') == NULL)
		check_say_cell(run, rule->code, rule->field, NULL);
}

static bool
slot_number(const struct check_run *run, unsigned no, long *out)
{
	*out = strtol(run->cells[no].p, NULL, 10);
	return usable(run, no) && run->cells[no].n < 10;
}

void
rule_slot_over(struct check_run *run, const struct layout_rule *rule)
{
	for (unsigned at = rule->field; at + 3 <= rule->other;
	     at += SLOT_MEMBERS) {
		long limit, total, over, wanted;
		char text[24];

		if (!slot_number(run, at + 1, &limit) ||
		    !slot_number(run, at + 2, &total) ||
		    !slot_number(run, at + 3, &over))
			continue;
		wanted = total > limit ? total - limit : 0;
		if (over == wanted)
			continue;
		snprintf(text, sizeof text, "%ld", wanted);
		check_say_cell(run, rule->code, at + 3, text);
	}
}

/* "23,2A=22": those types are written as 22; and no type twice. */
void
rule_slot_type(struct check_run *run, const struct layout_rule *rule)
{
	const char *as = strchr(rule->value, '=');
	char types[64];

	snprintf(types, sizeof types, "%.*s", (int)strcspn(rule->value, "="),
	    rule->value);
	for (unsigned at = rule->field; at + 3 <= rule->other;
	     at += SLOT_MEMBERS) {
		const char *type = run->cells[at].p;
		bool again = false;

		if (!usable(run, at))
			continue;
		for (unsigned before = rule->field; before < at;
		     before += SLOT_MEMBERS)
			again |= strcmp(run->cells[before].p, type) == 0;
		if (again || rule_listed(types, type, 2))
			check_say_cell(run, rule->code, at,
			    again || as == NULL ? "" : as + 1);
	}
}

/* -- one of several groups of fields ------------------------------------ */

/* "6-9/9": fields of a group / the last one that is needed. */
struct fields {
	unsigned first, last, needed;
};

static const char *
next_group(const char *at, struct fields *out)
{
	char *end;

	out->first = (unsigned)strtoul(at, &end, 10);
	out->last = (unsigned)strtoul(end + (*end == '-'), &end, 10);
	out->needed = (unsigned)strtoul(end + (*end == '/'), &end, 10);
	return *end == ',' ? end + 1 : end;
}

static bool
group_used(const struct check_run *run, const struct fields *group)
{
	for (unsigned no = group->first; no <= group->last; no++) {
		if (filled(run, no))
			return true;
	}
	return false;
}

void
rule_one_of(struct check_run *run, const struct layout_rule *rule)
{
	struct fields group, used = {0};

	for (const char *at = rule->value; *at != '\0';) {
		at = next_group(at, &group);
		if (!group_used(run, &group))
			continue;
		if (used.first != 0) {
			check_say(run, rule->code, group.first, NULL, 0, NULL);
			return;
		}
		used = group;
	}
	if (used.first == 0)
		check_say(run, rule->code, rule->field, NULL, 0, NULL);
	for (unsigned no = used.first; used.first != 0 && no <= used.needed;
	     no++) {
		if (run->cells[no].there && run->cells[no].n == 0)
			check_say(run, "field-expected", no, NULL, 0, NULL);
	}
}

/* -- the row before ----------------------------------------------------- */

/* Digest of the fields of "2+3+5" up to another character; false if one of them
 * has a fault.  *end is what follows. */
static bool
key_of(const struct check_run *run, const char *text, uint64_t *digest,
    const char **end)
{
	char *next = NULL;
	bool good = true;

	*digest = SEED_ROWS;
	for (;; text = next + 1) {
		unsigned long no = strtoul(text, &next, 10);
		const struct cell *cell = &run->cells[no];

		good &= cell->there && (cell->good || cell->n == 0);
		*digest = digest_tag(cell->p, cell->n + 1, *digest);
		if (*next != '+')
			break;
	}
	*end = *next != '\0' ? next + 1 : next;
	return good;
}

/* "2+3+5/6+8+13": numbers 6, 8, 13 do not go down while 2, 3, 5 stay. */
void
rule_in_order(struct check_run *run, const struct layout_rule *rule)
{
	struct check_rows *rows = rows_of(run);
	long now[NUMBERS_MAX] = {0};
	uint64_t key;
	const char *at;
	bool good = key_of(run, rule->value, &key, &at);
	bool same = good && key == rows->order_key;
	size_t count = 0;

	for (char *end; *at != '\0' && count < NUMBERS_MAX; count++) {
		unsigned no = (unsigned)strtoul(at, &end, 10);

		at = *end == '+' ? end + 1 : end;
		if (!usable(run, no))
			break;
		now[count] = strtol(run->cells[no].p, NULL, 10);
		if (same && now[count] < rows->numbers[count]) {
			check_say_cell(run, rule->code, no, NULL);
			break;
		}
		same &= now[count] == rows->numbers[count];
	}
	rows->order_key = good ? key : 0;
	memcpy(rows->numbers, now, sizeof now);
}

/* "2+3+4+5/6-9": fields 6 to 9 only on the first of the rows with that key. */
void
rule_repeat_empty(struct check_run *run, const struct layout_rule *rule)
{
	struct check_rows *rows = rows_of(run);
	uint64_t key;
	const char *at;
	bool good = key_of(run, rule->value, &key, &at);
	struct fields group;
	size_t i = 0;

	(void)next_group(at, &group);
	while (i < REPEATS_MAX - 1 && rows->repeats[i].rule != NULL &&
	       rows->repeats[i].rule != rule)
		i++;
	rows->repeats[i].rule = rule;
	for (unsigned no = group.first;
	     good && key == rows->repeats[i].key && no <= group.last; no++) {
		if (!filled(run, no))
			continue;
		check_say(run, rule->code, no, NULL, 0, NULL);
		break;
	}
	rows->repeats[i].key = good ? key : 0;
}

/* "17/2+3+10": of the service types 17 no two rows with this key. */
void
rule_detail(struct check_run *run, const struct layout_rule *rule)
{
	const char *keys = strchr(rule->value, '/'), *end;
	const struct cell *service = &run->cells[rule->other];
	uint64_t key;

	if (keys == NULL || run->twice || !usable(run, rule->other))
		return;
	if (rule_listed(rule->value, service->p, 2) &&
	    key_of(run, keys + 1, &key, &end))
		check_once(run, rule, key);
}

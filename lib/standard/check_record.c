/* NAME
 *	check_record - what rules.tsv says about fields together
 * SUMMARY
 *	One function a rule, called with the row of the table; it looks only at
 *	fields without an error of their own.
 * DESCRIPTION
 *	The typical leak is a client in the file who does not concern the
 *	receiver.  Each client is remembered with what its rows have shown, and
 *	judged at the end of the file.  Which rows count depends on who receives:
 *	a service office must occur among the offices of the rows, a
 *	care-management office as the plan's office.  A support center need not
 *	occur anywhere.
 *
 *	No verdict on what cannot be known: rows that were too broken to read
 *	are errors already, and one of them may be the receiver's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "check_benefit.h"
#include "check_rules.h"
#include "digest.h"

/* Seeds keep the keys of different rules apart in one set. */
#define SEED_CLIENT   UINT64_C(0x636c69656e74)
#define SEED_RECORD   UINT64_C(0x7265636f7264)
#define SEED_KEY      UINT64_C(0x6b6579)
#define INSURER_FIELD 2
#define INSURED_FIELD 3

typedef void rule_fn(struct check_run *run, const struct layout_rule *rule);

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

static const char *
value_of(const struct check_run *run, unsigned no)
{
	return run->cells[no].p;
}

/* A file of V3 names no types, and V3 has only the home domain: its kinds tell
 * who sends.  The same for names that could not be read. */
static bool
home_name(const struct check_run *run)
{
	return run->result->name.form == NAME_V3;
}

static bool
home_row(const struct check_run *run, unsigned service)
{
	return home_name(run) || service == 0 ||
	       service_home(run->standard, value_of(run, service));
}

/* Subtotals ("{type2}AAAA") and the grand total stand in a code table. */
static bool
total_row(const struct check_run *run, unsigned service)
{
	const struct table *t = run->standard->total_rows->table;
	const struct cell *cell = &run->cells[service];
	int column = run->standard->total_rows->code;

	for (size_t i = 0; cell->n == 6 && i < table_rows(t); i++) {
		const char *code = table_cell(t, i, column);
		const char *rest = strchr(code, '}');

		if (rest != NULL ? strcmp(cell->p + 2, rest + 1) == 0
				 : strcmp(cell->p, code) == 0)
			return true;
	}
	return false;
}

/* -- the name ----------------------------------------------------------- */

static void
name_month(struct check_run *run, const struct layout_rule *rule)
{
	const struct cell *cell = &run->cells[rule->field];

	if (!usable(run, rule->field))
		return;
	if (run->name_good) {
		if (strcmp(cell->p, run->result->name.month) != 0)
			check_say_cell(run, rule->code, rule->field,
			    run->result->name.month);
	} else if (run->month[0] == '\0') {
		snprintf(run->month, sizeof run->month, "%s", cell->p);
	} else if (strcmp(cell->p, run->month) != 0) {
		check_say_cell(run, "month-mixed", rule->field, run->month);
	}
}

static bool
role_listed(const struct check_run *run, const char *roles)
{
	static const char *const words[] = {
	    [ROLE_CM] = "CM", [ROLE_SC] = "SC", [ROLE_SP] = "SP"};
	const char *word = words[run->from_role];

	return word == NULL || rule_listed(roles, word, 2);
}

static void
name_from(struct check_run *run, const struct layout_rule *rule)
{
	const struct name *name = &run->result->name;

	if (!run->name_good || !usable(run, rule->field) ||
	    !role_listed(run, rule->value) ||
	    strcmp(value_of(run, rule->field), name->from) == 0)
		return;
	check_say_cell(run,
	    home_row(run, rule->other) ? rule->code : "sender-odd", rule->field,
	    name->from);
}

static void
name_from_odd(struct check_run *run, const struct layout_rule *rule)
{
	const struct name *name = &run->result->name;

	if (run->name_good && usable(run, rule->field) &&
	    role_listed(run, rule->value) &&
	    strcmp(value_of(run, rule->field), name->from) != 0)
		check_say_cell(run, rule->code, rule->field, name->from);
}

static void
name_type(struct check_run *run, const struct layout_rule *rule)
{
	const char *type = run->result->name.from_type;

	if (run->name_good && *type != '\0' && run->from_role == ROLE_SP &&
	    usable(run, rule->field) &&
	    strncmp(value_of(run, rule->field), type, 2) != 0)
		check_say(run, rule->code, rule->field,
		    value_of(run, rule->field), 2, type);
}

/* -- dates and times ---------------------------------------------------- */

/* The month of the file: the name's, so that one wrong month is said once; the
 * record's own where the name could not be read. */
static const char *
month_of(const struct check_run *run, const struct layout_rule *rule)
{
	if (run->name_good && *run->result->name.month != '\0')
		return run->result->name.month;
	return usable(run, rule->other) ? value_of(run, rule->other) : NULL;
}

static void
within_month(struct check_run *run, const struct layout_rule *rule)
{
	const char *month = month_of(run, rule);

	if (month != NULL && usable(run, rule->field) &&
	    strncmp(value_of(run, rule->field), month, 6) != 0)
		check_say_cell(run, rule->code, rule->field, month);
}

static void
days_month(struct check_run *run, const struct layout_rule *rule)
{
	const char *month = month_of(run, rule);
	const char *days = value_of(run, rule->field);
	unsigned last;

	if (month == NULL || !usable(run, rule->field))
		return;
	last = calendar_days(
	    calendar_digits(month, 4), calendar_digits(month + 4, 2));
	for (unsigned day = last; day < 31; day++) {
		char text[8];

		if (days[day] != '1')
			continue;
		snprintf(text, sizeof text, "%u", day + 1);
		check_say(
		    run, rule->code, rule->field, text, strlen(text), month);
		return;
	}
}

static void
not_before(struct check_run *run, const struct layout_rule *rule)
{
	if (usable(run, rule->field) && usable(run, rule->other) &&
	    strcmp(value_of(run, rule->field), value_of(run, rule->other)) < 0)
		check_say_cell(
		    run, rule->code, rule->field, value_of(run, rule->other));
}

static void
time_pair(struct check_run *run, const struct layout_rule *rule)
{
	bool one, two;

	if (!usable(run, rule->field) || !usable(run, rule->other))
		return;
	one = strcmp(value_of(run, rule->field), rule->value) == 0;
	two = strcmp(value_of(run, rule->other), rule->value) == 0;
	if (one != two)
		check_say_cell(
		    run, rule->code, one ? rule->field : rule->other, NULL);
}

/* The name decides with which forms a supplement goes; without a readable name
 * the month does. */
static void
plan_or_month(struct check_run *run, const struct layout_rule *rule)
{
	const char *plan = value_of(run, rule->field);
	const char *month = run->name_good ? run->result->name.month
					   : value_of(run, rule->other);
	bool with_plan = strcmp(month, "000000") == 0;
	bool zeros = strcmp(plan, "00000000") == 0;

	if (!usable(run, rule->field) ||
	    (!run->name_good && !usable(run, rule->other)))
		return;
	if (with_plan == zeros)
		check_say_cell(run, rule->code, rule->field,
		    with_plan ? "YYYYMMDD" : "00000000");
}

/* -- filled or not ------------------------------------------------------ */

static void
needed(struct check_run *run, const struct layout_rule *rule)
{
	if (run->cells[rule->field].there && !filled(run, rule->field))
		check_say_cell(run, rule->code, rule->field, NULL);
}

static void
needed_if(struct check_run *run, const struct layout_rule *rule)
{
	if (usable(run, rule->other) &&
	    strcmp(value_of(run, rule->other), rule->value) == 0)
		needed(run, rule);
}

/* Field or other, for these service types; the code stands in the kind's field
 * "service_code". */
static void
either(struct check_run *run, const struct layout_rule *rule)
{
	unsigned service = run->kind->layout.service;

	if (service == 0 || !usable(run, service) ||
	    !rule_listed(rule->value, value_of(run, service), 2) ||
	    total_row(run, service))
		return;
	if (run->cells[rule->field].there && !filled(run, rule->field) &&
	    !filled(run, rule->other))
		check_say_cell(run, rule->code, rule->field, NULL);
}

/* How many of four fields are filled; 5 if one of them is wrong itself. */
static unsigned
slot_full(const struct check_run *run, unsigned at)
{
	unsigned full = 0;

	for (unsigned i = at; i < at + 4; i++) {
		if (filled(run, i) && !usable(run, i))
			return 5;
		full += filled(run, i);
	}
	return full;
}

/* Groups of four fields: all or none, from the first upward. */
static void
slots(struct check_run *run, const struct layout_rule *rule)
{
	bool gap = false;

	for (unsigned at = rule->field; at + 3 <= rule->other; at += 4) {
		unsigned full = slot_full(run, at);

		if (full > 0 && full <= 4 && gap)
			check_say_cell(run, "slot-order", at, NULL);
		if (full > 0 && full < 4)
			check_say_cell(run, rule->code, at, NULL);
		gap = full == 0;
	}
}

/* -- rows of totals ----------------------------------------------------- */

static void
total_office(struct check_run *run, const struct layout_rule *rule)
{
	const struct layout_field *field =
	    &run->kind->layout.fields[rule->field - 1];
	bool all, office;

	if (!usable(run, rule->field) || !usable(run, rule->other))
		return;
	all = strcmp(value_of(run, rule->other), "999999") == 0;
	office = strcmp(value_of(run, rule->field), field->special) == 0;
	if (all != office)
		check_say_cell(run, rule->code, rule->field, NULL);
}

static void
total_empty(struct check_run *run, const struct layout_rule *rule)
{
	if (usable(run, rule->other) && total_row(run, rule->other) &&
	    filled(run, rule->field) && usable(run, rule->field))
		check_say_cell(run, rule->code, rule->field, "空 (empty)");
}

static void
total_zero(struct check_run *run, const struct layout_rule *rule)
{
	const char *value = value_of(run, rule->field);

	if (usable(run, rule->other) && total_row(run, rule->other) &&
	    usable(run, rule->field) &&
	    strspn(value, "0") != run->cells[rule->field].n)
		check_say_cell(run, rule->code, rule->field, "0");
}

/* -- once a file -------------------------------------------------------- */

static uint64_t
digest_cells(const struct check_run *run, const unsigned *fields, size_t count,
    uint64_t seed)
{
	for (size_t i = 0; i < count; i++) {
		const struct cell *cell = &run->cells[fields[i]];

		/* with the NUL after it, so that "1","23" is not "12","3" */
		seed = digest_tag(cell->p, cell->n + 1, seed);
	}
	return seed;
}

static void
unique(struct check_run *run, const struct layout_rule *rule)
{
	size_t count = 0;

	for (; rule->key[count] != 0; count++) {
		if (!usable(run, rule->key[count]) || run->twice)
			return;
	}
	check_once(run, rule, digest_cells(run, rule->key, count, SEED_KEY));
}

static void
repeated(struct check_run *run, const struct layout_rule *rule)
{
	uint64_t before = run->result->warnings;

	check_once(
	    run, rule, digest_tag(run->text, run->text_bytes, SEED_RECORD));
	run->twice = run->result->warnings != before;
}

/* -- the receiver occurs for every client ------------------------------- */

/* NULL if the record does not tell whose it is. */
static struct client *
client_of(struct check_run *run)
{
	static const unsigned fields[] = {INSURER_FIELD, INSURED_FIELD};

	if (!usable(run, INSURER_FIELD) || !usable(run, INSURED_FIELD))
		return NULL;
	return check_client(run, digest_cells(run, fields, 2, SEED_CLIENT));
}

void
check_unsure(struct check_run *run, const struct reader_record *record)
{
	uint64_t digest = SEED_CLIENT;

	benefit_lost(run);
	if (record->kept < INSURED_FIELD)
		return;
	for (unsigned i = INSURER_FIELD; i <= INSURED_FIELD; i++)
		digest = digest_tag(record->fields[i - 1].p,
		    record->fields[i - 1].n + 1, digest);
	check_client(run, digest)->seen |= CLIENT_UNSURE;
}

/* Does this rule look at this receiver?  An unknown role means a name of V3, or
 * one with impossible types: UPPLAN and UPSIKYU go to service offices and UPJSK
 * comes back from them. */
static bool
judges(const struct check_run *run, const struct layout_rule *rule)
{
	if (!run->name_good)
		return false;
	if (rule->kind == RULE_RECEIVER)
		return run->to_role == ROLE_SP || run->to_role == ROLE_UNKNOWN;
	return rule->kind == RULE_RECEIVER_PLAN &&
	       (run->to_role == ROLE_CM || run->to_role == ROLE_UNKNOWN);
}

static void
note_receiver(struct check_run *run, const struct layout_rule *rule)
{
	const struct name *name = &run->result->name;
	struct client *client = client_of(run);
	bool here = usable(run, rule->field) &&
		    strcmp(value_of(run, rule->field), name->to) == 0;

	if (!judges(run, rule))
		return;
	if (client == NULL) {
		run->lost_receiver |= here || !usable(run, rule->field);
		return;
	}
	if (!home_row(run, rule->other))
		client->seen |= CLIENT_PREVENTION;
	if (!usable(run, rule->field))
		client->seen |= CLIENT_UNSURE;
	if (!here)
		return;
	client->seen |= CLIENT_RECEIVER;
	if (rule->other == 0 || *name->to_type == '\0' ||
	    strncmp(value_of(run, rule->other), name->to_type, 2) == 0)
		client->seen |= CLIENT_TYPE;
	else if (!usable(run, rule->other))
		client->seen |= CLIENT_UNSURE;
}

/* The code of what is wrong with a client, or NULL. */
static const char *
verdict(const struct layout_rule *rule, const struct client *client)
{
	bool plan = rule->kind == RULE_RECEIVER_PLAN;

	if (client->seen & CLIENT_RECEIVER)
		return plan || (client->seen & (CLIENT_TYPE | CLIENT_UNSURE))
			   ? NULL
			   : "receiver-type";
	if (client->seen & CLIENT_UNSURE)
		return NULL;
	return plan && (client->seen & CLIENT_PREVENTION) ? "receiver-odd"
							  : rule->code;
}

static bool
judge_client(struct check_run *run, const struct client *client, bool say)
{
	const struct layout *layout = &run->kind->layout;
	const struct name *name = &run->result->name;
	bool any = false;

	for (size_t i = 0; i < layout->rule_count; i++) {
		const struct layout_rule *rule = &layout->rules[i];
		const char *code;

		if (!judges(run, rule))
			continue;
		code = verdict(rule, client);
		any |= code != NULL;
		if (code == NULL || !say)
			continue;
		run->record = client->record;
		run->line = client->line;
		check_say(run, code, rule->field, NULL, 0,
		    client->seen & CLIENT_RECEIVER ? name->to_type : name->to);
	}
	return any;
}

void
check_clients(struct check_run *run)
{
	benefit_end(run);
	check_late_repeats(run);
	check_late_clients(run, run->lost_receiver ? NULL : judge_client);
	run->record = run->line = 0;
}

/* -- the table ---------------------------------------------------------- */

static rule_fn *const rules[RULE_KINDS] = {
    [RULE_NAME_MONTH] = name_month,
    [RULE_NAME_FROM] = name_from,
    [RULE_NAME_FROM_ODD] = name_from_odd,
    [RULE_NAME_TYPE] = name_type,
    [RULE_RECEIVER] = note_receiver,
    [RULE_RECEIVER_PLAN] = note_receiver,
    [RULE_WITHIN_MONTH] = within_month,
    [RULE_DAYS_MONTH] = days_month,
    [RULE_NEEDED] = needed,
    [RULE_NEEDED_IF] = needed_if,
    [RULE_EITHER] = either,
    [RULE_NOT_BEFORE] = not_before,
    [RULE_TIME_PAIR] = time_pair,
    [RULE_PLAN_OR_MONTH] = plan_or_month,
    [RULE_TOTAL_ROW] = total_office,
    [RULE_TOTAL_EMPTY] = total_empty,
    [RULE_TOTAL_ZERO] = total_zero,
    [RULE_SLOTS] = slots,
    [RULE_UNIQUE] = unique,
    [RULE_REPEATED] = repeated,
    [RULE_BENEFIT] = benefit_row,
    [RULE_RANGE] = rule_range,
    [RULE_ONLY_FOR] = rule_only_for,
    [RULE_NOT_BOTH] = rule_not_both,
    [RULE_NOT_LESS] = rule_not_less,
    [RULE_BIRTH] = rule_birth,
    [RULE_DAYS_ANY] = rule_days_any,
    [RULE_SLOT_OVER] = rule_slot_over,
    [RULE_SLOT_TYPE] = rule_slot_type,
    [RULE_ONE_OF] = rule_one_of,
    [RULE_IN_ORDER] = rule_in_order,
    [RULE_REPEAT_EMPTY] = rule_repeat_empty,
    [RULE_DETAIL] = rule_detail,
    /* the others belong to one field: check_field.c and the loader */
};

void
check_record(struct check_run *run)
{
	const struct layout *layout = &run->kind->layout;
	bool counted = false;

	for (size_t i = 0; i < layout->rule_count; i++) {
		rule_fn *fn = rules[layout->rules[i].kind];

		counted |= fn == note_receiver;
		if (fn != NULL)
			fn(run, &layout->rules[i]);
	}
	if (!counted)
		(void)client_of(run);
}

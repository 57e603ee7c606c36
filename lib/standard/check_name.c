/* NAME
 *	check_name - the name of a file alone
 * DESCRIPTION
 *	Its grammar is name.c's; here are the words for what breaks it, check
 *	digits, types that do not exist or contradict the kind.
 */
#include <string.h>

#include "check_run.h"

enum check_role
check_role(const struct standard *standard, const char *type)
{
	const char *role = service_type(standard, type, "role");

	if (*type == '\0')
		return ROLE_UNKNOWN;
	if (role == NULL)
		return ROLE_SP;
	return strcmp(role, "CM") == 0   ? ROLE_CM
	       : strcmp(role, "SC") == 0 ? ROLE_SC
					 : ROLE_SP;
}

/* The strict name with the parts of the given one; an example where they are
 * wrong. */
static void
example_name(const struct check_run *run, char out[NAME_TEXT_BYTES])
{
	struct name name = {.form = NAME_V4_1,
	    .from = "1370100016",
	    .from_type = "43",
	    .to = "1370100024",
	    .to_type = "11",
	    .stamp = "20250325101500",
	    .image = run->kind->image};

	for (size_t i = 0; i < run->kind->patterns[0].count; i++) {
		if (run->kind->patterns[0].parts[i].kind == PART_MONTH)
			memcpy(name.month, "202504", 7);
		if (run->kind->patterns[0].parts[i].kind == PART_BRANCH)
			memcpy(name.branch, "0001", 5);
	}
	memcpy(name.kind, run->kind->kind, run->kind->kind_length + 1);
	name_print(&name, out);
}

static const char *
wrong_part(const struct name *name, const char *code)
{
	if (strcmp(code, "name-month") == 0)
		return name->month;
	if (strcmp(code, "name-stamp") == 0)
		return name->stamp;
	if (strcmp(code, "name-branch") == 0)
		return name->branch;
	if (strcmp(code, "name-office") == 0)
		return *name->to != '\0' ? name->to : name->from;
	if (strcmp(code, "name-type") != 0)
		return "";
	if (name->form == NAME_V4_0)
		return *name->to_code ? name->to_code : name->from_code;
	return *name->to_type ? name->to_type : name->from_type;
}

void
check_bad_name(struct check_run *run, const char *code)
{
	char strict[NAME_TEXT_BYTES];

	example_name(run, strict);
	if (strcmp(code, "name-extension") == 0)
		check_say_text(
		    run, code, "", run->kind->image ? ".jpg" : ".CSV");
	else
		check_say_text(
		    run, code, wrong_part(&run->result->name, code), strict);
}

static void
check_party(struct check_run *run, const char *office, const char *type)
{
	if (!number_office_check(office))
		check_say_text(run, "name-office-check", office, NULL);
	if (*type != '\0' && service_type(run->standard, type, "code") == NULL)
		check_say_text(run, "name-type-unknown", type, NULL);
}

/* The type within a service code of V4.0; how they are built is not stated:
 * "043" and "430" are both read as 43. */
static const char *
code_type(const char *code)
{
	return *code == '0' ? code + 1 : code;
}

static enum check_role
party_role(const struct check_run *run, const char *type, const char *code)
{
	char text[3] = "";

	if (*type == '\0' && *code == '\0')
		return ROLE_UNKNOWN;
	memcpy(text, *type != '\0' ? type : code_type(code), 2);
	return check_role(run->standard, text);
}

/* No table says for sure which types support centers use: a type of
 * care-management offices may stand for either. */
static bool
is_party(enum check_role role, enum party party)
{
	switch (role) {
	case ROLE_CM:
		return party != PARTY_SP;
	case ROLE_SC:
		return party == PARTY_SC;
	case ROLE_SP:
		return party == PARTY_SP;
	case ROLE_UNKNOWN:
		break;
	}
	return true;
}

static bool
may_go(const struct check_run *run)
{
	for (enum party from = 0; from < PARTIES; from++) {
		for (enum party to = 0; to < PARTIES; to++) {
			if (run->kind->goes[from][to] &&
			    is_party(run->from_role, from) &&
			    is_party(run->to_role, to))
				return true;
		}
	}
	return false;
}

/* Where the types contradict the kind (swapped, say), the offices are judged as
 * in V3, whose names have no types. */
static void
check_direction(struct check_run *run)
{
	const struct name *name = &run->result->name;

	run->from_role = party_role(run, name->from_type, name->from_code);
	run->to_role = party_role(run, name->to_type, name->to_code);
	if (run->from_role == ROLE_UNKNOWN || run->to_role == ROLE_UNKNOWN ||
	    may_go(run))
		return;
	run->from_role = run->to_role = ROLE_UNKNOWN;
	check_say_text(run, "name-direction",
	    *name->from_type ? name->from_type : name->from_code,
	    *name->to_type ? name->to_type : name->to_code);
}

void
check_name(struct check_run *run)
{
	const struct name *name = &run->result->name;
	char strict[NAME_TEXT_BYTES];

	check_direction(run);
	if (name->odd)
		check_say_text(run, "name-odd", "", name_print(name, strict));
	if (name->form == NAME_V4_0)
		check_say_text(run, "name-withdrawn", "", NULL);
	check_party(run, name->from, name->from_type);
	check_party(run, name->to, name->to_type);
	if (strcmp(name->from, name->to) == 0)
		check_say_text(run, "name-same-office", name->to, NULL);
}

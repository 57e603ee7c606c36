/* NAME
 *	registry_import - rows from outside, checked before anything is kept
 * DESCRIPTION
 *	The partner list decides where people's files go, so here a wrong check
 *	digit is an error, not a warning, and one bad row stops the whole import:
 *	half a list is worse than yesterday's.  Every fault is listed, with row
 *	and column, so that one look is enough.
 */
#include <stdlib.h>
#include <string.h>

#include "number.h"

#include "desk_table.h"
#include "registry_row.h"

struct check {
	const json_t *row;
	struct desk *desk;
	desk_complain_fn *complain;
	void *arg;
	int faults;
};

static void
fault(struct check *c, const char *column, const char *english)
{
	c->complain(c->arg, column, english);
	c->faults++;
}

static void
check_number(struct check *c)
{
	char scratch[ROW_SCRATCH_BYTES];
	const char *number = row_text(c->row, "office_number", scratch);
	const char *type;

	if (!number_office_form(number, strlen(number)))
		fault(c, "office_number",
		    "An office number has 10 characters: digits, the third may "
		    "be a capital letter.");
	else if (!number_office_check(number))
		fault(c, "office_number",
		    "The check digit is wrong: look at the number again.");
	else
		memcpy(c->desk->number, number, NUMBER_OFFICE_BYTES);
	type = row_text(c->row, "service_type", scratch);
	if (type[0] == '\0')
		;
	else if (!number_type_form(type))
		fault(c, "service_type",
		    "A service type has two characters, 0-9 or A-Z, or is "
		    "empty.");
	else
		memcpy(c->desk->type, type, NUMBER_TYPE_BYTES);
	snprintf(c->desk->key, sizeof(c->desk->key), "%s%s%s", c->desk->number,
	    c->desk->type[0] ? "/" : "", c->desk->type);
}

static void
check_agent(struct check *c)
{
	char scratch[ROW_SCRATCH_BYTES];
	const char *inside = row_text(c->row, "inside", scratch);
	const char *agent;

	if (strcmp(inside, "1") == 0)
		c->desk->inside = true;
	else if (inside[0] != '\0' && strcmp(inside, "0") != 0)
		fault(c, "inside",
		    "Use 1 for an office of ours and 0 or nothing for others.");
	agent = row_text(c->row, "folder_agent", scratch);
	if (agent[0] == '\0') {
		if (c->desk->inside)
			fault(c, "folder_agent",
			    "An office of ours needs the agent that holds its "
			    "folders.");
	} else if (!row_plain_name(agent)) {
		fault(c, "folder_agent",
		    "An agent's name has letters, digits, dot, hyphen and "
		    "underscore, at most 63.");
	} else {
		snprintf(c->desk->folder_agent, sizeof(c->desk->folder_agent),
		    "%s", agent);
	}
}

/* "way" alone is one way without days; "ways" is all of them. */
static void
check_way(struct check *c)
{
	char scratch[ROW_SCRATCH_BYTES], scratch2[ROW_SCRATCH_BYTES];
	const char *way = row_text(c->row, "way", scratch);
	const char *ways = row_text(c->row, "ways", scratch2);
	struct desk_way one = {.way = c->desk->inside ? WAY_BUS : WAY_PDF};

	if (way[0] != '\0' && row_way(way, &one) != 0) {
		fault(
		    c, "way", "A way is bus, national, hub:NAME, fax or pdf.");
		return;
	}
	c->desk->ways[0] = one;
	c->desk->way_count = 1;
	if (ways[0] != '\0') {
		int faults = row_ways(ways, c->desk, c->complain, c->arg);

		c->faults += faults;
		if (faults == 0 && way[0] != '\0' &&
		    (c->desk->ways[0].way != one.way ||
			strcmp(c->desk->ways[0].hub, one.hub) != 0))
			fault(c, "way",
			    "It is not the first of ways: leave it empty.");
	}
	c->desk->way = c->desk->ways[0].way;
	memcpy(c->desk->hub, c->desk->ways[0].hub, sizeof(c->desk->hub));
}

static void
check_days(struct check *c)
{
	char scratch[ROW_SCRATCH_BYTES];

	c->desk->valid_from = row_day(row_text(c->row, "valid_from", scratch));
	c->desk->valid_to = row_day(row_text(c->row, "valid_to", scratch));
	if (c->desk->valid_from < 0)
		fault(c, "valid_from", "Write a day as 2026-04-01.");
	if (c->desk->valid_to < 0)
		fault(c, "valid_to", "Write a day as 2026-04-01.");
	if (c->desk->valid_from > 0 && c->desk->valid_to > 0 &&
	    c->desk->valid_to < c->desk->valid_from)
		fault(c, "valid_to", "The last day lies before the first.");
}

int
desk_check(
    const json_t *row, struct desk *out, desk_complain_fn *complain, void *arg)
{
	struct check c = {row, out, complain, arg, 0};

	memset(out, 0, sizeof(*out));
	if (!json_is_object(row)) {
		complain(arg, "", "This row is no object.");
		return TSK_INVALID;
	}
	check_number(&c);
	check_agent(&c);
	check_way(&c);
	check_days(&c);
	c.faults += desk_table_row(row, out, complain, arg);
	return c.faults > 0 ? TSK_INVALID : 0;
}

int
desk_parse(
    const json_t *row, struct desk *out, desk_complain_fn *complain, void *arg)
{
	if (desk_check(row, out, complain, arg) != 0)
		return TSK_INVALID;
	out->json = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS);
	if (out->json == NULL)
		panic("registry: no memory for a row");
	return 0;
}

/* The first of its ways that is paper, unless the row says it. */
static int
resolve_paper_way(
    struct desk *desk, const json_t *row, desk_complain_fn *complain, void *arg)
{
	char scratch[ROW_SCRATCH_BYTES];
	const char *text = row_text(row, "paper_way", scratch);

	desk->paper_way = 0;
	for (size_t i = desk->way_count; i-- > 0;) {
		if (desk->ways[i].way == WAY_FAX ||
		    desk->ways[i].way == WAY_PDF)
			desk->paper_way = desk->ways[i].way;
	}
	if (text[0] == '\0')
		return 0;
	if (strcmp(text, "fax") != 0 && strcmp(text, "pdf") != 0) {
		complain(arg, "paper_way", "Use fax, pdf or nothing.");
		return 1;
	}
	desk->paper_way = strcmp(text, "fax") == 0 ? WAY_FAX : WAY_PDF;
	return 0;
}

static int
resolve_fax(
    struct desk *desk, const json_t *row, desk_complain_fn *complain, void *arg)
{
	char scratch[ROW_SCRATCH_BYTES], digits[FAX_NUMBER_BYTES] = "";
	const char *text = row_text(row, "fax_number", scratch);
	struct why why = {0};

	if (text[0] != '\0' && fax_number_parse(text, digits, &why) != 0) {
		complain(arg, "fax_number", why.text);
		return 1;
	}
	fax_view(desk->fax_record, digits, &desk->fax);
	return 0;
}

int
desk_resolve(const struct policies *p, struct desk *desk, const json_t *row,
    desk_complain_fn *complain, void *arg)
{
	char scratch[ROW_SCRATCH_BYTES];

	snprintf(desk->name, sizeof(desk->name), "%s",
	    row_text(row, "name", scratch));
	return policy_of_row(
		   p, row, &desk->policy, &desk->policy_until, complain, arg) +
	       resolve_paper_way(desk, row, complain, arg) +
	       resolve_fax(desk, row, complain, arg);
}

void
desk_fini(struct desk *desk)
{
	json_decref(desk->fax_record);
	desk->fax_record = NULL;
	free(desk->json);
	desk->json = NULL;
}

static int
role_parse(const char *role, struct agent *out)
{
	static const char *const names[] = {[ROLE_OFFICE] = "office",
	    [ROLE_PDF] = "pdf",
	    [ROLE_FAX] = "fax",
	    [ROLE_NATIONAL] = "national"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(role, names[i]) == 0) {
			out->role = (enum role)i;
			return 0;
		}
	}
	if (strncmp(role, "hub:", 4) != 0 || !row_plain_name(role + 4))
		return TSK_INVALID;
	out->role = ROLE_HUB;
	snprintf(out->hub, sizeof(out->hub), "%s", role + 4);
	return 0;
}

const char *
agent_role(const struct agent *agent, char out[STORE_AGENT_BYTES])
{
	static const char *const names[] = {[ROLE_OFFICE] = "office",
	    [ROLE_PDF] = "pdf",
	    [ROLE_FAX] = "fax",
	    [ROLE_NATIONAL] = "national"};

	if (agent->role == ROLE_HUB)
		snprintf(out, STORE_AGENT_BYTES, "hub:%.59s", agent->hub);
	else
		snprintf(out, STORE_AGENT_BYTES, "%s", names[agent->role]);
	return out;
}

int
agent_parse(const char *name, const char *public_key, const char *role,
    struct agent *out, struct why *why)
{
	const char *said = NULL;

	memset(out, 0, sizeof(*out));
	if (!row_plain_name(name))
		said = "An agent's name has letters, digits, dot, hyphen and "
		       "underscore, at most 63.";
	else if (!curve_form(public_key))
		said = "A public key has 40 Z85 characters.";
	else if (curve_known(public_key))
		said = "That key pair is printed in a manual: anybody has it.";
	else if (role_parse(role, out) != 0)
		said = "A role is office, pdf, fax, national or hub:NAME.";
	if (said != NULL) {
		why_set(why, WHY_NEVER, "agent", "%s", said);
		return TSK_INVALID;
	}
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->public_key, sizeof(out->public_key), "%s", public_key);
	return 0;
}

char *
agent_json(const struct agent *agent)
{
	char role[STORE_AGENT_BYTES];
	json_t *o = json_pack("{s:s,s:s,s:s,s:b}", "name", agent->name,
	    "public_key", agent->public_key, "role", agent_role(agent, role),
	    "revoked", (int)agent->revoked);
	char *text = o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	if (text == NULL)
		panic("registry: no memory for an agent");
	json_decref(o);
	return text;
}

/* NAME
 *	mandate - who may act for which office
 * DESCRIPTION
 *	The validity days of a desk do not matter here: what was accepted in time
 *	must still reach an office that has closed since.  Route looks at them.
 */
#include <string.h>

#include "mandate.h"

/* A number without a type stands for all its desks: any one of ours is enough,
 * since a name of the old form cannot say which. */
static bool
any_desk(
    const struct registry *r, const struct agent *agent, const char *office)
{
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desks[i]->inside &&
		    strcmp(desks[i]->folder_agent, agent->name) == 0)
			return true;
	}
	return false;
}

bool
mandate_allows(const struct registry *r, const struct agent *agent,
    const char *office, const char *type, enum right right, int64_t now_ms)
{
	const struct desk *desk;

	(void)right;
	(void)now_ms;
	if (agent->revoked || agent->role != ROLE_OFFICE)
		return false;
	if (type[0] == '\0')
		return any_desk(r, agent, office);
	desk = registry_match(r, office, type, NULL);
	return desk != NULL && desk->inside &&
	       strcmp(desk->folder_agent, agent->name) == 0;
}

bool
mandate_gateway(const struct agent *agent)
{
	return !agent->revoked &&
	       (agent->role == ROLE_NATIONAL || agent->role == ROLE_HUB);
}

bool
mandate_ours(const struct registry *r, const char *office, const char *type)
{
	const struct desk *desk = registry_desk(r, office, type);
	struct desk *const *desks;
	size_t i, count;

	if (desk != NULL)
		return desk->inside;
	desks = registry_first(r, office, &count);
	for (i = 0; i < count; i++) {
		if (desks[i]->inside)
			return true;
	}
	return false;
}

static bool
serves_office(
    const struct registry *r, const struct agent *agent, const char *key)
{
	char number[NUMBER_OFFICE_BYTES];
	const struct desk *desk;
	size_t n = strcspn(key, "/");

	if (n != NUMBER_OFFICE_CHARS)
		return false;
	memcpy(number, key, n);
	number[n] = '\0';
	desk = registry_desk(r, number, key[n] == '/' ? key + n + 1 : "");
	return desk != NULL && desk->inside &&
	       strcmp(desk->folder_agent, agent->name) == 0;
}

bool
mandate_serves(const struct registry *r, const struct agent *agent,
    const char *queue, int64_t now_ms)
{
	(void)now_ms;
	if (agent->revoked)
		return false;
	switch (agent->role) {
	case ROLE_OFFICE:
		return strncmp(queue, "office/", 7) == 0 &&
		       serves_office(r, agent, queue + 7);
	case ROLE_PDF:
		return strcmp(queue, "pdf") == 0;
	case ROLE_FAX:
		return strcmp(queue, "fax") == 0;
	case ROLE_NATIONAL:
		return strcmp(queue, "national") == 0;
	case ROLE_HUB:
		return strncmp(queue, "hub/", 4) == 0 &&
		       strcmp(queue + 4, agent->hub) == 0;
	}
	return false;
}

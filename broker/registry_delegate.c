/* NAME
 *	registry_delegate - a list of partners handed in by a delegate
 */
#include <string.h>

#include "mandate.h"
#include "registry_delegate.h"

/* What is asked for, or an error. */
static json_t *
acting(struct broker *b, const json_t *in, struct mandate_act *act,
    char number[NUMBER_OFFICE_BYTES])
{
	const char *as = control_text(in, "as"), *of = control_text(in, "for");
	size_t n = strcspn(of, "/");

	if (as[0] == '\0' || of[0] == '\0')
		return control_error("malformed",
		    "A delegate says who acts and for which office: "
		    "--as AGENT --for NUMBER[/TYPE].");
	if (!number_office_form(of, n) ||
	    (of[n] != '\0' && !number_type_form(of + n + 1)))
		return control_error("malformed",
		    "%.20s is no office: NUMBER or NUMBER/TYPE.", of);
	memcpy(number, of, n);
	number[n] = '\0';
	act->office = number;
	act->type = of[n] == '\0' ? "" : of + n + 1;
	act->agent = registry_agent(b->registry, as);
	act->rights = RIGHT_PARTNERS;
	return act->agent != NULL
		   ? NULL
		   : control_error("unknown", "There is no agent %.63s.", as);
}

static json_t *
refused(struct broker *b, const struct mandate_act *act, const char *key)
{
	char why[MANDATE_WHY_BYTES];

	mandate_why(b->mandates, act, b->wall_ms, why);
	return control_error(why[0] != '\0' ? "mandate" : "no-right",
	    "%s may not change %s for office %s: %s", act->agent->name,
	    key[0] != '\0' ? key : "partners", act->office,
	    why[0] != '\0' ? why : "it has no mandate.");
}

/* Rows of ours are the operators'. */
static bool
of_partner(const struct broker *b, const struct desk *desk)
{
	const struct desk *old = registry_key(b->registry, desk->key);

	return !desk->inside && (old == NULL || !old->inside);
}

json_t *
registry_delegate(struct broker *b, const struct registry_list *list,
    const struct registry_plan *plan, struct registry_order *order)
{
	const json_t *in = order->request->in;
	struct mandate_act act = {.partner = ""};
	char number[NUMBER_OFFICE_BYTES];
	json_t *error;
	size_t i;

	if (control_text(in, "as")[0] == '\0' &&
	    control_text(in, "for")[0] == '\0')
		return NULL;
	if ((error = acting(b, in, &act, number)) != NULL)
		return error;
	if (list->mode != REGISTRY_ROWS)
		return control_error("malformed",
		    "A delegate changes rows; full and public lists are the "
		    "operators'.");
	if (!mandate_allows(b->mandates, &act, b->wall_ms, order->under))
		return refused(b, &act, "");
	for (i = 0; i < plan->count; i++) {
		const struct desk *desk = &plan->desks[i];

		if (!of_partner(b, desk))
			return control_error("no-right",
			    "%s is an office of ours: a delegate changes "
			    "partners only.",
			    desk->key);
		act.partner = desk->number;
		if (!mandate_allows(
			b->mandates, &act, b->wall_ms, order->under))
			return refused(b, &act, desk->key);
	}
	snprintf(order->as, sizeof(order->as), "%s", act.agent->name);
	return NULL;
}

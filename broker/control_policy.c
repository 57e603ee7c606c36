/* NAME
 *	control_policy - commands about policies and quotas
 */
#include <string.h>

#include "control.h"
#include "quota.h"
#include "reload.h"

/* Offices of ours with a quota, and what they sent today. */
static json_t *
quotas_json(const struct broker *b)
{
	struct desk *const *desks;
	json_t *list = json_array();
	size_t i, n;

	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++) {
		const struct policy *p = &desks[i]->policy;
		struct quota_used used;

		if (!desks[i]->inside ||
		    (p->quota_parcels == 0 && p->quota_bytes == 0))
			continue;
		used = quota_of(b, desks[i]);
		json_array_append_new(
		    list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I}", "office",
			      desks[i]->key, "name", desks[i]->name, "parcels",
			      (json_int_t)used.parcels, "of_parcels",
			      (json_int_t)p->quota_parcels, "bytes",
			      (json_int_t)used.bytes, "of_bytes",
			      (json_int_t)p->quota_bytes));
	}
	return list;
}

/* How many rows name each policy. */
static json_t *
counted(const struct broker *b)
{
	const struct policies *all = registry_policies_of(b->registry);
	struct desk *const *desks;
	json_t *list = json_deep_copy(all->texts);
	size_t *counts = mem_new(all->count * sizeof(*counts));
	const struct policy *found;
	size_t i, n;

	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++) {
		found = policy_find(all, desks[i]->policy.name);
		if (found != NULL)
			counts[found - all->rows]++;
	}
	for (i = 0; i < all->count; i++)
		json_object_set_new(json_array_get(list, i), "offices",
		    json_integer((json_int_t)counts[i]));
	free(counts);
	return list;
}

void
control_policy_list(struct broker *b, struct request *rq)
{
	const struct settings *s = b->settings;
	const struct policies *all = registry_policies_of(b->registry);

	control_answer(
	    rq, json_pack("{s:b,s:o,s:o,s:s,s:s,s:I}", "ok", 1, "policies",
		    counted(b), "quotas", quotas_json(b), "file",
		    s->policy.file, "holidays_file", s->policy.holidays,
		    "holidays", (json_int_t)all->holidays.count));
}

void
control_policy_reload(struct broker *b, struct request *rq)
{
	const char *by = control_text(rq->in, "by");
	struct why why = {0};

	if (by[0] == '\0' || !control_sayable(by) ||
	    strlen(by) >= STORE_AGENT_BYTES)
		control_answer(rq,
		    control_error("malformed", "Say who reloads: --by NAME."));
	else if (reload_policies(b, by, &why) != 0)
		control_answer(rq, control_error("policy", "%s", why.text));
	else
		control_policy_list(b, rq);
}

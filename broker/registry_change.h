/* NAME
 *	registry_change - a planned import, as one transaction
 * DESCRIPTION
 *	Rows, FAX records, what changed (kind "office-import", one record an
 *	import) and quarantine are kept together or not at all; then memory,
 *	queues and sessions follow and the operator hears.
 */
#ifndef TASUKI_REGISTRY_CHANGE_H
#define TASUKI_REGISTRY_CHANGE_H

#include "broker.h"
#include "control.h"

#define REGISTRY_KIND_IMPORT     "office-import"
#define REGISTRY_KIND_QUARANTINE "quarantine"
#define REGISTRY_QUARANTINED_MAX 32

/* Large records are kept in parts: a list in quarantine as ID, then ID.0001 and
 * so on with its rows; an import as STAMP, STAMP.0001..., each whole for itself
 * ("part" > 0: not the first). */

struct registry_order {
	struct request *request;
	struct registry_plan plan; /* its desks may be none */
	char by[FAX_BY_BYTES];
	/* a delegate's: who acts, under which mandates; "" = the operator */
	char as[STORE_AGENT_BYTES], under[STORE_UNDER_BYTES];
	json_t *about;      /* owned: what the import's record begins with */
	const char *drop;   /* quarantine that ends with it; "" = none */
	json_t *quarantine; /* owned: a record to keep, or NULL */
	const char *reason; /* for all of it being quarantined; NULL */
};

/* registry_change_fits(plan): in one transaction (about 100,000 rows that
 * change). */
bool registry_change_fits(const struct registry_plan *plan);
/* registry_change_put(b, order): takes what the order owns; answers. */
void registry_change_put(struct broker *b, struct registry_order *order);
/* registry_change_answer(plan, dry_run): what a plan would do, as the answer to
 * the operator; a new reference. */
json_t *registry_change_answer(const struct registry_plan *plan, bool dry_run);
/* registry_alarm(b): raised while something waits in quarantine. */
void registry_alarm(struct broker *b);

#endif

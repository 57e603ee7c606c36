/* NAME
 *	reload - policies and holidays read again while the broker works
 * DIAGNOSTICS
 *	info: policies reloaded.  warn: refused, with file, line and reason.
 * BUGS
 *	Every row of the registry is read again, in one turn of the loop: with
 *	100,000 partners agents wait for about a third of a second.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "quota.h"
#include "reload.h"
#include "writer.h"

/* What one desk will have. */
struct resolved {
	struct policy policy;
	int until;
};

struct fault {
	const char *key;
	struct why *why;
};

static void
complain(void *arg, const char *column, const char *english)
{
	const struct fault *f = arg;

	if (f->why->text[0] == '\0')
		why_set(f->why, WHY_NEVER, "policy",
		    "Office %s of the registry, column %s: %s", f->key, column,
		    english);
}

static int
resolve(const struct policies *fresh, const struct desk *desk,
    struct resolved *out, struct why *why)
{
	struct fault fault = {desk->key, why};
	json_t *row = json_loads(desk->json, 0, NULL);
	int faults = policy_of_row(
	    fresh, row, &out->policy, &out->until, complain, &fault);

	json_decref(row);
	return faults == 0 ? 0 : TSK_INVALID;
}

/* A row that has been wrong before (from an older list) stays so: its fault is
 * not the new table's. */
static bool
wrong_before(const struct broker *b, const struct desk *desk)
{
	struct resolved now;
	struct why why = {0};

	return resolve(registry_policies_of(b->registry), desk, &now, &why) !=
	       0;
}

static int
resolve_all(struct broker *b, const struct policies *fresh,
    struct resolved *out, struct why *why)
{
	struct desk *const *desks;
	size_t i, n;
	int rc;

	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++) {
		rc = resolve(fresh, desks[i], &out[i], why);
		if (rc == 0)
			continue;
		if (!wrong_before(b, desks[i]))
			return rc;
		memset(why, 0, sizeof(*why));
	}
	return 0;
}

static void
take(struct broker *b, struct policies *fresh, const struct resolved *all)
{
	struct policies *now = registry_policies(b->registry);
	struct desk *const *desks;
	size_t i, n;

	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++) {
		desks[i]->policy = all[i].policy;
		desks[i]->policy_until = all[i].until;
	}
	policies_fini(now);
	*now = *fresh;
	quota_open(b);
}

static void
note_done(struct broker *b, struct work *work)
{
	(void)b;
	free((void *)(uintptr_t)work->op.actor);
	free(work);
}

static void
note(struct broker *b, const char *by, size_t count)
{
	struct work *work = mem_new(sizeof(*work));

	work->done = note_done;
	work->bytes = sizeof(*work);
	work->op.type = STORE_NOTE;
	work->op.actor = mem_text(by);
	work->op.at_ms = b->wall_ms;
	work->op.note.subject = "policy";
	work->op.note.text = "policies and holidays read again";
	log_info("reload: by=%s policies=%zu result=reloaded", by, count);
	CRASH_POINT("reload-before-commit");
	writer_put(b->writer, work);
}

int
reload_policies(struct broker *b, const char *by, struct why *why)
{
	const struct settings *s = b->settings;
	struct policies fresh;
	struct resolved *all;
	size_t n;
	int rc;

	policies_init(&fresh);
	(void)registry_desks(b->registry, &n);
	all = mem_new((n + 1) * sizeof(*all));
	rc = policies_read(&fresh, s->policy.file, s->policy.holidays, why);
	if (rc == 0)
		rc = resolve_all(b, &fresh, all, why);
	if (rc == 0) {
		take(b, &fresh, all);
		note(b, by, fresh.count);
	} else {
		policies_fini(&fresh);
		log_warn(
		    "reload: by=%s result=refused why=\"%s\"", by, why->text);
	}
	free(all);
	return rc;
}

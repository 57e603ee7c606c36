/* NAME
 *	registry_record - one record of the registry, durably
 * BUGS
 *	On a full disk the change is lost and the asker told.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "registry_record.h"
#include "writer.h"

struct record {
	struct work work;
	char key[REGISTRY_KEY_BYTES];
	char note[200];
	char *text;
	json_t *json;
	settle_fn *told;
	void *arg;
};

static void
fax_done(struct broker *b, struct work *work)
{
	struct record *r = (struct record *)(void *)work;
	int rc = work->op.rc;

	CRASH_POINT("fax-after-commit");
	if (rc == 0) {
		registry_put_fax(b->registry, r->key, r->json);
		log_info("registry: key=%s fax=%s", r->key, r->note);
	}
	if (r->told != NULL)
		r->told(b, rc, r->arg);
	json_decref(r->json);
	free(r->text);
	free(r);
}

void
registry_record_fax(struct broker *b, const char *key, json_t *record,
    const char *actor, const char *what, bool joined, settle_fn *told,
    void *arg)
{
	struct record *r = mem_new(sizeof(*r));

	snprintf(r->key, sizeof(r->key), "%s", key);
	snprintf(r->note, sizeof(r->note), "%s", what);
	r->json = record;
	r->text = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	if (r->text == NULL)
		panic("registry: no memory for a record");
	r->told = told;
	r->arg = arg;
	r->work.done = fax_done;
	r->work.joined = joined;
	r->work.bytes = sizeof(*r) + strlen(r->text);
	writer_registry(
	    &r->work, actor, b->wall_ms, "fax", r->key, r->text, r->note);
	CRASH_POINT("fax-before-commit");
	writer_put(b->writer, &r->work);
}

/* NAME
 *	history - what imports changed in the registry is kept for a while
 * DESCRIPTION
 *	A record's key begins with the time of its import, so the oldest come
 *	first and a look ends at the first one that is young enough.  A large
 *	import is several records, each whole for itself (registry_change.h): it
 *	may go in several steps.  Rows, mandates and the audit log are not
 *	touched; each record that goes leaves an audit entry.
 * DIAGNOSTICS
 *	info: how many were forgotten.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "history.h"
#include "registry_change.h"
#include "writer.h"

#define STEP_RECORDS 8 /* of up to 512 KiB each */
#define STAMP_CHARS  13
#define SECOND_MS    1000
#define DAY_MS       (24LL * 60 * 60 * 1000)

struct step {
	int64_t before_ms;
	char keys[STEP_RECORDS][STORE_KEY_BYTES_MAX + 1];
	size_t count;
};

struct forgetting {
	struct work work;
	char key[STORE_KEY_BYTES_MAX + 1];
	size_t last; /* of so many; 0: more come */
};

static bool
stamp_of(const char *key, int64_t *ms)
{
	size_t i;

	for (i = 0; i < STAMP_CHARS; i++) {
		if (!isdigit((unsigned char)key[i]))
			return false;
	}
	*ms = strtoll(key, NULL, 10);
	return true;
}

static int
find(const char *key, const void *value, size_t bytes, void *arg)
{
	struct step *s = arg;
	int64_t at_ms;

	(void)value;
	(void)bytes;
	if (!stamp_of(key, &at_ms))
		return 0; /* none of ours: left alone */
	if (at_ms >= s->before_ms || s->count == STEP_RECORDS)
		return TSK_EXIST;
	snprintf(s->keys[s->count++], sizeof(s->keys[0]), "%s", key);
	return 0;
}

static void
forgotten(struct broker *b, struct work *work)
{
	struct forgetting *f = (struct forgetting *)(void *)work;

	CRASH_POINT("history-forgotten");
	if (f->last > 0 && work->op.rc == 0)
		log_info("history: records=%zu result=forgotten", f->last);
	if (f->last == STEP_RECORDS && work->op.rc == 0)
		b->history_ms = b->now_ms + SECOND_MS;
	free(f);
}

static void
forget(struct broker *b, const char *key, size_t last)
{
	struct forgetting *f = mem_new(sizeof(*f));

	snprintf(f->key, sizeof(f->key), "%s", key);
	f->last = last;
	f->work.done = forgotten;
	f->work.bytes = sizeof(*f);
	f->work.joined = last == 0;
	writer_registry(&f->work, "broker", b->wall_ms, REGISTRY_KIND_IMPORT,
	    f->key, NULL, "older than history/keep");
	writer_put(b->writer, &f->work);
}

void
history_prune(struct broker *b)
{
	struct step *s;
	size_t i;

	b->history_ms = b->now_ms + DAY_MS;
	if (b->settings->history.keep_ms == 0)
		return; /* for ever */
	s = mem_new(sizeof(*s));
	s->before_ms = b->wall_ms - b->settings->history.keep_ms;
	/* what cannot be read is left alone */
	(void)!store_registry_walk(b->store, REGISTRY_KIND_IMPORT, find, s);
	for (i = 0; i < s->count; i++)
		forget(b, s->keys[i], i + 1 == s->count ? s->count : 0);
	free(s);
}

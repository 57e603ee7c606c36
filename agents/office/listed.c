/* NAME
 *	listed - what the registry says partners read, and are called
 * SUMMARY
 *	See listed.h.
 * DIAGNOSTICS
 *	listed: partner=... result=no-answer: the parcel goes by what is known
 *	here.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "listed.h"

#define FRESH_MS    60000
#define PATIENCE_MS 10000
#define DESKS_KEPT  10000
#define KEY_BYTES   (NUMBER_OFFICE_BYTES + NUMBER_TYPE_BYTES)

struct desk {
	char *editions, *name; /* NULL: no answer yet */
	int64_t asked_ms, answered_ms;
};

struct listed {
	struct app *app;
	zhashx_t *desks; /* by "NUMBER/TYPE" */
};

static void
desk_free(void **p)
{
	struct desk *desk = *p;

	free(desk->editions);
	free(desk->name);
	free(desk);
	*p = NULL;
}

struct listed *
listed_new(struct app *app)
{
	struct listed *l = mem_new(sizeof(*l));

	l->app = app;
	l->desks = zhashx_new();
	zhashx_set_destructor(l->desks, desk_free);
	return l;
}

void
listed_free(struct listed **l)
{
	if (*l == NULL)
		return;
	zhashx_destroy(&(*l)->desks);
	free(*l);
	*l = NULL;
}

static const char *
key_of(const char *number, const char *type, char out[KEY_BYTES])
{
	snprintf(out, KEY_BYTES, "%s/%s", number, type);
	return out;
}

static void
answer(
    struct desk *desk, const char *editions, const char *name, int64_t now_ms)
{
	free(desk->editions);
	free(desk->name);
	desk->editions = mem_text(editions);
	desk->name = mem_text(name);
	desk->answered_ms = now_ms;
}

static struct desk *
ask(struct listed *l, const char *number, const char *type, int64_t now_ms)
{
	struct desk *desk = mem_new(sizeof(*desk));
	char key[KEY_BYTES];

	if (zhashx_size(l->desks) >= DESKS_KEPT)
		zhashx_purge(l->desks);
	zhashx_update(l->desks, key_of(number, type, key), desk);
	desk->asked_ms = now_ms;
	if (link_reads(l->app->link, number, type) == TSK_VERSION)
		answer(desk, "", "", now_ms);
	return desk;
}

int
listed_look(struct listed *l, const char *number, const char *type,
    int64_t now_ms, struct listed_words *words)
{
	char key[KEY_BYTES];
	struct desk *desk = zhashx_lookup(l->desks, key_of(number, type, key));

	if (desk == NULL ||
	    (desk->editions != NULL && now_ms - desk->answered_ms >= FRESH_MS))
		desk = ask(l, number, type, now_ms);
	if (desk->editions == NULL && now_ms - desk->asked_ms >= PATIENCE_MS) {
		log_warn("listed: partner=%s result=no-answer", key);
		answer(desk, "", "", now_ms);
	}
	if (desk->editions == NULL) {
		app_wake(l->app, desk->asked_ms + PATIENCE_MS);
		return TSK_LATER;
	}
	*words = (struct listed_words){desk->editions, desk->name};
	return 0;
}

void
listed_answer(struct listed *l, const struct wire_reads *reads, int64_t now_ms)
{
	char key[KEY_BYTES];
	struct desk *desk =
	    zhashx_lookup(l->desks, key_of(reads->number, reads->type, key));

	if (desk == NULL)
		return; /* not asked */
	answer(desk, reads->editions, reads->name, now_ms);
	app_wake(l->app, 0);
}

void
listed_down(struct listed *l)
{
	zhashx_purge(l->desks);
}

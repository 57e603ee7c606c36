/* NAME
 *	receive_list - what a list of received things says
 * DESCRIPTION
 *	What is new becomes a thing; what was brought in before (marks.h) is
 *	forgotten at once; what is listed no more, and not kept yet, somebody
 *	took away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "set.h"

#include "receive_inside.h"

static void
mark_of_thing(
    const char *office, const struct thing *t, uint8_t out[DIGEST_BYTES])
{
	struct digest *d = digest_new();

	digest_add(d, "thing", 6);
	digest_add(d, office, strlen(office) + 1);
	digest_add(d, t->ref, strlen(t->ref) + 1);
	for (size_t i = 0; i < t->count; i++)
		digest_add(
		    d, t->documents[i].name, strlen(t->documents[i].name) + 1);
	digest_end(&d, out);
}

static void
set_key(const struct name *n, char key[KEY_BYTES])
{
	snprintf(key, KEY_BYTES, "%s/%s%s>%s/%s%s@%s", n->from, n->from_type,
	    n->from_code, n->to, n->to_type, n->to_code, n->stamp);
}

static void
add_document(struct receive *r, struct thing *t, const struct driver_item *item)
{
	struct document *d;
	struct why why = {0};

	t->documents =
	    mem_resize(t->documents, (t->count + 1) * sizeof(*t->documents));
	d = &t->documents[t->count++];
	memset(d, 0, sizeof(*d));
	memcpy(d->name, item->name, sizeof(d->name));
	buf_init(&d->bytes, DRIVER_BYTES_MAX + 1u);
	d->standard =
	    name_parse(r->standard, item->name, &d->parsed, &why) == 0;
	t->elsewhere |= item->state == ITEM_FETCHED;
	if (t->peer[0] == '\0') {
		memcpy(t->peer, item->peer, sizeof(t->peer));
		memcpy(t->peer_type, item->peer_type, sizeof(t->peer_type));
		memcpy(t->by, item->by, sizeof(t->by));
	}
}

/* Alone, or with others: all its documents are of one set, or none is. */
static void
classify(struct thing *t)
{
	const struct document *first = &t->documents[0];

	t->key[0] = '\0';
	for (size_t i = 0; i < t->count; i++) {
		const struct document *d = &t->documents[i];
		if (!d->standard || !set_same(&d->parsed, &first->parsed)) {
			t->lonely = t->peer[0] == '\0';
			return;
		}
	}
	set_key(&first->parsed, t->key);
}

/* Documents of one ref stand one after the other; a second row of the same
 * name is the same one, listed twice. */
static bool
has_name(const struct thing *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->documents[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
take_items(struct receive *r, struct box *b, const struct driver_answer *a,
    zhashx_t *fresh, int64_t now)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct driver_item *item = &a->items[i];
		struct thing *t = zhashx_lookup(fresh, item->ref);
		struct thing *old =
		    t == NULL ? receive_find(b, item->ref) : NULL;
		if (old != NULL) {
			old->listed = true;
			continue;
		}
		if (t == NULL) {
			t = receive_thing(r, b, item->ref, now);
			t->listed = true;
			t->at_ms = item->at_ms;
			zhashx_insert(fresh, item->ref, t);
		}
		if (!has_name(t, item->name))
			add_document(r, t, item);
	}
}

void
receive_list(struct receive *r, struct box *b, const struct driver_answer *a,
    int64_t since, int64_t now)
{
	zhashx_t *fresh = zhashx_new();
	struct thing *t, *after;

	TAILQ_FOREACH(t, &b->things, entry)
	t->listed = false;
	take_items(r, b, a, fresh, now);
	for (t = TAILQ_FIRST(&b->things); t != NULL; t = after) {
		after = TAILQ_NEXT(t, entry);
		if (zhashx_lookup(fresh, t->ref) == t) {
			classify(t);
			mark_of_thing(b->office, t, t->mark);
			if (!r->settings.moves && marks_has(r->marks, t->mark))
				receive_drop(r, b, t);
		} else if (!t->listed && a->complete &&
			   (b->whole || t->at_ms >= since) &&
			   (t->stage == SEEN || t->stage == FETCHED)) {
			receive_drop(r, b, t); /* somebody took it away */
		}
	}
	zhashx_destroy(&fresh);
}

/* NAME
 *	receive_box - what lies there for an office, as far as it is in memory
 * SUMMARY
 *	see receive_inside.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "receive_inside.h"

void
receive_empty(struct receive *r, struct thing *t)
{
	for (size_t i = 0; i < t->count; i++) {
		r->held -= t->documents[i].bytes.len;
		buf_fini(&t->documents[i].bytes);
	}
}

void
receive_drop(struct receive *r, struct box *b, struct thing *t)
{
	receive_empty(r, t);
	TAILQ_REMOVE(&b->things, t, entry);
	b->count--;
	r->count--;
	free(t->documents);
	free(t);
}

struct thing *
receive_thing(struct receive *r, struct box *b, const char *ref, int64_t now)
{
	struct thing *t = mem_new(sizeof(*t));

	snprintf(t->ref, sizeof(t->ref), "%s", ref);
	t->first_ms = now;
	TAILQ_INSERT_TAIL(&b->things, t, entry);
	b->count++;
	r->count++;
	return t;
}

struct box *
receive_box(struct receive *r, const char *office)
{
	struct box *b = zhashx_lookup(r->boxes, office);

	if (b == NULL) {
		b = mem_new(sizeof(*b));
		snprintf(b->office, sizeof(b->office), "%s", office);
		TAILQ_INIT(&b->things);
		zhashx_insert(r->boxes, office, b);
	}
	return b;
}

struct thing *
receive_find(struct box *b, const char *ref)
{
	struct thing *t;

	TAILQ_FOREACH(t, &b->things, entry)
	if (strcmp(t->ref, ref) == 0)
		return t;
	return NULL;
}

/* NAME
 *	receive_keep - what was fetched becomes a parcel
 * DESCRIPTION
 *	The source written down beside a kept parcel is "office NUMBER", then
 *	"ref HASH REF" a thing, so that it can be done after a crash, too, and
 *	"mark HASH" a document, so that a second copy of it is known once the
 *	broker has accepted the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"
#include "manifest.h"
#include "people.h"

#include "receive_inside.h"

/* ---- for a person ---- */

void
receive_person(struct receive *r, struct box *b, struct thing *t,
    enum person_reason reason, int64_t now)
{
	int rc = 0;

	for (size_t i = 0; i < t->count && rc == 0; i++) {
		const struct document *d = &t->documents[i];
		rc = person_put(r->settings.person_folder, b->office, d->name,
		    d->bytes.data, d->bytes.len, reason);
	}
	CRASH_POINT("national-person");
	receive_empty(r, t);
	if (rc < 0) {
		log_error("receive: office=%s result=not-kept why=\"%s\"",
		    b->office, err_text(rc));
		t->stage = SEEN;
		t->retry_ms = now + r->settings.wait_ms;
		return;
	}
	log_warn("receive: office=%s documents=%zu result=person code=%s",
	    b->office, t->count, person_code(reason));
	r->notice(r->arg, b->office, person_code(reason),
	    "Something was received that a person must look at.");
	t->stage = DUE;
}

/* ---- keeping a set ---- */

/* A file of the standard is the same wherever it lies. */
static void
mark_of_document(const struct document *document, uint8_t out[DIGEST_BYTES])
{
	struct digest *d = digest_new();
	uint8_t sha256[DIGEST_BYTES];

	digest_sha256(document->bytes.data != NULL ? document->bytes.data : "",
	    document->bytes.len, sha256);
	digest_add(d, "document", 9);
	digest_add(d, document->name, strlen(document->name) + 1);
	digest_add(d, sha256, sizeof(sha256));
	digest_end(&d, out);
}

/* The documents of a set that are new, in the order of the list. */
struct gathered {
	struct document **documents;
	size_t count, known;
	struct thing *first;
	struct buf source;
};

static void
gather_thing(struct receive *r, struct thing *t, struct gathered *g)
{
	char hex[DIGEST_HEX_BYTES];
	uint8_t mark[DIGEST_BYTES];

	if (g->first == NULL)
		g->first = t;
	buf_printf(&g->source, "ref %s %s\n",
	    digest_hex(t->mark, DIGEST_BYTES, hex), t->ref);
	g->documents = mem_resize(
	    g->documents, (g->count + t->count + 1) * sizeof(*g->documents));
	for (size_t i = 0; i < t->count; i++) {
		mark_of_document(&t->documents[i], mark);
		if (marks_has(r->marks, mark)) {
			g->known++;
			continue;
		}
		buf_printf(&g->source, "mark %s\n",
		    digest_hex(mark, DIGEST_BYTES, hex));
		g->documents[g->count++] = &t->documents[i];
	}
}

static bool
member(const struct thing *t, const struct thing *of)
{
	if (of->key[0] == '\0')
		return t == of;
	return strcmp(t->key, of->key) == 0 && t->stage <= FETCHED && t->wanted;
}

static struct wire_parcel *
parcel_of(const struct box *b, const struct gathered *g)
{
	struct wire_parcel *p = manifest_new(g->count);
	const struct thing *t = g->first;
	const struct document *d = &t->documents[0];

	if (t->key[0] != '\0') {
		const struct name *n = &d->parsed;
		memcpy(p->from, n->from, sizeof(p->from));
		memcpy(p->from_type, n->from_type, sizeof(p->from_type));
		memcpy(p->to, n->to, sizeof(p->to));
		memcpy(p->to_type, n->to_type, sizeof(p->to_type));
		memcpy(p->stamp, n->stamp, sizeof(p->stamp));
		if (strcmp(n->month, "000000") != 0)
			memcpy(p->month, n->month, sizeof(p->month));
	} else {
		memcpy(p->from, t->peer, sizeof(p->from));
		memcpy(p->from_type, t->peer_type, sizeof(p->from_type));
		memcpy(p->to, b->office, sizeof(p->to));
	}
	for (size_t i = 0; i < g->count; i++)
		manifest_document(p, i, g->documents[i]->name,
		    g->documents[i]->standard && t->key[0] != '\0'
			? g->documents[i]->parsed.kind
			: "");
	return p;
}

static int
put(struct receive *r, const struct box *b, const struct gathered *g,
    struct id *id, int64_t now, struct why *why)
{
	struct wire_parcel *p = parcel_of(b, g);
	struct link_body *bodies = mem_new((g->count + 1) * sizeof(*bodies));

	for (size_t i = 0; i < g->count; i++) {
		const struct buf *bytes = &g->documents[i]->bytes;
		bodies[i].data = bytes->data != NULL ? bytes->data : "";
		bodies[i].bytes = bytes->len;
	}
	people_of(r->standard, r->settings.secret, p, bodies);
	CRASH_POINT("national-fetched");
	int rc = inbound_put(r->inbound, p, bodies, g->source.data, now, why);
	CRASH_POINT("national-inbound");
	*id = p->id;
	free(bodies);
	manifest_free(&p);
	return rc;
}

static void
told_twice(struct receive *r, const struct box *b)
{
	log_info("receive: office=%s result=twice", b->office);
	r->notice(r->arg, b->office, "received-twice",
	    "Something was received a second time: another terminal has "
	    "fetched it, too.  It was delivered once.");
}

static void
all_members(struct receive *r, struct box *b, struct thing *of,
    enum stage stage, const struct id *id)
{
	char key[KEY_BYTES];
	struct thing *t;

	snprintf(key, sizeof(key), "%s", of->key);
	TAILQ_FOREACH(t, &b->things, entry)
	{
		if (t != of && (key[0] == '\0' || !member(t, of)))
			continue;
		if (t == of)
			continue; /* last: the others are compared with it */
		t->stage = stage;
		t->id = *id;
		receive_empty(r, t);
	}
	of->stage = stage;
	of->id = *id;
	receive_empty(r, of);
}

static void
again_later(struct receive *r, struct box *b, struct thing *of, int64_t now)
{
	struct id none = {0};

	all_members(r, b, of, SEEN, &none);
	of->retry_ms = now + r->settings.wait_ms;
}

static void
all_to_person(struct receive *r, struct box *b, struct thing *of, int64_t now)
{
	struct thing *t;

	TAILQ_FOREACH(t, &b->things, entry)
	if (t != of && member(t, of))
		receive_person(r, b, t, PERSON_NO_PARCEL, now);
	receive_person(r, b, of, PERSON_NO_PARCEL, now);
}

static void
keep(struct receive *r, struct box *b, struct thing *of, struct gathered *g,
    int64_t now)
{
	struct why why = {0};
	struct id id = {0};

	if (g->count == 0) { /* all of it was here before */
		told_twice(r, b);
		all_members(r, b, of, DUE, &id);
		return;
	}
	int rc = buf_ok(&g->source) ? put(r, b, g, &id, now, &why) : TSK_TOOBIG;
	enum inbound_state state =
	    rc == TSK_EXIST ? inbound_state(r->inbound, &id) : INBOUND_OPEN;
	if (state != INBOUND_OPEN) {
		/* not done yet: it is the very one, after a crash */
		if (state == INBOUND_DONE)
			told_twice(r, b);
		all_members(r, b, of, DUE, &id);
	} else if (rc == 0 || rc == TSK_EXIST) {
		log_info("receive: office=%s documents=%zu known=%zu "
			 "elsewhere=%d result=kept",
		    b->office, g->count, g->known, of->elsewhere);
		all_members(r, b, of, KEPT, &id);
	} else if (rc == TSK_INVALID || rc == TSK_TOOBIG) {
		all_to_person(r, b, of, now);
	} else {
		log_error("receive: office=%s result=not-kept why=\"%s\"",
		    b->office, why.text);
		again_later(r, b, of, now);
	}
}

/* All members are in memory: they become a parcel. */
void
receive_keep(struct receive *r, struct box *b, struct thing *of, int64_t now)
{
	struct gathered g = {0};
	struct thing *t;

	TAILQ_FOREACH(t, &b->things, entry)
	if (member(t, of) && t->stage != FETCHED)
		return;
	buf_init(&g.source, INBOUND_SOURCE_MAX);
	buf_printf(&g.source, "office %s\n", b->office);
	TAILQ_FOREACH(t, &b->things, entry)
	{
		if (member(t, of))
			gather_thing(r, t, &g);
	}
	keep(r, b, of, &g, now);
	buf_fini(&g.source);
	free(g.documents);
}

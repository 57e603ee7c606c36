/* NAME
 *	carry - the agent's part of a courier
 * SUMMARY
 *	see carry.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "courier.h"
#include "crash.h"
#include "digest.h"
#include "file.h"
#include "log.h"
#include "manifest.h"

#include "carry.h"

/* A parcel of theirs the broker has, or a word we could not write down yet. */
struct owed {
	struct id id;
	struct cargo_receipt receipt; /* state 0: nothing new to say */
	bool over;                    /* inbound is done with it then */
	bool refused;                 /* it may come again */
	struct owed *next;
};

struct carry {
	const struct hub_settings *settings;
	struct courier *courier;
	struct send *send;
	struct inbound *inbound;
	struct link *link; /* NULL: not open yet */
	struct owed *owed;
	bool asking; /* there is something to ask for */
	int64_t next_ms;
};

int
carry_new(const struct hub_settings *settings, struct spool *spool,
    struct send *send, struct inbound *inbound, struct carry **out,
    struct why *why)
{
	struct carry *c = mem_new(sizeof(*c));
	int rc;

	(void)spool;
	*out = c;
	c->settings = settings;
	c->send = send;
	c->inbound = inbound;
	rc = courier_open(settings->folder, &c->courier, why);
	if (rc == 0)
		courier_tidy(c->courier);
	return rc;
}

void
carry_free(struct carry **carry_p)
{
	struct carry *c = *carry_p;
	struct owed *next;

	if (c == NULL)
		return;
	for (struct owed *o = c->owed; o != NULL; o = next) {
		next = o->next;
		free(o);
	}
	courier_close(&c->courier);
	free(c);
	*carry_p = NULL;
}

/* ---- theirs: what we owe ---- */

static struct owed *
find(struct carry *c, const struct id *id)
{
	for (struct owed *o = c->owed; o != NULL; o = o->next)
		if (id_compare(&o->id, id) == 0)
			return o;
	return NULL;
}

static struct owed *
owe(struct carry *c, const struct id *id, const char *key,
    enum cargo_state state, const char *code, int64_t at_ms)
{
	struct owed *o = find(c, id);

	if (!cargo_key_ok(key))
		return NULL;
	if (o == NULL) {
		o = mem_new(sizeof(*o));
		o->id = *id;
		o->next = c->owed;
		c->owed = o;
	}
	snprintf(o->receipt.key, sizeof(o->receipt.key), "%s", key);
	snprintf(o->receipt.code, sizeof(o->receipt.code), "%s", code);
	o->receipt.state = state;
	o->receipt.at_ms = at_ms;
	o->over = state != CARGO_ACCEPTED;
	o->refused = state == CARGO_REFUSED;
	c->next_ms = 0;
	return o;
}

/* Written down: only then is it out of the way here. */
static int
say(struct carry *c, struct owed *o)
{
	int rc = 0;

	if (o->refused) {
		rc = courier_unknown(c->courier, o->receipt.key);
		if (rc == 0)
			rc = inbound_forget(c->inbound, &o->id);
	}
	if (rc == 0)
		rc = courier_owe(c->courier, &o->receipt);
	if (rc < 0 && rc != TSK_LATER)
		log_error("carry: receipt=%s result=not-written why=\"%s\"",
		    o->receipt.key, err_text(rc));
	CRASH_POINT("hub-owed");
	if (rc == 0 && o->over)
		inbound_done(c->inbound, &o->id);
	if (rc == 0)
		o->receipt.state = (enum cargo_state)0;
	return rc;
}

static void
say_all(struct carry *c)
{
	struct owed **at = &c->owed, *o;

	while ((o = *at) != NULL) {
		if (o->receipt.state != 0 && say(c, o) < 0)
			return; /* the next tick */
		if (o->over) {
			*at = o->next;
			free(o);
		} else {
			at = &o->next;
		}
	}
}

void
carry_accepted(struct carry *c, const struct id *id, const char *source)
{
	(void)owe(c, id, source, CARGO_ACCEPTED, "", clock_wall_ms());
	c->asking = true;
}

void
carry_refused(
    struct carry *c, const struct id *id, const char *source, const char *code)
{
	(void)owe(c, id, source, CARGO_REFUSED, code, clock_wall_ms());
}

void
carry_open(struct carry *c, struct link *link)
{
	c->link = link;
	c->asking = true;
	c->next_ms = 0;
}

/* What became of the accepted ones: the broker tells it by itself, but not
 * again to one who was away. */
static void
ask(struct carry *c)
{
	struct id *ids = mem_new(WIRE_ITEMS_MAX * sizeof(*ids));
	size_t n = 0;

	for (struct owed *o = c->owed; o != NULL && n < WIRE_ITEMS_MAX;
	     o = o->next)
		if (!o->over)
			ids[n++] = o->id;
	if (n == 0 || link_query(c->link, ids, n) == 0)
		c->asking = false;
	free(ids);
}

void
carry_receipt(struct carry *c, const struct wire_receipt *receipt)
{
	struct owed *o = find(c, &receipt->id);
	char key[CARGO_KEY_BYTES];

	if (o == NULL || o->over)
		return;
	memcpy(key, o->receipt.key, sizeof(key));
	switch (receipt->state) {
	case LEG_DELIVERED:
	case LEG_PICKED_UP:
	case LEG_ANSWERED:
		(void)owe(c, &receipt->id, key, CARGO_DELIVERED, "",
		    (int64_t)receipt->at_ms);
		break;
	case LEG_SUPERSEDED:
		(void)owe(c, &receipt->id, key, CARGO_DELIVERED, "superseded",
		    (int64_t)receipt->at_ms);
		break;
	case LEG_RECALLED:
	case LEG_CLOSED:
		(void)owe(c, &receipt->id, key, CARGO_REFUSED,
		    leg_state_name(receipt->state), (int64_t)receipt->at_ms);
		break;
	default: /* not over there */
		break;
	}
}

/* ---- theirs: coming in ---- */

static int
read_bodies(int dir, const struct wire_parcel *parcel, struct buf *bytes,
    struct link_body *bodies)
{
	uint8_t digest[DIGEST_BYTES];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++) {
		const struct wire_document *d = &parcel->documents[i];

		rc = file_read(dir, d->name, WIRE_PARCEL_BYTES_MAX, &bytes[i]);
		if (rc < 0)
			return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
		digest_sha256(bytes[i].data, bytes[i].len, digest);
		if (memcmp(digest, d->sha256, sizeof(digest)) != 0)
			rc = TSK_DAMAGED;
		bodies[i].data = bytes[i].data != NULL ? bytes[i].data : "";
		bodies[i].bytes = bytes[i].len;
	}
	return rc;
}

static int
put(struct carry *c, int dir, struct wire_parcel *parcel, const char *key,
    struct why *why)
{
	struct link_body bodies[WIRE_DOCUMENTS_MAX];
	struct buf bytes[WIRE_DOCUMENTS_MAX];
	int rc;

	for (size_t i = 0; i < parcel->document_count; i++)
		buf_init(&bytes[i], WIRE_PARCEL_BYTES_MAX + 1u);
	rc = read_bodies(dir, parcel, bytes, bodies);
	if (rc == 0)
		rc = inbound_put(
		    c->inbound, parcel, bodies, key, clock_wall_ms(), why);
	for (size_t i = 0; i < parcel->document_count; i++)
		buf_fini(&bytes[i]);
	return rc;
}

static int
key_id(const char *key, struct id *out)
{
	char head[ID_TEXT_BYTES];

	snprintf(head, sizeof(head), "%.*s", ID_TEXT_BYTES - 1, key);
	return id_parse(head, out);
}

/* 0: it is safe in inbound/, or will never be. */
static int
take(struct carry *c, const char *key)
{
	struct wire_parcel *parcel = NULL;
	struct why why = {0};
	struct id id;
	int dir = courier_in_open(c->courier, key), rc;

	if (dir < 0)
		return dir;
	rc = manifest_read(dir, &parcel);
	if (rc == 0 &&
	    (key_id(key, &id) != 0 || id_compare(&id, &parcel->id) != 0))
		rc = TSK_INVALID;
	if (rc == 0)
		rc = put(c, dir, parcel, key, &why);
	close(dir);
	CRASH_POINT("hub-carried-in");
	log_info("carry: job=%s result=%s code=%s", key,
	    rc == 0           ? "kept"
	    : rc == TSK_EXIST ? "again"
			      : "not-kept",
	    why.code);
	if (rc == TSK_INVALID || rc == TSK_DAMAGED || rc == TSK_TOOBIG) {
		if (key_id(key, &id) == 0)
			(void)owe(c, &id, key, CARGO_REFUSED,
			    rc == TSK_DAMAGED || why.code[0] == '\0' ? "changed"
								     : why.code,
			    clock_wall_ms());
		rc = 0;
	}
	manifest_free(&parcel);
	if (rc == TSK_EXIST)
		rc = 0;
	return rc == 0 ? courier_taken(c->courier, key) : rc;
}

static void
take_all(struct carry *c)
{
	char **keys;
	int n = courier_in(c->courier, &keys), rc = 0;

	for (int i = 0; i < n && rc == 0; i++) {
		if (!cargo_key_ok(keys[i]))
			continue;
		rc = take(c, keys[i]);
		if (rc < 0)
			log_error("carry: job=%s result=later why=\"%s\"",
			    keys[i], err_text(rc));
	}
	if (n >= 0)
		file_list_free(&keys);
}

/* ---- ours ---- */

static void
hear(struct carry *c, struct job *job, const char *key, int64_t now_ms)
{
	struct cargo_receipt got;

	if (courier_got(c->courier, key, &got) == 0) {
		if (job->state < JOB_HANDED && got.state != CARGO_REFUSED)
			(void)!send_handed(c->send, job, now_ms);
		if (got.state == CARGO_DELIVERED)
			(void)!send_seen(c->send, job, "", now_ms);
		else if (got.state == CARGO_REFUSED)
			send_fail(c->send, job,
			    got.code[0] != '\0' ? got.code : "refused",
			    "The other side did not take it.", now_ms);
	} else if (job->state == JOB_QUEUED &&
		   courier_carried(c->courier, key)) {
		(void)!send_handed(c->send, job, now_ms);
	}
}

static void
look(struct carry *c, struct job *job, int64_t now_ms)
{
	char key[JOB_KEY_BYTES];

	job_key_of(job, key);
	if (job->state == JOB_QUEUED && job->lent && !job->recall &&
	    !job->offered)
		job->offered = courier_offer(c->courier, key) == 0;
	if (job->state == JOB_QUEUED || job->state == JOB_HANDED)
		hear(c, job, key, now_ms);
	if (!job->forgotten && ((job->state > JOB_HANDED && job->told) ||
				   send_over(c->send, job, now_ms))) {
		courier_forget(c->courier, key);
		job->forgotten = true;
	}
}

bool
carry_recall(struct carry *c, const struct job *job)
{
	char key[JOB_KEY_BYTES];

	return job->state != JOB_QUEUED ||
	       courier_withdraw(c->courier, job_key_of(job, key)) == 0;
}

int64_t
carry_tick(struct carry *c, int64_t now_ms)
{
	struct job *next;

	if (c->next_ms > now_ms &&
	    c->next_ms <= now_ms + c->settings->interval_ms)
		return c->next_ms;
	c->next_ms = now_ms + c->settings->interval_ms;
	take_all(c);
	for (struct job *job = send_next(c->send, NULL); job != NULL;
	     job = next) {
		next = send_next(c->send, job);
		look(c, job, now_ms);
	}
	if (c->asking && c->link != NULL && link_open(c->link))
		ask(c);
	say_all(c);
	return c->next_ms;
}

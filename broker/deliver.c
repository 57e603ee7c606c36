/* NAME
 *	deliver - legs out to the agents that serve their queue
 * DESCRIPTION
 *	Hot queues (something became ready, somebody got room) take turns, a few
 *	legs each; within a queue the pairs take turns (queue.c), and so do the
 *	sessions that serve it.  A leg goes out only to a session with credit,
 *	and only if its agent still has the right to receive.
 *
 *	Bodies come from the cache, or piece by piece from the store.  A record
 *	that does not match its tag is never handed out: that leg is parked, an
 *	alarm raised, the others flow.
 * DIAGNOSTICS
 *	debug: each hand-out.  Alarm "damaged".
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "deliver.h"
#include "desk_table.h"
#include "legs.h"
#include "mandate.h"
#include "paper.h"
#include "post.h"
#include "revoked.h"
#include "route.h"
#include "settle.h"
#include "writer.h"

#define CREDIT_BYTES_MAX (1LL << 50)
#define TURN_LEGS        512 /* hand-outs per turn of the loop */
#define QUEUE_LEGS       16  /* of one queue before the next has its turn */
#define ENCODING_WAIT_MS (30 * 60 * 1000)
#define READ_WAIT_MS     (30 * 1000) /* a read that failed, not a bad record */

/* what goes out: the header's parcel and its inline frames */
struct parcel_view {
	const struct wire_parcel *parcel;
	zmq_msg_t frames[WIRE_DOCUMENTS_MAX];
	size_t frame_count;
	struct cache_entry *cached;
	struct wire_msg unpacked; /* when read from the store */
};

static void
view_close(struct parcel_view *v)
{
	size_t i;

	for (i = 0; i < v->frame_count; i++)
		zmq_msg_close(&v->frames[i]);
	wire_fini(&v->unpacked);
}

static void
free_body(void *data, void *hint)
{
	(void)hint;
	free(data);
}

static int
body_frame(struct broker *b, const struct id *id, size_t document,
    uint32_t chunk, zmq_msg_t *frame)
{
	void *data = NULL;
	size_t bytes = 0;
	int rc;

	rc = store_body(b->store, id, (uint16_t)document, chunk, &data, &bytes);
	if (rc != 0)
		return rc;
	if (zmq_msg_init_data(frame, data, bytes, free_body, NULL) != 0)
		panic("deliver: no memory for a frame");
	return 0;
}

static int
view_stored(struct broker *b, const struct leg *leg, struct parcel_view *v)
{
	struct store_parcel *p = NULL;
	struct why why = {0};
	const struct wire_document *d;
	size_t i;
	int rc;

	if ((rc = store_parcel_get(b->store, &leg->id, &p)) != 0)
		return rc;
	rc = wire_parcel_unpack(p->header, p->header_bytes, &v->unpacked, &why);
	store_parcel_free(&p);
	if (rc != 0)
		return TSK_DAMAGED;
	v->parcel = &v->unpacked.submit;
	for (i = 0; i < v->parcel->document_count; i++) {
		d = &v->parcel->documents[i];
		if (!wire_inline(d))
			continue;
		rc = body_frame(b, &leg->id, i, 0, &v->frames[v->frame_count]);
		if (rc != 0)
			return rc;
		v->frame_count++;
		if (!wire_frame_check(v->parcel, v->frame_count - 1,
			zmq_msg_size(&v->frames[v->frame_count - 1])))
			return TSK_DAMAGED;
	}
	return 0;
}

static int
view_open(struct broker *b, const struct leg *leg, struct parcel_view *v)
{
	size_t i;

	v->frame_count = 0;
	memset(&v->unpacked, 0, sizeof(v->unpacked));
	v->cached = cache_find(&b->cache, &leg->id);
	if (v->cached == NULL) {
		stats_add(&b->stats, STAT_CACHE_MISSES, 1);
		return view_stored(b, leg, v);
	}
	stats_add(&b->stats, STAT_CACHE_HITS, 1);
	v->parcel = &v->cached->msg.submit;
	for (i = 0; i < v->cached->frame_count; i++) {
		zmq_msg_init(&v->frames[i]);
		if (zmq_msg_copy(&v->frames[i], &v->cached->frames[i]) != 0)
			panic("deliver: no memory for a frame");
		v->frame_count++;
	}
	return 0;
}

static bool
readable(const struct session *s, const struct wire_parcel *p)
{
	size_t i;

	for (i = 0; !s->zstd && i < p->document_count; i++) {
		if (p->documents[i].encoding == WIRE_ENCODING_ZSTD)
			return false;
	}
	return true;
}

static void
log_lent(const struct leg *leg, const struct session *s)
{
	char id[ID_TEXT_BYTES];

	log_debug("deliver: parcel=%s leg=%u from=%s to=%s agent=%s "
		  "attempt=%u result=lent",
	    id_text(&leg->id, id), leg->index, leg->pair->from, leg->pair->to,
	    s->agent->name, leg->attempts + 1);
}

/* What is wrong in the record stays wrong: a person must look.  Anything else (no
 * reader's place, no memory, the disk) may pass. */
static void
unreadable(struct broker *b, struct leg *leg, int rc)
{
	stats_alarm(&b->stats, b->wall_ms, "damaged",
	    "A kept parcel cannot be read back: %s.", err_text(rc));
	if (rc == TSK_DAMAGED || rc == TSK_NOTFOUND)
		settle_park(b, leg, "damaged", err_text(rc));
	else
		settle_wait(b, leg, READ_WAIT_MS, "not-readable", err_text(rc));
}

/* A person at the national gateway's desk reads names, too. */
static bool
wants_paper(const struct leg *leg)
{
	return leg->way == WAY_FAX || leg->way == WAY_PDF ||
	       leg->way == WAY_NATIONAL || paper_recalled(leg);
}

/* False: the leg is not to be lent, and was dealt with. */
static bool
paper_ready(
    struct broker *b, struct session *s, struct leg *leg, struct paper *paper)
{
	struct settle_change change = {.actor = "broker",
	    .code = "recalled",
	    .detail = "The agent cannot say whether it was out."};
	int rc;

	if (!wants_paper(leg))
		return true;
	if ((rc = paper_open(b, leg, paper)) != 0) {
		unreadable(b, leg, rc);
		return false;
	}
	if (paper->wire.recalled && s->protocol < 2) {
		change.state = leg->flags & STORE_LEG_SUPERSEDE ? LEG_SUPERSEDED
								: LEG_RECALLED;
		settle_as(b, leg, &change, NULL, NULL);
	} else if (paper->park != NULL) {
		settle_park(b, leg, paper->park,
		    "The FAX number must be verified first.");
	} else {
		return true;
	}
	paper_close(paper);
	return false;
}

/* True: its receiver is not to be disturbed now, and it waits.  Test pages are
 * asked for by a person on the telephone; with what was taken back nothing goes
 * out. */
static bool
quiet(struct broker *b, struct leg *leg, const struct wire_parcel *p)
{
	const struct desk *to = paper_desk(b, leg);
	char detail[80], text[CLOCK_TEXT_BYTES];
	int64_t at;

	if (to == NULL || (leg->flags & STORE_LEG_TEST) || paper_recalled(leg))
		return false;
	at =
	    route_quiet(b->registry, to, (enum leg_way)leg->way, p, b->wall_ms);
	if (at == 0)
		return false;
	snprintf(detail, sizeof(detail),
	    "The partner's quiet hours: not before %s.",
	    clock_people(at, text));
	settle_wait(b, leg, at - b->wall_ms, "quiet-hours", detail);
	return true;
}

/* What was sent under a mandate that was revoked since waits for a person.  An
 * agent that may have it is asked first: it is lent as taken back. */
static bool
stopped(struct broker *b, const struct session *s, struct leg *leg)
{
	char detail[REVOKED_DETAIL_BYTES];

	leg->asked = false;
	if (!revoked_leg(b, leg, detail))
		return false;
	leg->asked = leg->touched && leg->way != WAY_BUS && s->protocol >= 2;
	if (leg->asked)
		return false;
	settle_park(b, leg, REVOKED_CODE, detail);
	return true;
}

/* Its address does not say for which of the number's desks it is: the clerk who
 * gets it is to know. */
static bool
by_default(const struct broker *b, const struct queue *q, const struct leg *leg,
    struct paper *paper)
{
	size_t count;

	if (leg->way != WAY_BUS || leg->pair->to_type[0] != '\0' ||
	    strchr(q->name + strlen("office/"), '/') == NULL)
		return false;
	(void)desk_table_day(
	    b->registry, leg->pair->to, deadline_day(leg->accepted_ms), &count);
	if (count < 2)
		return false;
	paper->wire.reason = "default-desk";
	paper->wire.fax_number = paper->wire.test_code = "";
	paper->wire.from_name = paper->wire.to_name = "";
	return true;
}

/* 0: gone out.  TSK_LATER: this session cannot take more now.  TSK_CLOSED: it is
 * over (and its leases are back).  Others: the leg was dealt with. */
static int
hand_out(struct broker *b, struct session *s, struct queue *q, struct leg *leg)
{
	struct wire_msg msg = {.type = WIRE_DELIVER};
	struct paper paper = {.row = NULL};
	struct parcel_view v;
	int rc;

	if (stopped(b, s, leg))
		return TSK_INVALID;
	if ((rc = view_open(b, leg, &v)) != 0) {
		unreadable(b, leg, rc);
		view_close(&v);
		return rc;
	}
	if (!readable(s, v.parcel)) {
		settle_wait(b, leg, ENCODING_WAIT_MS, "encoding",
		    "The agent cannot read zstd.");
		view_close(&v);
		return TSK_INVALID;
	}
	if (quiet(b, leg, v.parcel) || !paper_ready(b, s, leg, &paper)) {
		view_close(&v);
		return TSK_INVALID;
	}
	msg.deliver.parcel = *v.parcel;
	msg.deliver.leg = leg->index;
	msg.deliver.attempt = leg->attempts + 1;
	msg.deliver.queue = q->name;
	msg.deliver.accepted_ms = (uint64_t)leg->accepted_ms;
	CRASH_POINT("deliver-before-send");
	if (wants_paper(leg) || by_default(b, q, leg, &paper))
		msg.deliver.paper = &paper.wire;
	rc = post_frames(b, s, &msg, v.frames, v.frame_count);
	paper_close(&paper);
	CRASH_POINT("deliver-after-send");
	if (rc == 0) {
		leg->touched = true;
		leg->away = false;
		if (leg->asked)
			revoked_say(b, leg);
		v.frame_count = 0;
		s->credit_parcels--;
		s->credit_bytes -= leg->bytes;
		stats_add(&b->stats, STAT_LENT, 1);
		log_lent(leg, s);
		if (v.cached != NULL)
			cache_drop(&b->cache, v.cached);
	} else if (rc == TSK_LATER) {
		queue_back(&b->queues, leg);
	}
	view_close(&v);
	return rc;
}

/* The next session of the queue that can take something; NULL: none can. */
static struct session *
taker(struct broker *b, struct queue *q)
{
	struct session *s;
	size_t i;

	for (i = 0; i < q->server_count; i++) {
		s = q->servers[(q->server_turn + i) % q->server_count];
		if (s->clogged)
			continue;
		if (s->credit_parcels < 1 || s->credit_bytes < 1) {
			s->starved = true;
			continue;
		}
		if (!mandate_serves(b->mandates, s->agent, q->name, b->wall_ms))
			continue;
		q->server_turn = (q->server_turn + i) % q->server_count;
		return s;
	}
	return NULL;
}

/* Paper and gateways wait for office hours and for people. */
static int64_t
lease_ms(const struct broker *b, const char *queue)
{
	return strncmp(queue, "office/", 7) == 0
		   ? b->settings->schedule.lease_ms
		   : b->settings->schedule.lease_paper_ms;
}

void
deliver_renew(struct broker *b, struct leg *leg)
{
	queue_renew(
	    &b->queues, leg, b->now_ms + lease_ms(b, leg->pair->queue->name));
}

/* Up to QUEUE_LEGS of one queue; true if it may have more. */
static bool
serve_queue(struct broker *b, struct queue *q, size_t *left)
{
	int64_t until = b->now_ms + lease_ms(b, q->name);
	struct session *s;
	struct leg *leg;
	size_t n, idle = 0;

	for (n = 0; n<QUEUE_LEGS && * left> 0; n++, --*left) {
		if (q->tiers == NULL || (s = taker(b, q)) == NULL)
			return false;
		leg = queue_lend(&b->queues, q, &s->lessee, until);
		q->server_turn++;
		if (leg == NULL) { /* all that is ready is bound to others */
			if (++idle >= q->server_count)
				return false;
			continue;
		}
		idle = 0;
		leg->said = 0;
		(void)hand_out(b, s, q, leg);
	}
	return q->tiers != NULL;
}

void
deliver_credit(struct broker *b, struct session *s, const struct wire_credit *c)
{
	size_t i;
	bool had = s->credit_parcels > 0 && s->credit_bytes > 0;

	/* capped: a sum that large is as good as no limit */
	s->credit_parcels += c->parcels;
	if (s->credit_parcels > UINT32_MAX)
		s->credit_parcels = UINT32_MAX;
	s->credit_bytes +=
	    c->bytes < CREDIT_BYTES_MAX ? (int64_t)c->bytes : CREDIT_BYTES_MAX;
	if (s->credit_bytes > CREDIT_BYTES_MAX)
		s->credit_bytes = CREDIT_BYTES_MAX;
	if (had && !s->starved)
		return;
	s->starved = false;
	for (i = 0; i < s->serve_count; i++)
		queue_heat(&b->queues, s->serve[i]);
}

void
deliver_run(struct broker *b)
{
	size_t left = TURN_LEGS;
	struct queue *q;

	if (b->stopping || b->broken)
		return;
	/* settlements that wait for the disk bound what is lent */
	if (writer_bytes(b->writer) >
	    2 * (size_t)b->settings->limits.pending_bytes)
		return;
	while (left > 0 && (q = queue_hot(&b->queues)) != NULL) {
		if (serve_queue(b, q, &left))
			queue_heat(&b->queues, q);
	}
	if (b->queues.hot != NULL)
		b->busy = true;
}

void
deliver_tick(struct broker *b)
{
	struct leg *leg;

	for (;;) {
		switch (queue_tick(&b->queues, b->now_ms, &leg)) {
		case QUEUE_NOTHING:
			return;
		case QUEUE_DUE:
			break;
		case QUEUE_EXPIRED:
			stats_add(&b->stats, STAT_EXPIRED, 1);
			settle_park(b, leg, "expired",
			    "It could not be delivered in time.");
			break;
		case QUEUE_OVERDUE:
			stats_add(&b->stats, STAT_OVERDUE, 1);
			settle_lost(b, leg, "lease-over");
			break;
		case QUEUE_WAKE:
			legs_wake(b, leg);
			break;
		}
	}
}

static bool
has_place(struct broker *b, const struct wire_place *place)
{
	struct store_parcel *p = NULL;
	struct wire_msg msg = {0};
	struct why why = {0};
	bool has = true;

	if (store_parcel_get(b->store, &place->id, &p) == 0 &&
	    wire_parcel_unpack(p->header, p->header_bytes, &msg, &why) == 0)
		has = place->document < msg.submit.document_count &&
		      place->offset <
			  msg.submit.documents[place->document].encoded_bytes;
	wire_fini(&msg);
	store_parcel_free(&p);
	return has;
}

/* The chunk at a place; TSK_LATER: the session takes nothing now. */
static int
send_chunk(struct broker *b, struct session *s, const struct wire_place *place)
{
	struct wire_msg msg = {.type = WIRE_CHUNK};
	struct leg *leg = queue_leg(&b->queues, &place->id, place->leg);
	zmq_msg_t frame;
	int rc;

	if (leg == NULL || leg->state != QUEUE_LEASED || leg->held ||
	    leg->pair->lessee != &s->lessee)
		return 0;
	rc = body_frame(b, &place->id, place->document,
	    (uint32_t)(place->offset / STORE_CHUNK_BYTES), &frame);
	if (rc == TSK_NOTFOUND && !has_place(b, place))
		return 0; /* it never had such a document or offset */
	if (rc != 0) {
		unreadable(b, leg, rc);
		return 0;
	}
	msg.chunk = *place;
	CRASH_POINT("deliver-chunk");
	rc = post_frames(b, s, &msg, &frame, 1);
	if (rc != 0) {
		zmq_msg_close(&frame);
		return rc;
	}
	deliver_renew(b, leg);
	stats_add(&b->stats, STAT_CHUNKS_OUT, 1);
	return 0;
}

void
deliver_fetch(
    struct broker *b, struct session *s, const struct wire_place *place)
{
	if (s->fetch_count == 0 && send_chunk(b, s, place) != TSK_LATER)
		return;
	/* asked for once: forgotten here, it would come after the lease only */
	if (!s->over && s->fetch_count < WIRE_CHUNKS_AHEAD)
		s->fetches[s->fetch_count++] = *place;
}

void
deliver_fetched(struct broker *b)
{
	struct session *s, *next;
	size_t done;

	for (s = b->first; s != NULL; s = next) {
		next = s->next;
		if (s->clogged || s->fetch_count == 0)
			continue;
		for (done = 0; done < s->fetch_count; done++)
			if (send_chunk(b, s, &s->fetches[done]) != 0)
				break;
		if (s->over)
			continue;
		s->fetch_count -= done;
		memmove(s->fetches, s->fetches + done,
		    s->fetch_count * sizeof(*s->fetches));
	}
}

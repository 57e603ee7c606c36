/* NAME
 *	submission - a checked parcel on its way through the writer
 * DESCRIPTION
 *	done() runs in the net thread after the commit: accepted or refused to the
 *	sender, legs into their queues, frames into the cache.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "answer.h"
#include "legs.h"
#include "origin.h"
#include "post.h"
#include "quota.h"
#include "receipt.h"
#include "submission.h"
#include "version.h"

static void
submission_free(struct broker *b, struct submission *sub)
{
	size_t i;

	for (i = 0; i < sub->frame_count; i++)
		zmq_msg_close(&sub->frames[i]);
	free(sub->frames);
	free(sub->pieces);
	buf_fini(&sub->header);
	wire_fini(&sub->msg);
	session_unref(b, &sub->work.session);
	free(sub);
}

void
submission_answered(struct session *s, uint64_t bytes)
{
	if (s->unanswered > 0)
		s->unanswered--;
	s->unanswered_bytes -=
	    bytes < s->unanswered_bytes ? bytes : s->unanswered_bytes;
}

static void
accepted(struct broker *b, const struct submission *sub, bool duplicate)
{
	struct session *s = sub->work.session;
	struct wire_accepted_item *item;
	size_t i;

	if (s->over)
		return;
	if (s->accepted_count == s->accepted_room) {
		s->accepted_room = s->accepted_room * 2 + 4;
		s->accepted = mem_resize(
		    s->accepted, s->accepted_room * sizeof(*s->accepted));
	}
	item = &s->accepted[s->accepted_count++];
	item->id = sub->parcel.id;
	item->duplicate = duplicate;
	item->accepted_ms = (uint64_t)sub->parcel.accepted_ms;
	item->ways = 0;
	for (i = 0; i < sub->parcel.leg_count; i++) {
		if (!receipt_silent(&sub->parcel.legs[i], ""))
			item->ways |= 1u << (unsigned)sub->parcel.legs[i].way;
	}
	session_gathers(b, s);
}

void
submission_enqueue(struct broker *b, const struct store_parcel *p)
{
	struct queue_new new = {.id = &p->id,
	    .from = p->from,
	    .from_type = p->from_type,
	    .to = p->to,
	    .to_type = p->to_type,
	    .stamp = p->stamp,
	    .accepted_ms = p->accepted_ms,
	    .bytes = p->encoded_bytes};
	const struct desk *to = registry_match(
	    b->registry, p->to, p->to_type, deadline_day(p->accepted_ms), NULL);
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		new.leg = &p->legs[i];
		new.priority = to == NULL ? 0
					  : route_priority(b->registry, to,
						p->legs[i].flags, p->month);
		new.due_ms = b->now_ms + (p->legs[i].due_ms - b->wall_ms);
		new.expires_ms =
		    b->now_ms + (p->legs[i].expires_ms - p->accepted_ms);
		queue_add(&b->queues, &new);
	}
}

/* Only for queues somebody serves now: others would read from the store anyway
 * by the time they come. */
static void
keep_frames(struct broker *b, struct submission *sub)
{
	const struct queue *q =
	    queue_find(&b->queues, sub->parcel.legs[0].queue);

	if (q == NULL || q->server_count == 0 || sub->frame_count == 0)
		return;
	cache_put(
	    &b->cache, &sub->msg, sub->frames, sub->frame_count, b->now_ms);
	sub->frames = NULL;
	sub->frame_count = 0;
}

static void
refused(struct broker *b, struct submission *sub, enum refusal refusal)
{
	if (!sub->work.session->over)
		post_refused(
		    b, sub->work.session, &sub->parcel.id, refusal, NULL);
}

static void
log_accepted(const struct submission *sub, const char *result)
{
	char id[ID_TEXT_BYTES];

	log_debug("intake: parcel=%s from=%s to=%s documents=%zu bytes=%llu "
		  "way=%s result=%s%s%s%s",
	    id_text(&sub->parcel.id, id), sub->parcel.from, sub->parcel.to,
	    sub->msg.submit.document_count,
	    (unsigned long long)sub->parcel.encoded_bytes,
	    leg_way_name(sub->parcel.legs[0].way), result,
	    sub->note[0] ? " why=\"" : "", sub->note, sub->note[0] ? "\"" : "");
}

static void
submission_done(struct broker *b, struct work *work)
{
	struct submission *sub = (struct submission *)(void *)work;

	submission_answered(work->session, sub->window_bytes);
	answer_kept(b, &sub->msg.submit, &sub->parcel, work->op.rc);
	if (work->op.rc != TSK_OK)
		quota_unsent(b, &sub->parcel, work->op.at_ms);
	switch (work->op.rc) {
	case TSK_OK:
		CRASH_POINT("intake-before-accepted");
		stats_add(&b->stats, STAT_ACCEPTED, 1);
		log_accepted(sub, "accepted");
		accepted(b, sub, false);
		submission_enqueue(b, &sub->parcel);
		origin_accepted(b, &sub->msg.submit);
		keep_frames(b, sub);
		break;
	case TSK_EXIST:
		stats_add(&b->stats, STAT_DUPLICATES, 1);
		log_accepted(sub, "duplicate");
		accepted(b, sub, true);
		break;
	case TSK_INVALID:
		refused(b, sub, REFUSAL_ID_REUSED);
		break;
	case TSK_FULL:
		refused(b, sub, REFUSAL_DISK_FULL);
		break;
	case TSK_TOOBIG:
		refused(b, sub, REFUSAL_TOO_LARGE);
		break;
	case TSK_BROKEN:
	case TSK_CLOSED:
		break; /* no answer: the sender will ask again */
	default:
		refused(b, sub, REFUSAL_BUSY);
		break;
	}
	submission_free(b, sub);
}

/* Asleep: its own expiry begins when it wakes; without a time of its own it wakes
 * when it would expire. */
static void
sleep_until(struct store_leg *leg, int64_t due_ms, int64_t expiry_ms)
{
	leg->due_ms = due_ms > 0 ? due_ms : leg->expires_ms;
	leg->expires_ms = leg->due_ms + expiry_ms;
}

void
submission_legs(struct broker *b, struct store_parcel *p,
    const struct route *route, uint64_t version,
    const char *codes[STORE_LEGS_MAX])
{
	int64_t expiry_ms = b->settings->schedule.expiry_ms;
	size_t i;

	p->leg_count = route->leg_count;
	for (i = 0; i < route->leg_count; i++) {
		struct store_leg *leg = &p->legs[i];

		leg->index = (uint8_t)i;
		leg->state = route->legs[i].state;
		leg->flags = (uint16_t)(route->legs[i].flags | route->kinds);
		leg->version = version;
		codes[i] = route->legs[i].code;
		leg->way = route->legs[i].way;
		memcpy(leg->queue, route->legs[i].queue, sizeof(leg->queue));
		leg->due_ms = b->wall_ms;
		leg->expires_ms = b->wall_ms + expiry_ms;
		leg->state_ms = b->wall_ms;
		if (leg->state == LEG_WAITING)
			sleep_until(leg, route->legs[i].due_ms, expiry_ms);
	}
}

static void
fill_parcel(struct broker *b, struct submission *sub, const struct route *route)
{
	const struct wire_parcel *in = &sub->msg.submit;
	struct store_parcel *p = &sub->parcel;
	size_t i;

	p->id = in->id;
	memcpy(p->from, in->from, sizeof(p->from));
	memcpy(p->from_type, in->from_type, sizeof(p->from_type));
	memcpy(p->to, in->to, sizeof(p->to));
	memcpy(p->to_type, in->to_type, sizeof(p->to_type));
	memcpy(p->month, in->month, sizeof(p->month));
	memcpy(p->stamp, in->stamp, sizeof(p->stamp));
	snprintf(
	    p->agent, sizeof(p->agent), "%s", sub->work.session->agent->name);
	p->accepted_ms = b->wall_ms;
	for (i = 0; i < in->document_count; i++)
		p->encoded_bytes += in->documents[i].encoded_bytes;
	p->header = sub->header.data;
	p->header_bytes = sub->header.len;
	submission_legs(b, p, route, sub->version, sub->codes);
}

struct submission *
submission_new(struct broker *b, struct session *s, struct wire_msg *msg,
    const struct route *route)
{
	struct submission *sub = mem_new(sizeof(*sub));
	struct store_op *op = &sub->work.op;

	sub->msg = *msg;
	memset(msg, 0, sizeof(*msg));
	sub->work.session = session_ref(s);
	sub->work.done = submission_done;
	memcpy(sub->note, route->note, sizeof(sub->note));
	buf_init(&sub->header, WIRE_BUF_MAX);
	wire_parcel_pack(&sub->msg.submit, &sub->header);
	sub->version = version_of(&sub->msg.submit);
	fill_parcel(b, sub, route);
	sub->window_bytes = sub->parcel.encoded_bytes;
	sub->work.bytes = sizeof(*sub) + sub->header.len;
	op->type = STORE_ACCEPT;
	op->actor = s->agent->name;
	memcpy(sub->under, route->under, sizeof(sub->under));
	op->under = sub->under[0] != '\0' ? sub->under : NULL;
	op->at_ms = b->wall_ms;
	op->accept.parcel = &sub->parcel;
	op->accept.note = sub->note;
	op->accept.codes = sub->codes;
	return sub;
}

void
submission_frames(struct submission *sub, struct hear_input *in)
{
	const struct wire_parcel *p = &sub->msg.submit;
	size_t i, frame = 0;

	sub->frames = mem_new((in->frame_count + 1) * sizeof(*sub->frames));
	sub->pieces = mem_new((in->frame_count + 1) * sizeof(*sub->pieces));
	for (i = 0; i < p->document_count; i++) {
		if (!wire_inline(&p->documents[i]))
			continue;
		zmq_msg_init(&sub->frames[frame]);
		zmq_msg_move(&sub->frames[frame], &in->frames[frame]);
		sub->pieces[frame].document = (uint16_t)i;
		sub->pieces[frame].data = zmq_msg_data(&sub->frames[frame]);
		sub->pieces[frame].bytes = zmq_msg_size(&sub->frames[frame]);
		sub->work.bytes += sub->pieces[frame].bytes;
		frame++;
	}
	sub->frame_count = frame;
	sub->work.op.accept.pieces = sub->pieces;
	sub->work.op.accept.piece_count = frame;
}

/* Each older version that has not gone out yet. */
static void
supersede(struct broker *b, struct submission *sub, unsigned ways)
{
	const struct store_parcel *p = &sub->parcel;
	uint64_t stamp = strtoull(p->stamp, NULL, 10);
	struct withdrawal w = {.state = LEG_SUPERSEDED,
	    .actor = "broker",
	    .code = "superseded",
	    .if_kept = &p->id};
	char detail[80], id[ID_TEXT_BYTES];
	struct leg *leg = NULL, *next;

	snprintf(detail, sizeof(detail), "A newer version came: parcel %s.",
	    id_text(&p->id, id));
	w.detail = detail;
	next = queue_version(&b->queues, sub->version, NULL);
	while ((leg = next) != NULL) {
		next = queue_version(&b->queues, sub->version, leg);
		if (leg->stamp >= stamp || strcmp(leg->pair->to, p->to) != 0 ||
		    strcmp(leg->pair->from, p->from) != 0 ||
		    !(ways & 1u << leg->way) ||
		    (leg->state == QUEUE_PARKED && leg->touched))
			continue;
		(void)legs_withdraw(b, leg, &w, NULL, NULL);
	}
}

void
submission_put(struct broker *b, struct submission *sub)
{
	const struct store_parcel *p = &sub->parcel;
	const struct desk *to = registry_match(
	    b->registry, p->to, p->to_type, deadline_day(p->accepted_ms), NULL);
	bool older = sub->version != 0 &&
		     queue_version(&b->queues, sub->version, NULL) != NULL;
	struct answer_list answered;

	answer_find(b, &sub->msg.submit, p, &answered);
	sub->work.joined = older || answered.count > 0;
	quota_sent(b, p);
	writer_put(b->writer, &sub->work);
	answer_put(b, &answered, p, older);
	answer_list_fini(&answered);
	if (older && to != NULL)
		supersede(b, sub, to->policy.supersede);
}

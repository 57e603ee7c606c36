/* NAME
 *	recall - the sender, or an operator, takes a parcel back
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "legs.h"
#include "mandate.h"
#include "post.h"
#include "recall.h"
#include "recall_notice.h"
#include "receipt.h"

/* Who waits for the outcome; exactly one of them is set. */
struct recall {
	struct request *request;
	struct session *session; /* referenced */
	struct id id;
	size_t open, asked;
};

static json_t *
outcome(struct broker *b, const struct recall *r)
{
	struct store_parcel *p = NULL;
	json_t *legs = json_array();
	size_t i, out = 0;

	if (store_parcel_get(b->store, &r->id, &p) != 0)
		return control_error("damaged", "The parcel cannot be read.");
	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *l = &p->legs[i];

		out += l->state == LEG_DELIVERED || l->state == LEG_PICKED_UP ||
		       l->state == LEG_ANSWERED;
		json_array_append_new(
		    legs, json_pack("{s:i,s:s,s:s,s:b}", "leg", (int)l->index,
			      "way", leg_way_name(l->way), "state",
			      leg_state_name(l->state), "asked",
			      (int)(leg_state_open(l->state) &&
				    (l->flags & STORE_LEG_RECALL) != 0)));
	}
	store_parcel_free(&p);
	return json_pack("{s:b,s:o,s:I}", "ok", 1, "legs", legs, "too_late",
	    (json_int_t)out);
}

static void
finish(struct broker *b, struct recall *r)
{
	struct wire_ids ids = {1, &r->id};
	struct session *s = r->session;

	if (r->request != NULL)
		control_answer(r->request, outcome(b, r));
	else if (!s->over)
		receipt_query(b, s, &ids);
	if (s != NULL)
		session_unref(b, &r->session);
	free(r);
}

static void
told(struct broker *b, int rc, void *arg)
{
	struct recall *r = arg;

	(void)rc;
	if (--r->open == 0)
		finish(b, r);
}

static void
begin(struct broker *b, struct recall *r, const char *actor, const char *detail)
{
	struct withdrawal w = {.state = LEG_RECALLED,
	    .actor = actor,
	    .code = "recalled",
	    .detail = detail};
	struct store_parcel *p = NULL;
	struct leg *leg;
	unsigned i;

	if (store_parcel_get(b->store, &r->id, &p) == 0)
		recall_notice_put(b, p);
	store_parcel_free(&p);
	r->open = 1;
	for (i = 0; i < STORE_LEGS_MAX; i++) {
		leg = queue_leg(&b->queues, &r->id, i);
		if (leg != NULL && legs_withdraw(b, leg, &w, told, r))
			r->open++;
	}
	told(b, 0, r);
}

/* Taking back takes the right to send or to delete. */
static bool
may_recall(const struct broker *b, const struct agent *agent,
    const struct store_parcel *p)
{
	struct mandate_act act = {.agent = agent,
	    .office = p->from,
	    .type = p->from_type,
	    .partner = p->to,
	    .one_of = RIGHT_SEND | RIGHT_DELETE,
	    .desk_ms = p->accepted_ms};

	return mandate_allows(b->mandates, &act, b->wall_ms, NULL);
}

void
recall_message(
    struct broker *b, struct session *s, const struct wire_recall *recall)
{
	struct store_parcel *p = NULL;
	struct wire_msg msg = {.type = WIRE_ANSWER};
	struct id unknown[1] = {recall->id};
	struct recall *r;
	bool allowed = false;
	char id[ID_TEXT_BYTES];

	if (store_parcel_get(b->store, &recall->id, &p) == 0)
		allowed = may_recall(b, s->agent, p);
	store_parcel_free(&p);
	if (!allowed) {
		msg.answer.count = 1;
		msg.answer.ids = unknown;
		post_message(b, s, &msg);
		return;
	}
	log_info("recall: parcel=%s agent=%s", id_text(&recall->id, id),
	    s->agent->name);
	r = mem_new(sizeof(*r));
	r->id = recall->id;
	r->session = session_ref(s);
	begin(b, r, s->agent->name, "The sender took it back.");
}

void
recall_command(struct broker *b, struct request *rq)
{
	const char *reason = control_text(rq->in, "reason");
	struct store_parcel *p = NULL;
	struct recall *r;
	struct id id;
	json_t *error = control_id(b->store, rq->in, &id);

	if (error == NULL && store_parcel_get(b->store, &id, &p) != 0)
		error = control_error("unknown", "There is no such parcel.");
	store_parcel_free(&p);
	if (error == NULL && reason[0] != '\0' && !control_sayable(reason))
		error = control_error("malformed",
		    "A reason is one line of at most %d bytes.",
		    STORE_DETAIL_BYTES - 1);
	if (error != NULL) {
		control_answer(rq, error);
		return;
	}
	r = mem_new(sizeof(*r));
	r->id = id;
	r->request = rq;
	begin(b, r, "operator",
	    reason[0] != '\0' ? reason : "An operator took it back.");
}

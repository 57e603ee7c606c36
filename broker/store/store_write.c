/* NAME
 *	store_write - the writing verbs over a map
 * DESCRIPTION
 *	Every verb looks at everything first and writes last, so that a refused
 *	operation leaves nothing behind in the batch's transaction.  A verb sees
 *	what the operations before it in the same batch wrote.
 *
 *	What a leg's change touches: the parcel's record (legs and steps), the
 *	open leg's record while it is open, the bodies when the last leg ended,
 *	one audit entry.  A batch adds one audit record and one state record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "leg.h"

#include "store_body.h"
#include "store_move.h"
#include "store_purge.h"
#include "store_write.h"

#define SCRATCH_MAX (64u * 1024 * 1024)

void
store_write_init(struct store_write *w, const struct map_class *map)
{
	memset(w, 0, sizeof(*w));
	w->map = map;
	store_chain_init(&w->chain);
	buf_init(&w->record, SCRATCH_MAX);
	buf_init(&w->steps, SCRATCH_MAX);
}

void
store_write_fini(struct store_write *w)
{
	store_chain_fini(&w->chain);
	buf_fini(&w->record);
	buf_fini(&w->steps);
	free(w->late);
	w->late = NULL;
}

/* ---- records ---- */

int
store_write_put(struct store_write *w, enum store_table table, struct slice key,
    const void *p, size_t n, bool append)
{
	void *room;
	int rc =
	    w->map->put(w->txn, table, key, n + STORE_TAG_BYTES, append, &room);

	if (rc != 0)
		return rc;
	if (n > 0)
		memcpy(room, p, n);
	store_record_seal(table, key, room, n);
	return 0;
}

int
store_write_get(struct store_write *w, enum store_table table, struct slice key,
    struct slice *payload)
{
	struct slice value;
	int rc = w->map->get(w->txn, table, key, &value);

	return rc != 0 ? rc : store_record_check(table, key, value, payload);
}

int
store_write_parcel(
    struct store_write *w, const struct id *id, struct store_record_parcel *out)
{
	struct slice key = {id->bytes, ID_BYTES}, payload;
	int rc = store_write_get(w, TABLE_PARCEL, key, &payload);

	return rc != 0 ? rc : store_record_parcel_read(id, payload, out);
}

static int
put_parcel(struct store_write *w, const struct id *id)
{
	return store_write_put(w, TABLE_PARCEL,
	    (struct slice){id->bytes, ID_BYTES}, w->record.data, w->record.len,
	    false);
}

/* the open leg's record follows the leg's state */
static int
put_open(struct store_write *w, const struct store_parcel *parcel,
    const struct store_leg *leg, bool fresh)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	struct slice key = store_key_no(leg->no, room);
	int rc;

	if (!leg_state_open(leg->state)) {
		rc = w->map->del(w->txn, TABLE_OPEN, key);
		return rc == TSK_NOTFOUND ? 0 : rc;
	}
	buf_clear(&w->record);
	store_record_open_write(parcel, leg, &w->record);
	return store_write_put(
	    w, TABLE_OPEN, key, w->record.data, w->record.len, fresh);
}

void
store_write_audit(struct store_write *w, const struct store_op *op,
    const char *subject, const struct id *id, const char *text)
{
	char whole[sizeof(((struct store_audit *)0)->text)];

	if (op->under != NULL) {
		snprintf(
		    whole, sizeof(whole), "%s mandate=%s", text, op->under);
		text = whole;
	}
	store_chain_add(
	    &w->chain, &w->state, op->at_ms, subject, op->actor, id, text);
}

/* Both identities: who did it stands in the step, for whom in the parcel, by
 * which right here. */
static void
step_detail(
    struct store_step *step, const struct store_op *op, const char *text)
{
	snprintf(step->detail, sizeof(step->detail), "%s%s%s%s", text,
	    op->under != NULL && text[0] != '\0' ? "; " : "",
	    op->under != NULL ? "under mandate " : "",
	    op->under != NULL ? op->under : "");
}

static bool
any_open(const struct store_parcel *p)
{
	for (size_t i = 0; i < p->leg_count; i++)
		if (leg_state_open(p->legs[i].state))
			return true;
	return false;
}

/* ---- accept ---- */

/* the same id again: the same parcel, or somebody else's? */
static int
accept_again(struct store_op *op, const struct store_record_parcel *kept)
{
	struct store_parcel *p = op->accept.parcel;
	const struct store_parcel *k = &kept->parcel;

	if (k->header_bytes != p->header_bytes ||
	    memcmp(k->header, p->header, p->header_bytes) != 0) {
		op->rc = TSK_INVALID;
		return 0;
	}
	p->accepted_ms = k->accepted_ms;
	p->bodies_dropped = k->bodies_dropped;
	p->leg_count = k->leg_count;
	memcpy(p->legs, k->legs, sizeof(p->legs));
	op->rc = TSK_EXIST;
	return 0;
}

static int
accept_records(struct store_write *w, struct store_op *op)
{
	struct store_parcel *p = op->accept.parcel;
	struct store_record_parcel r = {.parcel = *p};
	uint8_t room[STORE_KEY_ORDER_BYTES];
	int rc;

	buf_clear(&w->steps);
	for (size_t i = 0; i < p->leg_count; i++) {
		struct store_step step = {.at_ms = op->at_ms,
		    .leg = p->legs[i].index,
		    .state = p->legs[i].state};

		memcpy(step.agent, op->actor, strlen(op->actor) + 1);
		step_detail(
		    &step, op, op->accept.note != NULL ? op->accept.note : "");
		if (op->accept.codes != NULL)
			snprintf(step.code, sizeof(step.code), "%s",
			    op->accept.codes[i]);
		store_record_step_write(&step, &w->steps);
	}
	r.parcel.step_count = p->leg_count;
	r.parcel.bodies_dropped = false;
	r.steps = (struct slice){w->steps.data, w->steps.len};
	buf_clear(&w->record);
	store_record_parcel_write(&r, store_record_parcel_room(&r), &w->record);
	if ((rc = put_parcel(w, &p->id)) != 0)
		return rc;
	rc = store_write_put(w, TABLE_ORDER,
	    store_key_order(p->accepted_ms, &p->id, room), NULL, 0, false);
	for (size_t i = 0; rc == 0 && i < p->leg_count; i++)
		if (leg_state_open(p->legs[i].state))
			rc = put_open(w, p, &p->legs[i], true);
	return rc;
}

static void
accept_audit(struct store_write *w, struct store_op *op)
{
	const struct store_parcel *p = op->accept.parcel;
	char text[160];

	snprintf(text, sizeof(text),
	    "from=%s%s%s to=%s%s%s legs=%zu bytes=%llu", p->from,
	    p->from_type[0] != '\0' ? "/" : "", p->from_type, p->to,
	    p->to_type[0] != '\0' ? "/" : "", p->to_type, p->leg_count,
	    (unsigned long long)p->encoded_bytes);
	store_write_audit(w, op, "accept", &p->id, text);
}

static int
accept(struct store_write *w, struct store_op *op)
{
	struct store_parcel *p = op->accept.parcel;
	struct store_record_parcel kept;
	int rc = store_write_parcel(w, &p->id, &kept);

	if (rc == 0)
		return accept_again(op, &kept);
	if (rc != TSK_NOTFOUND)
		return rc;
	rc = store_body_accept(w, op);
	if (rc != 0 || op->rc != 0)
		return rc;
	for (size_t i = 0; i < p->leg_count; i++) {
		p->legs[i].index = (uint8_t)i;
		p->legs[i].no = ++w->state.leg_no;
	}
	if ((rc = accept_records(w, op)) != 0)
		return rc;
	accept_audit(w, op);
	return 0;
}

/* ---- settle, add leg ---- */

/* The step that gives its place to ${step}; ${n}: none has to.  A step under way
 * told again, with another detail maybe, is the same step.  A full history gives
 * up its last "waiting" or "working": the many in between tell the least. */
static size_t
step_drop(const struct store_step *all, size_t n, const struct store_step *step)
{
	const struct store_step *s;
	size_t drop;

	for (drop = n; step->state == LEG_WORKING && drop-- > 0;) {
		s = &all[drop];
		if (s->leg != step->leg)
			continue;
		if (s->state == LEG_WORKING &&
		    strcmp(s->code, step->code) == 0 &&
		    strcmp(s->agent, step->agent) == 0)
			return drop;
		break;
	}
	if (n < STORE_STEPS_MAX)
		return n;
	for (drop = n; drop-- > 1;)
		if (all[drop].state == LEG_WAITING ||
		    all[drop].state == LEG_WORKING)
			return drop;
	return n - 1;
}

/* Append one step to r->steps through w->steps. */
static int
step_append(struct store_write *w, struct store_record_parcel *r,
    const struct store_step *step)
{
	struct store_step *all;
	size_t n = r->parcel.step_count, drop;
	int rc;

	buf_clear(&w->steps);
	if (n < STORE_STEPS_MAX && step->state != LEG_WORKING) {
		buf_add(&w->steps, r->steps.p, r->steps.n);
		store_record_step_write(step, &w->steps);
		r->parcel.step_count++;
		r->steps = (struct slice){w->steps.data, w->steps.len};
		return 0;
	}
	all = mem_new((n + 1) * sizeof(*all));
	if ((rc = store_record_steps_read(r->steps, n, all)) == 0) {
		drop = step_drop(all, n, step);
		r->parcel.step_count += drop == n;
		for (size_t i = 0; i < n; i++)
			if (i != drop)
				store_record_step_write(&all[i], &w->steps);
		store_record_step_write(step, &w->steps);
		r->steps = (struct slice){w->steps.data, w->steps.len};
	}
	free(all);
	return rc;
}

/* Write the changed parcel back; everything *r borrows from the map is copied
 * before the first put. */
static int
parcel_changed(struct store_write *w, struct store_record_parcel *r,
    size_t old_room, const struct store_leg *leg, bool fresh)
{
	struct store_parcel *p = &r->parcel;
	bool drop = !p->bodies_dropped && !any_open(p);
	struct store_leg copy = *leg;
	int rc;

	p->bodies_dropped = p->bodies_dropped || drop;
	buf_clear(&w->record);
	store_record_parcel_write(r, 0, &w->record);
	if (w->record.len > old_room)
		old_room = store_record_parcel_room(r);
	buf_clear(&w->record);
	store_record_parcel_write(r, old_room, &w->record);
	if ((rc = put_parcel(w, &p->id)) != 0 ||
	    (rc = put_open(w, p, &copy, fresh)) != 0)
		return rc;
	return drop ? store_body_drop(w, p) : 0;
}

static void
step_fill(struct store_step *step, const struct store_op *op, uint8_t leg,
    enum leg_state state, const char *code, const char *detail)
{
	step->at_ms = op->at_ms;
	step->leg = leg;
	step->state = state;
	snprintf(step->agent, sizeof(step->agent), "%s", op->actor);
	snprintf(step->code, sizeof(step->code), "%s", code);
	step_detail(step, op, detail);
}

static void
leg_audit(struct store_write *w, const struct store_op *op, const char *subject,
    const struct id *id, const struct store_leg *leg, enum leg_state state,
    const char *code)
{
	char text[160];

	snprintf(text, sizeof(text), "leg=%u state=%s attempts=%u%s%s",
	    (unsigned)leg->index, leg_state_name(state), leg->attempts,
	    code[0] != '\0' ? " code=" : "", code);
	store_write_audit(w, op, subject, id, text);
}

/* What must be so by now, said by who could not know when it asked. */
static int
conditions(
    struct store_write *w, struct store_op *op, const struct store_parcel *p)
{
	struct store_record_parcel kept;
	unsigned other = op->settle.if_delivered;
	enum leg_state state;
	int rc;

	if (p->leg_count < op->settle.if_legs)
		op->rc = TSK_LATER;
	if (other != 0) {
		state = other <= p->leg_count ? p->legs[other - 1].state
					      : LEG_READY;
		if (state != LEG_DELIVERED && state != LEG_PICKED_UP &&
		    state != LEG_ANSWERED)
			op->rc = TSK_LATER;
	}
	if (op->settle.if_kept != NULL) {
		rc = store_write_parcel(w, op->settle.if_kept, &kept);
		if (rc != 0 && rc != TSK_NOTFOUND)
			return rc;
		if (rc == TSK_NOTFOUND)
			op->rc = TSK_LATER;
	}
	return 0;
}

static int
settle(struct store_write *w, struct store_op *op)
{
	struct slice key = {op->settle.id.bytes, ID_BYTES}, payload;
	struct store_record_parcel r;
	struct store_leg *leg;
	struct store_step step;
	int rc = store_write_get(w, TABLE_PARCEL, key, &payload);

	if (rc == 0)
		rc = store_record_parcel_read(&op->settle.id, payload, &r);
	if (rc != 0) {
		op->rc = rc == TSK_NOTFOUND ? TSK_NOTFOUND : 0;
		return rc == TSK_NOTFOUND ? 0 : rc;
	}
	if (op->settle.leg >= r.parcel.leg_count) {
		op->rc = TSK_NOTFOUND;
		return 0;
	}
	leg = &r.parcel.legs[op->settle.leg];
	if ((rc = conditions(w, op, &r.parcel)) != 0)
		return rc;
	if (op->rc == 0)
		op->rc = store_move_settle(leg, op);
	op->settle.out = *leg;
	if (op->rc != 0)
		return 0;
	step_fill(&step, op, op->settle.leg, op->settle.state, op->settle.code,
	    op->settle.detail);
	if ((rc = step_append(w, &r, &step)) != 0 ||
	    (rc = parcel_changed(w, &r, payload.n, leg, false)) != 0)
		return rc;
	leg_audit(w, op, "settle", &r.parcel.id, leg, op->settle.state,
	    op->settle.code);
	return 0;
}

static int
add_leg(struct store_write *w, struct store_op *op)
{
	struct slice key = {op->add_leg.id.bytes, ID_BYTES}, payload;
	struct store_leg *leg = &op->add_leg.leg;
	struct store_record_parcel r;
	struct store_step step;
	int rc = store_write_get(w, TABLE_PARCEL, key, &payload);

	if (rc == 0)
		rc = store_record_parcel_read(&op->add_leg.id, payload, &r);
	if (rc == TSK_NOTFOUND || (rc == 0 && r.parcel.bodies_dropped) ||
	    (rc == 0 && r.parcel.leg_count == STORE_LEGS_MAX)) {
		op->rc = rc != 0                   ? TSK_NOTFOUND
			 : r.parcel.bodies_dropped ? TSK_INVALID
						   : TSK_TOOBIG;
		return 0;
	}
	if (rc != 0)
		return rc;
	leg->index = (uint8_t)r.parcel.leg_count;
	leg->no = ++w->state.leg_no;
	r.parcel.legs[r.parcel.leg_count++] = *leg;
	step_fill(&step, op, leg->index, leg->state, op->add_leg.code,
	    op->add_leg.detail);
	if ((rc = step_append(w, &r, &step)) != 0 ||
	    (rc = parcel_changed(w, &r, payload.n, leg, true)) != 0)
		return rc;
	leg_audit(
	    w, op, "add-leg", &r.parcel.id, leg, leg->state, op->add_leg.code);
	return 0;
}

/* ---- the rest ---- */

static int
registry(struct store_write *w, struct store_op *op)
{
	uint8_t room[STORE_KEY_REGISTRY_BYTES_MAX];
	struct slice key =
	    store_key_registry(op->registry.kind, op->registry.key, room);
	bool delete = op->registry.value == NULL;
	char text[400];
	int rc;

	rc = delete ? w->map->del(w->txn, TABLE_REGISTRY, key)
		    : store_write_put(w, TABLE_REGISTRY, key,
			  op->registry.value, op->registry.bytes, false);
	if (rc == TSK_NOTFOUND) {
		op->rc = TSK_NOTFOUND;
		return 0;
	}
	if (rc != 0)
		return rc;
	snprintf(text, sizeof(text), "%s kind=%s key=%s%s%s",
	    delete ? "delete" : "put", op->registry.kind, op->registry.key,
	    op->registry.note != NULL ? " " : "",
	    op->registry.note != NULL ? op->registry.note : "");
	store_write_audit(w, op, "registry", NULL, text);
	return 0;
}

static int
note(struct store_write *w, struct store_op *op)
{
	store_write_audit(w, op, op->note.subject, NULL, op->note.text);
	return 0;
}

static int
run(struct store_write *w, struct store_op *op)
{
	static int (*const verbs[])(struct store_write *, struct store_op *) = {
	    [STORE_ACCEPT] = accept,
	    [STORE_STAGE] = store_body_stage,
	    [STORE_UNSTAGE] = store_body_unstage,
	    [STORE_SETTLE] = settle,
	    [STORE_ADD_LEG] = add_leg,
	    [STORE_REGISTRY] = registry,
	    [STORE_PURGE] = store_purge,
	    [STORE_NOTE] = note,
	};
	int rc = verbs[op->type](w, op);

	if (rc == TSK_DAMAGED && w->tolerant) {
		op->rc = TSK_DAMAGED;
		return 0;
	}
	return rc;
}

/* ---- batches ---- */

static int
put_state(struct store_write *w)
{
	uint8_t p[STORE_STATE_PAYLOAD];

	store_record_state_write(p, &w->state);
	return store_write_put(
	    w, TABLE_META, (struct slice){"state", 5}, p, sizeof(p), false);
}

static int
get_state(struct store_write *w)
{
	struct slice payload;
	int rc = store_write_get(
	    w, TABLE_META, (struct slice){"state", 5}, &payload);

	if (rc == 0)
		rc = store_record_state_read(payload, &w->state);
	return rc == TSK_NOTFOUND ? TSK_DAMAGED : rc;
}

static int
put_audit(struct store_write *w)
{
	uint8_t room[STORE_KEY_NO_BYTES];

	if (w->chain.count == 0)
		return 0;
	return store_write_put(w, TABLE_AUDIT,
	    store_key_no(w->chain.first_no, room), w->chain.batch.data,
	    w->chain.batch.len, true);
}

int
store_write_create(struct store_write *w, void *txn)
{
	uint8_t p[STORE_SCHEMA_PAYLOAD];
	int rc;

	w->txn = txn;
	memset(&w->state, 0, sizeof(w->state));
	store_record_schema_write(p, STORE_SCHEMA);
	rc = store_write_put(
	    w, TABLE_META, (struct slice){"schema", 6}, p, sizeof(p), false);
	return rc != 0 ? rc : put_state(w);
}

int
store_write_batch(
    struct store_write *w, void *txn, struct store_op **ops, size_t count)
{
	struct store_record_state before;
	int rc;

	w->txn = txn;
	if ((rc = get_state(w)) != 0)
		return rc;
	before = w->state;
	w->leg_no_before = before.leg_no;
	w->late_count = 0;
	store_chain_begin(&w->chain, &w->state);
	for (size_t i = 0; i < count; i++) {
		if (ops[i]->rc == TSK_INVALID)
			continue; /* the face refused its arguments */
		ops[i]->rc = 0;
		if ((rc = run(w, ops[i])) != 0)
			return rc;
	}
	if ((rc = put_audit(w)) != 0)
		return rc;
	if (memcmp(&before, &w->state, sizeof(before)) != 0 &&
	    (rc = put_state(w)) != 0)
		return rc;
	return store_body_late(w);
}

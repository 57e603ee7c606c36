/* NAME
 *	control_fax - commands about FAX numbers
 * DESCRIPTION
 *	They run in the net thread; each is answered after its commit.  Legs that
 *	wait for a number to be verified go in the same transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "log.h"

#include "control.h"
#include "desk_table.h"
#include "fax.h"
#include "legs.h"
#include "paper.h"
#include "registry_record.h"
#include "testpage.h"

/* ---- what a command is about ---- */

static const struct desk *
desk_of(struct broker *b, struct request *rq)
{
	const char *number = control_text(rq->in, "office_number");
	const char *type = control_text(rq->in, "service_type");
	const struct desk *desk = registry_desk(b->registry, number, type);

	if (desk == NULL)
		control_answer(
		    rq, control_error("unknown",
			    "Office %.20s%s%.4s is not in the registry.",
			    number, type[0] ? "/" : "", type));
	return desk;
}

static bool
by_of(struct request *rq, char by[FAX_BY_BYTES])
{
	if (fax_by(control_text(rq->in, "by"), by) == 0)
		return true;
	control_answer(rq, control_error("malformed",
			       "Say who it is: --by NAME (at most %d bytes).",
			       FAX_BY_BYTES - 1));
	return false;
}

static json_t *
shown(const struct desk *desk)
{
	json_t *o = fax_shown(desk->fax_record);

	json_object_set_new(o, "office", json_string(desk->key));
	json_object_set_new(o, "row_number", json_string(desk->fax.number));
	json_object_set_new(o, "usable", json_boolean(desk->fax.verified));
	json_object_set_new(o, "first", json_boolean(desk->fax.first));
	return o;
}

void
control_fax_show(struct broker *b, struct request *rq)
{
	const struct desk *desk = desk_of(b, rq);

	if (desk != NULL)
		control_answer(
		    rq, json_pack("{s:b,s:o}", "ok", 1, "fax", shown(desk)));
}

/* Rows of before this record was kept have none. */
static const json_t *
record_of(struct broker *b, const struct desk *desk)
{
	json_t *record;

	if (desk->fax_record == NULL && desk->fax.number[0] != '\0') {
		record =
		    fax_entered(NULL, desk->fax.number, "unknown", b->wall_ms);
		registry_put_fax(b->registry, desk->key, record);
		json_decref(record);
	}
	return desk->fax_record;
}

/* ---- one change ---- */

struct change {
	struct request *request;
	char key[REGISTRY_KEY_BYTES];
	struct id parcel; /* of a test page */
	size_t open;
	int rc;
	bool wrong; /* kept, but the answer is no */
	struct why why;
};

static void
change_done(struct broker *b, int rc, void *arg)
{
	struct change *c = arg;
	const struct desk *desk;
	char id[ID_TEXT_BYTES];
	json_t *out;

	if (rc != 0 && c->rc == 0)
		c->rc = rc;
	if (--c->open > 0)
		return;
	desk = registry_key(b->registry, c->key);
	if (c->rc != 0 || desk == NULL) {
		out = control_error(c->rc == TSK_FULL ? "disk-full" : "failed",
		    "Nothing was kept: %s.", err_text(c->rc));
	} else if (c->wrong) {
		out = control_error(c->why.code, "%s", c->why.text);
	} else {
		out = json_pack("{s:b,s:o}", "ok", 1, "fax", shown(desk));
		if (!id_is_zero(&c->parcel))
			json_object_set_new(out, "parcel",
			    json_string(id_text(&c->parcel, id)));
	}
	control_answer(c->request, out);
	free(c);
}

static struct change *
change_new(struct request *rq, const struct desk *desk)
{
	struct change *c = mem_new(sizeof(*c));

	c->request = rq;
	snprintf(c->key, sizeof(c->key), "%s", desk->key);
	return c;
}

static void
put(struct broker *b, struct change *c, json_t *record, const char *what,
    const char *by, bool joined)
{
	char note[160];

	snprintf(note, sizeof(note), "%s by=%s", what, by);
	c->open++;
	registry_record_fax(
	    b, c->key, record, "operator", note, joined, change_done, c);
}

static void
refuse(struct request *rq, const struct why *why)
{
	control_answer(rq, control_error(why->code, "%s", why->text));
}

/* ---- legs that wait for it ---- */

struct waiting {
	struct broker *b;
	const struct desk *desk;
};

static void
release(struct leg *leg, void *arg)
{
	const struct waiting *w = arg;
	struct store_parcel *p = NULL;
	const struct store_step *step = NULL;
	static const struct settle_change verified = {.state = LEG_READY,
	    .actor = "broker",
	    .code = "fax-verified",
	    .detail = "The FAX number is verified now.",
	    .joined = true};

	if (leg->way != WAY_FAX || leg->state != QUEUE_PARKED || leg->held ||
	    paper_desk(w->b, leg) != w->desk)
		return;
	if (store_parcel_get(w->b->store, &leg->id, &p) == 0)
		step = paper_last_step(p, leg->index, LEG_PARKED);
	if (step != NULL && strcmp(step->code, PAPER_UNVERIFIED) == 0)
		settle_as(w->b, leg, &verified, NULL, NULL);
	store_parcel_free(&p);
}

static void
release_all(struct broker *b, const struct desk *desk)
{
	struct waiting w = {b, desk};

	queue_walk(&b->queues, release, &w);
}

/* ---- the commands ---- */

void
control_fax_verify(struct broker *b, struct request *rq)
{
	const struct desk *desk = desk_of(b, rq);
	const char *again;
	char by[FAX_BY_BYTES];
	struct why why = {0};
	struct change *c;
	json_t *record;

	if (desk == NULL || !by_of(rq, by))
		return; /* answered: the request is gone */
	again = control_text(rq->in, "number");
	if (again[0] != '\0' && !fax_number_same(again, desk->fax.number)) {
		control_answer(
		    rq, control_error("other-number",
			    "The registry has another FAX number for this "
			    "office."));
		return;
	}
	record = fax_verified(record_of(b, desk), by, b->wall_ms, &why);
	if (record == NULL) {
		refuse(rq, &why);
		return;
	}
	c = change_new(rq, desk);
	put(b, c, record, "verified how=second-person", by, true);
	release_all(b, desk);
}

void
control_fax_confirm(struct broker *b, struct request *rq)
{
	const struct desk *desk = desk_of(b, rq);
	char by[FAX_BY_BYTES];
	struct why why = {0};
	struct change *c;
	json_t *record;
	bool right;

	if (desk == NULL || !by_of(rq, by))
		return;
	record = fax_read_back(desk->fax_record, control_text(rq->in, "code"),
	    by, b->wall_ms, &right, &why);
	if (record == NULL) {
		refuse(rq, &why);
		return;
	}
	c = change_new(rq, desk);
	c->wrong = !right;
	c->why = why;
	put(b, c, record, right ? "verified how=code" : "wrong-code", by,
	    right);
	if (right)
		release_all(b, desk);
}

void
control_fax_freeze(struct broker *b, struct request *rq)
{
	const struct desk *desk = desk_of(b, rq);
	char by[FAX_BY_BYTES];
	struct why why = {0};
	json_t *record;

	if (desk == NULL || !by_of(rq, by))
		return;
	record = fax_frozen(record_of(b, desk), by, b->wall_ms, &why);
	if (record == NULL) {
		refuse(rq, &why);
		return;
	}
	put(b, change_new(rq, desk), record, "frozen", by, false);
	legs_fax_changed(b, desk);
}

/* Six digits, each equally likely. */
static void
new_code(char code[FAX_CODE_BYTES])
{
	uint32_t n;

	do {
		digest_random(&n, sizeof(n));
	} while (n >= 4294000000u);
	snprintf(code, FAX_CODE_BYTES, "%06u", n % 1000000u);
}

/* The desk the partner is to call: as asked for, or the first one of ours. */
static const struct desk *
caller(struct broker *b, struct request *rq)
{
	const char *from = control_text(rq->in, "from");
	int day = deadline_day(b->wall_ms);
	struct desk *const *desks;
	size_t i, n;

	if (from[0] != '\0')
		return registry_match(b->registry, from,
		    control_text(rq->in, "from_type"), day, NULL);
	desks = registry_desks(b->registry, &n);
	for (i = 0; i < n; i++) {
		if (desks[i]->inside && desk_table_holds(desks[i], day))
			return desks[i];
	}
	return NULL;
}

void
control_fax_test(struct broker *b, struct request *rq)
{
	const struct desk *desk = desk_of(b, rq), *from;
	char by[FAX_BY_BYTES], code[FAX_CODE_BYTES];
	struct why why = {0};
	struct change *c;
	json_t *record;

	if (desk == NULL || !by_of(rq, by))
		return;
	if ((b->ways & 1u << WAY_FAX) == 0) {
		control_answer(rq,
		    control_error("no-way", "Way fax is not operated here."));
		return;
	}
	if ((from = caller(b, rq)) == NULL || !from->inside) {
		control_answer(
		    rq, control_error("unknown",
			    "Name one of our offices that the partner calls: "
			    "--from NUMBER."));
		return;
	}
	new_code(code);
	record = fax_tested(record_of(b, desk), code, by, b->wall_ms, &why);
	if (record == NULL) {
		refuse(rq, &why);
		return;
	}
	c = change_new(rq, desk);
	put(b, c, record, "test-page", by, true);
	c->open++;
	testpage_put(b, from, desk, code, &c->parcel, change_done, c);
	explicit_bzero(code, sizeof(code));
}

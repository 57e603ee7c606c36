/* NAME
 *	answer - a result (実績) answers the plans (予定) it belongs to
 * DIAGNOSTICS
 *	info: each leg that is answered (settle.c), and the index when it is
 *	made.  Counter answered.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "log.h"

#include "answer.h"
#include "expected.h"
#include "settle.h"

#define DAY_MS (24LL * 60 * 60 * 1000)

/* One parcel that the ledger counts. */
struct entry {
	struct entry *next; /* older */
	struct id id;
	const struct store_parcel *coming; /* on its way to the disk */
	bool plan;                         /* has a UPPLAN */
};

/* All of one pair of numbers and one month, both ways. */
struct affair {
	struct hash_node node;
	char office[NUMBER_OFFICE_BYTES], partner[NUMBER_OFFICE_BYTES];
	char month[7];
	struct entry *newest;
	size_t count;
	int64_t last_ms; /* the newest was accepted */
};

struct answers {
	struct hash affairs;
};

/* What the documents are to the ledger. */
struct kinds {
	bool plan, result;                   /* files of the cycle, or ... */
	bool plan_deletion, result_deletion; /* their deletions */
};

static struct kinds
kinds_of(const struct wire_parcel *p)
{
	struct kinds k = {0};
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		const char *kind = p->documents[i].kind;

		k.plan |= strcmp(kind, "UPPLAN") == 0;
		k.result |= strcmp(kind, "UPJSK") == 0;
		k.plan_deletion |= strcmp(kind, "DLTPLAN") == 0;
		k.result_deletion |= strcmp(kind, "DLTJSK") == 0;
	}
	return k;
}

/* ---- the index ---- */

static uint32_t
affair_hash(const char *office, const char *partner, const char *month)
{
	uint32_t h = hash_bytes(office, strlen(office), 0);

	h = hash_bytes(partner, strlen(partner), h);
	return hash_bytes(month, strlen(month), h);
}

/* office: who plans and waits; partner: who does and owes. */
static struct affair *
affair_of(struct answers *a, const char *office, const char *partner,
    const char *month)
{
	uint32_t h = affair_hash(office, partner, month);
	struct hash_node *n = hash_first(&a->affairs, h);
	struct affair *f;

	for (; n != NULL; n = hash_next(n)) {
		f = HASH_OF(struct affair, node, n);
		if (strcmp(f->office, office) == 0 &&
		    strcmp(f->partner, partner) == 0 &&
		    strcmp(f->month, month) == 0)
			return f;
	}
	f = mem_new(sizeof(*f));
	snprintf(f->office, sizeof(f->office), "%s", office);
	snprintf(f->partner, sizeof(f->partner), "%s", partner);
	snprintf(f->month, sizeof(f->month), "%s", month);
	hash_put(&a->affairs, &f->node, h);
	return f;
}

static struct entry *
entry_find(const struct affair *f, const struct id *id)
{
	struct entry *e;

	for (e = f->newest; e != NULL; e = e->next) {
		if (id_compare(&e->id, id) == 0)
			return e;
	}
	return NULL;
}

/* ${newer}: before what is there, and the oldest one gives way. */
static void
entry_add(struct affair *f, const struct id *id, bool plan,
    const struct store_parcel *coming, int64_t at_ms, bool newer)
{
	struct entry *e, **at = &f->newest;

	if (entry_find(f, id) != NULL || (!newer && f->count == ANSWER_PARCELS))
		return;
	e = mem_new(sizeof(*e));
	e->id = *id;
	e->plan = plan;
	e->coming = coming;
	if (at_ms > f->last_ms)
		f->last_ms = at_ms;
	while (!newer && *at != NULL)
		at = &(*at)->next;
	e->next = *at;
	*at = e;
	if (++f->count <= ANSWER_PARCELS)
		return;
	while (*at != NULL && (*at)->next != NULL)
		at = &(*at)->next;
	free(*at);
	*at = NULL;
	f->count--;
}

static void
entry_drop(struct affair *f, const struct entry *e)
{
	struct entry **at = &f->newest;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	f->count--;
	free((void *)(uintptr_t)e);
}

/* The affairs one parcel belongs to: as a plan, as a result, both or none. */
static size_t
affairs_of(struct answers *a, const struct wire_parcel *p,
    const struct kinds *k, struct affair *out[2])
{
	size_t n = 0;

	if (p->month[0] == '\0')
		return 0;
	if (k->plan || k->plan_deletion)
		out[n++] = affair_of(a, p->from, p->to, p->month);
	if (k->result || k->result_deletion)
		out[n++] = affair_of(a, p->to, p->from, p->month);
	return n;
}

/* ${newer}: it is about to be kept. */
static void
keep(struct answers *a, const struct wire_parcel *p,
    const struct store_parcel *kept, bool newer)
{
	struct kinds k = kinds_of(p);
	struct affair *f[2];
	size_t n = affairs_of(a, p, &k, f), i;

	for (i = 0; i < n; i++)
		entry_add(f[i], &p->id, k.plan, newer ? kept : NULL,
		    kept->accepted_ms, newer);
}

static int
keep_kept(const struct store_parcel *kept, void *arg)
{
	struct wire_msg msg = {0};
	struct why why = {0};

	if (wire_parcel_unpack(kept->header, kept->header_bytes, &msg, &why) ==
	    0)
		keep(arg, &msg.submit, kept, false); /* newest first */
	wire_fini(&msg);
	return 0;
}

/* Damaged records are left out; what is sound counts. */
static struct answers *
get(struct broker *b)
{
	struct store_filter filter = {
	    .since_ms = b->wall_ms - ANSWER_DAYS * DAY_MS};
	int rc;

	if (b->answers != NULL)
		return b->answers;
	b->answers = mem_new(sizeof(*b->answers));
	hash_init(&b->answers->affairs);
	rc = store_find(b->store, &filter, keep_kept, b->answers);
	log_info("answer: affairs=%zu result=%s", b->answers->affairs.count,
	    rc == 0 ? "indexed" : err_text(rc));
	return b->answers;
}

static void
affair_free(struct affair *f)
{
	while (f->newest != NULL)
		entry_drop(f, f->newest);
	free(f);
}

static bool
forgotten(const struct affair *f, int64_t before_ms)
{
	const struct entry *e;

	for (e = f->newest; e != NULL; e = e->next) {
		if (e->coming != NULL)
			return false;
	}
	return f->last_ms < before_ms;
}

void
answer_forget(struct broker *b)
{
	struct answers *a = b->answers;
	struct hash_node *node, *next;
	struct affair *f;
	size_t i;

	for (i = 0; a != NULL && i <= a->affairs.mask; i++) {
		for (node = a->affairs.buckets[i]; node != NULL; node = next) {
			next = node->next;
			f = HASH_OF(struct affair, node, node);
			if (!forgotten(f, b->wall_ms - ANSWER_DAYS * DAY_MS))
				continue;
			hash_drop(&a->affairs, node);
			affair_free(f);
		}
	}
}

void
answer_free(struct answers **a_p)
{
	struct answers *a = *a_p;
	struct hash_node *node, *next;
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; i <= a->affairs.mask; i++) {
		for (node = a->affairs.buckets[i]; node != NULL; node = next) {
			next = node->next;
			affair_free(HASH_OF(struct affair, node, node));
		}
	}
	hash_fini(&a->affairs);
	free(a);
	*a_p = NULL;
}

/* ---- what is answered ---- */

/* The parcels of an affair as they are now, newest first. */
struct reading {
	const struct store_parcel *parcels[ANSWER_PARCELS];
	struct store_parcel *read[ANSWER_PARCELS]; /* NULL: it is coming */
	bool plan[ANSWER_PARCELS];
	size_t count;
};

static void
read_affair(struct broker *b, struct affair *f, struct reading *r)
{
	struct entry *e, *next;
	struct store_parcel *p;

	r->count = 0;
	for (e = f->newest; e != NULL; e = next) {
		next = e->next;
		p = NULL;
		if (e->coming == NULL) {
			int rc = store_parcel_get(b->store, &e->id, &p);

			if (rc == TSK_NOTFOUND) /* purged since */
				entry_drop(f, e);
			if (rc != 0)
				continue;
		}
		r->parcels[r->count] = p != NULL ? p : e->coming;
		r->read[r->count] = p;
		r->plan[r->count++] = e->plan;
	}
}

static void
reading_fini(struct reading *r)
{
	while (r->count > 0)
		store_parcel_free(&r->read[--r->count]);
}

static bool
arrived(const struct expected *e, const struct store_parcel *plan)
{
	const struct expected_row *row;
	size_t i;

	for (i = 0; i < e->count; i++) {
		row = &e->rows[i];
		if (strcmp(row->office, plan->from) == 0 &&
		    strcmp(row->office_type, plan->from_type) == 0 &&
		    strcmp(row->partner, plan->to) == 0 &&
		    strcmp(row->partner_type, plan->to_type) == 0)
			return expected_arrived(row);
	}
	return false;
}

static bool
has_gone(const struct store_leg *leg)
{
	return leg->state == LEG_DELIVERED || leg->state == LEG_PICKED_UP;
}

static void
add_legs(struct answer_list *out, const struct store_parcel *plan)
{
	size_t i;

	for (i = 0; i < plan->leg_count; i++) {
		struct answered *item;

		if (!has_gone(&plan->legs[i]))
			continue;
		out->items = mem_resize(
		    out->items, (out->count + 1) * sizeof(*out->items));
		item = &out->items[out->count++];
		item->plan = mem_dup(plan, sizeof(*plan));
		item->leg = plan->legs[i].index;
	}
}

static void
find(struct broker *b, struct affair *f, struct answer_list *out)
{
	struct reading r;
	struct expected e;
	size_t i;

	read_affair(b, f, &r);
	expected_of(r.parcels, r.count, &e);
	for (i = 0; i < r.count; i++) {
		if (r.plan[i] && r.read[i] != NULL && arrived(&e, r.read[i]))
			add_legs(out, r.read[i]);
	}
	expected_fini(&e);
	reading_fini(&r);
}

void
answer_find(struct broker *b, const struct wire_parcel *parcel,
    const struct store_parcel *kept, struct answer_list *out)
{
	struct kinds k = kinds_of(parcel);
	struct answers *a;

	memset(out, 0, sizeof(*out));
	if (!k.plan && !k.result && !k.plan_deletion && !k.result_deletion)
		return;
	a = get(b);
	keep(a, parcel, kept, true);
	if (k.result && parcel->month[0] != '\0')
		find(b, affair_of(a, parcel->to, parcel->from, parcel->month),
		    out);
}

void
answer_list_fini(struct answer_list *list)
{
	while (list->count > 0)
		free(list->items[--list->count].plan);
	free(list->items);
	list->items = NULL;
}

void
answer_put(struct broker *b, struct answer_list *list,
    const struct store_parcel *kept, bool joined)
{
	char detail[80], id[ID_TEXT_BYTES];
	struct settle_change change = {.state = LEG_ANSWERED,
	    .actor = "broker",
	    .code = "",
	    .detail = detail,
	    .if_kept = &kept->id};
	size_t i;

	snprintf(detail, sizeof(detail), "The result came: parcel %s.",
	    id_text(&kept->id, id));
	for (i = 0; i < list->count; i++) {
		change.if_delivered = (uint8_t)(list->items[i].leg + 1);
		change.joined = joined || i + 1 < list->count;
		CRASH_POINT("answer-put");
		settle_kept(
		    b, list->items[i].plan, list->items[i].leg, &change);
	}
}

void
answer_kept(struct broker *b, const struct wire_parcel *parcel,
    const struct store_parcel *kept, int rc)
{
	struct kinds k = kinds_of(parcel);
	struct affair *f[2];
	struct entry *e;
	size_t n, i;

	if (b->answers == NULL)
		return;
	n = affairs_of(b->answers, parcel, &k, f);
	for (i = 0; i < n; i++) {
		e = entry_find(f[i], &parcel->id);
		if (e == NULL || e->coming != kept)
			continue;
		if (rc == TSK_OK || rc == TSK_EXIST)
			e->coming = NULL;
		else
			entry_drop(f[i], e);
	}
}

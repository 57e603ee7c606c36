/* NAME
 *	load - a fixed load of numbered batches, and what must be there after it
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "load.h"
#include "rig.h"

#define OPS (3 * LOAD_PARCELS + 2)

static struct id
id_of(uint64_t i)
{
	struct id id = {{0}};
	uint64_t ms = RIG_NOW + i;

	for (int k = 5; k >= 0; k--, ms >>= 8)
		id.bytes[k] = (uint8_t)ms;
	id.bytes[6] = 0x70;
	memcpy(id.bytes + 8, &i, sizeof(i));
	return id;
}

static size_t
bytes_of(uint64_t i)
{
	return 100 + (size_t)(i * 7919 % 30000);
}

static bool
has_staged(uint64_t i)
{
	return i % LOAD_PARCELS == LOAD_PARCELS - 1;
}

#define STAGED_BYTES 3000

/* ---- writing ---- */

struct batch {
	struct store_parcel parcels[LOAD_PARCELS];
	struct store_piece pieces[LOAD_PARCELS];
	char headers[LOAD_PARCELS][32];
	uint8_t staged[2][STAGED_BYTES];
	size_t staged_count;
	char value[32];
	struct store_op ops[OPS];
	struct store_op *list[OPS];
	size_t count;
};

static struct store_op *
next(struct batch *batch, enum store_op_type type, uint64_t b)
{
	struct store_op *op = &batch->ops[batch->count];

	batch->list[batch->count++] = op;
	op->type = type;
	op->actor = "load";
	op->at_ms = RIG_NOW + (int64_t)b;
	return op;
}

static void
add_accept(struct batch *batch, uint64_t b, size_t k)
{
	uint64_t i = b * LOAD_PARCELS + k;
	struct store_parcel *p = &batch->parcels[k];
	struct store_piece *piece = &batch->pieces[k];
	struct store_op *op = next(batch, STORE_ACCEPT, b);
	void *data = mem_new(bytes_of(i));

	rig_fill(data, bytes_of(i), i);
	*piece = (struct store_piece){.data = data, .bytes = bytes_of(i)};
	snprintf(batch->headers[k], sizeof(batch->headers[k]), "header %llu",
	    (unsigned long long)i);
	*p = (struct store_parcel){.id = id_of(i),
	    .from = "1370000001",
	    .to = "1370000019",
	    .month = "202611",
	    .stamp = "20261122090000",
	    .agent = "load",
	    .accepted_ms = RIG_NOW + (int64_t)b,
	    .encoded_bytes = bytes_of(i) + (has_staged(i) ? STAGED_BYTES : 0),
	    .header = batch->headers[k],
	    .header_bytes = strlen(batch->headers[k]),
	    .leg_count = 1};
	p->legs[0] = (struct store_leg){.state = LEG_READY,
	    .way = WAY_BUS,
	    .queue = "office/1370000019",
	    .expires_ms = RIG_NOW * 2};
	op->accept.parcel = p;
	op->accept.pieces = piece;
	op->accept.piece_count = 1;
	op->accept.staged = has_staged(i);
}

/* what batch b does to parcel i of batch b - 1 */
static enum leg_state
state_after(uint64_t i)
{
	static const enum leg_state states[] = {
	    LEG_DELIVERED, LEG_WAITING, LEG_READY};

	return states[i % 3];
}

static void
add_settle(struct batch *batch, uint64_t b, size_t k)
{
	uint64_t i = (b - 1) * LOAD_PARCELS + k;
	struct store_op *op;

	if (state_after(i) == LEG_READY)
		return;
	op = next(batch, STORE_SETTLE, b);
	op->settle.id = id_of(i);
	op->settle.state = state_after(i);
	op->settle.due_ms = RIG_NOW;
	op->settle.code = "";
	op->settle.detail = "";
}

static void
add_stage(struct batch *batch, uint64_t b, uint64_t i)
{
	struct store_op *op = next(batch, STORE_STAGE, b);
	uint8_t *staged = batch->staged[batch->staged_count++];

	rig_fill(staged, STAGED_BYTES, ~i);
	op->stage.id = id_of(i);
	op->stage.piece = (struct store_piece){
	    .document = 1, .data = staged, .bytes = STAGED_BYTES};
}

int
load_batch(struct store *store, uint64_t b, struct why *why)
{
	struct batch *batch = mem_new(sizeof(*batch));
	struct store_op *op;
	int rc;

	for (size_t k = 0; k < LOAD_PARCELS; k++) {
		/* batch 0 has nobody before it to stage for it */
		if (b == 0 && has_staged(k))
			add_stage(batch, b, k);
		add_accept(batch, b, k);
	}
	add_stage(batch, b, (b + 1) * LOAD_PARCELS + LOAD_PARCELS - 1);
	for (size_t k = 0; b > 0 && k < LOAD_PARCELS; k++)
		add_settle(batch, b, k);
	snprintf(batch->value, sizeof(batch->value), "batch %llu",
	    (unsigned long long)b);
	op = next(batch, STORE_REGISTRY, b);
	op->registry.kind = "office";
	op->registry.key = "last";
	op->registry.value = batch->value;
	op->registry.bytes = strlen(batch->value);
	rc = store_apply(store, batch->list, batch->count, why);
	for (size_t k = 0; rc == 0 && k < batch->count; k++)
		if (batch->ops[k].rc != 0)
			panic("batch %llu operation %zu: %s",
			    (unsigned long long)b, k,
			    err_text(batch->ops[k].rc));
	for (size_t k = 0; k < LOAD_PARCELS; k++)
		free((void *)(uintptr_t)batch->pieces[k].data);
	free(batch);
	return rc;
}

/* ---- checking ---- */

static void note(struct load_seen *seen, uint64_t *count, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static void
note(struct load_seen *seen, uint64_t *count, const char *format, ...)
{
	va_list ap;

	++*count;
	if (seen->first[0] != '\0' && count != &seen->wrong)
		return;
	va_start(ap, format);
	vsnprintf(seen->first, sizeof(seen->first), format, ap);
	va_end(ap);
}

static void
check_body(struct store *store, uint64_t i, uint16_t document, size_t bytes,
    uint64_t seed, bool wanted, struct load_seen *seen)
{
	struct id id = id_of(i);
	uint8_t *want = mem_new(bytes);
	void *data;
	size_t n;
	int rc = store_body(store, &id, document, 0, &data, &n);

	rig_fill(want, bytes, seed);
	if (rc == 0 && (n != bytes || memcmp(data, want, n) != 0))
		note(seen, &seen->wrong, "body of %llu", (unsigned long long)i);
	else if (rc == TSK_NOTFOUND && wanted)
		note(seen, &seen->missing, "body of %llu",
		    (unsigned long long)i);
	else if (rc != 0 && rc != TSK_NOTFOUND)
		note(seen, &seen->refused, "body of %llu: %s",
		    (unsigned long long)i, err_text(rc));
	else
		seen->right++;
	free(data);
	free(want);
}

static enum leg_state
wanted_state(uint64_t i, uint64_t done)
{
	return i / LOAD_PARCELS + 1 < done ? state_after(i) : LEG_READY;
}

static bool
parcel_right(const struct store_parcel *p, uint64_t i, uint64_t done)
{
	char header[32];

	snprintf(header, sizeof(header), "header %llu", (unsigned long long)i);
	return p->leg_count == 1 && p->legs[0].state == wanted_state(i, done) &&
	       p->header_bytes == strlen(header) &&
	       memcmp(p->header, header, p->header_bytes) == 0 &&
	       strcmp(p->to, "1370000019") == 0 &&
	       p->accepted_ms == RIG_NOW + (int64_t)(i / LOAD_PARCELS) &&
	       p->step_count == (wanted_state(i, done) == LEG_READY ? 1 : 2);
}

static void
check_parcel(
    struct store *store, uint64_t i, uint64_t done, struct load_seen *seen)
{
	bool open = wanted_state(i, done) != LEG_DELIVERED;
	struct id id = id_of(i);
	struct store_parcel *p;
	int rc = store_parcel_get(store, &id, &p);

	if (rc == TSK_NOTFOUND)
		note(
		    seen, &seen->missing, "parcel %llu", (unsigned long long)i);
	else if (rc != 0)
		note(seen, &seen->refused, "parcel %llu: %s",
		    (unsigned long long)i, err_text(rc));
	else if (!parcel_right(p, i, done))
		note(seen, &seen->wrong, "parcel %llu", (unsigned long long)i);
	else
		seen->right++;
	store_parcel_free(&p);
	check_body(store, i, 0, bytes_of(i), i, open, seen);
	if (has_staged(i))
		check_body(store, i, 1, STAGED_BYTES, ~i, open, seen);
}

struct listing {
	struct load_seen *seen;
	uint64_t done, legs, damaged;
};

static int
check_leg(const struct store_open_leg *leg, void *arg)
{
	struct listing *l = arg;
	uint64_t i;
	struct id want;

	memcpy(&i, leg->id.bytes + 8, sizeof(i));
	want = id_of(i);
	if (i >= l->done * LOAD_PARCELS || id_compare(&want, &leg->id) != 0 ||
	    leg->leg.state != wanted_state(i, l->done) ||
	    strcmp(leg->leg.queue, "office/1370000019") != 0)
		note(l->seen, &l->seen->wrong, "open leg %llu",
		    (unsigned long long)leg->leg.no);
	l->legs++;
	return l->legs > 1000000; /* a ring of damaged pages */
}

static void
damaged_leg(uint64_t no, void *arg)
{
	struct listing *l = arg;

	l->damaged++;
	note(l->seen, &l->seen->refused, "open leg %llu",
	    (unsigned long long)no);
}

static void
check_legs(struct store *store, uint64_t done, struct load_seen *seen)
{
	struct listing l = {seen, done, 0, 0};
	uint64_t want = 0;

	for (uint64_t i = 0; i < done * LOAD_PARCELS; i++)
		want += wanted_state(i, done) != LEG_DELIVERED;
	if (store_walk_open(store, check_leg, damaged_leg, &l) != 0)
		note(seen, &seen->refused, "the walk of open legs");
	else if (l.legs + l.damaged != want)
		note(seen, &seen->missing, "open legs: %llu, not %llu",
		    (unsigned long long)l.legs, (unsigned long long)want);
	else
		seen->right++;
}

static int
check_value(const char *key, const void *value, size_t bytes, void *arg)
{
	struct listing *l = arg;
	char want[32];

	snprintf(
	    want, sizeof(want), "batch %llu", (unsigned long long)l->done - 1);
	if (strcmp(key, "last") != 0 || bytes != strlen(want) ||
	    memcmp(value, want, bytes) != 0)
		note(l->seen, &l->seen->wrong, "registry");
	l->legs++;
	return 0;
}

void
load_check(struct store *store, uint64_t done, struct load_seen *seen)
{
	struct listing l = {seen, done, 0, 0};

	memset(seen, 0, sizeof(*seen));
	for (uint64_t i = 0; i < done * LOAD_PARCELS; i++)
		check_parcel(store, i, done, seen);
	check_legs(store, done, seen);
	if (store_registry_walk(store, "office", check_value, &l) != 0)
		note(seen, &seen->refused, "registry");
	else if (l.legs != (done > 0))
		note(seen, &seen->missing, "registry");
}

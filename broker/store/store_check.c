/* NAME
 *	store_check - read every record of a map
 * DESCRIPTION
 *	Each record: keys ascending and of the right form, tag right, unpacks.
 *	Between records: every parcel stands in the order table, every open leg in
 *	its parcel and the other way round, bodies are all there until dropped and
 *	none belong to nobody, the audit chain holds up to the state record.
 *
 *	Findings name tables, ids and numbers, never what a record holds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "leg.h"

#include "store_check.h"
#include "store_read.h"

struct check {
	struct store *store;
	void *txn;
	uint64_t limit;
	struct store_check *out;
	void (*report)(const char *line, void *arg);
	void *arg;
};

static void found(struct check *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
found(struct check *c, const char *format, ...)
{
	char line[256];
	va_list ap;

	c->out->verify.damaged++;
	if (c->report == NULL)
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	c->report(line, c->arg);
}

static const char *
hex(const struct id *id, char out[ID_TEXT_BYTES])
{
	return id_text(id, out);
}

static int
get(struct check *c, enum store_table table, struct slice key,
    struct slice *payload)
{
	struct slice value;
	int rc = c->store->map->get(c->txn, table, key, &value);

	return rc != 0 ? rc : store_record_check(table, key, value, payload);
}

static int
get_parcel(
    struct check *c, const struct id *id, struct store_record_parcel *out)
{
	struct slice payload;
	int rc =
	    get(c, TABLE_PARCEL, (struct slice){id->bytes, ID_BYTES}, &payload);

	return rc != 0 ? rc : store_record_parcel_read(id, payload, out);
}

/* ---- one record of each table ---- */

/* bytes of all accepted pieces of a parcel */
static uint64_t
body_bytes(struct check *c, const struct id *id)
{
	struct slice key = {id->bytes, ID_BYTES}, value;
	uint64_t n = 0;
	void *walk;
	int rc;

	if (c->store->map->walk_open(c->txn, TABLE_BODY, &walk) != 0)
		return 0;
	for (rc = c->store->map->walk(walk, MAP_FROM, &key, &value);
	     rc == 0 && key.n == STORE_KEY_PIECE_BYTES &&
	     memcmp(key.p, id->bytes, ID_BYTES) == 0;
	     rc = c->store->map->walk(walk, MAP_NEXT, &key, &value))
		n += value.n >= STORE_TAG_BYTES ? value.n - STORE_TAG_BYTES : 0;
	c->store->map->walk_close(walk);
	return n;
}

static void
check_legs(struct check *c, const struct store_parcel *p, bool *open)
{
	uint8_t room[STORE_KEY_NO_BYTES];
	char text[ID_TEXT_BYTES];
	struct slice payload;

	*open = false;
	for (size_t i = 0; i < p->leg_count; i++) {
		if (!leg_state_open(p->legs[i].state))
			continue;
		*open = true;
		if (get(c, TABLE_OPEN, store_key_no(p->legs[i].no, room),
			&payload) != 0)
			found(c,
			    "parcel %s: leg %zu is open but not among the "
			    "open legs",
			    hex(&p->id, text), i);
	}
}

static void
check_parcel(struct check *c, struct slice key, struct slice payload)
{
	uint8_t room[STORE_KEY_ORDER_BYTES];
	char text[ID_TEXT_BYTES];
	struct store_record_parcel r;
	struct store_parcel *unpacked;
	struct id id = store_key_id_of(key);
	bool open;

	if (store_record_parcel_read(&id, payload, &r) != 0 ||
	    store_record_parcel_unpack(&r, &unpacked) != 0) {
		found(
		    c, "parcel %s: the record does not unpack", hex(&id, text));
		return;
	}
	store_parcel_free(&unpacked);
	check_legs(c, &r.parcel, &open);
	if (open && r.parcel.bodies_dropped)
		found(c, "parcel %s: open but its bodies were dropped",
		    hex(&id, text));
	if (!r.parcel.bodies_dropped &&
	    body_bytes(c, &id) != r.parcel.encoded_bytes)
		found(c, "parcel %s: bodies are missing", hex(&id, text));
	if (get(c, TABLE_ORDER,
		store_key_order(r.parcel.accepted_ms, &id, room),
		&payload) != 0)
		found(c, "parcel %s: not in the order table", hex(&id, text));
}

static void
check_order(struct check *c, struct slice key, struct slice payload)
{
	char text[ID_TEXT_BYTES];
	struct store_record_parcel r;
	struct id id;

	(void)payload;
	memcpy(id.bytes, (const uint8_t *)key.p + 8, ID_BYTES);
	/* a damaged parcel is told of under its own table */
	if (get_parcel(c, &id, &r) == TSK_NOTFOUND)
		found(c, "parcel %s: in the order table but not kept",
		    hex(&id, text));
}

static void
check_open(struct check *c, struct slice key, struct slice payload)
{
	struct store_record_parcel r;
	struct store_open_leg leg;
	uint64_t no = store_key_no_of(key);
	int rc;

	if (store_record_open_read(payload, &leg) != 0 || leg.leg.no != no) {
		found(c, "open leg %llu: the record does not unpack",
		    (unsigned long long)no);
		return;
	}
	rc = get_parcel(c, &leg.id, &r);
	if (rc == TSK_DAMAGED)
		return;
	if (rc != 0 || leg.leg.index >= r.parcel.leg_count ||
	    memcmp(&r.parcel.legs[leg.leg.index].no, &no, sizeof(no)) != 0 ||
	    r.parcel.legs[leg.leg.index].state != leg.leg.state)
		found(c, "open leg %llu: does not agree with its parcel",
		    (unsigned long long)no);
}

static void
check_body(struct check *c, struct slice key, struct slice payload)
{
	struct id id = store_key_id_of(key);
	char text[ID_TEXT_BYTES];
	struct slice value;

	(void)payload;
	c->out->verify.bodies++;
	if (c->store->map->get(c->txn, TABLE_STAGED, key, &value) == 0)
		return;
	if (c->store->map->get(c->txn, TABLE_PARCEL,
		(struct slice){id.bytes, ID_BYTES}, &value) != 0)
		found(c, "body of %s: belongs to no parcel", hex(&id, text));
}

static void
check_staged(struct check *c, struct slice key, struct slice payload)
{
	struct id id = store_key_id_of(key);
	struct store_record_staged s;
	char text[ID_TEXT_BYTES];
	struct slice value;

	if (store_record_staged_read(payload, &s) != 0 ||
	    c->store->map->get(c->txn, TABLE_BODY, key, &value) != 0 ||
	    value.n != s.bytes + STORE_TAG_BYTES)
		found(
		    c, "staged piece of %s: without its body", hex(&id, text));
}

static void
check_nothing(struct check *c, struct slice key, struct slice payload)
{
	(void)c;
	(void)key;
	(void)payload;
}

/* ---- tables ---- */

struct table_check {
	const char *name;
	size_t key_bytes; /* 0: of any length */
	void (*record)(struct check *c, struct slice key, struct slice payload);
};

static const struct table_check checks[STORE_TABLES] = {
    [TABLE_META] = {"meta", 0, check_nothing},
    [TABLE_PARCEL] = {"parcel", ID_BYTES, check_parcel},
    [TABLE_ORDER] = {"order", STORE_KEY_ORDER_BYTES, check_order},
    [TABLE_OPEN] = {"open", STORE_KEY_NO_BYTES, check_open},
    [TABLE_BODY] = {"body", STORE_KEY_PIECE_BYTES, check_body},
    [TABLE_STAGED] = {"staged", STORE_KEY_PIECE_BYTES, check_staged},
    [TABLE_AUDIT] = {"audit", STORE_KEY_NO_BYTES, check_nothing},
    [TABLE_REGISTRY] = {"registry", 0, check_nothing},
};

struct last_key {
	uint8_t bytes[512];
	size_t n;
};

static bool
ascends(struct last_key *last, struct slice key)
{
	size_t n = key.n < last->n ? key.n : last->n;
	int order;

	if (key.n == 0 || key.n > sizeof(last->bytes))
		return false;
	order = memcmp(last->bytes, key.p, n);
	if (order > 0 || (order == 0 && last->n >= key.n))
		return false;
	memcpy(last->bytes, key.p, key.n);
	last->n = key.n;
	return true;
}

static void
check_record(struct check *c, enum store_table table, struct slice key,
    struct slice value)
{
	const struct table_check *t = &checks[table];
	struct slice payload;
	char text[2 * 24 + 1] = "";

	c->out->verify.records++;
	if (t->key_bytes == 0 || key.n == t->key_bytes) {
		if (store_record_check(table, key, value, &payload) == 0) {
			t->record(c, key, payload);
			return;
		}
	}
	for (size_t i = 0; i < key.n && i < 24; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)key.p)[i]);
	found(c, "%s %s: the record does not match its tag", t->name, text);
}

static void
tree(struct check *c, enum store_table table, const char *what)
{
	c->out->tree = true;
	found(c, "%s: %s", checks[table].name, what);
}

static void
check_table(struct check *c, enum store_table table)
{
	struct slice key = {NULL, 0}, value;
	struct last_key last = {.n = 0};
	uint64_t n = 0;
	void *walk;
	int rc;

	if (c->store->map->walk_open(c->txn, table, &walk) != 0) {
		tree(c, table, "the table cannot be read");
		return;
	}
	for (rc = c->store->map->walk(walk, MAP_FROM, &key, &value); rc == 0;
	     rc = c->store->map->walk(walk, MAP_NEXT, &key, &value)) {
		if (!ascends(&last, key) || ++n > c->limit) {
			tree(c, table, "the records are out of order");
			break;
		}
		check_record(c, table, key, value);
	}
	if (rc != 0 && rc != TSK_NOTFOUND)
		tree(c, table, "the table cannot be read to its end");
	else if (rc == TSK_NOTFOUND && n != c->store->map->count(c->txn, table))
		tree(c, table, "not as many records as counted");
	c->store->map->walk_close(walk);
}

int
store_check(struct store *store, void *txn, uint64_t limit,
    struct store_check *out, void (*report)(const char *line, void *arg),
    void *arg)
{
	struct check c = {store, txn, limit, out, report, arg};
	struct store_record_state state;
	struct why why;

	for (int t = 0; t < STORE_TABLES; t++)
		check_table(&c, (enum store_table)t);
	if (store_read_state(store->map, txn, &state) != 0)
		found(&c, "meta: the state record is missing or damaged");
	if (store_read_audit_verify(store, &out->verify.audit_entries, &why) !=
	    0)
		found(&c, "audit: entry %llu is changed, missing or damaged",
		    (unsigned long long)out->verify.audit_entries + 1);
	return out->verify.damaged > 0 ? TSK_DAMAGED : 0;
}

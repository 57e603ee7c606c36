/* NAME
 *	quota - how much an office may send on one day
 * DIAGNOSTICS
 *	info: how many parcels were counted, once, or the reason it failed: then
 *	the day begins at zero.
 * BUGS
 *	Large parcels count when their last byte is here: several at once may
 *	pass the mark together.
 */
#include <stdlib.h>
#include <string.h>

#include "deadline.h"
#include "log.h"

#include "quota.h"

struct office {
	struct hash_node node;
	const struct desk *desk;
	struct quota_used used;
};

struct quotas {
	int day; /* YYYYMMDD that is counted */
	struct hash offices;
};

/* ---- one day's counts ---- */

static uint32_t
hash_of(const struct desk *desk)
{
	return hash_bytes(&desk, sizeof(desk), 0);
}

static struct office *
find(const struct quotas *q, const struct desk *desk)
{
	struct hash_node *n = hash_first(&q->offices, hash_of(desk));

	for (; n != NULL; n = hash_next(n)) {
		if (HASH_OF(struct office, node, n)->desk == desk)
			return HASH_OF(struct office, node, n);
	}
	return NULL;
}

static void
forget(struct quotas *q)
{
	struct hash_node *node, *next;
	size_t i;

	for (i = 0; i <= q->offices.mask; i++) {
		for (node = q->offices.buckets[i]; node != NULL; node = next) {
			next = node->next;
			free(HASH_OF(struct office, node, node));
		}
	}
	hash_fini(&q->offices);
}

/* The counts of today; NULL: nobody has a quota. */
static struct quotas *
today(struct broker *b)
{
	struct quotas *q = b->quotas;
	int day = deadline_day(b->wall_ms);

	if (q != NULL && q->day != day) {
		forget(q);
		hash_init(&q->offices);
		q->day = day;
	}
	return q;
}

static void
count(struct broker *b, struct quotas *q, const struct store_parcel *p)
{
	const struct desk *from = registry_match(b->registry, p->from,
	    p->from_type, deadline_day(p->accepted_ms), NULL);
	struct office *o;

	if (from == NULL || !from->inside || strcmp(p->agent, "broker") == 0)
		return;
	if ((o = find(q, from)) == NULL) {
		o = mem_new(sizeof(*o));
		o->desk = from;
		hash_put(&q->offices, &o->node, hash_of(from));
	}
	o->used.parcels++;
	o->used.bytes += p->encoded_bytes;
}

/* ---- beginning ---- */

static bool
has_quota(const struct desk *desk)
{
	return desk->inside && (desk->policy.quota_parcels != 0 ||
				   desk->policy.quota_bytes != 0);
}

static bool
anybody(const struct registry *r)
{
	struct desk *const *desks;
	size_t i, n;

	desks = registry_desks(r, &n);
	for (i = 0; i < n; i++) {
		if (has_quota(desks[i]))
			return true;
	}
	return false;
}

static int
count_kept(const struct store_parcel *p, void *arg)
{
	struct broker *b = arg;

	count(b, b->quotas, p);
	return 0;
}

/* Damaged records are left out; what is sound counts. */
void
quota_open(struct broker *b)
{
	int day = deadline_day(b->wall_ms);
	struct store_filter filter = {.since_ms = deadline_ms(day, 0)};
	int rc;

	if (b->quotas != NULL || !anybody(b->registry))
		return;
	b->quotas = mem_new(sizeof(*b->quotas));
	b->quotas->day = day;
	hash_init(&b->quotas->offices);
	rc = store_find(b->store, &filter, count_kept, b);
	log_info("quota: offices=%zu result=%s", b->quotas->offices.count,
	    rc == 0 ? "counted" : err_text(rc));
}

void
quota_free(struct quotas **q)
{
	if (*q == NULL)
		return;
	forget(*q);
	free(*q);
	*q = NULL;
}

/* ---- every parcel ---- */

static bool
kept_before(struct broker *b, const struct id *id)
{
	struct store_parcel *p = NULL;
	bool there = store_parcel_get(b->store, id, &p) == 0;

	store_parcel_free(&p);
	return there;
}

uint64_t
quota_bytes(const struct wire_parcel *p)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < p->document_count; i++)
		sum += p->documents[i].encoded_bytes;
	return sum;
}

static bool
deletes(const struct wire_parcel *p)
{
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		if (policy_deletes(p->documents[i].kind))
			return true;
	}
	return false;
}

struct quota_used
quota_of(const struct broker *b, const struct desk *desk)
{
	struct quota_used none = {0, 0};
	const struct office *o;

	if (b->quotas == NULL || b->quotas->day != deadline_day(b->wall_ms) ||
	    (o = find(b->quotas, desk)) == NULL)
		return none;
	return o->used;
}

/* An import may have given the first quota: then the day is counted now. */
enum refusal
quota_check(struct broker *b, const struct wire_parcel *p, char note[192])
{
	const struct desk *from = registry_match(
	    b->registry, p->from, p->from_type, deadline_day(b->wall_ms), NULL);
	const struct policy *policy;
	struct quota_used used;
	uint64_t bytes = quota_bytes(p);

	if (from == NULL || !has_quota(from) || deletes(p))
		return REFUSAL_NONE;
	quota_open(b);
	policy = &from->policy;
	used = quota_of(b, from);
	if ((policy->quota_parcels == 0 ||
		used.parcels < policy->quota_parcels) &&
	    (policy->quota_bytes == 0 ||
		used.bytes + bytes <= policy->quota_bytes))
		return REFUSAL_NONE;
	if (kept_before(b, &p->id))
		return REFUSAL_NONE; /* the answer says that it is */
	snprintf(note, 192,
	    "Office %s has sent %u parcels and %llu bytes today; this one has "
	    "%llu bytes.",
	    from->key, used.parcels, (unsigned long long)used.bytes,
	    (unsigned long long)bytes);
	return policy->quota_bytes != 0 && bytes > policy->quota_bytes
		   ? REFUSAL_OVER_QUOTA
		   : REFUSAL_QUOTA;
}

void
quota_sent(struct broker *b, const struct store_parcel *p)
{
	struct quotas *q = today(b);

	if (q != NULL)
		count(b, q, p);
}

void
quota_unsent(struct broker *b, const struct store_parcel *p, int64_t sent_ms)
{
	struct quotas *q = today(b);
	const struct desk *from = registry_match(
	    b->registry, p->from, p->from_type, deadline_day(sent_ms), NULL);
	struct office *o = q != NULL && from != NULL ? find(q, from) : NULL;

	if (o == NULL || deadline_day(sent_ms) != q->day ||
	    o->used.parcels == 0 || o->used.bytes < p->encoded_bytes)
		return;
	o->used.parcels--;
	o->used.bytes -= p->encoded_bytes;
}

/* NAME
 *	expected - which results are owed, from headers alone
 * DESCRIPTION
 *	The store gives parcels newest first, so a result comes before its plan:
 *	pairs are made from both sides, and those without a plan are dropped at
 *	the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "wire.h"

#include "expected.h"

/* Whose clients were counted already. */
struct marks {
	uint8_t (*mark)[WIRE_MARK_BYTES];
	size_t count, room;
};

/* What one desk sent another, of one kind of file. */
struct side {
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	bool result; /* else plan */
	uint32_t parcels, marked_clients, largest;
	int64_t first_ms, last_ms;
	enum leg_way way;
	bool deleted; /* without a mark, and nothing newer */
	struct marks marks;
	struct hash_node node; /* by both numbers */
	struct side *next;     /* all of them */
};

struct gathering {
	struct hash sides;
	struct side *first;
};

static uint32_t
pair_hash(const char *from, const char *to, bool result)
{
	uint32_t h = hash_bytes(from, NUMBER_OFFICE_CHARS, result ? 1 : 0);

	return hash_bytes(to, NUMBER_OFFICE_CHARS, h);
}

static struct side *
side_of(struct gathering *g, const struct store_parcel *p, bool result)
{
	uint32_t h = pair_hash(p->from, p->to, result);
	struct hash_node *n = hash_first(&g->sides, h);
	struct side *s;

	for (; n != NULL; n = hash_next(n)) {
		s = HASH_OF(struct side, node, n);
		if (s->result == result && strcmp(s->from, p->from) == 0 &&
		    strcmp(s->to, p->to) == 0 &&
		    strcmp(s->from_type, p->from_type) == 0 &&
		    strcmp(s->to_type, p->to_type) == 0)
			return s;
	}
	s = mem_new(sizeof(*s));
	memcpy(s->from, p->from, sizeof(s->from));
	memcpy(s->from_type, p->from_type, sizeof(s->from_type));
	memcpy(s->to, p->to, sizeof(s->to));
	memcpy(s->to_type, p->to_type, sizeof(s->to_type));
	s->result = result;
	s->next = g->first;
	g->first = s;
	hash_put(&g->sides, &s->node, h);
	return s;
}

static bool
seen(const struct marks *m, const uint8_t mark[WIRE_MARK_BYTES])
{
	size_t i;

	for (i = 0; i < m->count; i++) {
		if (memcmp(m->mark[i], mark, WIRE_MARK_BYTES) == 0)
			return true;
	}
	return false;
}

static void
remember(struct marks *m, const uint8_t mark[WIRE_MARK_BYTES])
{
	if (m->count == m->room) {
		m->room = m->room * 2 + 4;
		m->mark = mem_resize(m->mark, m->room * sizeof(*m->mark));
	}
	memcpy(m->mark[m->count++], mark, WIRE_MARK_BYTES);
}

/* Something of it is on its way or has arrived. */
static const struct store_leg *
alive(const struct store_parcel *p)
{
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *l = &p->legs[i];

		if (l->state != LEG_SUPERSEDED && l->state != LEG_RECALLED &&
		    l->state != LEG_CLOSED)
			return l;
	}
	return NULL;
}

static void
add_files(struct side *s, const struct store_parcel *p,
    const struct wire_parcel *w, const struct store_leg *leg)
{
	if (wire_marked(w) && seen(&s->marks, w->clients_mark))
		return; /* a newer version was counted, or it is deleted */
	if (wire_marked(w)) {
		remember(&s->marks, w->clients_mark);
		s->marked_clients += w->clients;
	} else if (w->clients > s->largest) {
		s->largest = w->clients;
	}
	if (s->parcels++ == 0) {
		s->last_ms = p->accepted_ms;
		s->way = leg->way;
	}
	s->first_ms = p->accepted_ms;
}

static void
add_deletion(struct side *s, const struct wire_parcel *w)
{
	if (wire_marked(w))
		remember(&s->marks, w->clients_mark);
	else if (s->parcels == 0)
		s->deleted = true;
}

static void
add_kind(struct gathering *g, const struct store_parcel *p,
    const struct wire_parcel *w, const struct store_leg *leg, const char *kind)
{
	bool result = strcmp(kind, "UPJSK") == 0;

	if (result || strcmp(kind, "UPPLAN") == 0)
		add_files(side_of(g, p, result), p, w, leg);
	else if (strcmp(kind, "DLTJSK") == 0 || strcmp(kind, "DLTPLAN") == 0)
		add_deletion(side_of(g, p, strcmp(kind, "DLTJSK") == 0), w);
}

static int
add(const struct store_parcel *p, void *arg)
{
	const struct store_leg *leg = alive(p);
	struct wire_msg msg = {0};
	struct why why = {0};
	size_t i, k;

	if (leg == NULL)
		return 0;
	if (wire_parcel_unpack(p->header, p->header_bytes, &msg, &why) == 0) {
		const struct wire_parcel *w = &msg.submit;

		for (i = 0; i < w->document_count; i++) {
			/* several files of one kind: one parcel */
			for (k = 0; k < i; k++) {
				if (strcmp(w->documents[k].kind,
					w->documents[i].kind) == 0)
					break;
			}
			if (k == i)
				add_kind(arg, p, w, leg, w->documents[i].kind);
		}
	}
	wire_fini(&msg);
	return 0;
}

/* ---- from sides to rows ---- */

static bool
same_type(const char *a, const char *b)
{
	return a[0] == '\0' || b[0] == '\0' || strcmp(a, b) == 0;
}

static uint32_t
clients_of(const struct side *s)
{
	return s->marked_clients > s->largest ? s->marked_clients : s->largest;
}

static void
add_results(const struct gathering *g, struct expected_row *row)
{
	struct hash_node *n =
	    hash_first(&g->sides, pair_hash(row->partner, row->office, true));

	for (; n != NULL; n = hash_next(n)) {
		const struct side *s = HASH_OF(struct side, node, n);

		if (!s->result || s->parcels == 0 ||
		    strcmp(s->from, row->partner) != 0 ||
		    strcmp(s->to, row->office) != 0 ||
		    !same_type(s->from_type, row->partner_type) ||
		    !same_type(s->to_type, row->office_type))
			continue;
		row->results += s->parcels;
		row->result_clients += clients_of(s);
		if (row->first_ms == 0 || s->first_ms < row->first_ms)
			row->first_ms = s->first_ms;
		if (s->last_ms > row->last_ms)
			row->last_ms = s->last_ms;
	}
}

static void
fill_row(
    const struct gathering *g, const struct side *s, struct expected_row *row)
{
	memset(row, 0, sizeof(*row));
	memcpy(row->office, s->from, sizeof(row->office));
	memcpy(row->office_type, s->from_type, sizeof(row->office_type));
	memcpy(row->partner, s->to, sizeof(row->partner));
	memcpy(row->partner_type, s->to_type, sizeof(row->partner_type));
	row->way = s->way;
	row->plans = s->parcels;
	row->plan_clients = clients_of(s);
	row->planned_ms = s->last_ms;
	row->maybe_deleted = s->deleted;
	add_results(g, row);
}

static int
by_desks(const void *a, const void *b)
{
	const struct expected_row *x = a, *y = b;
	int order = strcmp(x->office, y->office);

	if (order == 0)
		order = strcmp(x->office_type, y->office_type);
	if (order == 0)
		order = strcmp(x->partner, y->partner);
	return order != 0 ? order : strcmp(x->partner_type, y->partner_type);
}

static void
make_rows(const struct gathering *g, struct expected *out)
{
	const struct side *s;
	size_t n = 0;

	for (s = g->first; s != NULL; s = s->next)
		n += !s->result && s->parcels > 0;
	out->rows = mem_new((n + 1) * sizeof(*out->rows));
	for (s = g->first; s != NULL; s = s->next) {
		if (!s->result && s->parcels > 0)
			fill_row(g, s, &out->rows[out->count++]);
	}
	qsort(out->rows, out->count, sizeof(*out->rows), by_desks);
}

static void
finish(struct gathering *g, struct expected *out)
{
	struct side *s;

	memset(out, 0, sizeof(*out));
	make_rows(g, out);
	while ((s = g->first) != NULL) {
		g->first = s->next;
		free(s->marks.mark);
		free(s);
	}
	hash_fini(&g->sides);
}

int
expected_gather(struct store *store, const char *month, struct expected *out)
{
	struct gathering g = {.first = NULL};
	struct store_filter filter = {.month = month};
	int rc;

	hash_init(&g.sides);
	rc = store_find(store, &filter, add, &g);
	finish(&g, out);
	return rc;
}

void
expected_of(const struct store_parcel *const *parcels, size_t count,
    struct expected *out)
{
	struct gathering g = {.first = NULL};
	size_t i;

	hash_init(&g.sides);
	for (i = 0; i < count; i++)
		(void)add(parcels[i], &g);
	finish(&g, out);
}

void
expected_fini(struct expected *e)
{
	free(e->rows);
	memset(e, 0, sizeof(*e));
}

bool
expected_partly(const struct expected_row *row)
{
	return row->results > 0 && row->result_clients > 0 &&
	       row->result_clients < row->plan_clients;
}

bool
expected_arrived(const struct expected_row *row)
{
	return row->results > 0 && !expected_partly(row);
}

const char *
expected_key(const char *month, const char *office, const char *office_type,
    const char *partner, const char *partner_type,
    char out[STORE_KEY_BYTES_MAX])
{
	/* '+' before a type: with '/' two keys could look alike */
	snprintf(out, STORE_KEY_BYTES_MAX, "%s/%s%s%s/%s%s%s", month, office,
	    office_type[0] ? "+" : "", office_type, partner,
	    partner_type[0] ? "+" : "", partner_type);
	return out;
}

bool
expected_month(const char *text)
{
	int n = atoi(text), year = n / 100, of = n % 100;

	return strlen(text) == 6 && strspn(text, "0123456789") == 6 &&
	       year >= 2000 && year <= 9998 && of >= 1 && of <= 12;
}

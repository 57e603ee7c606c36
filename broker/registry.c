/* NAME
 *	registry - the offices and agents this broker knows
 * DESCRIPTION
 *	A hash by key and a sorted array of pointers: up to some hundred thousand
 *	rows, looked up a few times per parcel, changed a few times a month.
 *	Importing is registry_import.c and registry_plan.c.
 * DIAGNOSTICS
 *	A kept row that cannot be read any more is logged and left out: one bad
 *	row must not keep all offices from their files.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#include "registry.h"

#define TAIL_MAX 16

struct registry {
	struct hash by_key;
	struct policies policies;
	struct desk **desks;    /* by key */
	struct desk **by_agent; /* by folder_agent, then key */
	size_t desk_count, desk_room;
	size_t sorted;   /* of desks: so many lead in order, the rest is new */
	json_t *waiting; /* imports in quarantine: id -> {sha256,...} */
	bool by_agent_stale;
	int64_t stamp;         /* of the last change */
	struct agent **agents; /* by name */
	size_t agent_count, agent_room;
};

struct registry *
registry_new(void)
{
	struct registry *r = mem_new(sizeof(*r));

	policies_init(&r->policies);
	hash_init(&r->by_key);
	r->waiting = json_object();
	return r;
}

void
registry_free(struct registry **r_p)
{
	struct registry *r = *r_p;
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->desk_count; i++) {
		desk_fini(r->desks[i]);
		free(r->desks[i]);
	}
	for (i = 0; i < r->agent_count; i++)
		free(r->agents[i]);
	policies_fini(&r->policies);
	hash_fini(&r->by_key);
	json_decref(r->waiting);
	free(r->desks);
	free(r->by_agent);
	free(r->agents);
	free(r);
	*r_p = NULL;
}

struct policies *
registry_policies(struct registry *r)
{
	return &r->policies;
}

const struct policies *
registry_policies_of(const struct registry *r)
{
	return &r->policies;
}

int64_t
registry_stamp(struct registry *r, int64_t wall_ms)
{
	r->stamp = wall_ms > r->stamp ? wall_ms : r->stamp + 1;
	return r->stamp;
}

void
registry_wait(struct registry *r, const char *id, const json_t *record)
{
	json_t *about;
	const char *name;
	json_t *value;

	if (record == NULL) {
		json_object_del(r->waiting, id);
		return;
	}
	about = json_object();
	json_object_foreach((json_t *)(uintptr_t)record, name, value)
	{
		if (!json_is_array(value) && !json_is_object(value))
			json_object_set(about, name, value);
	}
	json_object_set_new(r->waiting, id, about);
}

const json_t *
registry_waiting(const struct registry *r)
{
	return r->waiting;
}

size_t
registry_waiting_count(const struct registry *r)
{
	return json_object_size(r->waiting);
}

/* First index of the ordered part whose key is not below ${key}. */
static size_t
desk_at(const struct registry *r, const char *key)
{
	size_t low = 0, high = r->sorted, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(r->desks[mid]->key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int
compare_by_key(const void *a, const void *b)
{
	const struct desk *x = *(struct desk *const *)a;
	const struct desk *y = *(struct desk *const *)b;

	return strcmp(x->key, y->key);
}

/* A few new rows are put where they belong; a whole list is sorted once. */
static void
bring_in_order(const struct registry *cr)
{
	struct registry *r = (struct registry *)(uintptr_t)cr;

	if (r->desk_count - r->sorted > TAIL_MAX) {
		qsort(
		    r->desks, r->desk_count, sizeof(*r->desks), compare_by_key);
		r->sorted = r->desk_count;
	}
	for (; r->sorted < r->desk_count; r->sorted++) {
		struct desk *desk = r->desks[r->sorted];
		size_t at = desk_at(r, desk->key);

		memmove(r->desks + at + 1, r->desks + at,
		    (r->sorted - at) * sizeof(*r->desks));
		r->desks[at] = desk;
	}
}

static size_t
agent_at(const struct registry *r, const char *name)
{
	size_t low = 0, high = r->agent_count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(r->agents[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct desk *
kept(const struct registry *r, const char *key)
{
	struct hash_node *n =
	    hash_first(&r->by_key, hash_bytes(key, strlen(key), 0));

	for (; n != NULL; n = hash_next(n)) {
		if (strcmp(HASH_OF(struct desk, node, n)->key, key) == 0)
			return HASH_OF(struct desk, node, n);
	}
	return NULL;
}

const struct desk *
registry_key(const struct registry *r, const char *key)
{
	return kept(r, key);
}

const struct desk *
registry_desk(const struct registry *r, const char *number, const char *type)
{
	char key[REGISTRY_KEY_BYTES];
	size_t n = strlen(number), t = strlen(type);

	if (n + t + 2 > sizeof(key))
		return NULL;
	memcpy(key, number, n + 1);
	if (t > 0) {
		key[n] = '/';
		memcpy(key + n + 1, type, t + 1);
	}
	return registry_key(r, key);
}

struct desk *const *
registry_first(const struct registry *r, const char *number, size_t *count)
{
	size_t at, end;

	bring_in_order(r);
	at = end = desk_at(r, number);
	/* "NUMBER" sorts just before its own "NUMBER/TYPE" rows */
	while (
	    end < r->desk_count && strcmp(r->desks[end]->number, number) == 0)
		end++;
	*count = end - at;
	return end > at ? r->desks + at : NULL;
}

struct desk *const *
registry_desks(const struct registry *r, size_t *count)
{
	bring_in_order(r);
	*count = r->desk_count;
	return r->desks;
}

struct agent *const *
registry_agents(const struct registry *r, size_t *count)
{
	*count = r->agent_count;
	return r->agents;
}

struct agent *
registry_agent(const struct registry *r, const char *name)
{
	size_t at = agent_at(r, name);

	if (at < r->agent_count && strcmp(r->agents[at]->name, name) == 0)
		return r->agents[at];
	return NULL;
}

static int
compare_by_agent(const void *a, const void *b)
{
	const struct desk *x = *(struct desk *const *)a;
	const struct desk *y = *(struct desk *const *)b;
	int order = strcmp(x->folder_agent, y->folder_agent);

	return order != 0 ? order : strcmp(x->key, y->key);
}

/* The second order is made when first asked for: an import of 10,000 rows must
 * not sort 10,000 times. */
static void
refresh_by_agent(struct registry *r)
{
	if (!r->by_agent_stale)
		return;
	bring_in_order(r);
	r->by_agent =
	    mem_resize(r->by_agent, r->desk_count * sizeof(*r->by_agent));
	memcpy(r->by_agent, r->desks, r->desk_count * sizeof(*r->by_agent));
	qsort(
	    r->by_agent, r->desk_count, sizeof(*r->by_agent), compare_by_agent);
	r->by_agent_stale = false;
}

struct desk *const *
registry_desks_of(const struct registry *cr, const char *agent, size_t *count)
{
	struct registry *r = (struct registry *)(uintptr_t)cr;
	size_t low = 0, high = r->desk_count, mid, end;

	refresh_by_agent(r);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(r->by_agent[mid]->folder_agent, agent) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < r->desk_count &&
			strcmp(r->by_agent[end]->folder_agent, agent) == 0;
	     end++)
		;
	*count = end - low;
	return end > low ? r->by_agent + low : NULL;
}

const char *
desk_queue(const struct desk *desk, char out[STORE_QUEUE_BYTES])
{
	snprintf(out, STORE_QUEUE_BYTES, "office/%s", desk->key);
	return out;
}

static void
append_desk(struct registry *r, const struct desk *desk)
{
	struct desk *new = mem_dup(desk, sizeof(*desk));

	if (r->desk_count == r->desk_room) {
		r->desk_room = r->desk_room * 2 + 16;
		r->desks =
		    mem_resize(r->desks, r->desk_room * sizeof(*r->desks));
	}
	/* rows come from the store in order */
	if (r->sorted == r->desk_count &&
	    (r->sorted == 0 ||
		strcmp(r->desks[r->sorted - 1]->key, new->key) < 0))
		r->sorted++;
	r->desks[r->desk_count++] = new;
	hash_put(
	    &r->by_key, &new->node, hash_bytes(new->key, strlen(new->key), 0));
}

void
registry_put_desk(struct registry *r, struct desk *desk)
{
	struct desk *old = kept(r, desk->key);

	r->by_agent_stale = true;
	if (old != NULL) {
		desk->fax_record = json_incref(old->fax_record);
		fax_view(desk->fax_record, desk->fax.number, &desk->fax);
		desk->node = old->node;
		desk_fini(old);
		*old = *desk;
	} else {
		append_desk(r, desk);
	}
	memset(desk, 0, sizeof(*desk));
}

void
registry_put_fax(struct registry *r, const char *key, json_t *record)
{
	struct desk *desk = kept(r, key);

	if (desk == NULL)
		return;
	json_decref(desk->fax_record);
	desk->fax_record = json_incref(record);
	fax_view(desk->fax_record, desk->fax.number, &desk->fax);
}

void
registry_put_agent(struct registry *r, const struct agent *agent)
{
	size_t at = agent_at(r, agent->name);
	struct agent *old;

	if (at < r->agent_count &&
	    strcmp(r->agents[at]->name, agent->name) == 0) {
		old = r->agents[at];
		memcpy(old->public_key, agent->public_key, CURVE_KEY_BYTES);
		memcpy(old->hub, agent->hub, sizeof(old->hub));
		old->role = agent->role;
		old->revoked = agent->revoked;
		return;
	}
	if (r->agent_count == r->agent_room) {
		r->agent_room = r->agent_room * 2 + 16;
		r->agents =
		    mem_resize(r->agents, r->agent_room * sizeof(*r->agents));
	}
	memmove(r->agents + at + 1, r->agents + at,
	    (r->agent_count - at) * sizeof(*r->agents));
	r->agents[at] = mem_dup(agent, sizeof(*agent));
	r->agents[at]->live = r->agents[at]->challenger = NULL;
	r->agents[at]->conflict_ms = 0;
	r->agent_count++;
}

static void
complain_log(void *arg, const char *column, const char *english)
{
	log_error("registry: key=%s column=%s result=left-out why=\"%s\"",
	    (const char *)arg, column, english);
}

static void
complain_kept(void *arg, const char *column, const char *english)
{
	log_warn("registry: key=%s column=%s result=left-empty why=\"%s\"",
	    (const char *)arg, column, english);
}

/* FAX records, read by a thread of their own while the rows are: with a hundred
 * thousand rows each takes half a second. */
struct fax_list {
	struct store *store;
	struct {
		char key[REGISTRY_KEY_BYTES];
		json_t *record;
	} * list;
	size_t count, room;
	int rc;
};

static int
add_fax(const char *key, const void *value, size_t bytes, void *arg)
{
	struct fax_list *l = arg;
	json_t *record = json_loadb(value, bytes, 0, NULL);

	if (!json_is_object(record) || strlen(key) >= REGISTRY_KEY_BYTES) {
		log_error("registry: key=%s result=left-out why=\"the kept FAX "
			  "record cannot be read: not verified\"",
		    key);
		json_decref(record);
		return 0;
	}
	if (l->count == l->room) {
		l->room = l->room * 2 + 64;
		l->list = mem_resize(l->list, l->room * sizeof(*l->list));
	}
	memcpy(l->list[l->count].key, key, strlen(key) + 1);
	l->list[l->count++].record = record;
	return 0;
}

static void *
read_fax(void *arg)
{
	struct fax_list *l = arg;

	l->rc = store_registry_walk(l->store, "fax", add_fax, l);
	return NULL;
}

static void
take_fax(struct registry *r, struct fax_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		registry_put_fax(r, l->list[i].key, l->list[i].record);
		json_decref(l->list[i].record);
	}
	free(l->list);
}

/* The text as kept is the text of the row: printing it again would cost as much
 * as reading it. */
static int
load_desk(const char *key, const void *value, size_t bytes, void *arg)
{
	json_t *row = json_loadb(value, bytes, 0, NULL);
	struct desk desk;
	char name[STORE_KEY_BYTES_MAX + 1];

	snprintf(name, sizeof(name), "%s", key);
	if (desk_check(row, &desk, complain_log, name) == 0) {
		desk.json = mem_new(bytes + 1);
		memcpy(desk.json, value, bytes);
		(void)desk_resolve(&((struct registry *)arg)->policies, &desk,
		    row, complain_kept, name);
		registry_put_desk(arg, &desk);
	}
	json_decref(row);
	return 0;
}

static int
load_waiting(const char *key, const void *value, size_t bytes, void *arg)
{
	json_t *record;

	if (strchr(key, '.') != NULL) /* a part with rows */
		return 0;
	record = json_loadb(value, bytes, 0, NULL);
	registry_wait(arg, key, record != NULL ? record : json_null());
	json_decref(record);
	return 0;
}

static int
load_agent(const char *key, const void *value, size_t bytes, void *arg)
{
	json_t *row = json_loadb(value, bytes, 0, NULL);
	struct agent agent;
	struct why why = {0};
	const char *public_key = "", *role = "";
	int revoked = 0;

	if (json_unpack(row, "{s:s,s:s,s?b}", "public_key", &public_key, "role",
		&role, "revoked", &revoked) != 0 ||
	    agent_parse(key, public_key, role, &agent, &why) != 0) {
		log_error("registry: agent=%s result=left-out why=\"%s\"", key,
		    why.text[0] ? why.text : "the kept record is no agent");
	} else {
		agent.revoked = revoked;
		registry_put_agent(arg, &agent);
	}
	json_decref(row);
	return 0;
}

static int
load_rows(struct registry *r, struct store *store)
{
	struct fax_list fax = {.store = store};
	pthread_t thread;
	bool alone;
	int rc;

	json_object_seed(0); /* before there are two */
	alone = pthread_create(&thread, NULL, read_fax, &fax) != 0;
	rc = store_registry_walk(store, "office", load_desk, r);
	if (alone)
		(void)read_fax(&fax);
	else
		pthread_join(thread, NULL);
	take_fax(r, &fax);
	return rc != 0 ? rc : fax.rc;
}

int
registry_load(struct registry *r, struct store *store, struct why *why)
{
	int rc = load_rows(r, store);

	if (rc == 0)
		rc = store_registry_walk(store, "agent", load_agent, r);
	if (rc == 0)
		rc = store_registry_walk(store, "quarantine", load_waiting, r);
	if (rc != 0)
		why_set(why, WHY_NEVER, "registry",
		    "The registry cannot be read: %s.", err_text(rc));
	return rc;
}

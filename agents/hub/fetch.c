/* NAME
 *	fetch - what a hub has for us
 * SUMMARY
 *	see fetch.h
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"
#include "manifest.h"
#include "set.h"

#include "fetch.h"

#define UNDER_WAY_MAX 4 /* sets being fetched at once */
#define SOURCE_WORDS  "%" SCNu64 " %" SCNd64 " %n"

/* A file at the hub, as long as it lies there. */
struct found {
	char *name;
	uint64_t bytes;
	int64_t mtime;
	int64_t same_ms; /* it looks like this since */
	bool usable, standard, there, busy;
	bool left; /* nothing more to do for it as it is */
	struct name parsed;
	struct found *next;
};

struct fetch {
	const struct hub_settings *settings;
	const struct hub_profile *profile;
	const struct standard *rules;
	struct worker *worker;
	struct inbound *inbound;
	void (*changed)(void *arg);
	void *arg;
	regex_t attachment;
	bool has_attachment;
	struct found *files;
	bool looking;
	unsigned under_way;
	int64_t next_ms;
	size_t strange; /* files we said that we leave */
};

struct fetch *
fetch_new(const struct hub_settings *settings,
    const struct hub_profile *profile, const struct standard *standard,
    struct worker *worker, struct inbound *inbound, void (*changed)(void *arg),
    void *arg)
{
	struct fetch *f;

	if (profile->fetch.folder[0] == '\0')
		return NULL;
	f = mem_new(sizeof(*f));
	f->settings = settings;
	f->profile = profile;
	f->rules = standard;
	f->worker = worker;
	f->inbound = inbound;
	f->changed = changed;
	f->arg = arg;
	if (profile->fetch.attachment[0] != '\0')
		f->has_attachment =
		    regcomp(&f->attachment, profile->fetch.attachment,
			REG_EXTENDED) == 0;
	return f;
}

static void
found_free(struct found *file)
{
	free(file->name);
	free(file);
}

void
fetch_free(struct fetch **fetch_p)
{
	struct fetch *f = *fetch_p;
	struct found *next;

	if (f == NULL)
		return;
	for (struct found *file = f->files; file != NULL; file = next) {
		next = file->next;
		found_free(file);
	}
	if (f->has_attachment)
		regfree(&f->attachment);
	free(f);
	*fetch_p = NULL;
}

/* ---- looking ---- */

static bool
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcasecmp(name + n - m, end) == 0;
}

static bool
wanted(const struct fetch *f, const char *name)
{
	static const char *const unfinished[] = {".tmp", ".part", ".filepart"};

	if (!file_name_safe(name))
		return false;
	for (size_t i = 0; i < sizeof(unfinished) / sizeof(*unfinished); i++)
		if (ends_in(name, unfinished[i]))
			return false;
	for (char **p = f->profile->fetch.patterns; *p != NULL; p++)
		if (fnmatch(*p, name, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

/* Sender and receiver of a file that is none of the standard. */
static bool
read_attachment(const struct fetch *f, const char *name, struct name *out)
{
	regmatch_t group[3];

	if (!f->has_attachment ||
	    regexec(&f->attachment, name, 3, group, 0) != 0)
		return false;
	for (int i = 1; i < 3; i++) {
		char *number = i == 1 ? out->from : out->to;

		if (group[i].rm_so < 0 ||
		    group[i].rm_eo - group[i].rm_so != NUMBER_OFFICE_CHARS ||
		    !number_office_form(
			name + group[i].rm_so, NUMBER_OFFICE_CHARS))
			return false;
		memcpy(number, name + group[i].rm_so, NUMBER_OFFICE_CHARS);
		number[NUMBER_OFFICE_CHARS] = '\0';
	}
	return true;
}

static struct found *
find(struct fetch *f, const char *name)
{
	for (struct found *file = f->files; file != NULL; file = file->next)
		if (strcmp(file->name, name) == 0)
			return file;
	return NULL;
}

static struct found *
found_new(struct fetch *f, const char *name)
{
	struct found *file = mem_new(sizeof(*file));

	file->name = mem_text(name);
	file->standard = name_parse(f->rules, name, &file->parsed, NULL) == 0;
	file->usable =
	    wanted(f, name) &&
	    (file->standard || read_attachment(f, name, &file->parsed));
	file->next = f->files;
	f->files = file;
	return file;
}

static void
see(struct fetch *f, const struct driver_file *there, int64_t now_ms)
{
	struct found *file = find(f, there->name);

	if (file == NULL)
		file = found_new(f, there->name);
	file->there = true;
	if (file->same_ms != 0 && file->bytes == there->bytes &&
	    file->mtime == there->mtime)
		return;
	file->bytes = there->bytes;
	file->mtime = there->mtime;
	file->same_ms = now_ms;
	file->left = false;
}

static void
sweep(struct fetch *f)
{
	struct found **at = &f->files, *file;
	size_t strange = 0;

	while ((file = *at) != NULL) {
		if (!file->there && !file->busy) {
			*at = file->next;
			found_free(file);
			continue;
		}
		strange += file->usable ? 0 : 1;
		at = &file->next;
	}
	if (strange > f->strange)
		log_warn("fetch: left=%zu why=\"Files lie at the hub whose "
			 "names say neither sender nor receiver.\"",
		    strange);
	f->strange = strange;
}

struct list_order {
	struct order order; /* first */
	const char *folder;
	struct driver_list list;
};

static int
list_work(struct order *order, struct place *place)
{
	struct list_order *l = (struct list_order *)order;

	return place->driver->list(
	    place->self, l->folder, &l->list, &order->why);
}

static void
on_listed(struct order *order)
{
	struct list_order *l = (struct list_order *)order;
	struct fetch *f = order->arg;
	int64_t now = clock_wall_ms();

	f->looking = false;
	f->next_ms = now + f->settings->interval_ms;
	if (order->rc < 0 && order->rc != TSK_CLOSED)
		log_warn("fetch: result=later code=%s why=\"%s\"",
		    order->why.code, order->why.text);
	if (order->rc == 0) {
		for (struct found *x = f->files; x != NULL; x = x->next)
			x->there = false;
		for (size_t i = 0; i < l->list.count; i++)
			see(f, &l->list.files[i], now);
		sweep(f);
		f->changed(f->arg);
	}
	driver_list_fini(&l->list);
	free(l);
}

static void
look(struct fetch *f)
{
	struct list_order *l = mem_new(sizeof(*l));

	l->order.work = list_work;
	l->order.done = on_listed;
	l->order.arg = f;
	l->folder = f->profile->fetch.folder;
	f->looking = true;
	worker_put(f->worker, &l->order);
}

/* ---- removing ---- */

struct clear_order {
	struct order order; /* first */
	const struct hub_profile *profile;
	struct id id;
	bool submitted; /* inbound_done() is to follow */
	char *source;
	size_t cleared;
};

/* The next line of a source: name, and how it looked. */
static char *
next_line(char **rest, uint64_t *bytes, int64_t *mtime)
{
	char *line = strsep(rest, "\n");
	int used = 0;

	if (line == NULL ||
	    sscanf(line, SOURCE_WORDS, bytes, mtime, &used) != 2 || used == 0)
		return NULL;
	return line + used;
}

static int
clear_one(struct clear_order *c, struct place *place, const char *name)
{
	const char *folder = c->profile->fetch.folder;
	const char *taken = c->profile->fetch.taken;
	char other[ID_TEXT_BYTES + 256], id[ID_TEXT_BYTES];
	int rc;

	if (taken[0] == '\0')
		return place->driver->remove(
		    place->self, folder, name, &c->order.why);
	rc = place->driver->move(
	    place->self, folder, name, taken, name, &c->order.why);
	if (rc != TSK_EXIST)
		return rc;
	snprintf(other, sizeof(other), "%s-%s", id_text(&c->id, id), name);
	return place->driver->move(
	    place->self, folder, name, taken, other, &c->order.why);
}

/* Only what is still as it was fetched: the sender may have laid another. */
static int
clear_work(struct order *order, struct place *place)
{
	struct clear_order *c = (struct clear_order *)order;
	struct driver_list list = {0};
	char *copy = mem_text(c->source), *rest = copy, *name;
	uint64_t bytes;
	int64_t mtime;
	int rc = place->driver->list(
	    place->self, c->profile->fetch.folder, &list, &order->why);

	while (rc == 0 && (name = next_line(&rest, &bytes, &mtime)) != NULL) {
		const struct driver_file *there = driver_list_find(&list, name);

		if (there == NULL || there->bytes != bytes ||
		    there->mtime != mtime)
			continue;
		rc = clear_one(c, place, name);
		if (rc == TSK_NOTFOUND)
			rc = 0;
		c->cleared += rc == 0 ? 1 : 0;
		CRASH_POINT("hub-cleared");
	}
	driver_list_fini(&list);
	free(copy);
	return rc;
}

/* What is gone is forgotten: the same name may be laid again, and look the same,
 * before the next look. */
static void
forget(struct fetch *f, char *source)
{
	char *rest = source, *name;
	struct found *file;
	uint64_t bytes;
	int64_t mtime;

	while ((name = next_line(&rest, &bytes, &mtime)) != NULL) {
		if ((file = find(f, name)) == NULL)
			continue;
		file->there = file->left = false;
		file->same_ms = 0;
	}
}

static void
on_cleared(struct order *order)
{
	struct clear_order *c = (struct clear_order *)order;
	struct fetch *f = order->arg;
	char id[ID_TEXT_BYTES];

	id_text(&c->id, id);
	if (order->rc == 0)
		log_info("fetch: parcel=%s files=%zu result=cleared", id,
		    c->cleared);
	else if (order->rc != TSK_CLOSED)
		log_warn("fetch: parcel=%s result=not-cleared code=%s "
			 "why=\"%s\"",
		    id, order->why.code, order->why.text);
	/* what could not be cleared is met again, known, and cleared then */
	if (c->submitted && order->rc != TSK_CLOSED)
		inbound_done(f->inbound, &c->id);
	if (order->rc == 0)
		forget(f, c->source);
	else
		for (struct found *x = f->files; x != NULL; x = x->next)
			x->left = false;
	free(c->source);
	free(c);
}

static void
clear_source(
    struct fetch *f, const struct id *id, const char *source, bool submitted)
{
	struct clear_order *c = mem_new(sizeof(*c));

	c->order.work = clear_work;
	c->order.done = on_cleared;
	c->order.arg = f;
	c->profile = f->profile;
	c->id = *id;
	c->submitted = submitted;
	c->source = mem_text(source);
	worker_put(f->worker, &c->order);
}

void
fetch_accepted(struct fetch *f, const struct id *id, const char *source)
{
	clear_source(f, id, source, true);
}

/* ---- fetching ---- */

struct get_order {
	struct order order; /* first */
	const struct hub_profile *profile;
	size_t count;
	struct name head;
	struct got {
		struct found *file; /* the loop's; busy meanwhile */
		char *name, kind[NAME_KIND_BYTES];
		uint64_t bytes;
		int64_t mtime;
		struct buf data;
	} items[WIRE_DOCUMENTS_MAX];
};

static int
get_work(struct order *order, struct place *place)
{
	struct get_order *g = (struct get_order *)order;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < g->count; i++) {
		struct got *item = &g->items[i];

		rc = place->driver->get(place->self, g->profile->fetch.folder,
		    item->name, (size_t)g->profile->fetch.bytes, &item->data,
		    &order->why);
		if (rc == 0 && item->data.len != item->bytes)
			rc = TSK_NOTFOUND; /* it changed: look again */
	}
	return rc;
}

static void
source_of(const struct get_order *g, struct buf *out)
{
	for (size_t i = 0; i < g->count; i++)
		buf_printf(out, "%" PRIu64 " %" PRId64 " %s\n",
		    g->items[i].bytes, g->items[i].mtime, g->items[i].name);
}

static struct wire_parcel *
parcel_of(const struct get_order *g, struct link_body *bodies)
{
	struct wire_parcel *p = manifest_new(g->count);
	const struct name *head = &g->head;

	memcpy(p->from, head->from, sizeof(p->from));
	memcpy(p->from_type, head->from_type, sizeof(p->from_type));
	memcpy(p->to, head->to, sizeof(p->to));
	memcpy(p->to_type, head->to_type, sizeof(p->to_type));
	if (strcmp(head->month, "000000") != 0)
		memcpy(p->month, head->month, sizeof(p->month));
	memcpy(p->stamp, head->stamp, sizeof(p->stamp));
	for (size_t i = 0; i < g->count; i++) {
		manifest_document(p, i, g->items[i].name, g->items[i].kind);
		bodies[i].data =
		    g->items[i].data.data != NULL ? g->items[i].data.data : "";
		bodies[i].bytes = g->items[i].data.len;
	}
	return p;
}

static void
keep(struct fetch *f, struct get_order *g)
{
	struct link_body bodies[WIRE_DOCUMENTS_MAX];
	struct wire_parcel *parcel = parcel_of(g, bodies);
	char id[ID_TEXT_BYTES];
	struct why why = {0};
	struct buf source;
	int rc;

	buf_init(&source, INBOUND_SOURCE_MAX);
	source_of(g, &source);
	rc = inbound_put(f->inbound, parcel, bodies,
	    source.data != NULL ? source.data : "", clock_wall_ms(), &why);
	id_text(&parcel->id, id);
	if (rc == 0 || rc == TSK_EXIST)
		log_info("fetch: parcel=%s files=%zu result=%s", id, g->count,
		    rc == 0 ? "kept" : "again");
	else
		log_error("fetch: files=%zu result=%s code=%s why=\"%s\"",
		    g->count, why.class == WHY_LATER ? "later" : "never",
		    why.code, why.text);
	for (size_t i = 0; i < g->count; i++)
		g->items[i].file->left = why.class != WHY_LATER;
	if (rc == TSK_EXIST &&
	    inbound_state(f->inbound, &parcel->id) == INBOUND_DONE)
		clear_source(f, &parcel->id,
		    source.data != NULL ? source.data : "", false);
	manifest_free(&parcel);
	buf_fini(&source);
	f->changed(f->arg);
}

static void
on_got(struct order *order)
{
	struct get_order *g = (struct get_order *)order;
	struct fetch *f = order->arg;

	f->under_way--;
	for (size_t i = 0; i < g->count; i++)
		g->items[i].file->busy = false;
	if (order->rc == 0) {
		keep(f, g);
	} else if (order->rc == TSK_TOOBIG) {
		log_warn("fetch: result=never code=too-large");
		for (size_t i = 0; i < g->count; i++)
			g->items[i].file->left = true;
	} else if (order->rc != TSK_CLOSED && order->rc != TSK_NOTFOUND) {
		log_warn("fetch: result=later code=%s why=\"%s\"",
		    order->why.code, order->why.text);
	}
	for (size_t i = 0; i < g->count; i++) {
		if (order->rc == TSK_NOTFOUND)
			g->items[i].file->same_ms = 0;
		free(g->items[i].name);
		buf_fini(&g->items[i].data);
	}
	free(g);
}

static void
get_add(struct get_order *g, struct found *file, size_t max)
{
	struct got *item = &g->items[g->count++];

	file->busy = true;
	item->file = file;
	item->name = mem_text(file->name);
	item->bytes = file->bytes;
	item->mtime = file->mtime;
	if (file->standard)
		snprintf(
		    item->kind, sizeof(item->kind), "%s", file->parsed.kind);
	buf_init(&item->data, max + 1);
	/* the set's month: the first that names one */
	if (g->head.month[0] == '\0' || strcmp(g->head.month, "000000") == 0)
		memcpy(
		    g->head.month, file->parsed.month, sizeof(g->head.month));
}

static struct get_order *
get_new(struct fetch *f, const struct found *head)
{
	struct get_order *g = mem_new(sizeof(*g));

	g->order.work = get_work;
	g->order.done = on_got;
	g->order.arg = f;
	g->profile = f->profile;
	g->head = head->parsed;
	return g;
}

/* ---- what is due ---- */

static bool
open_file(const struct found *file)
{
	return file->usable && file->there && !file->busy && !file->left;
}

/* All that lies there of one set; the youngest decides. */
static size_t
members(
    struct fetch *f, struct found *head, struct found **out, int64_t *since_ms)
{
	size_t n = 0;

	*since_ms = head->same_ms;
	for (struct found *x = f->files; x != NULL; x = x->next) {
		if (x != head &&
		    (!head->standard || !x->standard || !open_file(x) ||
			!set_same(&x->parsed, &head->parsed)))
			continue;
		if (n == WIRE_DOCUMENTS_MAX)
			break;
		out[n++] = x;
		if (x->same_ms > *since_ms)
			*since_ms = x->same_ms;
	}
	return n;
}

static bool
complete(struct fetch *f, struct found **files, size_t n)
{
	struct name names[WIRE_DOCUMENTS_MAX];
	char missing[256];

	if (!files[0]->standard)
		return true;
	for (size_t i = 0; i < n; i++)
		names[i] = files[i]->parsed;
	return set_judge(f->rules, names, n, missing, sizeof(missing)) ==
	       SET_COMPLETE;
}

static void
take(struct fetch *f, struct found *head, int64_t now_ms)
{
	struct found *files[WIRE_DOCUMENTS_MAX];
	struct get_order *g;
	int64_t since;
	size_t n = members(f, head, files, &since);

	if (now_ms - since < f->profile->fetch.stable_ms ||
	    (now_ms - since < f->profile->fetch.wait_ms &&
		!complete(f, files, n)))
		return;
	g = get_new(f, head);
	for (size_t i = 0; i < n; i++)
		get_add(g, files[i], (size_t)f->profile->fetch.bytes);
	f->under_way++;
	worker_put(f->worker, &g->order);
}

int64_t
fetch_tick(struct fetch *f, int64_t now_ms)
{
	if (!f->looking && f->next_ms <= now_ms)
		look(f);
	for (struct found *x = f->files;
	     x != NULL && f->under_way < UNDER_WAY_MAX; x = x->next)
		if (open_file(x))
			take(f, x, now_ms);
	return f->looking || f->next_ms > now_ms + f->settings->interval_ms
		   ? now_ms + f->settings->interval_ms
		   : f->next_ms;
}

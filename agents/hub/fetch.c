/* NAME
 *	fetch - what a hub has for us
 * SUMMARY
 *	see fetch.h
 */
#include <fnmatch.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "set.h"

#include "fetch_inside.h"

/* Sets being fetched at once: a tick comes ten times a second, but what came is
 * in memory until it is kept. */
#define UNDER_WAY_MAX   32
#define UNDER_WAY_BYTES (32u << 20)

struct fetch *
fetch_new(const struct hub_settings *settings,
    const struct hub_profile *profile, const struct standard *standard,
    const char *secret, struct worker *worker, struct inbound *inbound,
    void (*changed)(void *arg), void *arg)
{
	struct fetch *f;

	if (profile->fetch.folder[0] == '\0')
		return NULL;
	f = mem_new(sizeof(*f));
	f->settings = settings;
	f->profile = profile;
	f->rules = standard;
	f->secret = secret;
	f->worker = worker;
	f->inbound = inbound;
	f->changed = changed;
	f->arg = arg;
	STAILQ_INIT(&f->to_clear);
	if (profile->fetch.attachment[0] != '\0')
		f->has_attachment =
		    regcomp(&f->attachment, profile->fetch.attachment,
			REG_EXTENDED) == 0;
	return f;
}

static int
compare_names(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
found_free(struct fetch *f, struct found *file)
{
	tdelete(file, &f->by_name, compare_names);
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
		found_free(f, file);
	}
	fetch_clear_fini(f);
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

struct found *
fetch_find(struct fetch *f, const char *name)
{
	const struct found wanted = {.name = (char *)(uintptr_t)name};
	struct found *const *node = tfind(&wanted, &f->by_name, compare_names);

	return node == NULL ? NULL : *node;
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
	if (tsearch(file, &f->by_name, compare_names) == NULL)
		panic("no memory");
	file->next = f->files;
	f->files = file;
	return file;
}

static void
see(struct fetch *f, const struct driver_file *there, int64_t now_ms)
{
	struct found *file = fetch_find(f, there->name);

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
			found_free(f, file);
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
		for (struct found *x = f->files; x != NULL; x = x->next) {
			x->there = false;
			x->due_ms = 0; /* more of its set may have come */
		}
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

/* ---- what is due ---- */

static bool
open_file(const struct found *file)
{
	return file->usable && file->there && !file->busy && !file->left;
}

/* All that lies there of one set, its head first; the youngest decides. */
static size_t
members(
    struct fetch *f, struct found *head, struct found **out, int64_t *since_ms)
{
	size_t n = 0;

	out[n++] = head;
	*since_ms = head->same_ms;
	for (struct found *x = head->standard ? f->files : NULL;
	     x != NULL && n < WIRE_DOCUMENTS_MAX; x = x->next) {
		if (x == head || !x->standard || !open_file(x) ||
		    !set_same(&x->parsed, &head->parsed))
			continue;
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
	const int64_t stable = f->profile->fetch.stable_ms;
	struct found *files[WIRE_DOCUMENTS_MAX];
	int64_t since;

	if (now_ms - head->same_ms < stable)
		return;
	size_t n = members(f, head, files, &since);
	if (now_ms - since < stable)
		head->due_ms = since + stable;
	else if (now_ms - since < f->profile->fetch.wait_ms &&
		 !complete(f, files, n))
		head->due_ms = since + f->profile->fetch.wait_ms;
	else
		fetch_get(f, files, n);
}

static bool
has_room(const struct fetch *f)
{
	return f->under_way < UNDER_WAY_MAX &&
	       f->under_way_bytes < UNDER_WAY_BYTES;
}

int64_t
fetch_tick(struct fetch *f, int64_t now_ms)
{
	if (!f->looking && f->next_ms <= now_ms)
		look(f);
	for (struct found *x = f->files; x != NULL && has_room(f); x = x->next)
		if (open_file(x) && x->due_ms <= now_ms)
			take(f, x, now_ms);
	return f->looking || f->next_ms > now_ms + f->settings->interval_ms
		   ? now_ms + f->settings->interval_ms
		   : f->next_ms;
}

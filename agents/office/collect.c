/* NAME
 *	collect - which files of an outbox go together, and when
 * DESCRIPTION
 *	Two tables: files by name, units by key.  The key of a set is
 *	"from/type>to/type@stamp", so that sorting the keys puts the units of
 *	one pair of offices side by side in 連番 order; "@FOLDER" is a partner
 *	folder, "!name" a stray file.
 *
 *	A pass (collect_take) looks at every unit once and sorts them: with ten
 *	thousand files in one drop that is a few milliseconds, and the owner
 *	makes at most ten passes a second.
 * BUGS
 *	A set that is complete waits for an earlier one of the same pair that
 *	still misses a member, up to set/wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "collect.h"

#define KEY_BYTES     300
#define MISSING_BYTES 256
#define AGAIN_MS      100

struct collect_unit {
	char *key;
	struct collect_file **files;
	size_t count, cap;
	int64_t not_before_ms;
	int64_t first_ms; /* when the first file of it came */
	bool judged;
	enum set_state state;
	char *missing;
};

struct collect {
	const struct standard *standard;
	int64_t wait_ms, stable_ms, next_ms;
	enum incomplete incomplete;
	zhashx_t *files, *units;
};

/* ---- units ---- */

static void
unit_key(const struct collect_file *f, char key[KEY_BYTES])
{
	const char *slash = strchr(f->name, '/');
	const struct name *n = &f->parsed;

	if (slash != NULL)
		snprintf(
		    key, KEY_BYTES, "@%.*s", (int)(slash - f->name), f->name);
	else if (f->standard)
		snprintf(key, KEY_BYTES, "%s/%s%s>%s/%s%s@%s", n->from,
		    n->from_type, n->from_code, n->to, n->to_type, n->to_code,
		    n->stamp);
	else
		snprintf(key, KEY_BYTES, "!%s", f->name);
}

static void
unit_join(struct collect *c, struct collect_file *f, int64_t now_ms)
{
	char key[KEY_BYTES];
	struct collect_unit *u;

	unit_key(f, key);
	u = zhashx_lookup(c->units, key);
	if (u == NULL) {
		u = mem_new(sizeof(*u));
		u->key = mem_text(key);
		u->first_ms = now_ms;
		zhashx_insert(c->units, key, u);
	}
	if (u->count == u->cap) {
		u->cap = u->cap == 0 ? 4 : u->cap * 2;
		u->files = mem_resize(u->files, u->cap * sizeof(*u->files));
	}
	u->files[u->count++] = f;
	u->judged = false;
	f->unit = u;
}

static void
unit_free(struct collect_unit *u)
{
	free(u->key);
	free(u->files);
	free(u->missing);
	free(u);
}

static void
unit_leave(struct collect *c, struct collect_file *f)
{
	struct collect_unit *u = f->unit;

	for (size_t i = 0; i < u->count; i++)
		if (u->files[i] == f) {
			u->files[i] = u->files[--u->count];
			break;
		}
	u->judged = false;
	if (u->count > 0)
		return;
	zhashx_delete(c->units, u->key);
	unit_free(u);
}

static void
unit_judge(struct collect *c, struct collect_unit *u)
{
	struct name *names;

	if (u->judged)
		return;
	names = mem_new(u->count * sizeof(*names));
	for (size_t i = 0; i < u->count; i++)
		names[i] = u->files[i]->parsed;
	if (u->missing == NULL)
		u->missing = mem_new(MISSING_BYTES);
	u->missing[0] = '\0';
	u->state =
	    set_judge(c->standard, names, u->count, u->missing, MISSING_BYTES);
	u->judged = true;
	free(names);
}

/* ---- when ---- */

static int64_t
quiet_at(const struct collect *c, const struct collect_file *f)
{
	return f->changed_ms + (f->arrived ? 0 : c->stable_ms);
}

static int64_t
later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Attachments go when their folder has been quiet; a folder that never is
 * gives what is complete after the wait. */
static int64_t
attach_due_at(const struct collect *c, const struct collect_unit *u)
{
	int64_t last = 0, first = INT64_MAX, cap;

	for (size_t i = 0; i < u->count; i++) {
		last = later_of(last, u->files[i]->changed_ms + c->stable_ms);
		if (quiet_at(c, u->files[i]) < first)
			first = quiet_at(c, u->files[i]);
	}
	cap = later_of(first, u->first_ms + c->wait_ms);
	return last < cap ? last : cap;
}

static int64_t
set_due_at(struct collect *c, struct collect_unit *u)
{
	int64_t quiet = 0, last = 0;
	bool any = false, returned = false;

	for (size_t i = 0; i < u->count; i++) {
		const struct collect_file *f = u->files[i];

		if (f->place == PLACE_HOLD)
			continue;
		any = true;
		returned = returned || f->returned;
		quiet = later_of(quiet, quiet_at(c, f));
		last = later_of(last, f->changed_ms);
	}
	if (!any)
		return INT64_MAX;
	unit_judge(c, u);
	if (u->state == SET_COMPLETE || returned)
		return quiet;
	return later_of(quiet, last + c->wait_ms);
}

static int64_t
due_at(struct collect *c, struct collect_unit *u)
{
	int64_t due;

	if (u->key[0] == '@')
		due = attach_due_at(c, u);
	else if (u->key[0] == '!')
		due = quiet_at(c, u->files[0]);
	else
		due = set_due_at(c, u);
	return due == INT64_MAX ? due : later_of(due, u->not_before_ms);
}

/* ---- what ---- */

static enum collect_action
set_action(const struct collect *c, const struct collect_unit *u)
{
	for (size_t i = 0; i < u->count; i++)
		if (u->files[i]->place == PLACE_OUTBOX && u->files[i]->returned)
			return COLLECT_SEND;
	if (u->state == SET_COMPLETE || u->state == SET_OPEN)
		return COLLECT_SEND;
	if (c->incomplete == INCOMPLETE_SEND)
		return COLLECT_SEND;
	return c->incomplete == INCOMPLETE_HOLD ? COLLECT_HOLD : COLLECT_REJECT;
}

/* Hand one unit to the owner: the quiet files of a partner folder, all files of
 * anything else. */
static void
give(struct collect *c, struct collect_unit *u, int64_t now_ms, collect_fn *fn,
    void *arg)
{
	struct collect_due due = {.state = SET_COMPLETE, .missing = ""};

	due.files = mem_new(u->count * sizeof(*due.files));
	for (size_t i = 0; i < u->count; i++)
		if (u->key[0] != '@' || quiet_at(c, u->files[i]) <= now_ms)
			due.files[due.count++] = u->files[i];
	if (u->key[0] == '@') {
		due.action = COLLECT_ATTACH;
	} else if (u->key[0] == '!') {
		due.action = COLLECT_STRAY;
	} else {
		due.action = set_action(c, u);
		due.state = u->state;
		due.missing = u->missing;
	}
	if (due.count > 0)
		fn(&due, arg);
	free(due.files);
}

static int
compare_units(const void *a, const void *b)
{
	const struct collect_unit *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* Same pair of offices: the keys agree up to the '@' before the stamp. */
static bool
same_pair(const struct collect_unit *a, const struct collect_unit *b)
{
	const char *at = strchr(a->key, '@');

	if (a->key[0] == '@' || a->key[0] == '!' || at == NULL)
		return false;
	return strncmp(a->key, b->key, (size_t)(at - a->key) + 1) == 0;
}

size_t
collect_take(
    struct collect *c, int64_t now_ms, size_t max, collect_fn *fn, void *arg)
{
	size_t count = zhashx_size(c->units), n = 0, given = 0;
	struct collect_unit **all = mem_new((count + 1) * sizeof(*all));
	const struct collect_unit *waits = NULL;

	for (struct collect_unit *u = zhashx_first(c->units); u != NULL;
	     u = zhashx_next(c->units))
		all[n++] = u;
	qsort(all, n, sizeof(*all), compare_units);
	c->next_ms = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		int64_t due = due_at(c, all[i]);

		if (waits != NULL && same_pair(waits, all[i]))
			continue; /* nothing overtakes */
		if (due <= now_ms && given < max) {
			give(c, all[i], now_ms, fn, arg);
			given++;
			continue;
		}
		if (due != INT64_MAX)
			waits = all[i];
		if (due < c->next_ms)
			c->next_ms = due;
	}
	/* what was given may have left something behind */
	if (given > 0 && c->next_ms > now_ms + AGAIN_MS)
		c->next_ms = now_ms + AGAIN_MS;
	free(all);
	return given;
}

int64_t
collect_next(const struct collect *c)
{
	return c->next_ms;
}

void
collect_later(
    struct collect *c, const struct collect_due *due, int64_t until_ms)
{
	if (due->count == 0)
		return;
	due->files[0]->unit->not_before_ms = until_ms;
	if (until_ms < c->next_ms)
		c->next_ms = until_ms;
}

/* ---- files ---- */

struct collect *
collect_new(const struct standard *standard, int64_t wait_ms, int64_t stable_ms,
    enum incomplete incomplete)
{
	struct collect *c = mem_new(sizeof(*c));

	c->standard = standard;
	c->wait_ms = wait_ms;
	c->stable_ms = stable_ms;
	c->incomplete = incomplete;
	c->next_ms = INT64_MAX;
	c->files = zhashx_new();
	c->units = zhashx_new();
	return c;
}

static void
file_free(struct collect_file *f)
{
	free(f->name);
	free(f);
}

void
collect_free(struct collect **c_p)
{
	struct collect *c = *c_p;

	if (c == NULL)
		return;
	*c_p = NULL;
	for (struct collect_file *f = zhashx_first(c->files); f != NULL;
	     f = zhashx_next(c->files))
		file_free(f);
	for (struct collect_unit *u = zhashx_first(c->units); u != NULL;
	     u = zhashx_next(c->units))
		unit_free(u);
	zhashx_destroy(&c->files);
	zhashx_destroy(&c->units);
	free(c);
}

static struct collect_file *
file_new(struct collect *c, const char *name, int64_t now_ms)
{
	struct collect_file *f = mem_new(sizeof(*f));
	struct why why = {0};

	f->name = mem_text(name);
	f->changed_ms = now_ms;
	f->standard = strchr(name, '/') == NULL &&
		      name_parse(c->standard, name, &f->parsed, &why) == 0;
	zhashx_insert(c->files, name, f);
	unit_join(c, f, now_ms);
	return f;
}

struct collect_file *
collect_see(struct collect *c, const char *name, enum collect_place place,
    enum collect_how how, uint64_t bytes, int64_t mtime_ns, uint64_t inode,
    int64_t now_ms)
{
	struct collect_file *f = zhashx_lookup(c->files, name);
	int64_t due;

	if (f == NULL) {
		f = file_new(c, name, now_ms);
	} else if (f->bytes != bytes || f->mtime_ns != mtime_ns ||
		   f->inode != inode || f->place != place) {
		f->changed_ms = now_ms;
		f->arrived = false;
	}
	if (how == HOW_ARRIVED && place == PLACE_OUTBOX) {
		f->arrived = true;
		f->changed_ms = now_ms;
	}
	f->place = place;
	f->bytes = bytes;
	f->mtime_ns = mtime_ns;
	f->inode = inode;
	due = due_at(c, f->unit);
	if (due < c->next_ms)
		c->next_ms = due;
	return f;
}

void
collect_gone(struct collect *c, const char *name)
{
	struct collect_file *f = zhashx_lookup(c->files, name);

	if (f == NULL)
		return;
	unit_leave(c, f);
	zhashx_delete(c->files, f->name);
	file_free(f);
}

const struct collect_file *
collect_find(struct collect *c, const char *name)
{
	return zhashx_lookup(c->files, name);
}

size_t
collect_count(const struct collect *c)
{
	return zhashx_size(c->files);
}

void
collect_sweep(struct collect *c, enum collect_place place, const char *prefix,
    bool (*seen)(const char *name, void *arg), void *arg)
{
	size_t n = strlen(prefix), gone = 0;
	char **names = mem_new((collect_count(c) + 1) * sizeof(*names));

	for (struct collect_file *f = zhashx_first(c->files); f != NULL;
	     f = zhashx_next(c->files)) {
		if (f->place != place || strncmp(f->name, prefix, n) != 0 ||
		    strchr(f->name + n, '/') != NULL || seen(f->name, arg))
			continue;
		names[gone++] = mem_text(f->name);
	}
	for (size_t i = 0; i < gone; i++) {
		collect_gone(c, names[i]);
		free(names[i]);
	}
	free(names);
}

/* NAME
 *	control_directory - the registry as the store has it: lists, history,
 *	quarantine, who has joined
 * DESCRIPTION
 *	Runs in the control thread, on what is committed: a hundred thousand rows
 *	keep no mail waiting.  An import is one record of kind "office-import"
 *	with every row it changed; history is read from them.
 * BUGS
 *	Reads every import's record for one office.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "deadline.h"

#include "control.h"
#include "registry_change.h"
#include "registry_row.h"

static json_t *
unreadable(int rc)
{
	return control_error(
	    "damaged", "The registry cannot be read: %s.", err_text(rc));
}

/* ---- all rows ---- */

struct listing {
	json_t *rows;
	const char *find, *way;
	bool inside, partners;
	size_t limit;
	bool more;
};

static bool
wanted(const struct listing *l, const json_t *row, const char *text)
{
	char scratch[ROW_SCRATCH_BYTES], *all;
	const char *inside = row_text(row, "inside", scratch), *way;
	bool ours = strcmp(inside, "1") == 0;

	if ((l->inside && !ours) || (l->partners && ours))
		return false;
	if (l->way[0] != '\0') {
		way = row_text(row, "ways", scratch);
		if (way[0] == '\0')
			way = row_text(row, "way", scratch);
		if (strstr(way, l->way) == NULL)
			return false;
	}
	if (l->find[0] == '\0')
		return true;
	all = mem_text(text);
	ours = strstr(all, l->find) != NULL;
	free(all);
	return ours;
}

static int
add_row(const char *key, const void *value, size_t bytes, void *arg)
{
	struct listing *l = arg;
	json_t *row = json_loadb(value, bytes, 0, NULL);
	char *text;

	(void)key;
	if (row == NULL)
		return 0;
	text = mem_new(bytes + 1);
	memcpy(text, value, bytes);
	if (!wanted(l, row, text)) {
		json_decref(row);
	} else if (l->limit > 0 && json_array_size(l->rows) == l->limit) {
		l->more = true;
		json_decref(row);
	} else {
		json_array_append_new(l->rows, row);
	}
	free(text);
	return l->more ? TSK_EXIST : 0;
}

json_t *
control_registry_list(const struct control_view *view, const json_t *in)
{
	struct listing l = {.rows = json_array(),
	    .find = control_text(in, "find"),
	    .way = control_text(in, "way"),
	    .inside = json_is_true(json_object_get(in, "inside")),
	    .partners = json_is_true(json_object_get(in, "partners")),
	    .limit = (size_t)control_number(in, "limit", 0)};
	int rc = store_registry_walk(view->store, "office", add_row, &l);

	if (rc != 0 && rc != TSK_EXIST && rc != TSK_DAMAGED) {
		json_decref(l.rows);
		return unreadable(rc);
	}
	return json_pack(
	    "{s:b,s:o,s:b}", "ok", 1, "rows", l.rows, "more", (int)l.more);
}

/* ---- what changed, when and by whom ---- */

struct past {
	const char *key; /* "" = the imports themselves */
	json_t *list;
};

static json_t *
import_json(json_t *record, const char *key)
{
	json_t *out = json_copy(record);

	json_object_del(out, "rows");
	json_object_del(out, "part");
	json_object_set_new(out, "import", json_string(key));
	return out;
}

static int
add_import(const char *key, const void *value, size_t bytes, void *arg)
{
	struct past *past = arg;
	json_t *record = json_loadb(value, bytes, 0, NULL), *row, *out;

	if (past->key[0] == '\0') {
		if (record != NULL && control_number(record, "part", 0) == 0)
			json_array_append_new(
			    past->list, import_json(record, key));
	} else if ((row = json_object_get(
			json_object_get(record, "rows"), past->key)) != NULL) {
		out = import_json(record, key);
		json_object_del(out, "added");
		json_object_del(out, "changed");
		json_object_del(out, "ended");
		json_object_update(out, row);
		json_array_append_new(past->list, out);
	}
	json_decref(record);
	return 0;
}

json_t *
control_registry_history(const struct control_view *view, const json_t *in)
{
	struct past past = {control_text(in, "office"), json_array()};
	int rc = store_registry_walk(
	    view->store, REGISTRY_KIND_IMPORT, add_import, &past);

	if (rc != 0 && rc != TSK_DAMAGED) {
		json_decref(past.list);
		return unreadable(rc);
	}
	if (past.key[0] != '\0' && json_array_size(past.list) == 0) {
		json_decref(past.list);
		return control_error(
		    "unknown", "No import changed %.20s.", past.key);
	}
	return json_pack("{s:b,s:o}", "ok", 1, "history", past.list);
}

/* ---- partners whom only paper reached before ---- */

struct joining {
	int64_t since, until; /* YYYYMMDD */
	json_t *found;        /* key -> entry, the latest */
};

static int
find_joined(const char *key, const void *value, size_t bytes, void *arg)
{
	struct joining *j = arg;
	json_t *record = json_loadb(value, bytes, 0, NULL), *row;
	const char *office;

	(void)key;
	json_object_foreach(json_object_get(record, "rows"), office, row)
	{
		int64_t day = control_number(row, "joined", 0);

		if (day >= j->since && day <= j->until && day > 0)
			json_object_set_new(j->found, office,
			    json_pack("{s:s,s:I,s:I,s:s}", "office", office,
				"day", (json_int_t)day, "at_ms",
				(json_int_t)control_number(record, "at_ms", 0),
				"by", control_text(record, "by")));
	}
	json_decref(record);
	return 0;
}

static int
add_current(const char *key, const void *value, size_t bytes, void *arg)
{
	json_t *entry = json_object_get(arg, key), *row;
	char scratch[ROW_SCRATCH_BYTES];
	const char *ways;

	if (entry == NULL)
		return 0;
	row = json_loadb(value, bytes, 0, NULL);
	ways = row_text(row, "ways", scratch);
	json_object_set_new(
	    entry, "name", json_string(row_text(row, "name", scratch)));
	json_object_set_new(entry, "ways",
	    json_string(
		ways[0] != '\0' ? ways : row_text(row, "way", scratch)));
	json_decref(row);
	return 0;
}

/* What paper went to them in the month before. */
static void
add_paper(const struct control_view *view, const char *month, json_t *found)
{
	json_t *ask = json_pack("{s:s}", "month", month);
	json_t *report = control_paper_report(view, ask), *row, *entry;
	char key[REGISTRY_KEY_BYTES];
	size_t i;

	json_array_foreach(json_object_get(report, "partners"), i, row)
	{
		const char *type = control_text(row, "office_type");

		snprintf(key, sizeof(key), "%s%s%s",
		    control_text(row, "office"), type[0] ? "/" : "", type);
		entry = json_object_get(found, key);
		if (entry == NULL)
			continue;
		json_object_set(
		    entry, "parcels", json_object_get(row, "parcels"));
		json_object_set(entry, "pages", json_object_get(row, "pages"));
		json_object_set(entry, "yen", json_object_get(row, "yen"));
	}
	json_decref(report);
	json_decref(ask);
}

static int
by_day(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int64_t p = control_number(x, "day", 0),
		q = control_number(y, "day", 0);

	if (p != q)
		return p < q ? -1 : 1;
	return strcmp(control_text(x, "office"), control_text(y, "office"));
}

static json_t *
sorted(json_t *found)
{
	size_t n = json_object_size(found), i = 0;
	json_t **list = mem_new((n + 1) * sizeof(*list)), *value, *out;
	const char *key;

	json_object_foreach(found, key, value) list[i++] = value;
	if (n > 0)
		qsort(list, n, sizeof(*list), by_day);
	out = json_array();
	for (i = 0; i < n; i++)
		json_array_append(out, list[i]);
	free(list);
	return out;
}

json_t *
control_registry_joined(const struct control_view *view, const json_t *in)
{
	int64_t now_ms = clock_wall_ms();
	int today = deadline_day(now_ms);
	struct joining j = {.since = control_number(in, "since", 0),
	    .until = control_number(in, "until", 99991231),
	    .found = json_object()};
	int first = today / 100 * 100 + 1;
	char month[16];
	json_t *list;
	int rc;

	snprintf(month, sizeof(month), "%06d", row_day_before(first) / 100);
	rc = store_registry_walk(
	    view->store, REGISTRY_KIND_IMPORT, find_joined, &j);
	if (rc == 0 || rc == TSK_DAMAGED)
		rc = store_registry_walk(
		    view->store, "office", add_current, j.found);
	if (rc != 0 && rc != TSK_DAMAGED) {
		json_decref(j.found);
		return unreadable(rc);
	}
	add_paper(view, month, j.found);
	list = sorted(j.found);
	json_decref(j.found);
	return json_pack(
	    "{s:b,s:s,s:o}", "ok", 1, "paper_month", month, "joined", list);
}

/* ---- quarantine ---- */

static int
add_waiting(const char *key, const void *value, size_t bytes, void *arg)
{
	json_t *record;

	if (strchr(key, '.') != NULL) /* a part with rows */
		return 0;
	if ((record = json_loadb(value, bytes, 0, NULL)) != NULL)
		json_array_append_new(arg, record);
	return 0;
}

json_t *
control_quarantine_list(const struct control_view *view, const json_t *in)
{
	json_t *list = json_array();
	int rc = store_registry_walk(
	    view->store, REGISTRY_KIND_QUARANTINE, add_waiting, list);

	(void)in;
	if (rc != 0 && rc != TSK_DAMAGED) {
		json_decref(list);
		return unreadable(rc);
	}
	return json_pack("{s:b,s:o}", "ok", 1, "waiting", list);
}

struct finding {
	const char *id;
	json_t *record, *rows;
};

static int
find_waiting(const char *key, const void *value, size_t bytes, void *arg)
{
	struct finding *f = arg;
	size_t n = strlen(f->id);
	json_t *rows;

	if (strncmp(key, f->id, n) != 0 || n == 0)
		return 0;
	if (key[n] == '\0') {
		f->record = json_loadb(value, bytes, 0, NULL);
	} else if (key[n] == '.') {
		rows = json_loadb(value, bytes, 0, NULL);
		json_array_extend(f->rows, rows);
		json_decref(rows);
	}
	return 0;
}

/* First half of show, release and drop: the list that waits, for the net thread
 * to plan again by the rows of now. */
json_t *
control_quarantine_record(const struct control_view *view, const json_t *in)
{
	struct finding f = {.id = control_text(in, "id"), .rows = json_array()};
	json_t *out = NULL;
	int rc = store_registry_walk(
	    view->store, REGISTRY_KIND_QUARANTINE, find_waiting, &f);

	if (rc != 0)
		out = unreadable(rc);
	else if (f.record == NULL)
		out = control_error(
		    "unknown", "Nothing waits in quarantine as %.20s.", f.id);
	if (out != NULL) {
		json_decref(f.record);
		json_decref(f.rows);
		return out;
	}
	json_object_set_new(f.record, "rows", f.rows);
	out = json_copy((json_t *)(uintptr_t)in);
	json_object_set_new(out, "ok", json_true());
	json_object_set_new(out, "record", f.record);
	return out;
}

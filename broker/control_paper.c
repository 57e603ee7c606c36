/* NAME
 *	control_paper - what paper costs, by partner
 * DESCRIPTION
 *	Of the parcels accepted in a month (Japan), those that went or are to go
 *	out on paper: how many, how many pages, how many yen.  Pages and yen are
 *	what the agents said when they delivered ("pages=3 yen=40"); pages they
 *	did not price cost what the settings say.  What a partner costs is what
 *	connecting it would save.
 * BUGS
 *	Reads every parcel of the month.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "settings.h"

#include "control.h"

struct row {
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	int64_t parcels, fax, pdf, waiting, pages, unknown, yen;
};

struct report {
	const struct settings *settings;
	struct row *rows;
	size_t count, room;
	json_t *index; /* key: where in rows */
	json_t *names; /* key or number: name in the registry */
};

static const char *
key_of(const char *number, const char *type, char key[REGISTRY_KEY_BYTES])
{
	snprintf(key, REGISTRY_KEY_BYTES, "%.10s%s%.2s", number,
	    type[0] != '\0' ? "/" : "", type);
	return key;
}

static struct row *
row_of(struct report *r, const struct store_parcel *p)
{
	char key[REGISTRY_KEY_BYTES];
	const json_t *at =
	    json_object_get(r->index, key_of(p->to, p->to_type, key));
	struct row *row;

	if (at != NULL)
		return &r->rows[json_integer_value(at)];
	json_object_set_new(r->index, key, json_integer((json_int_t)r->count));
	if (r->count == r->room) {
		r->room = r->room * 2 + 64;
		r->rows = mem_resize(r->rows, r->room * sizeof(*r->rows));
	}
	row = &r->rows[r->count++];
	memset(row, 0, sizeof(*row));
	memcpy(row->to, p->to, sizeof(row->to));
	memcpy(row->to_type, p->to_type, sizeof(row->to_type));
	return row;
}

/* "pages=3 yen=40": the number after a word, or -1. */
static int64_t
said(const char *detail, const char *word)
{
	size_t n = strlen(word);
	const char *at;

	for (at = detail; (at = strstr(at, word)) != NULL; at += n) {
		if ((at == detail || at[-1] == ' ') && at[n] == '=' &&
		    at[n + 1] >= '0' && at[n + 1] <= '9')
			return strtoll(at + n + 1, NULL, 10);
	}
	return -1;
}

static void
add_out(struct report *r, struct row *row, const struct store_parcel *p,
    const struct store_leg *leg)
{
	int64_t pages = -1, yen = -1, each;
	size_t i;

	for (i = 0; i < p->step_count; i++) {
		if (p->steps[i].leg != leg->index ||
		    p->steps[i].state != LEG_DELIVERED)
			continue;
		pages = said(p->steps[i].detail, "pages");
		yen = said(p->steps[i].detail, "yen");
	}
	each = leg->way == WAY_FAX ? r->settings->paper.fax_yen
				   : r->settings->paper.pdf_yen;
	if (pages < 0)
		row->unknown++;
	else
		row->pages += pages;
	row->yen += yen >= 0 ? yen : pages > 0 ? pages * each : 0;
}

static int
add(const struct store_parcel *p, void *arg)
{
	struct report *r = arg;
	struct row *row = NULL;
	size_t i;

	for (i = 0; i < p->leg_count; i++) {
		const struct store_leg *leg = &p->legs[i];
		bool out = leg->state == LEG_DELIVERED ||
			   leg->state == LEG_PICKED_UP ||
			   leg->state == LEG_ANSWERED;

		if ((leg->way != WAY_FAX && leg->way != WAY_PDF) ||
		    (leg->flags & (STORE_LEG_TEST | STORE_LEG_ASLEEP)) ||
		    (!out && !leg_state_open(leg->state)))
			continue;
		if (row == NULL) {
			row = row_of(r, p);
			row->parcels++;
		}
		row->fax += leg->way == WAY_FAX;
		row->pdf += leg->way == WAY_PDF;
		row->waiting += !out;
		if (out)
			add_out(r, row, p, leg);
	}
	return 0;
}

static int
dearest_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->yen != y->yen)
		return x->yen > y->yen ? -1 : 1;
	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	if (x->parcels != y->parcels)
		return x->parcels > y->parcels ? -1 : 1;
	return strcmp(x->to, y->to);
}

/* Names of the offices that are in the report, by key, and of the first row of
 * each number by number. */
static int
add_name(const char *key, const void *value, size_t bytes, void *arg)
{
	struct report *r = arg;
	char number[NUMBER_OFFICE_BYTES];
	json_t *row, *name;

	snprintf(number, sizeof(number), "%.10s", key);
	if (json_object_get(r->names, number) == NULL)
		return 0;
	row = json_loadb(value, bytes, 0, NULL);
	name = json_object_get(row, "name");
	if (json_is_string(name)) {
		json_object_set(r->names, key, name);
		if (json_is_null(json_object_get(r->names, number)))
			json_object_set(r->names, number, name);
	}
	json_decref(row);
	return 0;
}

/* A name is only for people: none, if the registry cannot be read. */
static void
look_up(struct store *store, struct report *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_object_set_new(r->names, r->rows[i].to, json_null());
	(void)!store_registry_walk(store, "office", add_name, r);
}

static const char *
name_of(const struct report *r, const struct row *row)
{
	char key[REGISTRY_KEY_BYTES];
	const char *name = json_string_value(
	    json_object_get(r->names, key_of(row->to, row->to_type, key)));

	if (name == NULL)
		name = json_string_value(json_object_get(r->names, row->to));
	return name != NULL ? name : "";
}

static json_t *
row_json(const struct report *r, const struct row *row, size_t rank)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
	    "rank", (json_int_t)rank, "office", row->to, "office_type",
	    row->to_type, "name", name_of(r, row), "parcels",
	    (json_int_t)row->parcels, "fax", (json_int_t)row->fax, "pdf",
	    (json_int_t)row->pdf, "waiting", (json_int_t)row->waiting, "pages",
	    (json_int_t)row->pages, "pages_unknown", (json_int_t)row->unknown,
	    "yen", (json_int_t)row->yen, "saves_a_year",
	    12 * (json_int_t)row->yen);
}

static json_t *
report_json(struct store *store, struct report *r, const char *month)
{
	json_t *list = json_array();
	int64_t parcels = 0, pages = 0, yen = 0;
	size_t i;

	look_up(store, r);
	if (r->count > 0)
		qsort(r->rows, r->count, sizeof(*r->rows), dearest_first);
	for (i = 0; i < r->count; i++) {
		json_array_append_new(list, row_json(r, &r->rows[i], i + 1));
		parcels += r->rows[i].parcels;
		pages += r->rows[i].pages;
		yen += r->rows[i].yen;
	}
	return json_pack("{s:b,s:s,s:o,s:{s:I,s:I,s:I}}", "ok", 1, "month",
	    month, "partners", list, "total", "parcels", (json_int_t)parcels,
	    "pages", (json_int_t)pages, "yen", (json_int_t)yen);
}

json_t *
control_paper_report(const struct control_view *view, const json_t *in)
{
	const char *month = control_text(in, "month");
	struct report r = {.settings = view->settings};
	struct store_filter filter = {0};
	int n = atoi(month), year = n / 100, of = n % 100;
	json_t *out;
	int rc;

	if (strlen(month) != 6 || year < 2000 || year > 9998 || of < 1 ||
	    of > 12)
		return control_error("malformed", "Write a month as 202612.");
	r.index = json_object();
	r.names = json_object();
	filter.since_ms = deadline_ms(year * 10000 + of * 100 + 1, 0);
	filter.until_ms = of == 12
			      ? deadline_ms((year + 1) * 10000 + 101, 0)
			      : deadline_ms(year * 10000 + of * 100 + 101, 0);
	filter.until_ms--;
	rc = store_find(view->store, &filter, add, &r);
	out = rc != 0 ? control_error("damaged",
			    "The parcels cannot be read: %s.", err_text(rc))
		      : report_json(view->store, &r, month);
	free(r.rows);
	json_decref(r.index);
	json_decref(r.names);
	return out;
}

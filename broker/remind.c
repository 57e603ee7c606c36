/* NAME
 *	remind - asking partners for results that are owed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "settings.h"

#include "expected.h"
#include "remind.h"
#include "text_parcel.h"

#define KIND      "reminder"
#define DAY_MS    (24LL * 60 * 60 * 1000)
#define TIMES_MAX 8

/* ---- when ---- */

/* "2b 09:00; 4b 09:00": how many, or -1 with the part that is none. */
static int
times_of(const char *text, struct deadline out[TIMES_MAX], char wrong[64])
{
	char copy[256], *rest = copy, *word;
	int n = 0;

	snprintf(wrong, 64, "%s", text);
	if (strlen(text) >= sizeof(copy))
		return -1;
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, ";")) != NULL) {
		word += strspn(word, " ");
		if (*word == '\0')
			continue;
		if (n == TIMES_MAX || deadline_parse(word, &out[n]) != 0 ||
		    !out[n].set) {
			snprintf(wrong, 64, "%s", word);
			return -1;
		}
		n++;
	}
	return n;
}

int
remind_check(const char *text, struct why *why)
{
	struct deadline times[TIMES_MAX];
	char wrong[64];

	if (times_of(text, times, wrong) >= 0)
		return 0;
	why_set(why, WHY_NEVER, "settings",
	    "expected/remind: \"%.60s\" is no time like 2b 09:00 or 5 09:00, "
	    "or there are more than %d.",
	    wrong, TIMES_MAX);
	return TSK_INVALID;
}

/* The latest of the set times of this month that has come, today. */
static int64_t
latest(const char *text, const struct holidays *h, int64_t now_ms)
{
	struct deadline times[TIMES_MAX];
	char wrong[64];
	int n = times_of(text, times, wrong), i, day = deadline_day(now_ms);
	int64_t at, best = 0;

	for (i = 0; i < n; i++) {
		at = deadline_at(h, &times[i], day / 10000, day / 100 % 100);
		if (at <= now_ms && at > now_ms - DAY_MS && at > best)
			best = at;
	}
	return best;
}

/* The service month whose results are due in the month of ${day}. */
static void
month_before(int day, char out[7])
{
	int year = day / 10000, of = day / 100 % 100 - 1;

	if (of == 0) {
		of = 12;
		year--;
	}
	snprintf(
	    out, 7, "%04u%02u", (unsigned)year % 10000, (unsigned)of % 100);
}

json_t *
remind_due(const struct control_view *view, int64_t now_ms, int64_t *done_ms)
{
	const struct settings *s = view->settings;
	struct policies p;
	struct why why = {0};
	char month[7];
	int64_t at = 0;

	policies_init(&p);
	if (policies_read(&p, "", s->policy.holidays, &why) == 0)
		at = latest(s->expected.remind, &p.holidays, now_ms);
	else
		log_warn("remind: result=later why=\"%s\"", why.text);
	policies_fini(&p);
	if (at == 0 || at == *done_ms)
		return NULL;
	*done_ms = at;
	month_before(deadline_day(at), month);
	return json_pack("{s:s,s:s,s:I}", "command", "expected.remind", "month",
	    month, "at_ms", (json_int_t)at);
}

/* ---- what is owed: control thread ---- */

struct told {
	const char *month;
	int64_t at_ms;
	json_t *keys; /* of those told at that time already */
};

static int
add_told(const char *key, const void *value, size_t bytes, void *arg)
{
	struct told *t = arg;
	json_t *o;

	if (strncmp(key, t->month, 6) != 0 || key[6] != '/')
		return 0;
	o = json_loadb(value, bytes, 0, NULL);
	if (control_number(o, "at_ms", 0) >= t->at_ms)
		json_object_set_new(t->keys, key, json_true());
	json_decref(o);
	return 0;
}

static void
key_of(const char *month, const json_t *row, char out[STORE_KEY_BYTES_MAX])
{
	(void)expected_key(month, control_text(row, "office"),
	    control_text(row, "office_type"), control_text(row, "partner"),
	    control_text(row, "partner_type"), out);
}

/* Left of the rows: whom to remind now. */
static json_t *
untold(const json_t *rows, const struct told *t)
{
	json_t *left = json_array(), *row;
	char key[STORE_KEY_BYTES_MAX];
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		key_of(t->month, row, key);
		if (json_object_get(t->keys, key) == NULL)
			json_array_append(left, row);
	}
	return left;
}

json_t *
remind_owed(const struct control_view *view, const json_t *in)
{
	int64_t at_ms = control_number(in, "at_ms", 0);
	struct told t = {.month = control_text(in, "month"),
	    .at_ms = at_ms != 0 ? at_ms : clock_wall_ms(),
	    .keys = json_object()};
	json_t *out = control_expected(view, in);
	int rc;

	if (json_is_true(json_object_get(out, "ok"))) {
		rc = store_registry_walk(view->store, KIND, add_told, &t);
		if (rc != 0)
			log_warn(
			    "remind: result=doubtful why=\"%s\"", err_text(rc));
		json_object_set_new(
		    out, "rows", untold(json_object_get(out, "rows"), &t));
		json_object_set_new(
		    out, "command", json_string(control_text(in, "command")));
		json_object_set_new(
		    out, "at_ms", json_integer((json_int_t)t.at_ms));
		json_object_set_new(out, "dry_run",
		    json_boolean(json_is_true(json_object_get(in, "dry_run"))));
	}
	json_decref(t.keys);
	return out;
}

/* ---- the texts: net thread ---- */

struct sending {
	struct request *request;
	size_t open, sent, failed, skipped;
	json_t *rows;
};

struct note {
	struct work work;
	char key[STORE_KEY_BYTES_MAX];
	char value[96];
};

static void
answer_if_done(struct sending *s)
{
	if (s->open > 0)
		return;
	log_info("remind: sent=%zu skipped=%zu failed=%zu", s->sent, s->skipped,
	    s->failed);
	control_answer(s->request,
	    s->failed > 0 ? control_error("failed",
				"%zu reminder(s) could not be kept; %zu were.",
				s->failed, s->sent)
			  : json_pack("{s:b,s:I,s:I,s:o}", "ok", 1, "sent",
				(json_int_t)s->sent, "skipped",
				(json_int_t)s->skipped, "rows", s->rows));
	if (s->failed > 0)
		json_decref(s->rows);
	free(s);
}

static void
sent(struct broker *b, int rc, void *arg)
{
	struct sending *s = arg;

	(void)b;
	s->sent += rc == 0;
	s->failed += rc != 0;
	s->open--;
	answer_if_done(s);
}

static void
note_done(struct broker *b, struct work *work)
{
	(void)b; /* together with the text: told there */
	free(work);
}

static void
put_note(struct broker *b, const char *key, int64_t at_ms)
{
	struct note *n = mem_new(sizeof(*n));

	snprintf(n->key, sizeof(n->key), "%s", key);
	snprintf(
	    n->value, sizeof(n->value), "{\"at_ms\":%lld}", (long long)at_ms);
	n->work.done = note_done;
	n->work.bytes = sizeof(*n);
	n->work.joined = true;
	writer_registry(
	    &n->work, "broker", b->wall_ms, KIND, n->key, n->value, NULL);
	writer_put(b->writer, &n->work);
}

static void
write_text(char *text, size_t n, const struct desk *from, const char *month,
    const json_t *row)
{
	const char *way = control_text(row, "way");
	bool paper = strcmp(way, "fax") == 0 || strcmp(way, "pdf") == 0;
	int64_t due_ms = control_number(row, "due_ms", 0);
	int due = due_ms > 0 ? deadline_day(due_ms) : 0;
	char until[64] = "";

	if (due > 0)
		snprintf(until, sizeof(until), "（期限：%d月%d日）",
		    due / 100 % 100, due % 100);
	snprintf(text, n,
	    "実績送付のお願い\r\n\r\n"
	    "%.4s年%.2s月分のサービス利用票（予定）をお送りしていますが、実績が"
	    "まだ届いていません%s。\r\n"
	    "予定の利用者数　%lld名　　届いた実績の利用者数　%lld名\r\n\r\n"
	    "お手数ですが、%sでお送りください。行き違いでお送りいただいた場合は"
	    "ご容赦ください。\r\n\r\n"
	    "%s（事業所番号 %s）\r\n",
	    month, month + 4, until,
	    (long long)control_number(row, "clients", 0),
	    (long long)control_number(row, "result_clients", 0),
	    paper ? "ＦＡＸまたは郵送など、いつもの方法" : "実績の書類（CSV）",
	    from->name, from->number);
}

static bool
off(const struct desk *to)
{
	json_t *row = json_loads(to->json, 0, NULL);
	bool is = strcmp(control_text(row, "remind"), "off") == 0;

	json_decref(row);
	return is;
}

/* The parcel that would go; false: it cannot, or is not wanted. */
static bool
plan(struct broker *b, const json_t *row, struct text_parcel *new,
    struct route *route)
{
	struct wire_document d = {.name = "x", .kind = ""};
	struct wire_parcel w = {.document_count = 1, .documents = &d};
	int day = deadline_day(b->wall_ms);

	new->from = registry_match(b->registry, control_text(row, "office"),
	    control_text(row, "office_type"), day, NULL);
	new->to = registry_match(b->registry, control_text(row, "partner"),
	    control_text(row, "partner_type"), day, NULL);
	if (new->from == NULL || new->to == NULL || off(new->to))
		return false;
	memcpy(w.from, new->from->number, sizeof(w.from));
	memcpy(w.from_type, new->from->type, sizeof(w.from_type));
	memcpy(w.to, new->to->number, sizeof(w.to));
	memcpy(w.to_type, new->to->type, sizeof(w.to_type));
	route_parcel(&w, b->registry, b->ways, b->wall_ms, route);
	return route->refusal == REFUSAL_NONE && route->leg_count > 0;
}

static void
remind_one(struct broker *b, struct sending *s, const char *month,
    int64_t at_ms, bool dry, json_t *row)
{
	struct route route = {.note = ""};
	char text[2048], name[64], key[STORE_KEY_BYTES_MAX];
	struct text_parcel new = {.name = name,
	    .text = text,
	    .route = &route,
	    .told = sent,
	    .arg = s};
	struct id id;

	if (!plan(b, row, &new, &route)) {
		s->skipped++;
		return;
	}
	json_array_append(s->rows, row);
	if (dry)
		return;
	write_text(text, sizeof(text), new.from, month, row);
	snprintf(name, sizeof(name), "実績送付のお願い_%s.txt", month);
	if (route.note[0] == '\0')
		snprintf(route.note, sizeof(route.note), "reminder");
	key_of(month, row, key);
	s->open++;
	put_note(b, key, at_ms);
	text_parcel_put(b, &new, &id);
}

void
remind_send(struct broker *b, struct request *rq)
{
	struct sending *s = mem_new(sizeof(*s));
	const char *month = control_text(rq->in, "month");
	bool dry = json_is_true(json_object_get(rq->in, "dry_run"));
	int64_t at_ms = control_number(rq->in, "at_ms", b->wall_ms);
	json_t *row;
	size_t i;

	s->request = rq;
	s->rows = json_array();
	s->open = 1; /* not to be answered in the middle */
	json_array_foreach(json_object_get(rq->in, "rows"), i, row)
	    remind_one(b, s, month, at_ms, dry, row);
	s->open--;
	answer_if_done(s);
}

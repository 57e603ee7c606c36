/* NAME
 *	control_read - commands that only look into the store
 * DESCRIPTION
 *	They run in the control thread; a long list keeps no mail waiting.
 *	Document names are shown here and nowhere else: this is the operator's
 *	own door.
 */
#include <errno.h>
#include <string.h>

#include "digest.h"
#include "wire.h"

#include "control.h"
#include "remind.h"

#define LIST_DEFAULT 100
#define LIST_MAX     100000

static int64_t
limit_of(const json_t *in)
{
	int64_t n = control_number(in, "limit", LIST_DEFAULT);

	return n < 1 || n > LIST_MAX ? LIST_MAX : n;
}

/* ---- one parcel ---- */

static json_t *
flags_json(uint16_t flags)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
	    {STORE_LEG_ASLEEP, "asleep"},
	    {STORE_LEG_COPY, "copy"},
	    {STORE_LEG_FALLBACK, "fallback"},
	    {STORE_LEG_DUAL, "dual"},
	    {STORE_LEG_TEST, "test"},
	    {STORE_LEG_RECALL, "asked-back"},
	    {STORE_LEG_FIRST, "first"},
	};
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (flags & names[i].flag)
			json_array_append_new(list, json_string(names[i].name));
	}
	return list;
}

static json_t *
leg_json(const struct store_leg *leg)
{
	return json_pack("{s:o,s:i,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "flags",
	    flags_json(leg->flags), "leg", (int)leg->index, "state",
	    leg_state_name(leg->state), "way", leg_way_name(leg->way), "queue",
	    leg->queue, "no", (json_int_t)leg->no, "attempts",
	    (json_int_t)leg->attempts, "due_ms", (json_int_t)leg->due_ms,
	    "expires_ms", (json_int_t)leg->expires_ms, "state_ms",
	    (json_int_t)leg->state_ms);
}

static json_t *
legs_json(const struct store_parcel *p)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < p->leg_count; i++)
		json_array_append_new(list, leg_json(&p->legs[i]));
	return list;
}

static json_t *
steps_json(const struct store_parcel *p)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < p->step_count; i++) {
		const struct store_step *s = &p->steps[i];

		json_array_append_new(
		    list, json_pack("{s:I,s:i,s:s,s:s,s:s,s:s}", "at_ms",
			      (json_int_t)s->at_ms, "leg", (int)s->leg, "state",
			      leg_state_name(s->state), "agent", s->agent,
			      "code", s->code, "detail", s->detail));
	}
	return list;
}

static json_t *
documents_json(const struct wire_parcel *p)
{
	char hex[DIGEST_HEX_BYTES];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < p->document_count; i++) {
		const struct wire_document *d = &p->documents[i];

		json_array_append_new(list,
		    json_pack("{s:s,s:s,s:I,s:I,s:s}", "name", d->name, "kind",
			d->kind, "bytes", (json_int_t)d->bytes, "encoded_bytes",
			(json_int_t)d->encoded_bytes, "sha256",
			digest_hex(d->sha256, WIRE_DIGEST_BYTES, hex)));
	}
	return list;
}

static json_t *
summary_json(const struct store_parcel *p)
{
	char id[ID_TEXT_BYTES];
	json_t *o = json_pack(
	    "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:b,s:o}", "id",
	    id_text(&p->id, id), "from", p->from, "from_type", p->from_type,
	    "to", p->to, "to_type", p->to_type, "month", p->month, "stamp",
	    p->stamp, "agent", p->agent, "accepted_ms",
	    (json_int_t)p->accepted_ms, "bytes", (json_int_t)p->encoded_bytes,
	    "bodies_dropped", (int)p->bodies_dropped, "legs", legs_json(p));
	return o;
}

static json_t *
parcel_json(const struct store_parcel *p)
{
	struct wire_msg msg = {0};
	struct why why = {0};
	char id[ID_TEXT_BYTES];
	json_t *o = summary_json(p);

	if (wire_parcel_unpack(p->header, p->header_bytes, &msg, &why) == 0) {
		json_object_set_new(
		    o, "clients", json_integer(msg.submit.clients));
		json_object_set_new(
		    o, "documents", documents_json(&msg.submit));
		if (!id_is_zero(&msg.submit.repeat_of))
			json_object_set_new(o, "repeat_of",
			    json_string(id_text(&msg.submit.repeat_of, id)));
	}
	wire_fini(&msg);
	json_object_set_new(o, "steps", steps_json(p));
	return o;
}

/* ---- finding by the beginning of an id ---- */

struct prefix {
	const char *text;
	size_t n, hits;
	struct id id;
};

static int
match_prefix(const struct store_parcel *p, void *arg)
{
	struct prefix *prefix = arg;
	char text[ID_TEXT_BYTES];

	if (strncmp(id_text(&p->id, text), prefix->text, prefix->n) != 0)
		return 0;
	prefix->id = p->id;
	return ++prefix->hits > 1 ? TSK_EXIST : 0;
}

json_t *
control_id(struct store *store, const json_t *in, struct id *id)
{
	struct prefix prefix = {.text = control_text(in, "id")};
	struct store_filter filter = {0};
	int rc;

	if (id_parse(prefix.text, id) == 0)
		return NULL;
	prefix.n = strlen(prefix.text);
	if (prefix.n < 4 || prefix.n >= ID_TEXT_BYTES ||
	    strspn(prefix.text, "0123456789abcdef") != prefix.n)
		return control_error("malformed",
		    "A parcel id has 32 hexadecimal digits; its first 4 or "
		    "more are enough if they are unique.");
	rc = store_find(store, &filter, match_prefix, &prefix);
	if (prefix.hits > 1)
		return control_error("ambiguous",
		    "Several parcels begin with %s: write more of it.",
		    prefix.text);
	if (rc != 0 || prefix.hits == 0)
		return control_error(
		    "unknown", "There is no parcel %s.", prefix.text);
	*id = prefix.id;
	return NULL;
}

static json_t *
parcel(const struct control_view *view, const json_t *in)
{
	struct store_parcel *p = NULL;
	struct id id;
	json_t *out = control_id(view->store, in, &id);
	int rc;

	if (out != NULL)
		return out;
	if ((rc = store_parcel_get(view->store, &id, &p)) != 0)
		return control_error(rc == TSK_NOTFOUND ? "unknown" : "damaged",
		    "The parcel cannot be read: %s.", err_text(rc));
	out = json_pack("{s:b,s:o}", "ok", 1, "parcel", parcel_json(p));
	store_parcel_free(&p);
	return out;
}

/* ---- lists ---- */

static int
add_summary(const struct store_parcel *p, void *arg)
{
	json_array_append_new(arg, summary_json(p));
	return 0;
}

static json_t *
parcels(const struct control_view *view, const json_t *in)
{
	struct store_filter filter = {
	    .from = control_text(in, "from"),
	    .to = control_text(in, "to"),
	    .month = control_text(in, "month"),
	    .since_ms = control_number(in, "since_ms", 0),
	    .until_ms = control_number(in, "until_ms", 0),
	    .open_only = json_is_true(json_object_get(in, "open")),
	    .limit = (size_t)limit_of(in),
	};
	json_t *list = json_array();
	int rc = store_find(view->store, &filter, add_summary, list);

	if (rc != 0) {
		json_decref(list);
		return control_error(
		    "damaged", "The parcels cannot be read: %s.", err_text(rc));
	}
	return json_pack("{s:b,s:o}", "ok", 1, "parcels", list);
}

struct parked {
	struct store *store;
	json_t *list;
	size_t limit;
};

static int
add_parked(const struct store_open_leg *open, void *arg)
{
	struct parked *parked = arg;
	struct store_parcel *p = NULL;
	const char *code = "", *detail = "";
	char id[ID_TEXT_BYTES];
	size_t i;

	if (open->leg.state != LEG_PARKED)
		return 0;
	if (json_array_size(parked->list) >= parked->limit)
		return TSK_EXIST;
	if (store_parcel_get(parked->store, &open->id, &p) == 0) {
		for (i = 0; i < p->step_count; i++) {
			if (p->steps[i].leg == open->leg.index &&
			    p->steps[i].state == LEG_PARKED) {
				code = p->steps[i].code;
				detail = p->steps[i].detail;
			}
		}
	}
	json_array_append_new(parked->list,
	    json_pack("{s:s,s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s,"
		      "s:s}",
		"id", id_text(&open->id, id), "leg", (int)open->leg.index,
		"queue", open->leg.queue, "way", leg_way_name(open->leg.way),
		"from", open->from, "from_type", open->from_type, "to",
		open->to, "to_type", open->to_type, "month", open->month,
		"accepted_ms", (json_int_t)open->accepted_ms, "since_ms",
		(json_int_t)open->leg.state_ms, "attempts",
		(json_int_t)open->leg.attempts, "code", code, "detail",
		detail));
	store_parcel_free(&p);
	return 0;
}

static json_t *
parked_list(const struct control_view *view, const json_t *in)
{
	struct parked parked = {
	    view->store, json_array(), (size_t)limit_of(in)};
	int rc = store_walk_open(view->store, add_parked, NULL, &parked);

	if (rc != 0 && rc != TSK_EXIST) {
		json_decref(parked.list);
		return control_error("damaged",
		    "The open legs cannot be read: %s.", err_text(rc));
	}
	return json_pack("{s:b,s:o}", "ok", 1, "parked", parked.list);
}

/* ---- audit, backup ---- */

static json_t *
audit_verify(const struct control_view *view, const json_t *in)
{
	uint64_t entries = 0;
	struct why why = {0};

	(void)in;
	if (store_audit_verify(view->store, &entries, &why) != 0)
		return control_error("damaged", "%s",
		    why.text[0] ? why.text : "The audit chain is broken.");
	return json_pack("{s:b,s:I}", "ok", 1, "entries", (json_int_t)entries);
}

struct audit {
	json_t *list;
	size_t limit;
};

static int
add_audit(const struct store_audit *e, void *arg)
{
	struct audit *audit = arg;
	char id[ID_TEXT_BYTES], hash[DIGEST_HEX_BYTES];

	if (json_array_size(audit->list) >= audit->limit)
		return TSK_EXIST;
	json_array_append_new(audit->list,
	    json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s}", "no", (json_int_t)e->no,
		"at_ms", (json_int_t)e->at_ms, "subject", e->subject, "actor",
		e->actor, "id", id_is_zero(&e->id) ? "" : id_text(&e->id, id),
		"text", e->text, "hash",
		digest_hex(e->hash, sizeof(e->hash), hash)));
	return 0;
}

static json_t *
audit_list(const struct control_view *view, const json_t *in)
{
	struct audit audit = {json_array(), (size_t)limit_of(in)};
	int64_t from = control_number(in, "from", 1);
	int rc = store_audit_walk(
	    view->store, from < 1 ? 1 : (uint64_t)from, add_audit, &audit);

	if (rc != 0 && rc != TSK_EXIST) {
		json_decref(audit.list);
		return control_error("damaged",
		    "The audit entries cannot be read: %s.", err_text(rc));
	}
	return json_pack("{s:b,s:o}", "ok", 1, "entries", audit.list);
}

static json_t *
backup(const struct control_view *view, const json_t *in)
{
	const char *path = control_text(in, "path");
	struct why why = {0};
	int rc;

	if (path[0] != '/')
		return control_error("malformed",
		    "Give an absolute path for the new backup folder.");
	if ((rc = store_backup(view->store, path, &why)) != 0)
		return control_error(rc == TSK_EXIST ? "exists" : "failed",
		    "%s", why.text[0] ? why.text : err_text(rc));
	return json_pack("{s:b,s:s}", "ok", 1, "path", path);
}

const struct control_command control_reads[] = {
    {"parcel", parcel, NULL},
    {"parked.show", parcel, NULL},
    {"parcels", parcels, NULL},
    {"parked.list", parked_list, NULL},
    {"audit.verify", audit_verify, NULL},
    {"audit.list", audit_list, NULL},
    {"backup", backup, NULL},
    {"paper.report", control_paper_report, NULL},
    {"registry.list", control_registry_list, NULL},
    {"registry.history", control_registry_history, NULL},
    {"registry.joined", control_registry_joined, NULL},
    {"quarantine.list", control_quarantine_list, NULL},
    {"quarantine.show", control_quarantine_record, NULL},
    {"quarantine.release", control_quarantine_record, NULL},
    {"quarantine.drop", control_quarantine_record, NULL},
    {"expected", control_expected, NULL},
    {"expected.remind", remind_owed, NULL},
    {NULL, NULL, NULL},
};

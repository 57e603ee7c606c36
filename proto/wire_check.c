/* NAME
 *	wire_check - the rules of PROTOCOL.md for one message
 * DESCRIPTION
 *	One set of rules for both directions: wire_decode() refuses what breaks
 *	them, wire_encode() panics, because then the fault is ours.  What a
 *	struct cannot even express (an id of 15 bytes, a NUL inside a string)
 *	is refused by wire_decode.c before it comes here.
 *
 *	The check digit of an office number is not looked at: the registry
 *	decides who exists, the wire only that the text is harmless.
 * DIAGNOSTICS
 *	The reasons name field and index, never a value: a document's name may
 *	be somebody's name.
 */
#include <string.h>

#include "file.h"
#include "utf8.h"
#include "wire_private.h"

#define MALFORMED(why, ...) wire_bad(why, REFUSAL_MALFORMED, __VA_ARGS__)
#define TOO_LARGE(why, ...) wire_bad(why, REFUSAL_TOO_LARGE, __VA_ARGS__)

/* UTF-8 of at most max bytes without control characters (C0, DEL, C1);
 * NULL stands for "" */
static bool
text_ok(const char *s, size_t max)
{
	size_t n = s == NULL ? 0 : strlen(s), used;
	int32_t c;

	if (n > max)
		return false;
	for (size_t i = 0; i < n; i += used) {
		c = utf8_next(s + i, n - i, &used);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
	}
	return true;
}

/* only bytes from the given ASCII class, at most max; NULL stands for "" */
static bool
chars_ok(const char *s, size_t max, bool (*in)(char))
{
	size_t n = 0;

	if (s == NULL)
		return true;
	for (; s[n] != '\0'; n++)
		if (n == max || !in(s[n]))
			return false;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
in_kind(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
in_code(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
}

static bool
in_note(char c)
{
	return in_code(c) || c == '_';
}

static bool
in_queue(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '/' || c == '-' || c == '_' ||
	       c == '.';
}

static bool
digits_or_none(const char *s, size_t count)
{
	return s[0] == '\0' ||
	       (strlen(s) == count && chars_ok(s, count, is_digit));
}

static bool
desk_ok(const char *number, const char *type)
{
	if (!number_office_form(number, strlen(number)))
		return false;
	return type[0] == '\0' || number_type_form(type);
}

static bool
queue_ok(const char *s)
{
	return s[0] != '\0' && chars_ok(s, WIRE_QUEUE_BYTES_MAX, in_queue);
}

/* "NUMBER" or "NUMBER/TYPE" */
static bool
office_ok(const char *s)
{
	size_t n = strlen(s);

	if (n < NUMBER_OFFICE_CHARS ||
	    !number_office_form(s, NUMBER_OFFICE_CHARS))
		return false;
	if (n == NUMBER_OFFICE_CHARS)
		return true;
	return s[NUMBER_OFFICE_CHARS] == '/' &&
	       n == NUMBER_OFFICE_CHARS + NUMBER_TYPE_BYTES &&
	       number_type_form(s + NUMBER_OFFICE_CHARS + 1);
}

/* ours: the message is ours and was read or made under these rules before; the
 * slow look at the name's characters is left out */
static int
document_check(
    const struct wire_document *d, size_t i, bool ours, struct why *why)
{
	if (ours ? strnlen(d->name, WIRE_NAME_BYTES_MAX + 1) >
		       WIRE_NAME_BYTES_MAX
		 : !file_name_safe(d->name))
		return wire_bad(why, REFUSAL_BAD_NAME,
		    "The name of document %zu is not a safe file name.", i);
	if (!chars_ok(d->kind, WIRE_KIND_BYTES_MAX, in_kind))
		return MALFORMED(why, "Document %zu has a bad kind.", i);
	if (d->bytes > WIRE_PARCEL_BYTES_MAX)
		return TOO_LARGE(why, "Document %zu is over %u bytes.", i,
		    WIRE_PARCEL_BYTES_MAX);
	if (d->encoding == WIRE_ENCODING_NONE) {
		if (d->encoded_bytes != d->bytes)
			return MALFORMED(why,
			    "Document %zu has two sizes but no encoding.", i);
		return 0;
	}
	if (d->encoding != WIRE_ENCODING_ZSTD)
		return MALFORMED(why, "Document %zu has a bad encoding.", i);
	if (d->encoded_bytes == 0 ||
	    d->encoded_bytes > WIRE_ENCODED_BYTES_MAX(d->bytes))
		return MALFORMED(
		    why, "Document %zu has an impossible encoded size.", i);
	return 0;
}

static int
documents_check(const struct wire_parcel *p, bool ours, struct why *why)
{
	uint64_t sum = 0;
	int rc;

	if (p->document_count == 0)
		return MALFORMED(why, "The parcel has no documents.");
	if (p->document_count > WIRE_DOCUMENTS_MAX)
		return TOO_LARGE(why, "The parcel has more than %d documents.",
		    WIRE_DOCUMENTS_MAX);
	for (size_t i = 0; i < p->document_count; i++) {
		rc = document_check(&p->documents[i], i, ours, why);
		if (rc != 0)
			return rc;
		sum += p->documents[i].bytes;
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->documents[i].name,
				p->documents[k].name) == 0)
				return MALFORMED(why,
				    "Documents %zu and %zu have one name.", k,
				    i);
	}
	if (sum > WIRE_PARCEL_BYTES_MAX)
		return TOO_LARGE(
		    why, "The parcel is over %u bytes.", WIRE_PARCEL_BYTES_MAX);
	return 0;
}

static int
parcel_check(const struct wire_parcel *p, bool ours, struct why *why)
{
	if (id_is_zero(&p->id))
		return MALFORMED(why, "The parcel has no id.");
	if (!desk_ok(p->from, p->from_type))
		return MALFORMED(why, "The sender is no office number.");
	if (!desk_ok(p->to, p->to_type))
		return MALFORMED(why, "The receiver is no office number.");
	if (!digits_or_none(p->month, WIRE_MONTH_BYTES - 1))
		return MALFORMED(why, "The month is not six digits.");
	if (!digits_or_none(p->stamp, WIRE_STAMP_BYTES - 1))
		return MALFORMED(why, "The stamp is not fourteen digits.");
	if (id_compare(&p->id, &p->repeat_of) == 0)
		return MALFORMED(why, "The parcel repeats itself.");
	return documents_check(p, ours, why);
}

static int
queues_check(const char *const *queues, size_t count, struct why *why)
{
	if (count > WIRE_QUEUES_MAX)
		return TOO_LARGE(why, "More than %d queues.", WIRE_QUEUES_MAX);
	for (size_t i = 0; i < count; i++)
		if (!queue_ok(queues[i]))
			return MALFORMED(why, "Queue %zu has a bad name.", i);
	return 0;
}

static int
hello_check(const struct wire_hello *h, struct why *why)
{
	if (h->protocol_min == 0 || h->protocol_min > h->protocol_max)
		return MALFORMED(why, "The protocol versions make no range.");
	if (!text_ok(h->software, WIRE_SOFTWARE_BYTES_MAX))
		return MALFORMED(why, "The software's name is bad.");
	return queues_check(h->serve, h->serve_count, why);
}

static int
welcome_check(const struct wire_welcome *w, struct why *why)
{
	if (w->protocol == 0)
		return MALFORMED(why, "The welcome names no version.");
	if (w->heartbeat_ms < WIRE_HEARTBEAT_MS_MIN ||
	    w->heartbeat_ms > WIRE_HEARTBEAT_MS_MAX)
		return MALFORMED(why, "The heartbeat is outside %d..%d ms.",
		    WIRE_HEARTBEAT_MS_MIN, WIRE_HEARTBEAT_MS_MAX);
	if (w->submit_parcels == 0 || w->submit_bytes == 0)
		return MALFORMED(why, "The welcome grants no window.");
	if (w->office_count > WIRE_QUEUES_MAX)
		return TOO_LARGE(why, "More than %d offices.", WIRE_QUEUES_MAX);
	for (size_t i = 0; i < w->office_count; i++)
		if (!office_ok(w->offices[i]))
			return MALFORMED(why, "Office %zu is bad.", i);
	return queues_check(w->serve, w->serve_count, why);
}

static int
place_check(const struct wire_place *p, bool steps, struct why *why)
{
	if (id_is_zero(&p->id))
		return MALFORMED(why, "A parcel id is missing.");
	if (p->leg > WIRE_LEG_MAX)
		return MALFORMED(why, "The leg is over %d.", WIRE_LEG_MAX);
	if (p->document >= WIRE_DOCUMENTS_MAX)
		return MALFORMED(why, "The document's index is over %d.",
		    WIRE_DOCUMENTS_MAX - 1);
	if (p->offset > WIRE_ENCODED_BYTES_MAX(WIRE_PARCEL_BYTES_MAX))
		return MALFORMED(why, "The offset is over the largest parcel.");
	if (steps && p->offset % WIRE_INLINE_BYTES_MAX != 0)
		return MALFORMED(why, "The offset is not a multiple of %u.",
		    WIRE_INLINE_BYTES_MAX);
	return 0;
}

/* how many items: at least one, or the message would say nothing */
static int
count_check(size_t count, struct why *why)
{
	if (count == 0)
		return MALFORMED(why, "The list is empty.");
	if (count > WIRE_ITEMS_MAX)
		return TOO_LARGE(why, "More than %d items.", WIRE_ITEMS_MAX);
	return 0;
}

static int
ref_check(const struct id *id, uint32_t leg, struct why *why)
{
	if (id_is_zero(id))
		return MALFORMED(why, "A parcel id is missing.");
	if (leg > WIRE_LEG_MAX)
		return MALFORMED(why, "The leg is over %d.", WIRE_LEG_MAX);
	return 0;
}

static int
reason_check(const char *code, const char *detail, struct why *why)
{
	if (!chars_ok(code, WIRE_CODE_BYTES_MAX, in_code))
		return MALFORMED(why, "The code is bad.");
	if (!text_ok(detail, WIRE_DETAIL_BYTES_MAX))
		return MALFORMED(why, "The detail is bad.");
	return 0;
}

static int
accepted_check(const struct wire_accepted *a, struct why *why)
{
	int rc = count_check(a->count, why);

	for (size_t i = 0; rc == 0 && i < a->count; i++)
		rc = ref_check(&a->items[i].id, 0, why);
	return rc;
}

static int
refused_check(const struct wire_refused *r, struct why *why)
{
	if (r->refusal == REFUSAL_NONE)
		return MALFORMED(why, "The refusal has no number.");
	if (id_is_zero(&r->id))
		return MALFORMED(why, "A parcel id is missing.");
	return reason_check("", r->detail, why);
}

static int
note_check(const struct wire_note *n, size_t i, struct why *why)
{
	if (n->name == NULL || n->name[0] == '\0' ||
	    !chars_ok(n->name, WIRE_CODE_BYTES_MAX, in_note))
		return MALFORMED(why, "Note %zu has a bad name.", i);
	if (!text_ok(n->value, WIRE_NOTE_BYTES_MAX))
		return MALFORMED(why, "Note %zu has a bad value.", i);
	return 0;
}

static int
paper_check(const struct wire_paper *p, struct why *why)
{
	int rc = reason_check(p->reason, p->from_name, why);

	if (rc == 0)
		rc = reason_check(p->test_code, p->to_name, why);
	if (rc == 0 && !chars_ok(p->fax_number, WIRE_FAX_BYTES_MAX, is_digit))
		rc = MALFORMED(why, "The FAX number is not digits.");
	if (rc == 0 && p->partner_count > WIRE_NOTES_MAX)
		rc = TOO_LARGE(why, "More than %d notes.", WIRE_NOTES_MAX);
	for (size_t i = 0; rc == 0 && i < p->partner_count; i++)
		rc = note_check(&p->partner[i], i, why);
	return rc;
}

static int
deliver_check(const struct wire_deliver *d, bool ours, struct why *why)
{
	int rc;

	if (d->leg > WIRE_LEG_MAX)
		return MALFORMED(why, "The leg is over %d.", WIRE_LEG_MAX);
	if (!queue_ok(d->queue))
		return MALFORMED(why, "The queue has a bad name.");
	if (d->paper != NULL && (rc = paper_check(d->paper, why)) != 0)
		return rc;
	return parcel_check(&d->parcel, ours, why);
}

static int
recall_check(const struct wire_recall *r, struct why *why)
{
	int rc = ref_check(&r->id, r->leg, why);

	return rc != 0 ? rc : reason_check(r->code, "", why);
}

/* Words of the registry: its import has looked at each of them. */
static bool
in_words(char c)
{
	return c >= ' ' && c < 0x7f;
}

static int
reads_check(const struct wire_reads *r, struct why *why)
{
	if (!desk_ok(r->number, r->type))
		return MALFORMED(why, "The desk is no office number.");
	if (!chars_ok(r->editions, WIRE_READS_BYTES_MAX, in_words))
		return MALFORMED(why, "The editions are no words.");
	if (!text_ok(r->name, WIRE_CALLED_BYTES_MAX))
		return MALFORMED(why, "The desk's name is bad.");
	return 0;
}

static int
settle_check(const struct wire_settle *s, struct why *why)
{
	int rc = count_check(s->count, why);

	for (size_t i = 0; rc == 0 && i < s->count; i++) {
		const struct wire_settle_item *item = &s->items[i];

		rc = ref_check(&item->id, item->leg, why);
		if (rc == 0)
			rc = reason_check(item->code, item->detail, why);
		if (rc == 0 && (item->outcome < WIRE_OUTCOME_DELIVERED ||
				   item->outcome > WIRE_OUTCOME_WORKING))
			rc = MALFORMED(why, "Item %zu has a bad outcome.", i);
	}
	return rc;
}

static int
settled_check(const struct wire_settled *s, struct why *why)
{
	int rc = count_check(s->count, why);

	for (size_t i = 0; rc == 0 && i < s->count; i++)
		rc = ref_check(&s->items[i].id, s->items[i].leg, why);
	return rc;
}

static int
receipt_check(const struct wire_receipt *r, struct why *why)
{
	int rc = ref_check(&r->id, r->leg, why);

	if (rc == 0)
		rc = reason_check(r->code, r->detail, why);
	if (rc == 0 && (r->state < LEG_READY || r->state > LEG_WORKING))
		rc = MALFORMED(why, "The receipt has a bad state.");
	if (rc == 0 && (r->way < WAY_BUS || r->way > WAY_PDF))
		rc = MALFORMED(why, "The receipt has a bad way.");
	return rc;
}

static int
receipts_check(const struct wire_receipts *r, struct why *why)
{
	int rc = count_check(r->count, why);

	for (size_t i = 0; rc == 0 && i < r->count; i++)
		rc = receipt_check(&r->items[i], why);
	return rc;
}

static int
ids_check(const struct wire_ids *ids, bool may_be_empty, struct why *why)
{
	int rc = 0;

	if (!may_be_empty || ids->count != 0)
		rc = count_check(ids->count, why);
	for (size_t i = 0; rc == 0 && i < ids->count; i++)
		rc = ref_check(&ids->ids[i], 0, why);
	return rc;
}

int
wire_rules(const struct wire_msg *msg, bool ours, struct why *why)
{
	switch (msg->type) {
	case WIRE_HELLO:
		return hello_check(&msg->hello, why);
	case WIRE_WELCOME:
		return welcome_check(&msg->welcome, why);
	case WIRE_SUBMIT:
		return parcel_check(&msg->submit, ours, why);
	case WIRE_RESUME:
		return place_check(&msg->resume, false, why);
	case WIRE_CHUNK:
	case WIRE_FETCH: /* the same member layout */
		return place_check(&msg->chunk, true, why);
	case WIRE_ACCEPTED:
		return accepted_check(&msg->accepted, why);
	case WIRE_REFUSED:
		return refused_check(&msg->refused, why);
	case WIRE_DELIVER:
		return deliver_check(&msg->deliver, ours, why);
	case WIRE_SETTLE:
		return settle_check(&msg->settle, why);
	case WIRE_SETTLED:
		return settled_check(&msg->settled, why);
	case WIRE_RECEIPT:
		return receipt_check(&msg->receipt, why);
	case WIRE_RECEIPTS:
		return receipts_check(&msg->receipts, why);
	case WIRE_QUERY:
		return ids_check(&msg->query, false, why);
	case WIRE_ANSWER:
		return ids_check(&msg->answer, true, why);
	case WIRE_RECALL:
		return recall_check(&msg->recall, why);
	case WIRE_READS:
		return reads_check(&msg->reads, why);
	case WIRE_BYE:
		return reason_check("", msg->bye.detail, why);
	case WIRE_CREDIT:
	case WIRE_PING:
	case WIRE_PONG:
	case WIRE_UNKNOWN:
	case WIRE_TYPES:
		break;
	}
	return 0;
}

int
wire_check(const struct wire_msg *msg, struct why *why)
{
	return wire_rules(msg, false, why);
}

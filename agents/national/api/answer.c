/* NAME
 *	answer - what a worker answered, looked over and told to the gateway
 * SUMMARY
 *	see answer.h
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"

static enum driver_scope
scope_of(enum judge_scope scope)
{
	return scope == JUDGE_ALL      ? SCOPE_ALL
	       : scope == JUDGE_OFFICE ? SCOPE_OFFICE
				       : SCOPE_ORDER;
}

void
answer_fail(const struct driver_events *events, void *arg,
    const struct driver_order *order, const struct outcome *outcome)
{
	const struct driver_answer answer = {
	    .number = order->number,
	    .rc = outcome->rc,
	    .why = outcome->why,
	    .scope = scope_of(outcome->scope),
	    .retry_ms = outcome->retry_ms,
	};

	events->answer(arg, &answer);
}

static bool
text_ends(char *text, size_t bytes)
{
	return memchr(text, '\0', bytes) != NULL;
}

static bool
item_sound(struct driver_item *item)
{
	return text_ends(item->ref, sizeof(item->ref)) &&
	       text_ends(item->name, sizeof(item->name)) &&
	       text_ends(item->peer, sizeof(item->peer)) &&
	       text_ends(item->peer_type, sizeof(item->peer_type)) &&
	       text_ends(item->by, sizeof(item->by)) &&
	       text_ends(item->code, sizeof(item->code)) &&
	       text_ends(item->text, sizeof(item->text)) &&
	       item->state >= ITEM_WAITING && item->state <= ITEM_REFUSED;
}

static void *
read_out(int out, size_t bytes)
{
	char *p = mem_new(bytes + 1);
	size_t had = 0;

	while (had < bytes) {
		ssize_t n = pread(out, p + had, bytes - had, (off_t)had);
		if (n <= 0)
			break;
		had += (size_t)n;
	}
	if (had == bytes)
		return p;
	free(p);
	return NULL;
}

static bool
tell_list(const struct driver_events *events, void *arg,
    const struct message_answer *m, int out)
{
	struct driver_item *items = read_out(out, m->count * sizeof(*items));
	bool ok = items != NULL;

	for (size_t i = 0; ok && i < m->count; i++)
		ok = item_sound(&items[i]);
	const struct driver_answer answer = {
	    .number = m->number,
	    .items = items,
	    .count = m->count,
	    .complete = m->complete,
	};
	if (ok)
		events->answer(arg, &answer);
	free(items);
	return ok;
}

static bool
tell_fetch(const struct driver_events *events, void *arg,
    struct message_answer *m, int out)
{
	struct driver_document documents[MESSAGE_FILES_MAX];
	uint64_t end = 0;
	bool ok = m->count > 0 && m->count <= MESSAGE_FILES_MAX;

	for (size_t i = 0; ok && i < m->count; i++) {
		struct message_piece *p = &m->u.pieces[i];
		ok = text_ends(p->name, sizeof(p->name)) && p->at == end &&
		     p->bytes <= DRIVER_BYTES_MAX &&
		     end + p->bytes <= DRIVER_BYTES_MAX;
		end += p->bytes;
	}
	char *data = ok ? read_out(out, end) : NULL;
	ok = data != NULL;
	for (size_t i = 0; ok && i < m->count; i++)
		documents[i] = (struct driver_document){
		    .name = m->u.pieces[i].name,
		    .data = data + m->u.pieces[i].at,
		    .bytes = m->u.pieces[i].bytes,
		};
	const struct driver_answer answer = {
	    .number = m->number,
	    .documents = documents,
	    .document_count = m->count,
	};
	if (ok)
		events->answer(arg, &answer);
	free(data);
	return ok;
}

/* Results of what was sent, in the places of all documents of the parcel. */
static bool
tell_send(const struct driver_events *events, void *arg,
    const struct driver_order *order, struct message_answer *m)
{
	const struct parcel *parcel = order->parcel;
	struct driver_result *results =
	    mem_new(parcel->count * sizeof(*results) + 1);
	size_t sent = 0;
	bool ok = m->count <= MESSAGE_FILES_MAX;

	for (size_t i = 0; ok && i < parcel->count; i++) {
		results[i].state = parcel->documents[i].state;
		if (parcel->documents[i].state != DOCUMENT_OPEN)
			continue;
		ok = sent < m->count;
		if (ok)
			results[i] = m->u.results[sent++];
		ok = ok && text_ends(results[i].ref, sizeof(results[i].ref)) &&
		     text_ends(results[i].code, sizeof(results[i].code)) &&
		     text_ends(results[i].text, sizeof(results[i].text)) &&
		     (results[i].state == DOCUMENT_OPEN ||
			 results[i].state == DOCUMENT_HANDED ||
			 results[i].state == DOCUMENT_REFUSED);
	}
	ok = ok && sent == m->count;
	struct driver_answer answer = {.number = m->number, .results = results};
	memcpy(answer.ref, m->ref, sizeof(answer.ref));
	if (ok)
		events->answer(arg, &answer);
	free(results);
	return ok;
}

bool
answer_tell(const struct driver_events *events, void *arg,
    const struct driver_order *order, struct message_answer *m, int out)
{
	const struct driver_answer plain = {.number = order->number};

	switch (order->verb) {
	case DRIVER_SEND:
		return tell_send(events, arg, order, m);
	case DRIVER_LIST_SENT:
	case DRIVER_LIST_RECEIVED:
		return out >= 0 && tell_list(events, arg, m, out);
	case DRIVER_FETCH:
		return out >= 0 && tell_fetch(events, arg, m, out);
	case DRIVER_DONE:
	case DRIVER_WITHDRAW:
		break;
	}
	events->answer(arg, &plain);
	return true;
}

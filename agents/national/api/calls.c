/* NAME
 *	calls - an order of the gateway as calls of the national interface
 * SUMMARY
 *	see calls.h
 * DESCRIPTION
 *	Sending is said once.  Lists are read page by page into the anonymous
 *	file of the order; a list that breaks off, or is longer than the
 *	profile's limit, is told as incomplete or not at all, never as whole.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"

#include "calls.h"
#include "listing.h"
#include "payload.h"

#define PAGES_MAX  10000
#define WORD_BYTES 64

static void
fail(struct message_answer *out, int rc, enum why_class class, const char *code,
    const char *text)
{
	out->outcome = (struct outcome){.rc = rc};
	why_set(&out->outcome.why, class, code, "%s", text);
}

/* A call that changes nothing there may simply be made again. */
static void
harmless(struct message_answer *out)
{
	if (out->outcome.rc == TSK_CLOSED)
		out->outcome.rc = TSK_LATER;
}

static bool
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* ---- send ---- */

struct sending {
	const struct payload *payload;
	struct payload_files files;
};

static int
put_files(const struct shape_values *values, struct buf *out)
{
	const struct sending *arg = values->arg;

	return arg->payload->put(&arg->files, out);
}

/* What the answer says of one file; nothing said of it: as of the whole. */
static const json_t *
result_of(const struct api_profile *p, const json_t *results, const char *name)
{
	char word[PARCEL_NAME_BYTES];

	for (size_t i = 0; i < json_array_size(results); i++) {
		const json_t *item = json_array_get(results, i);
		shape_word(item, p->send.name, word, sizeof(word));
		if (strcmp(word, name) == 0)
			return item;
	}
	return NULL;
}

static void
take_result(
    const struct api_profile *p, const json_t *item, struct driver_result *out)
{
	char word[WORD_BYTES], code[JUDGE_CODE_BYTES];
	struct why why = {0};

	out->state = DOCUMENT_HANDED;
	if (item == NULL)
		return;
	shape_word(item, p->send.code, word, sizeof(word));
	enum verdict v = word[0] == '\0' ? VERDICT_OK : judge_code(p, word);
	if (v == VERDICT_OK)
		return;
	if (v == VERDICT_LATER) { /* not there, and may be sent again */
		out->state = DOCUMENT_OPEN;
		return;
	}
	out->state = DOCUMENT_REFUSED;
	judge_say(p, WHY_NEVER, judge_clean(word, code), &why);
	snprintf(out->code, sizeof(out->code), "%s", why.code);
	snprintf(out->text, sizeof(out->text), "%s", why.text);
}

static void
take_sent(const struct api_profile *p, const struct message_order *order,
    const json_t *root, struct message_answer *out)
{
	const json_t *results =
	    p->send.results[0] == '\0' ? NULL : shape_at(root, p->send.results);

	shape_word(root, p->send.ref, out->ref, sizeof(out->ref));
	out->count = order->count;
	for (size_t i = 0; i < order->count; i++) {
		struct driver_result *r = &out->u.results[i];
		take_result(p, result_of(p, results, order->files[i].name), r);
		if (r->state == DOCUMENT_HANDED)
			memcpy(r->ref, out->ref, sizeof(r->ref));
	}
}

static bool
fits(const struct api_profile *p, const struct message_order *order,
    struct message_answer *out)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < order->count; i++)
		bytes += order->files[i].bytes;
	if (order->count <= (size_t)p->files_max &&
	    bytes <= (uint64_t)p->bytes_max)
		return true;
	fail(out, TSK_INVALID, WHY_NEVER, "national-size",
	    "There are too many documents for this way, or they are too "
	    "large.");
	return false;
}

static void
do_send(struct session *s, const struct api_profile *p,
    const struct message_order *order, const int *fds,
    struct message_answer *out)
{
	struct payload_file files[MESSAGE_FILES_MAX];
	struct sending arg = {
	    payload_find(p->payload), {p->send.shape, files, order->count}};
	struct shape_values values = {
	    .text[SHAPE_TO] = order->to,
	    .text[SHAPE_TO_TYPE] = order->to_type,
	    .files = put_files,
	    .arg = &arg,
	};
	json_t *root = NULL;

	if (!fits(p, order, out))
		return;
	for (size_t i = 0; i < order->count; i++) {
		files[i] = (struct payload_file){.name = order->files[i].name,
		    .bytes = order->files[i].bytes,
		    .fd = fds[i]};
		memcpy(files[i].sha256, order->files[i].sha256,
		    sizeof(files[i].sha256));
	}
	if (session_call(s, &p->send.call, &values, &root, &out->outcome))
		take_sent(p, order, root, out);
	json_decref(root);
}

/* ---- lists ---- */

static int
add_item(void *arg, const struct driver_item *item)
{
	const int *fd = arg;

	return write_all(*fd, item, sizeof(*item)) ? 0 : TSK_FULL;
}

static void
do_list(struct session *s, const struct api_profile *p,
    const struct api_list *how, const struct message_order *order, int fd,
    struct message_answer *out)
{
	struct listing l = {.how = how,
	    .most = (size_t)p->items_max,
	    .add = add_item,
	    .arg = &fd};
	char since[CLOCK_TEXT_BYTES] = "", cursor[LISTING_CURSOR_BYTES] = "";
	struct shape_values values = {
	    .text[SHAPE_SINCE] = since, .text[SHAPE_CURSOR] = cursor};
	int pages = 0, rc;

	if (order->since_ms > 0)
		clock_text(order->since_ms, since);
	do {
		json_t *root = NULL;
		char last[LISTING_CURSOR_BYTES];
		memcpy(last, cursor, sizeof(last));
		if (!session_call(s, &how->call, &values, &root, &out->outcome))
			return;
		rc = listing_page(&l, root, cursor);
		json_decref(root);
		/* a cursor that stands still would go round for ever */
		if (cursor[0] != '\0' &&
		    (strcmp(cursor, last) == 0 || ++pages >= PAGES_MAX))
			l.cut = true;
	} while (rc == 0 && !l.cut && cursor[0] != '\0');
	if (rc < 0) {
		fail(out, TSK_LATER, WHY_LATER, "national-answer",
		    "The list cannot be read.");
		return;
	}
	out->count = l.count;
	out->complete = !l.cut;
}

/* ---- fetch ---- */

struct fetching {
	int fd;
	uint64_t at;
	struct message_answer *out;
};

static int
take_document(void *arg, const char *name, const void *data, size_t bytes)
{
	struct fetching *f = arg;
	struct message_piece *piece = &f->out->u.pieces[f->out->count];

	if (f->out->count >= MESSAGE_FILES_MAX)
		return TSK_TOOBIG;
	if (!write_all(f->fd, data, bytes))
		return TSK_FULL;
	snprintf(piece->name, sizeof(piece->name), "%s", name);
	piece->at = f->at;
	piece->bytes = bytes;
	f->at += bytes;
	f->out->count++;
	return 0;
}

static void
do_fetch(struct session *s, const struct api_profile *p,
    const struct message_order *order, int fd, struct message_answer *out)
{
	struct shape_values values = {.text[SHAPE_REF] = order->ref};
	struct fetching f = {.fd = fd, .out = out};
	json_t *root = NULL;

	if (!session_call(s, &p->fetch.call, &values, &root, &out->outcome))
		return;
	int rc = payload_find(p->payload)->take(p, root, take_document, &f);
	json_decref(root);
	if (rc == 0)
		return;
	out->count = 0;
	if (rc == TSK_FULL)
		fail(out, TSK_LATER, WHY_LATER, "disk-full",
		    "There is no room for what was fetched.");
	else if (rc == TSK_DAMAGED)
		fail(out, TSK_LATER, WHY_LATER, "national-damaged",
		    "What was fetched does not fit its own digest.");
	else
		fail(out, TSK_INVALID, WHY_NEVER, "national-answer",
		    "What was fetched holds no documents that can be kept.");
}

/* ---- small ones ---- */

static void
do_ref(struct session *s, const struct api_call *call,
    const struct message_order *order, struct message_answer *out)
{
	struct shape_values values = {.text[SHAPE_REF] = order->ref};
	json_t *root = NULL;

	if (call->path[0] == '\0') {
		out->outcome.rc = TSK_EMPTY;
		return;
	}
	(void)session_call(s, call, &values, &root, &out->outcome);
	json_decref(root);
}

void
calls_do(struct session *s, const struct api_profile *p,
    const struct message_order *order, const int *fds, size_t count,
    struct message_answer *out)
{
	size_t wanted =
	    order->verb == DRIVER_SEND ? order->count
	    : order->verb == DRIVER_DONE || order->verb == DRIVER_WITHDRAW ? 0
									   : 1;

	memset(out, 0, sizeof(*out));
	out->type = MESSAGE_ANSWER;
	out->number = order->number;
	if (count != wanted) {
		fail(out, TSK_LATER, WHY_BUG, "worker",
		    "The order has other descriptors than it needs.");
		return;
	}
	switch (order->verb) {
	case DRIVER_SEND:
		do_send(s, p, order, fds, out);
		return;
	case DRIVER_LIST_SENT:
		do_list(s, p, &p->sent, order, fds[0], out);
		break;
	case DRIVER_LIST_RECEIVED:
		do_list(s, p, &p->received, order, fds[0], out);
		break;
	case DRIVER_FETCH:
		do_fetch(s, p, order, fds[0], out);
		break;
	case DRIVER_DONE:
		do_ref(s, &p->done, order, out);
		break;
	case DRIVER_WITHDRAW:
		do_ref(s, &p->withdraw, order, out);
		return;
	}
	harmless(out);
}

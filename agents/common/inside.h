/* NAME
 *	inside - what the files of the link share; nobody else includes it
 * DESCRIPTION
 *	link.c owns the session: hello, heartbeats, backoff; link_socket.c one
 *	socket, link_hear.c what comes in, link_settle.c settlements,
 *	link_upload.c unanswered submits, link_download.c deliveries on their
 *	way to the owner.
 */
#ifndef TASUKI_LINK_INSIDE_H
#define TASUKI_LINK_INSIDE_H

#include <sys/queue.h>

#include <czmq.h>

#include "dialog.h"
#include "link.h"
#include "wire.h"

/* A message as it came: the header decoded, the frames after it. */
struct link_in {
	struct wire_msg msg;
	zmq_msg_t frames[WIRE_DOCUMENTS_MAX];
	size_t frame_count;
};

struct upload;   /* link_upload.c */
struct download; /* link_download.c */
TAILQ_HEAD(uploads, upload);
TAILQ_HEAD(downloads, download);

struct link_upload {
	struct uploads open; /* unanswered, in order of submit */
	uint32_t parcels, parcels_max;
	uint64_t bytes, bytes_max;
};

struct link_download {
	struct downloads waiting; /* in order of arrival */
	/* each a ZSTD_DCtx, made when first needed: a small document that passes
	 * must not disturb the large one in the middle of which it comes */
	void *stream, *whole;
	char *scratch; /* decoded inline documents */
	size_t scratch_bytes;
	int64_t moved_ms; /* when the one being fetched last got on */
};

struct settle_queue {
	struct wire_settle_item *items; /* strings malloced, "" static */
	size_t count, cap, text_bytes;
	struct wire_credit credit;
};

struct link {
	zloop_t *loop;
	struct link_events events;
	void *arg;
	/* kept for every new socket */
	char *endpoint, *software, **serve;
	size_t serve_count;
	char broker_key[41], public_key[41], secret_key[41];
	uint8_t epoch[WIRE_EPOCH_BYTES];
	struct wire_credit credit;
	int64_t timeout_ms, fetch_ms;
	/* this socket */
	void *socket, *monitor;
	bool draining; /* hear_drain() is at work */
	enum dialog_state state;
	struct why lost; /* set: give the socket up at the end of the turn */
	int64_t begun_ms, opened_ms, heard_ms, sent_ms, pinged_ms, heartbeat_ms;
	uint64_t pings;
	uint32_t protocol; /* of the welcome */
	/* between sockets */
	unsigned tries;
	int64_t retry_at_ms, told_ms;
	char told[32]; /* code last logged: days of silence are one line */
	/* timers of the loop, -1 = none */
	int timer, turn;
	struct buf out;
	struct link_in in;
	struct link_upload up;
	struct link_download down;
	struct settle_queue settles;
};

/* ---- link.c ---- */
/* link_send(link, msg, bodies, count): the header and count frames. */
void link_send(struct link *link, const struct wire_msg *msg,
    const struct link_body *bodies, size_t count);
/* link_lose(link, class, code, text): this connection is of no use; a new one
 * follows when the turn of the loop is over. */
void link_lose(struct link *link, enum why_class class, const char *code,
    const char *text);

/* link_want_turn(link): the end of this turn of the loop has work. */
void link_want_turn(struct link *link);
void link_say_hello(struct link *link);
void link_say_credit(struct link *link);
void link_say_bye(struct link *link);
void link_arm(struct link *link); /* set the timer for what is next */

/* ---- link_socket.c ---- */
void socket_open(struct link *link); /* connects and says hello */
void socket_close(struct link *link);
void socket_linger(struct link *link, int ms);

/* ---- link_hear.c ---- */
/* hear_drain(link): take what has come, settle, and no more than a turn's. */
void hear_drain(struct link *link);

/* ---- link_settle.c ---- */
void settle_flush(struct link *link);
void settle_clear(struct settle_queue *q);

/* ---- link_upload.c ---- */
void upload_init(struct link *link);
void upload_welcome(struct link *link, const struct wire_welcome *welcome);
void upload_forget(struct link *link); /* connection lost */
void upload_resume(struct link *link, const struct wire_place *place);
void upload_accepted(struct link *link, const struct wire_accepted *accepted);
void upload_refused(struct link *link, const struct wire_refused *refused);

/* ---- link_download.c ---- */
void download_init(struct link *link);
void download_forget(struct link *link);
void download_fini(struct link *link);
/* download_deliver(link, in): takes what it needs out of *in. */
void download_deliver(struct link *link, struct link_in *in);
void download_chunk(struct link *link, struct link_in *in);
/* download_stands(link, now): one is fetched, and nothing of it came for so long
 * that it cannot be lent to us any more. */
bool download_stands(struct link *link, int64_t now_ms);

#endif

/* NAME
 *	session - one agent's open conversation
 * DESCRIPTION
 *	A session is found by the routing id libzmq gave the connection, but its
 *	identity is the agent that the CURVE key names: the User-Id of every
 *	single message is compared with it.  One key has one open session; a
 *	second one with another epoch waits until the first is probed.
 *
 *	A session that ended stays allocated while works in the writer refer to
 *	it (refs), with over = true.
 */
#ifndef TASUKI_SESSION_H
#define TASUKI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zmq.h>

#include "broker.h"
#include "dialog.h"
#include "queue.h"
#include "registry.h"
#include "wire.h"

#define SESSION_ROUTE_BYTES \
	5 /* libzmq's own routing ids: 0 and a random number */

struct upload;
struct post_frame;

struct session {
	struct hash_node node;
	uint8_t route[SESSION_ROUTE_BYTES];
	bool over, zstd, clogged, starved, gathering;
	enum dialog_state dialog;
	struct agent *agent;
	uint8_t epoch[WIRE_EPOCH_BYTES];
	char software[WIRE_SOFTWARE_BYTES_MAX + 1];
	unsigned refs;
	uint32_t protocol;          /* as welcomed */
	int64_t heard_ms, since_ms; /* monotonic, wall */
	int64_t probe_ms;    /* old session: pinged; new one: waits until; 0 */
	uint64_t probe_turn; /* words read in that turn are older */
	struct session *prev, *next; /* all */
	struct session *flush_next, *ended_next;
	struct wire_msg hello; /* kept while it waits */

	struct lessee lessee;
	int64_t credit_parcels, credit_bytes;
	struct queue **serve;
	size_t serve_count;

	size_t unanswered;
	uint64_t unanswered_bytes;
	struct upload *uploads;

	/* gathered in this turn */
	struct wire_accepted_item *accepted;
	size_t accepted_count, accepted_room;
	struct wire_settled_item *settled;
	size_t settled_count, settled_room;
	struct wire_receipt *receipts; /* without reasons only */
	size_t receipt_count, receipt_room;
	/* what the socket would not take yet */
	struct post_frame *backlog, *backlog_last;
	size_t backlog_bytes;
	struct wire_place fetches[WIRE_CHUNKS_AHEAD];
	size_t fetch_count;
};

struct session *session_find(
    const struct broker *b, const uint8_t route[SESSION_ROUTE_BYTES]);
/* session_open(b, route, agent): somebody said hello for the first time. */
struct session *session_open(
    struct broker *b, const uint8_t *route, struct agent *agent);
/* session_hello(b, s, msg): takes msg over: welcome, or wait for a probe. */
void session_hello(struct broker *b, struct session *s, struct wire_msg *msg);
/* session_conflict(b, agent): its open session is alive: the second one goes. */
void session_conflict(struct broker *b, struct agent *agent);
/* session_tick(b): silent sessions, probes. */
void session_tick(struct broker *b);
/* session_gathers(b, s): flush it at the end of this turn. */
void session_gathers(struct broker *b, struct session *s);
/* session_flush(b): send accepted, settled and receipts of all sessions that gathered. */
void session_flush(struct broker *b);
/* session_end(b, s, lost): leases back, forgotten.  lost: it did not say bye, so
 * the oldest lease of each pair counts as a try. */
void session_end(struct broker *b, struct session *s, bool lost);
/* session_bye(b, s, refusal, detail): say bye, then end. */
void session_bye(struct broker *b, struct session *s, enum refusal refusal,
    const char *detail);
/* session_reap(b): free what ended and is not referred to any more. */
void session_reap(struct broker *b);
struct session *session_ref(struct session *s);
void session_unref(struct broker *b, struct session **s);
/* session_of_parcel(b, id, from, type): the open session that hears what becomes
 * of that parcel: of who handed it in, if it may see the sending office's, else
 * of the office's own agent; or NULL. */
struct session *session_of_parcel(
    struct broker *b, const struct id *id, const char *from, const char *type);
/* session_may_see(b, agent, parcel) */
struct store_parcel;
bool session_may_see(const struct broker *b, const struct agent *agent,
    const struct store_parcel *parcel);
/* session_rights_changed(b, agent): its registry rows changed: let it say hello
 * again. */
void session_rights_changed(struct broker *b, struct agent *agent);
/* session_mandate_changed(b, mandate): the same for all whom it concerns. */
struct mandate;
void session_mandate_changed(struct broker *b, const struct mandate *mandate);

#endif

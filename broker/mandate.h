/* NAME
 *	mandate - who may act for which office
 * DESCRIPTION
 *	mandate.c keeps the records in memory, mandate_record.c reads and writes
 *	them; mandate_right.c answers for senders, mandate_receive.c for
 *	receivers.  Two rights lead to an act:
 *
 *	    own       the row of the office is inside and names the agent as its
 *	              folder_agent, and has no mandate_required;
 *	    mandate   (委任) a kept record names agent, office, rights, partners
 *	              and days.  It is given by a person of the office through
 *	              the operator's door and by nobody else: no agent can give
 *	              on what it has, so there are no chains.
 *
 *	A mandate holds from 00:00 of its first to 24:00 of its last day in Japan.
 *	It is asked for when a parcel is submitted and, for the receiver, each
 *	time a leg is lent.  What was accepted in time goes its way when the
 *	mandate simply ends; when it is revoked, what has not gone out waits for
 *	a person (mandate_stopped()).
 *
 *	Of one office's deliveries each goes to one agent: to the one with the
 *	newest mandate to receive from that partner, else to the folder_agent.
 *
 *	All questions are pure functions of the records, the registry and the
 *	time.  An office has a handful of mandates; they are found by its number.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_MANDATE_H
#define TASUKI_MANDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "registry.h"
#include "store.h"

#define MANDATE_ID_BYTES     16
#define MANDATE_PARTY_BYTES  128
#define MANDATE_REASON_BYTES 200
#define MANDATE_PARTNERS_MAX 1000
#define MANDATE_WHY_BYTES    160

/* bits */
enum right {
	RIGHT_PLAN = 1,      /* send 予定, and all that is no result */
	RIGHT_RESULT = 2,    /* send 実績 */
	RIGHT_DELETE = 4,    /* send deletions */
	RIGHT_RECEIVE = 8,   /* take the office's deliveries */
	RIGHT_SEE = 16,      /* receipts and states of its parcels */
	RIGHT_FAX = 32,      /* send by FAX */
	RIGHT_PARTNERS = 64, /* change partners' rows of the registry: see
				registry_delegate.h */
};
#define RIGHT_SEND (RIGHT_PLAN | RIGHT_RESULT)

struct mandate {
	char id[MANDATE_ID_BYTES]; /* "m000001": ascending, never used again */
	char agent[STORE_AGENT_BYTES];
	char party[MANDATE_PARTY_BYTES]; /* its name, for people */
	char office[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES]; /* "": all */
	unsigned rights;
	char (*partners)[NUMBER_OFFICE_BYTES]; /* ascending */
	size_t partner_count;                  /* 0 = all */
	int from, until;                       /* YYYYMMDD, both included */
	char reason[MANDATE_REASON_BYTES], by[FAX_BY_BYTES];
	int64_t given_ms;
	char revoked_by[FAX_BY_BYTES], revoked_reason[MANDATE_REASON_BYTES];
	int64_t revoked_ms; /* 0 = not */
	/* memory only */
	struct hash_node node;    /* by office */
	int64_t begin_ms, end_ms; /* [begin, end) */
	unsigned number;          /* of the id */
	bool begun, over;         /* mandates_tick() told so */
};

enum mandate_state {
	MANDATE_FUTURE,
	MANDATE_VALID,
	MANDATE_ENDED,
	MANDATE_REVOKED
};

struct mandates;

struct mandates *mandates_new(const struct registry *r);
void mandates_free(struct mandates **m);
/* mandates_load(m, store, now_ms, why): what the store keeps; a record that cannot
 * be read is left out (and gives no right) and logged. */
int mandates_load(struct mandates *m, struct store *store, int64_t now_ms,
    struct why *why) TSK_MUST_USE;
/* mandates_list(m, &count): by id. */
struct mandate *const *mandates_list(const struct mandates *m, size_t *count);
const struct mandate *mandates_find(const struct mandates *m, const char *id);
/* mandates_next_id(m, out): for a new one; not given twice in one run. */
const char *mandates_next_id(struct mandates *m, char out[MANDATE_ID_BYTES]);
/* mandates_put(m, mandate, now_ms): takes *mandate's memory; replaces the one of
 * that id. */
void mandates_put(struct mandates *m, struct mandate *mandate, int64_t now_ms);
/* mandates_tick(m, now_ms, changed, arg): changed() for each that began or ended
 * since it was put or told last. */
void mandates_tick(struct mandates *m, int64_t now_ms,
    void (*changed)(const struct mandate *mandate, void *arg), void *arg);

enum mandate_state mandate_state(const struct mandate *m, int64_t now_ms);
const char *mandate_state_name(enum mandate_state state);

/* ---- records (mandate_record.c) ---- */
/* mandate_parse(json, out, why): a record as kept, or as asked for.  TSK_INVALID.
 */
int mandate_parse(
    const json_t *json, struct mandate *out, struct why *why) TSK_MUST_USE;
void mandate_fini(struct mandate *m);
json_t *mandate_json(const struct mandate *m);
/* mandate_rights_text(rights, out): "send-plan send-result ..." */
#define MANDATE_RIGHTS_BYTES 96
const char *mandate_rights_text(
    unsigned rights, char out[MANDATE_RIGHTS_BYTES]);

/* ---- questions ---- */
/* what somebody wants to do */
struct mandate_act {
	const struct agent *agent;
	const char *office, *type; /* for whom; type as written, "" = not */
	const char *partner;       /* the other one's number; "" = any */
	unsigned rights;           /* all of these */
	unsigned one_of;           /* and, if not 0, one of these */
	/* whose desks and rows: those of the day (in ms) a parcel was accepted,
	 * for what is asked of it later; 0 = of now */
	int64_t desk_ms;
};
/* mandate_allows(m, act, now_ms, under): the rights of all its mandates that hold
 * for this service and partner are added up.  under: the mandate, or those it took
 * ("m000001+m000004"); "" when it is the agent's own right (or none).  under may
 * be NULL. */
bool mandate_allows(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char under[STORE_UNDER_BYTES]);
/* mandate_why(m, act, now_ms, out): why not, if it is about a mandate; "" if there
 * never was one for that agent and office. */
const char *mandate_why(const struct mandates *m, const struct mandate_act *act,
    int64_t now_ms, char out[MANDATE_WHY_BYTES]);
/* mandate_gateway(agent): it brings parcels from the outside in: role national or
 * hub. */
bool mandate_gateway(const struct agent *agent);
/* mandate_ours(r, office, type): a parcel in that office's name can come from
 * inside only.  A number of which one service is outside is ours in the others,
 * and where the type is not written.  Rows that do not hold at ${at_ms} count only
 * where none does. */
bool mandate_ours(const struct registry *r, const char *office,
    const char *type, int64_t at_ms);
/* mandate_can_give(r, office, type): a desk of ours stands for it, today or
 * whenever: a mandate may be given before the desk opens. */
bool mandate_can_give(
    const struct registry *r, const char *office, const char *type);
/* mandate_serves(m, agent, queue, now_ms): may it take legs from that queue, of
 * some partner at least? */
bool mandate_serves(const struct mandates *m, const struct agent *agent,
    const char *queue, int64_t now_ms);
/* mandate_takes(m, agent, desk, partner, now_ms, &under): do that desk's
 * deliveries from ${partner} go to it? */
bool mandate_takes(const struct mandates *m, const struct agent *agent,
    const struct desk *desk, const char *partner, int64_t now_ms,
    const struct mandate **under);
/* mandate_shared(m, number): the office has or had mandates: who acts for it is
 * to be asked each time.  mandate_revoked(): one of them was revoked. */
bool mandate_shared(const struct mandates *m, const char *number);
bool mandate_revoked(const struct mandates *m, const char *number);
/* mandate_stopped(m, agent, act, accepted_ms, now_ms): ${agent} did ${act} (its
 * agent is not looked at) under a mandate that was revoked since, and may not do
 * it now. */
const struct mandate *mandate_stopped(const struct mandates *m,
    const char *agent, const struct mandate_act *act, int64_t accepted_ms,
    int64_t now_ms);
/* mandate_desks(m, agent, now_ms, rights, out, room): the desks of ours it may
 * do one of ${rights} for now, own ones first; how many. */
size_t mandate_desks(const struct mandates *m, const struct agent *agent,
    int64_t now_ms, unsigned rights, const struct desk **out, size_t room);

#endif

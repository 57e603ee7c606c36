/* NAME
 *	control - the operator's door
 * DESCRIPTION
 *	ROUTER at ipc://<data>/control.sock; the folder's mode 0700 is the
 *	protection.  One JSON frame in, one JSON frame out: {"command":...} ->
 *	{"ok":true,...} or {"ok":false,"code":...,"error":...}.
 *
 *	A thread of its own: what only reads the store is answered there;
 *	what changes something or looks into memory is handed to the net thread
 *	and waited for.  A command may have both halves: what the store says is
 *	then what the net thread is asked.  One request at a time.
 */
#ifndef TASUKI_CONTROL_H
#define TASUKI_CONTROL_H

#include <jansson.h>

#include "broker.h"

struct control;

/* A request in the net thread's hands; ends in exactly one control_answer(). */
struct request {
	struct request *next;
	json_t *in; /* read only */
	json_t *out;
	int refs;
	bool done;
	struct control *control;
};

typedef void control_net_fn(struct broker *b, struct request *rq);
/* what the control thread looks at: never more of the broker than this */
struct control_view {
	struct store *store;
	const struct settings *settings;
};
typedef json_t *control_store_fn(
    const struct control_view *view, const json_t *in);

struct control_command {
	const char *name;
	control_store_fn *store; /* in the control thread */
	control_net_fn *net;     /* in the net thread */
};

int control_start(
    struct broker *b, struct control **out, struct why *why) TSK_MUST_USE;
/* control_fd(c): readable when a request waits for the net thread. */
int control_fd(const struct control *c);
/* control_serve(b): the waiting requests; net thread. */
void control_serve(struct broker *b);
/* control_answer(rq, out): takes out. */
void control_answer(struct request *rq, json_t *out);
void control_stop(struct control *c);
void control_free(struct control **c);

/* control_error(code, format, ...): {"ok":false,...} */
json_t *control_error(const char *code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* control_text(in, field): a string field or "". */
const char *control_text(const json_t *in, const char *field);
int64_t control_number(const json_t *in, const char *field, int64_t absent);

/* control_read.c: what the store alone answers; control_act.c: the net thread's;
 * both end with a NULL name */
extern const struct control_command control_reads[];
extern const struct control_command control_acts[];
/* control_registry.c */
control_net_fn control_registry_show, control_registry_import,
    control_registry_waiting, control_registry_release, control_registry_drop,
    control_agent_list, control_agent_add, control_agent_revoke;
/* control_directory.c */
control_store_fn control_registry_list, control_registry_history,
    control_registry_joined, control_quarantine_list, control_quarantine_record;
/* control_fax.c */
control_net_fn control_fax_show, control_fax_verify, control_fax_test,
    control_fax_confirm, control_fax_freeze;
/* control_expected.c */
control_store_fn control_expected;
control_net_fn control_expected_settle;
/* control_mandate.c */
control_net_fn control_mandate_add, control_mandate_list, control_mandate_show,
    control_mandate_revoke, control_mandate_expiring;
/* control_paper.c */
control_store_fn control_paper_report;
/* control_route.c */
control_net_fn control_route;
/* control_policy.c */
control_net_fn control_policy_list, control_policy_reload;
/* control_sayable(text): fits a receipt. */
bool control_sayable(const char *text);
/* control_agent(b, agent), control_agents(b): as in status */
json_t *control_agent(const struct broker *b, const struct agent *agent);
json_t *control_agents(const struct broker *b);
/* control_id(store, in, id): field "id": a whole parcel id, or a unique
 * beginning of one.  NULL, or the error to answer. */
json_t *control_id(struct store *store, const json_t *in, struct id *id);

#endif

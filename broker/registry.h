/* NAME
 *	registry - the offices and agents this broker knows
 * DESCRIPTION
 *	Rows in memory, read from the store at start and changed only after the
 *	store kept the change.  A desk is one row: an office number, with or
 *	without a service type.  Desks and agents are never freed while the
 *	registry lives, so pointers to them stay good; an agent that lost its
 *	right is marked revoked.
 *	Thread: the net thread's.
 */
#ifndef TASUKI_REGISTRY_H
#define TASUKI_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "curve.h"
#include "err.h"
#include "fax.h"
#include "hash.h"
#include "leg.h"
#include "number.h"
#include "policy.h"
#include "store.h"

#define REGISTRY_KEY_BYTES     16 /* "NUMBER" or "NUMBER/TYPE" */
#define REGISTRY_ROW_BYTES_MAX ((size_t)32 * 1024) /* as JSON */

#define DESK_WAYS_MAX 6

#define DESK_TYPES_MAX 24 /* service types at one desk */

struct session;

/* One way a desk can be reached by, and when. */
struct desk_way {
	enum leg_way way;
	char hub[STORE_AGENT_BYTES]; /* way hub:NAME */
	int valid_from, valid_to;    /* YYYYMMDD in JST, both days belong to
					 it; 0 = open */
};

struct desk {
	char key[REGISTRY_KEY_BYTES];
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	bool inside;
	enum leg_way way;            /* of ways[0] */
	char hub[STORE_AGENT_BYTES]; /* of ways[0] */
	/* in order of preference; at least one */
	struct desk_way ways[DESK_WAYS_MAX];
	size_t way_count;
	char name[128];                       /* what people call it */
	char folder_agent[STORE_AGENT_BYTES]; /* "" = none */
	/* desk_table.h */
	char types[DESK_TYPES_MAX][NUMBER_TYPE_BYTES]; /* besides its own */
	size_t type_count;
	bool default_desk;        /* of its number, for names without a type */
	bool mandate_required;    /* its folder_agent needs a mandate too */
	int valid_from, valid_to; /* YYYYMMDD in JST; 0 = open */
	enum leg_way paper_way;   /* that it wants paper by; 0 = whichever */
	struct policy policy;     /* with the row's own columns */
	int policy_until;         /* YYYYMMDD, then electronic; 0 = open */
	struct fax fax;
	json_t *fax_record;    /* see fax.h; NULL = none */
	char *json;            /* the whole row as kept */
	struct hash_node node; /* memory only: by key */
};

enum role { ROLE_OFFICE, ROLE_PDF, ROLE_FAX, ROLE_NATIONAL, ROLE_HUB };

struct agent {
	char name[STORE_AGENT_BYTES];
	char public_key[CURVE_KEY_BYTES];
	enum role role;
	char hub[STORE_AGENT_BYTES];
	bool revoked;
	/* memory only */
	struct session *live;       /* its open session */
	struct session *challenger; /* waits until live is probed */
	int64_t conflict_ms;        /* wall; last time two were alive; 0 */
	/* audit entries of its refused acts: see admit.c */
	int64_t refused_ms;
	unsigned refused_count, refused_silent;
};

struct registry;

struct registry *registry_new(void);
void registry_free(struct registry **r);
/* registry_policies(r): those its rows refer to; to be loaded before the rows. */
struct policies *registry_policies(struct registry *r);
const struct policies *registry_policies_of(const struct registry *r);
/* registry_load(r, store, why): every office and agent the store keeps. */
int registry_load(
    struct registry *r, struct store *store, struct why *why) TSK_MUST_USE;

/* ---- lookups ---- */
/* registry_desk(r, number, type): exactly that row, or NULL. */
const struct desk *registry_desk(
    const struct registry *r, const char *number, const char *type);
/* registry_key(r, key): the row "NUMBER[/TYPE]", or NULL. */
const struct desk *registry_key(const struct registry *r, const char *key);
/* registry_match(r, number, type, day, guessed): the row that stands for a number
 * and a type as written in a file name, by the rules of desk_table.h, on a day
 * (YYYYMMDD in JST; 0: whatever its days).  For a parcel that was accepted that is
 * the day of then, not today.  Where no row that holds stands for it: the one
 * that would if it held, which desk_table_holds() tells from the others.
 * *guessed: no type was written and the desk has one.  NULL: none.  ${guessed}
 * may be NULL. */
const struct desk *registry_match(const struct registry *r, const char *number,
    const char *type, int day, bool *guessed);
/* registry_first(r, number, &count): the rows of one number, by type; valid
 * until the registry changes. */
struct desk *const *registry_first(
    const struct registry *r, const char *number, size_t *count);
/* registry_desks(r, &count): all rows by key. */
struct desk *const *registry_desks(const struct registry *r, size_t *count);
struct agent *const *registry_agents(const struct registry *r, size_t *count);
/* registry_agent(r, name): also a revoked one; NULL. */
struct agent *registry_agent(const struct registry *r, const char *name);
/* registry_desks_of(r, agent, &count): the desks whose folder_agent it is. */
struct desk *const *registry_desks_of(
    const struct registry *r, const char *agent, size_t *count);
/* desk_queue(desk, out): "office/NUMBER[/TYPE]"; returns out. */
const char *desk_queue(const struct desk *desk, char out[STORE_QUEUE_BYTES]);

/* ---- changes: parse and check first, keep in the store, then put ---- */
/* desk_parse(row, out, complain, arg): one JSON row; every fault is reported with
 * its column.  0, or TSK_INVALID.  out->json is malloced on success. */
typedef void desk_complain_fn(
    void *arg, const char *column, const char *english);
int desk_parse(const json_t *row, struct desk *out, desk_complain_fn *complain,
    void *arg) TSK_MUST_USE;
/* desk_check(): the same without out->json: the caller has the text. */
int desk_check(const json_t *row, struct desk *out, desk_complain_fn *complain,
    void *arg) TSK_MUST_USE;
void desk_fini(struct desk *desk);
/* agent_parse(name, public_key, role, out, why) */
int agent_parse(const char *name, const char *public_key, const char *role,
    struct agent *out, struct why *why) TSK_MUST_USE;
/* agent_json(agent): as kept in the store; malloced. */
char *agent_json(const struct agent *agent);
const char *agent_role(const struct agent *agent, char out[STORE_AGENT_BYTES]);

/* desk_resolve(p, desk, row, complain, arg): policy, paper way and FAX number of
 * a row that desk_parse() took.  How many faults: an import is refused for them,
 * a row kept already holds with what is left. */
int desk_resolve(const struct policies *p, struct desk *desk, const json_t *row,
    desk_complain_fn *complain, void *arg);
/* registry_put_desk(r, desk): takes *desk's memory; replaces a row of that key,
 * whose FAX record stays. */
void registry_put_desk(struct registry *r, struct desk *desk);
/* registry_put_fax(r, key, record): takes a reference; the row follows. */
void registry_put_fax(struct registry *r, const char *key, json_t *record);
void registry_put_agent(struct registry *r, const struct agent *agent);

/* ---- import ---- */
enum registry_mode {
	REGISTRY_ROWS,   /* rows that are not in the list stay as they are */
	REGISTRY_FULL,   /* rows that are not in it end */
	REGISTRY_PUBLIC, /* who is connected to the national system */
	REGISTRY_GONE,   /* who is not any more (a public list no longer has) */
};

/* A list to import. */
struct registry_list {
	enum registry_mode mode;
	const json_t *rows;
	/* array of names: only these columns change; NULL: rows are whole */
	const json_t *columns;
	/* full: the rows it speaks for; "" = all partners */
	const char *scope_column, *scope_value;
	const char *name; /* public: goes into the column "connected" */
	int today;        /* YYYYMMDD in JST */
	int from;         /* public: connected from this day on */
	bool add_unknown; /* public: offices nobody knew */
};

enum registry_change {
	REGISTRY_ADDED,
	REGISTRY_CHANGED,
	REGISTRY_ENDED, /* missing in a full list */
};

struct registry_plan {
	struct desk *desks;           /* new or changed rows */
	enum registry_change *change; /* of each of them */
	size_t count, added, changed, ended, unchanged;
	size_t before;  /* rows in force that the list speaks for */
	size_t beside;  /* of added: the number was there with other types */
	size_t unknown; /* public: offices that were left out */
	json_t *gone;   /* public: keys it no longer has; not in desks */
	json_t *errors; /* [{row,column,error}]; empty = may be kept */
};
/* registry_plan_list(r, list, plan): what importing it would do.  Any error:
 * nothing may be imported, and plan->errors lists every one. */
void registry_plan_list(const struct registry *r,
    const struct registry_list *list, struct registry_plan *plan);
/* registry_plan(r, rows, plan): the same for whole rows, REGISTRY_ROWS. */
void registry_plan(
    const struct registry *r, const json_t *rows, struct registry_plan *plan);
void registry_plan_fini(struct registry_plan *plan);
/* registry_fields(before, after): {column: [old, new]} of two rows as kept; NULL
 * for no row. */
json_t *registry_fields(const char *before, const char *after);
/* registry_reached(desk): data reaches it, from which day on (YYYYMMDD; 0: since
 * ever); -1: only paper does. */
int registry_reached(const struct desk *desk, int today);
/* registry_in_force(desk, today): it has not ended. */
bool registry_in_force(const struct desk *desk, int today);
/* registry_stamp(r, wall_ms): a time that no other change of this run has. */
int64_t registry_stamp(struct registry *r, int64_t wall_ms);
/* registry_wait(r, id, record): that import waits in quarantine; NULL: no more.
 * Its rows are not remembered. */
void registry_wait(struct registry *r, const char *id, const json_t *record);
/* registry_waiting(r): {id: {"sha256","mode","name","by",...}} */
const json_t *registry_waiting(const struct registry *r);
size_t registry_waiting_count(const struct registry *r);

#endif

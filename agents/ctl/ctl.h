/* NAME
 *	ctl - what every verb of tasukictl gets
 * DESCRIPTION
 *	A verb is a function of its own arguments (argv[0] is the verb).  It
 *	returns an exit code: CTL_OK, CTL_TROUBLE or CTL_USAGE.
 */
#ifndef TASUKI_CTL_H
#define TASUKI_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "term.h"

enum ctl_exit { CTL_OK = 0, CTL_TROUBLE = 1, CTL_USAGE = 2 };

struct ctl {
	char *socket; /* control socket of the broker */
	bool json;    /* one JSON document instead of tables */
	bool ja;      /* labels for people in Japanese */
	struct term term;
};

/* One verb. */
struct ctl_verb {
	const char *name;
	int (*run)(struct ctl *ctl, int argc, char **argv);
	const char *arguments; /* "ID LEG REASON"; lines split by \n */
	const char *en, *ja;   /* one line of help */
};

/* ctl_usage(format, ...): a usage mistake, to stderr; CTL_USAGE. */
int ctl_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* ctl_fail(ctl, why): trouble, to stderr (with --json also one JSON document
 * to stdout); CTL_TROUBLE. */
struct why;
int ctl_fail(const struct ctl *ctl, const struct why *why);
/* ctl_ask(ctl, request, answer): take ${request}, ask the broker; CTL_OK and
 * *${answer} the caller's; else the trouble is told. */
int ctl_ask(const struct ctl *ctl, json_t *request, json_t **answer);
/* ctl_ask_rows(ctl, request, answer): the same; a refusal that lists "errors"
 * is CTL_OK as well: the caller tells them one by one. */
int ctl_ask_rows(const struct ctl *ctl, json_t *request, json_t **answer);
/* ctl_json(ctl, answer): with --json print ${answer} and return true. */
bool ctl_json(const struct ctl *ctl, const json_t *answer);

/* verbs, by file */
int status_verb(struct ctl *ctl, int argc, char **argv);
int status_stats_verb(struct ctl *ctl, int argc, char **argv);
int parcel_verb(struct ctl *ctl, int argc, char **argv);
int parcel_find_verb(struct ctl *ctl, int argc, char **argv);
int parcel_queue_verb(struct ctl *ctl, int argc, char **argv);
int parked_verb(struct ctl *ctl, int argc, char **argv);
int registry_verb(struct ctl *ctl, int argc, char **argv);
int mandate_verb(struct ctl *ctl, int argc, char **argv);
int agent_verb(struct ctl *ctl, int argc, char **argv);
int hub_verb(struct ctl *ctl, int argc, char **argv);
int courier_verb(struct ctl *ctl, int argc, char **argv);
int fax_verb(struct ctl *ctl, int argc, char **argv);
int key_verb(struct ctl *ctl, int argc, char **argv);
int audit_verb(struct ctl *ctl, int argc, char **argv);
int audit_backup_verb(struct ctl *ctl, int argc, char **argv);
int route_verb(struct ctl *ctl, int argc, char **argv);
int policy_verb(struct ctl *ctl, int argc, char **argv);
int expected_verb(struct ctl *ctl, int argc, char **argv);
int paper_verb(struct ctl *ctl, int argc, char **argv);
int extract_verb(struct ctl *ctl, int argc, char **argv);
int scan_verb(struct ctl *ctl, int argc, char **argv);
int handover_verb(struct ctl *ctl, int argc, char **argv);
int render_verb(struct ctl *ctl, int argc, char **argv);
int convert_verb(struct ctl *ctl, int argc, char **argv);
int compare_verb(struct ctl *ctl, int argc, char **argv);
int standard_verb(struct ctl *ctl, int argc, char **argv);
int masters_verb(struct ctl *ctl, int argc, char **argv);
int national_verb(struct ctl *ctl, int argc, char **argv);

#endif

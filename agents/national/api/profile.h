/* NAME
 *	profile - the national interface, as data
 * DESCRIPTION
 *	A file of config/national says everything about the interface that is
 *	not TLS: addresses, paths, members of requests and answers, words for
 *	states, codes and what they mean.  The code knows none of them.
 *	docs/tasuki-national-api.md explains each setting.
 */
#ifndef TASUKI_NATIONAL_PROFILE_H
#define TASUKI_NATIONAL_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "conf.h"

/* One call: what is asked. */
struct api_call {
	char *method, *path, *query, *body; /* path "": there is no such call */
	json_t *shape;                      /* of body; NULL = none */
};

/* Where a login's answer says what. */
struct api_login {
	struct api_call call;
	char *access, *access_life, *refresh, *refresh_life;
};

/* Where an item of a list, or of a fetched one, says what. */
struct api_list {
	struct api_call call;
	char *items, *next;
	char *ref, *at, *peer, *peer_type, *state;
	char *waiting, *sent, *fetched, *refused; /* words of the state */
	char *files, *name, *bytes, *sha256;
};

/* "say": one code of the other side in our words. */
struct api_say {
	char *code, *as, *text;
};

struct api_profile {
	char *name, *payload, *base, *ca;
	char **hosts, **maintenance;
	int64_t timeout_ms, order_ms;
	int64_t answer_max, files_max, bytes_max, items_max;
	struct {
		char *header, *value;
		int64_t access_ms, refresh_ms, margin_ms;
	} session;
	struct {
		int64_t max, wait_ms, locked_ms;
	} tries;
	struct api_login login, refresh;
	struct api_call logout;
	struct api_list sent, received;
	struct {
		struct api_call call;
		char *file, *ref, *results, *name, *code;
		json_t *shape; /* of file */
	} send;
	struct {
		struct api_call call;
		char *files, *name, *content, *sha256;
	} fetch;
	struct api_call done, withdraw;
	struct {
		char *ok, *token, *office, *pause, *later, *unsure, *never,
		    *gone;
		char *code, *until;
		int64_t pause_ms;
	} http;
	struct {
		char *at, *until;
		char *ok, *token, *login, *locked, *person, *pause, *later,
		    *gone;
	} codes;
	struct conf_sections say; /* struct api_say */
};

extern const struct conf_row api_profile_rows[];

/* api_profile_load(path, out, why): read and looked over as a whole. */
int api_profile_load(
    const char *path, struct api_profile *out, struct why *why) TSK_MUST_USE;
void api_profile_fini(struct api_profile *profile);
/* api_say(profile, code): our words for it, or NULL. */
const struct api_say *api_say(
    const struct api_profile *profile, const char *code);
/* api_maintenance(profile, now_ms): in a window: when it ends; else 0. */
int64_t api_maintenance(const struct api_profile *profile, int64_t now_ms);
/* api_window(text, now_ms, end_ms): one window, "sun@00:00-06:00",
 * "daily@02:00-03:00" or "2027-01-03@00:00-24:00", JST.  TSK_INVALID; else 0
 * and *${end_ms}, 0 = not now. */
int api_window(const char *text, int64_t now_ms, int64_t *end_ms) TSK_MUST_USE;

#endif

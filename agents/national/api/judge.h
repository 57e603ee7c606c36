/* NAME
 *	judge - what an answer of the other side means for us
 * DESCRIPTION
 *	Pure: status, body and the profile's lists of words make a verdict; a
 *	verdict makes the result of an order (driver.h).
 */
#ifndef TASUKI_NATIONAL_JUDGE_H
#define TASUKI_NATIONAL_JUDGE_H

#include <stdint.h>

#include <jansson.h>

#include "err.h"
#include "profile.h"

#define JUDGE_CODE_BYTES 24 /* a code of theirs, made harmless */

enum verdict {
	VERDICT_OK,
	VERDICT_TOKEN,  /* the access token is over */
	VERDICT_LOGIN,  /* user or password wrong */
	VERDICT_LOCKED, /* the account, for a time */
	VERDICT_PERSON, /* this office stands until somebody acted */
	VERDICT_PAUSE,  /* nobody is served now */
	VERDICT_LATER,  /* this call not now */
	VERDICT_GONE,   /* there is no such thing */
	VERDICT_NEVER,  /* refused for good */
	VERDICT_UNSURE, /* nobody knows whether it happened */
	VERDICT_WRONG,  /* no answer of this interface: profile or server */
};

/* Whom a failure concerns; the same as enum driver_scope. */
enum judge_scope { JUDGE_ORDER, JUDGE_OFFICE, JUDGE_ALL };

struct judgement {
	enum verdict verdict;
	int64_t until_ms; /* locked, pause: when it ends; 0 = not said */
	char code[JUDGE_CODE_BYTES]; /* theirs; "" = none */
};

/* What becomes of an order. */
struct outcome {
	int rc;
	enum judge_scope scope;
	int64_t retry_ms;
	struct why why;
};

/* judge_answer(profile, status, retry_after_s, root, now_ms): ${root} is the
 * body as JSON, NULL if it is none. */
struct judgement judge_answer(const struct api_profile *profile, long status,
    int64_t retry_after_s, const json_t *root, int64_t now_ms);
/* judge_code(profile, code): the verdict of a business code. */
enum verdict judge_code(const struct api_profile *profile, const char *code);
/* judge_clean(text, out): letters, digits and - of it; returns out. */
const char *judge_clean(const char *text, char out[JUDGE_CODE_BYTES]);
/* judge_say(profile, class, code, out): code and sentence for people. */
void judge_say(const struct api_profile *profile, enum why_class class,
    const char *code, struct why *out);
/* judge_outcome(profile, judgement, now_ms, out): a failure in the terms of
 * driver.h; VERDICT_OK is 0. */
void judge_outcome(const struct api_profile *profile,
    const struct judgement *judgement, int64_t now_ms, struct outcome *out);

#endif

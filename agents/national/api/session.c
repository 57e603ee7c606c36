/* NAME
 *	session - login, tokens and calls of one office
 * SUMMARY
 *	see session.h
 * DESCRIPTION
 *	A call that the other side answers with "token over" is made once more
 *	with a new token: it certainly did nothing the first time.  Nothing else
 *	is ever repeated here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/crypto.h>

#include "clock.h"

#include "session.h"
#include "wipe.h"

#define TOKEN_MAX      8192u
#define LOGOUT_MS      5000
#define ADDRESS_MAX    4000u
#define LIFE_MAX_S     (7LL * 24 * 3600)
#define BODY_ROOM      (96u << 20)
#define LOGIN_BODY_MAX 16384u

/* In a locked mapping of its own. */
struct tokens {
	char access[TOKEN_MAX], refresh[TOKEN_MAX];
	int64_t access_end_ms, refresh_end_ms; /* monotonic */
};

struct session {
	const struct api_profile *profile;
	const struct secrets *secrets;
	char office[NUMBER_OFFICE_BYTES];
	const struct session_events *events;
	void *arg;
	struct exchange *exchange;
	struct tokens *tokens;
};

int
session_open(const struct api_profile *profile,
    const struct exchange_trust *trust, const char *office,
    const struct secrets *secrets, const struct session_events *events,
    void *arg, struct session **out, struct why *why)
{
	struct session *s = mem_new(sizeof(*s));

	s->profile = profile;
	s->secrets = secrets;
	snprintf(s->office, sizeof(s->office), "%s", office);
	s->events = events;
	s->arg = arg;
	s->tokens = mmap(NULL, sizeof(*s->tokens), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->tokens == MAP_FAILED)
		panic("no memory for tokens");
	(void)mlock(s->tokens, sizeof(*s->tokens));
	(void)madvise(s->tokens, sizeof(*s->tokens), MADV_DONTDUMP);
	*out = s;
	int rc = exchange_open(profile, trust, secrets, &s->exchange, why);
	if (rc < 0)
		session_close(out);
	return rc;
}

/* ---- one exchange ---- */

/* Address, header and body of a call. */
struct request {
	struct buf address, header, body;
};

static void
request_fini(struct request *r)
{
	buf_fini(&r->address);
	wipe_buf(&r->header);
	wipe_buf(&r->body);
}

static int
request_make(const struct api_profile *p, const struct api_call *call,
    const struct shape_values *values, bool token, struct request *r)
{
	int rc;

	buf_init(&r->address, ADDRESS_MAX);
	buf_init(&r->header, EXCHANGE_HEADER_MAX);
	buf_init(&r->body, token ? BODY_ROOM : LOGIN_BODY_MAX);
	rc = shape_path(call->path, values, &r->address);
	if (rc == 0)
		rc = shape_query(call->query, values, &r->address);
	if (rc == 0 && call->shape != NULL)
		rc = shape_body(call->shape, values, &r->body);
	if (rc == 0 && token && p->session.header[0] != '\0') {
		buf_printf(&r->header, "%s: ", p->session.header);
		rc = shape_text(p->session.value, values, &r->header);
	}
	return rc;
}

static void
fail(struct outcome *out, int rc, enum judge_scope scope, enum why_class class,
    const char *code, const char *text)
{
	*out = (struct outcome){.rc = rc, .scope = scope};
	why_set(&out->why, class, code, "%s", text);
}

/* What libcurl could not do. */
static void
judge_line(const struct api_profile *p, int rc, struct outcome *out)
{
	bool server = strcmp(out->why.code, "national-server") == 0 ||
		      strcmp(out->why.code, "settings") == 0;

	out->rc = rc;
	out->scope = rc == TSK_DENIED && !server ? JUDGE_OFFICE
		     : rc == TSK_CLOSED          ? JUDGE_ORDER
						 : JUDGE_ALL;
	(void)p;
}

/* One exchange and its judgement; ${out} is filled unless the verdict is OK. */
static enum verdict
ask(struct session *s, const struct api_call *call,
    const struct shape_values *values, bool token, int64_t timeout_ms,
    json_t **root, struct outcome *out)
{
	struct exchange_answer answer = {0};
	struct request request;
	int rc = request_make(s->profile, call, values, token, &request);
	struct judgement j = {.verdict = VERDICT_UNSURE};

	*root = NULL;
	*out = (struct outcome){0};
	if (rc < 0) {
		fail(out, rc == TSK_TOOBIG ? TSK_INVALID : TSK_LATER,
		    JUDGE_ORDER, rc == TSK_TOOBIG ? WHY_NEVER : WHY_LATER,
		    rc == TSK_TOOBIG ? "national-size" : "national-document",
		    rc == TSK_TOOBIG
			? "The documents are too large for this way."
			: "The documents cannot be read, or changed.");
		request_fini(&request);
		return VERDICT_WRONG;
	}
	struct exchange_ask how = {
	    .method = call->method,
	    .address = request.address.data,
	    .header = request.header.len > 0 ? request.header.data : NULL,
	    .body = call->shape != NULL ? request.body.data : NULL,
	    .bytes = request.body.len,
	    .timeout_ms = timeout_ms,
	};
	rc = exchange_do(s->exchange, &how, &answer, &out->why);
	request_fini(&request);
	if (rc < 0) {
		judge_line(s->profile, rc, out);
	} else {
		int64_t now = clock_wall_ms();
		if (answer.body.len > 0)
			*root = json_loadb(answer.body.data, answer.body.len,
			    JSON_REJECT_DUPLICATES, NULL);
		j = judge_answer(s->profile, answer.status,
		    answer.retry_after_s, *root, now);
		judge_outcome(s->profile, &j, now, out);
	}
	wipe_buf(&answer.body);
	if (j.verdict != VERDICT_OK) {
		json_decref(*root);
		*root = NULL;
	}
	return rc < 0 ? VERDICT_WRONG : j.verdict;
}

/* ---- tokens ---- */

static void
tokens_wipe(struct session *s)
{
	OPENSSL_cleanse(s->tokens, sizeof(*s->tokens));
}

static int64_t
life_end(const json_t *root, const char *path, int64_t else_ms, int64_t now)
{
	char word[32];
	long long s = atoll(shape_word(root, path, word, sizeof(word)));

	return now + (s > 0 && s < LIFE_MAX_S ? s * 1000 : else_ms);
}

/* Both tokens of an answer.  A renewal may leave the old refresh token, or its
 * end, as it is. */
static bool
tokens_take(struct session *s, const struct api_login *where,
    const json_t *root, bool renewal)
{
	const struct api_profile *p = s->profile;
	int64_t now = clock_mono_ms();
	struct tokens *t = s->tokens;
	char refresh[TOKEN_MAX];

	shape_word(root, where->access, t->access, sizeof(t->access));
	shape_word(root, where->refresh, refresh, sizeof(refresh));
	if (t->access[0] == '\0') {
		tokens_wipe(s);
		OPENSSL_cleanse(refresh, sizeof(refresh));
		return false;
	}
	t->access_end_ms =
	    life_end(root, where->access_life, p->session.access_ms, now);
	if (refresh[0] != '\0') {
		memcpy(t->refresh, refresh, sizeof(refresh));
		int64_t end = life_end(
		    root, where->refresh_life, p->session.refresh_ms, now);
		if (!renewal || end < t->refresh_end_ms ||
		    where->refresh_life[0] != '\0')
			t->refresh_end_ms = end;
	}
	OPENSSL_cleanse(refresh, sizeof(refresh));
	return true;
}

static bool
renew(struct session *s, struct outcome *out)
{
	const struct api_login *how = &s->profile->refresh;
	struct shape_values values = {
	    .text[SHAPE_OFFICE] = s->office,
	    .text[SHAPE_REFRESH] = s->tokens->refresh,
	    .text[SHAPE_TOKEN] = s->tokens->access,
	};
	json_t *root = NULL;

	enum verdict v = ask(s, &how->call, &values, false, 0, &root, out);
	bool ok = v == VERDICT_OK && tokens_take(s, how, root, true);
	json_decref(root);
	/* whatever else it was: the next thing is a login */
	if (!ok)
		tokens_wipe(s);
	return ok;
}

static enum tried
tried_of(enum verdict v, const struct outcome *out)
{
	switch (v) {
	case VERDICT_OK:
		return TRIED_OK;
	case VERDICT_LOGIN:
		return TRIED_REFUSED;
	case VERDICT_LOCKED:
		return TRIED_LOCKED;
	case VERDICT_UNSURE:
		return TRIED_UNKNOWN;
	case VERDICT_WRONG: /* the line, too */
		return out->rc == TSK_CLOSED ? TRIED_UNKNOWN : TRIED_NOTHING;
	default:
		return TRIED_NOTHING;
	}
}

/* What a failed login means for the order: nothing of it was done. */
static void
login_failed(struct outcome *out)
{
	if (out->rc == TSK_CLOSED)
		out->rc = TSK_LATER;
	if (out->rc == TSK_INVALID || out->rc == TSK_NOTFOUND)
		out->rc = TSK_DENIED;
	if (out->scope == JUDGE_ORDER)
		out->scope = JUDGE_OFFICE;
}

static bool
login(struct session *s, struct outcome *out)
{
	const struct api_login *how = &s->profile->login;
	struct shape_values values = {
	    .text[SHAPE_OFFICE] = s->office,
	    .text[SHAPE_USER] = s->secrets->user,
	    .text[SHAPE_PASSWORD] = s->secrets->password,
	};
	json_t *root = NULL;

	if (!s->events->may_login(s->arg, out))
		return false;
	enum verdict v = ask(s, &how->call, &values, false, 0, &root, out);
	if (v == VERDICT_OK && !tokens_take(s, how, root, false)) {
		v = VERDICT_UNSURE;
		fail(out, TSK_LATER, JUDGE_OFFICE, WHY_NEVER, "national-answer",
		    "The answer to the login holds no token: look at the "
		    "profile.");
	}
	json_decref(root);
	s->events->tried(s->arg, tried_of(v, out), out->retry_ms);
	if (v != VERDICT_OK)
		login_failed(out);
	return v == VERDICT_OK;
}

static bool
lives(const char *token, int64_t end_ms, int64_t margin_ms)
{
	return token[0] != '\0' && clock_mono_ms() + margin_ms < end_ms;
}

static bool
have_token(struct session *s, struct outcome *out)
{
	const struct tokens *t = s->tokens;
	int64_t margin = s->profile->session.margin_ms;

	if (lives(t->access, t->access_end_ms, margin))
		return true;
	if (s->profile->refresh.call.path[0] != '\0' &&
	    lives(t->refresh, t->refresh_end_ms, margin) && renew(s, out))
		return true;
	return login(s, out);
}

/* ---- calls ---- */

bool
session_call(struct session *s, const struct api_call *call,
    struct shape_values *values, json_t **root, struct outcome *out)
{
	enum verdict v = VERDICT_TOKEN;

	*root = NULL;
	values->text[SHAPE_OFFICE] = s->office;
	values->text[SHAPE_TOKEN] = s->tokens->access;
	for (int i = 0; i < 2 && v == VERDICT_TOKEN; i++) {
		if (!have_token(s, out))
			return false;
		v = ask(s, call, values, true, 0, root, out);
		if (v == VERDICT_TOKEN) /* renew it, then log in */
			OPENSSL_cleanse(
			    s->tokens->access, sizeof(s->tokens->access));
	}
	return v == VERDICT_OK;
}

static void
logout(struct session *s)
{
	struct shape_values values = {
	    .text[SHAPE_OFFICE] = s->office,
	    .text[SHAPE_TOKEN] = s->tokens->access,
	    .text[SHAPE_REFRESH] = s->tokens->refresh,
	};
	struct outcome out;
	json_t *root = NULL;

	if (s->tokens->access[0] == '\0' || s->profile->logout.path[0] == '\0')
		return;
	(void)ask(
	    s, &s->profile->logout, &values, true, LOGOUT_MS, &root, &out);
	json_decref(root);
}

void
session_close(struct session **session)
{
	struct session *s = *session;

	if (s == NULL)
		return;
	if (s->exchange != NULL)
		logout(s);
	exchange_close(&s->exchange);
	tokens_wipe(s);
	(void)munmap(s->tokens, sizeof(*s->tokens));
	free(s);
	*session = NULL;
}

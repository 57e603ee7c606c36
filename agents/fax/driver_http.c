/* NAME
 *	driver_http - REST providers in the style of InterFAX, by templates
 * DESCRIPTION
 *	submit sends the TIFF as the body of one request; the answer names the
 *	job in a header (Location) or in its JSON.  Status and cancel are
 *	requests to addresses made of that name.  Our tag rides along as a
 *	reference, and as Idempotency-Key for services that know it, so that a
 *	job can be found again after a crash.
 *
 *	Answers to submit:
 *
 *	    2xx			accepted
 *	    401 403 408 429 503	not accepted, later (nobody's try is counted)
 *	    other 4xx		refused for good
 *	    other 5xx, no answer	nobody knows: find()
 *
 *	A state that no list of the profile names counts as pending: the result
 *	is waited for, and then the FAX is unknown.
 * DIAGNOSTICS
 *	later: provider-busy, provider-login, no-line.  never: failed-refused,
 *	failed-reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "crash.h"
#include "file.h"

#include "driver.h"
#include "http.h"
#include "template.h"

#define TIFF_MAX  (256u << 20)
#define URL_MAX   2048
#define WORD_MAX_ 128

struct rest {
	const struct fax_profile *profile;
	struct http *http;
};

static void
rest_close(void *self)
{
	struct rest *r = self;

	http_close(&r->http);
	free(r);
}

static int
rest_open(const struct fax_profile *profile, void **out, struct why *why)
{
	struct rest *r = mem_new(sizeof(*r));
	int rc = http_open(profile->user, profile->secret, profile->http.ca,
	    profile->timeout_ms, &r->http, why);

	r->profile = profile;
	if (rc == 0 && (!http_url_ok(profile->http.submit) ||
			   !http_url_ok(profile->http.status))) {
		why_set(why, WHY_NEVER, "settings",
		    "http/submit and http/status must begin with https://.");
		rc = TSK_INVALID;
	}
	if (rc < 0) {
		rest_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

/* ---- asking ---- */

static int
ask(struct rest *r, const char *template, const struct driver_job *job,
    struct http_ask *how, struct http_answer *answer, struct why *why)
{
	struct buf url;
	int rc;

	buf_init(&url, URL_MAX);
	memset(answer, 0, sizeof(*answer));
	rc = template_fill(template, r->profile, job, true, &url);
	if (rc < 0 || !buf_ok(&url)) {
		why_set(why, WHY_NEVER, "failed-refused",
		    "The provider's address cannot be made.");
		rc = TSK_INVALID;
	} else {
		how->url = url.data;
		rc = http_do(r->http, how, answer, why);
	}
	buf_fini(&url);
	return rc;
}

/* ---- answers ---- */

/* "json:a.b" below ${root}, as text; "" if it is not there. */
static const char *
pick(const json_t *root, const char *where, char out[WORD_MAX_])
{
	char path[WORD_MAX_];
	char *rest = path;

	out[0] = '\0';
	if (strncmp(where, "json:", 5) != 0)
		return out;
	snprintf(path, sizeof(path), "%s", where + 5);
	while (rest != NULL && *rest != '\0')
		root = json_object_get(root, strsep(&rest, "."));
	if (json_is_string(root))
		snprintf(out, WORD_MAX_, "%s", json_string_value(root));
	else if (json_is_integer(root))
		snprintf(out, WORD_MAX_, "%lld",
		    (long long)json_integer_value(root));
	else if (json_is_real(root))
		snprintf(out, WORD_MAX_, "%.0f", json_real_value(root));
	else if (json_is_boolean(root))
		snprintf(out, WORD_MAX_, "%s",
		    json_is_true(root) ? "true" : "false");
	return out;
}

static json_t *
parse(const struct http_answer *answer)
{
	return answer->body.len == 0
		   ? NULL
		   : json_loadb(answer->body.data, answer->body.len, 0, NULL);
}

/* A name that cannot become anything else in an address: of a whole address
 * only the last part. */
static bool
take_ref(const char *text, char *ref)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~";
	char copy[HTTP_VALUE_MAX];

	snprintf(copy, sizeof(copy), "%s", text);
	copy[strcspn(copy, "?#")] = '\0';
	char *last = strrchr(copy, '/');
	last = last == NULL ? copy : last + 1;
	if (last[0] == '\0' || last[0] == '.' ||
	    last[strspn(last, plain)] != '\0')
		return false;
	snprintf(ref, JOB_REF_BYTES, "%s", last);
	return true;
}

/* ---- submit ---- */

static int
accepted(struct rest *r, const struct http_answer *answer, char *ref,
    struct why *why)
{
	char word[WORD_MAX_];
	const char *text = answer->value;

	if (strncmp(r->profile->http.ref, "json:", 5) == 0) {
		json_t *root = parse(answer);
		text = pick(root, r->profile->http.ref, word);
		json_decref(root);
	}
	if (take_ref(text, ref))
		return 0;
	/* it has it, and we do not know under which name */
	why_set(why, WHY_LATER, "no-name",
	    "The provider's answer does not name the job.");
	return TSK_CLOSED;
}

static int
judge_submit(struct rest *r, const struct http_answer *answer, char *ref,
    struct why *why)
{
	long status = answer->status;

	if (status >= 200 && status < 300)
		return accepted(r, answer, ref, why);
	if (status == 401 || status == 403) {
		why_set(why, WHY_LATER, "provider-login",
		    "The provider does not let us in (HTTP %ld).", status);
		return TSK_LATER;
	}
	if (status == 408 || status == 429 || status == 503) {
		why_set(why, WHY_LATER, "provider-busy",
		    "The provider takes no jobs now (HTTP %ld).", status);
		return TSK_LATER;
	}
	if (status >= 400 && status < 500) {
		why_set(why, WHY_NEVER, "failed-refused",
		    "The provider refused the job (HTTP %ld).", status);
		return TSK_INVALID;
	}
	why_set(why, WHY_LATER, "no-answer",
	    "The provider has trouble of its own (HTTP %ld).", status);
	return TSK_CLOSED;
}

static int
rest_submit(
    void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct rest *r = self;
	const char *where = r->profile->http.ref;
	struct http_answer answer;
	struct buf tiff;
	int rc;

	buf_init(&tiff, TIFF_MAX);
	if (file_read_path(job->tiff, TIFF_MAX, &tiff) < 0) {
		why_set(why, WHY_LATER, "folder", "The pages cannot be read.");
		buf_fini(&tiff);
		return TSK_LATER;
	}
	struct http_ask how = {
	    .method = r->profile->http.method,
	    .type = r->profile->http.type,
	    .key = job->tag,
	    .body = tiff.data,
	    .bytes = tiff.len,
	    .header = strncmp(where, "header:", 7) == 0 ? where + 7 : NULL,
	};
	rc = ask(r, r->profile->http.submit, job, &how, &answer, why);
	CRASH_POINT("fax-http-submitted");
	if (rc == 0)
		rc = judge_submit(r, &answer, ref, why);
	buf_fini(&answer.body);
	buf_fini(&tiff);
	return rc;
}

/* ---- find ---- */

/* The list itself, or the first list inside an object. */
static const json_t *
list_in(const json_t *root)
{
	const char *key;
	json_t *value;

	if (json_is_array(root))
		return root;
	json_object_foreach((json_t *)(uintptr_t)root, key, value)
	{
		if (json_is_array(value))
			return value;
	}
	return NULL;
}

static int
find_in(struct rest *r, const json_t *root, const struct driver_job *job,
    char *ref, struct why *why)
{
	const struct fax_profile *p = r->profile;
	const json_t *list = list_in(root);
	char word[WORD_MAX_];

	if (list == NULL) {
		why_set(why, WHY_LATER, "no-answer",
		    "The provider's list cannot be read.");
		return TSK_LATER;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		if (p->http.find_tag[0] != '\0' &&
		    strcmp(pick(item, p->http.find_tag, word), job->tag) != 0)
			continue;
		if (take_ref(pick(item, p->http.find_ref, word), ref))
			return 0;
	}
	return TSK_NOTFOUND;
}

static int
rest_find(void *self, const struct driver_job *job, char *ref, struct why *why)
{
	struct rest *r = self;
	struct http_answer answer;
	struct http_ask how = {.method = "GET"};
	int rc;

	if (r->profile->http.find[0] == '\0')
		return TSK_EMPTY;
	rc = ask(r, r->profile->http.find, job, &how, &answer, why);
	if (rc < 0) {
		rc = TSK_LATER;
	} else if (answer.status == 404) {
		rc = TSK_NOTFOUND;
	} else if (answer.status != 200) {
		why_set(why, WHY_LATER, "no-answer",
		    "The provider does not list its jobs (HTTP %ld).",
		    answer.status);
		rc = TSK_LATER;
	} else {
		json_t *root = parse(&answer);
		rc = find_in(r, root, job, ref, why);
		json_decref(root);
	}
	buf_fini(&answer.body);
	return rc;
}

/* ---- poll ---- */

static bool
matches(const char *rule, const char *word)
{
	char *end;

	if (rule[0] == '<' || rule[0] == '>') {
		long long n = strtoll(word, &end, 10);
		long long limit = atoll(rule + 1);
		return word[0] != '\0' && *end == '\0' &&
		       (rule[0] == '<' ? n < limit : n > limit);
	}
	return strcmp(rule, word) == 0;
}

static bool
among(const char *rules, const char *word)
{
	char copy[1024];
	char *rest = copy;

	snprintf(copy, sizeof(copy), "%s", rules);
	for (char *rule; (rule = strsep(&rest, " ")) != NULL;) {
		if (rule[0] != '\0' && matches(rule, word))
			return true;
	}
	return false;
}

/* What a provider says goes into a record and to people: letters and digits of
 * a code, no numbers that could be somebody's. */
static const char *
short_word(const char *text, char out[16])
{
	size_t n = 0;

	for (; *text != '\0' && n < 12; text++) {
		if ((*text >= '0' && *text <= '9') ||
		    (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z') || *text == '-')
			out[n++] = *text;
	}
	out[n] = '\0';
	return out;
}

static void
judge_state(struct rest *r, const json_t *root, struct driver_report *report,
    struct why *why)
{
	const struct fax_profile *p = r->profile;
	char state[WORD_MAX_], code[WORD_MAX_], brief[16];
	bool busy, failed;

	pick(root, p->http.state, state);
	pick(root, p->http.code, code);
	if (code[0] == '\0')
		snprintf(code, sizeof(code), "%s", state);
	report->state = DRIVER_PENDING;
	if (among(p->confirmed, state)) {
		report->state = DRIVER_CONFIRMED;
		return;
	}
	busy = among(p->busy, state) || among(p->busy, code);
	failed = busy || among(p->failed, state);
	if (!failed)
		return;
	report->state = DRIVER_FAILED;
	why_set(why, busy ? WHY_LATER : WHY_NEVER,
	    busy ? "failed-busy" : "failed-reported",
	    "The provider says that it failed (code %s).",
	    short_word(code, brief));
}

static int
read_status(struct rest *r, const struct http_answer *answer,
    struct driver_report *report, struct why *why)
{
	const struct fax_profile *p = r->profile;
	json_t *root = parse(answer);
	char word[WORD_MAX_];

	if (!json_is_object(root)) {
		json_decref(root);
		why_set(why, WHY_LATER, "no-answer",
		    "The provider's status cannot be read.");
		return TSK_LATER;
	}
	judge_state(r, root, report, why);
	report->pages =
	    (unsigned)strtoul(pick(root, p->http.pages, word), NULL, 10);
	report->yen = atoll(pick(root, p->http.yen, word));
	snprintf(report->remote, sizeof(report->remote), "%.63s",
	    pick(root, p->http.remote, word));
	json_decref(root);
	return 0;
}

static int
rest_poll(void *self, const struct driver_job *job,
    struct driver_report *report, struct why *why)
{
	struct rest *r = self;
	struct http_answer answer;
	struct http_ask how = {.method = "GET"};
	int rc = ask(r, r->profile->http.status, job, &how, &answer, why);

	if (rc < 0) {
		rc = TSK_LATER;
	} else if (answer.status == 404 || answer.status == 410) {
		rc = TSK_NOTFOUND;
	} else if (answer.status != 200) {
		why_set(why, WHY_LATER, "no-answer",
		    "The provider gives no status (HTTP %ld).", answer.status);
		rc = TSK_LATER;
	} else {
		rc = read_status(r, &answer, report, why);
	}
	buf_fini(&answer.body);
	return rc;
}

/* ---- cancel ---- */

static int
rest_cancel(void *self, const struct driver_job *job, struct why *why)
{
	struct rest *r = self;
	struct http_answer answer;
	struct http_ask how = {.method = r->profile->http.cancel_method};

	if (r->profile->http.cancel[0] == '\0')
		return TSK_DENIED;
	int rc = ask(r, r->profile->http.cancel, job, &how, &answer, why);
	bool done = rc == 0 && answer.status >= 200 && answer.status < 300;
	buf_fini(&answer.body);
	return done ? 0 : TSK_DENIED;
}

const struct driver driver_http = {
    .name = "http",
    .open = rest_open,
    .close = rest_close,
    .submit = rest_submit,
    .find = rest_find,
    .poll = rest_poll,
    .cancel = rest_cancel,
};

/* NAME
 *	judge - what an answer of the other side means for us
 * SUMMARY
 *	see judge.h
 * DIAGNOSTICS
 *	Codes of the profile's "say" sections, else national-CODE with the other
 *	side's code; national-token, national-login, national-locked,
 *	national-person, national-pause, national-later, national-gone,
 *	national-refused, national-unsure, national-answer where it gave none.
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "shape.h"

#define WORD_BYTES 64
#define DAY_MS     (24LL * 3600 * 1000)

const char *
judge_clean(const char *text, char out[JUDGE_CODE_BYTES])
{
	size_t n = 0;

	/* what a peer says goes into records and logs: a short code only */
	for (; *text != '\0' && n < 16; text++) {
		if ((*text >= '0' && *text <= '9') ||
		    (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z') || *text == '-')
			out[n++] = *text;
	}
	out[n] = '\0';
	return out;
}

enum verdict
judge_code(const struct api_profile *p, const char *code)
{
	const struct {
		const char *words;
		enum verdict verdict;
	} lists[] = {
	    {p->codes.ok, VERDICT_OK},
	    {p->codes.token, VERDICT_TOKEN},
	    {p->codes.login, VERDICT_LOGIN},
	    {p->codes.locked, VERDICT_LOCKED},
	    {p->codes.person, VERDICT_PERSON},
	    {p->codes.pause, VERDICT_PAUSE},
	    {p->codes.later, VERDICT_LATER},
	    {p->codes.gone, VERDICT_GONE},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (shape_match(lists[i].words, code))
			return lists[i].verdict;
	}
	return VERDICT_NEVER;
}

static enum verdict
judge_status(const struct api_profile *p, long status)
{
	const struct {
		const char *words;
		enum verdict verdict;
	} lists[] = {
	    {p->http.ok, VERDICT_OK},
	    {p->http.token, VERDICT_TOKEN},
	    {p->http.office, VERDICT_PERSON},
	    {p->http.pause, VERDICT_PAUSE},
	    {p->http.later, VERDICT_LATER},
	    {p->http.unsure, VERDICT_UNSURE},
	    {p->http.never, VERDICT_NEVER},
	    {p->http.gone, VERDICT_GONE},
	};
	char word[16];

	snprintf(word, sizeof(word), "%ld", status);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (shape_match(lists[i].words, word))
			return lists[i].verdict;
	}
	return VERDICT_WRONG;
}

/* A body that should decide and cannot be read decides nothing. */
static void
judge_body(
    const struct api_profile *p, const json_t *root, struct judgement *out)
{
	char code[WORD_BYTES], until[WORD_BYTES];

	if (!json_is_object(root) && !json_is_array(root)) {
		out->verdict = VERDICT_UNSURE;
		return;
	}
	shape_word(root, p->codes.at, code, sizeof(code));
	if (code[0] != '\0')
		out->verdict = judge_code(p, code);
	else
		out->verdict =
		    p->codes.ok[0] == '\0' ? VERDICT_OK : VERDICT_UNSURE;
	judge_clean(code, out->code);
	out->until_ms =
	    shape_time(shape_word(root, p->codes.until, until, sizeof(until)));
}

struct judgement
judge_answer(const struct api_profile *p, long status, int64_t retry_after_s,
    const json_t *root, int64_t now_ms)
{
	struct judgement j = {.verdict = judge_status(p, status)};
	char word[WORD_BYTES];

	if (j.verdict == VERDICT_OK) {
		judge_body(p, root, &j);
		return j;
	}
	judge_clean(shape_word(root, p->http.code, word, sizeof(word)), j.code);
	j.until_ms =
	    shape_time(shape_word(root, p->http.until, word, sizeof(word)));
	if (j.until_ms == 0 && retry_after_s > 0)
		j.until_ms = now_ms + retry_after_s * 1000;
	if (j.code[0] == '\0')
		snprintf(j.code, sizeof(j.code), "HTTP-%ld", status);
	return j;
}

/* ---- words ---- */

void
judge_say(const struct api_profile *p, enum why_class class, const char *code,
    struct why *out)
{
	const struct api_say *say = api_say(p, code);

	if (say != NULL) {
		why_set(out, class, say->as, "%s", say->text);
		return;
	}
	char name[sizeof(out->code)];
	snprintf(name, sizeof(name), "national-%.20s",
	    code[0] == '\0' ? "refused" : code);
	why_set(out, class, name,
	    "The national system answered with the code %s.",
	    code[0] == '\0' ? "(none)" : code);
}

static const struct row {
	int rc;
	enum judge_scope scope;
	enum why_class class;
	const char *code, *text;
} rows[] = {
    [VERDICT_OK] = {0, JUDGE_ORDER, WHY_NONE, "", ""},
    [VERDICT_TOKEN] = {TSK_LATER, JUDGE_OFFICE, WHY_LATER, "national-token",
	"The national system does not take the token it has just given."},
    [VERDICT_LOGIN] = {TSK_DENIED, JUDGE_OFFICE, WHY_NEVER, "national-login",
	"User id or password are wrong: add the certificate again with the "
	"right ones."},
    [VERDICT_LOCKED] = {TSK_LATER, JUDGE_OFFICE, WHY_LATER, "national-locked",
	"The account is locked for a time."},
    [VERDICT_PERSON] = {TSK_DENIED, JUDGE_OFFICE, WHY_NEVER, "national-person",
	"The national system does not let this office in: a person must act."},
    [VERDICT_PAUSE] = {TSK_LATER, JUDGE_ALL, WHY_LATER, "national-pause",
	"The national system serves nobody now."},
    [VERDICT_LATER] = {TSK_LATER, JUDGE_ORDER, WHY_LATER, "national-later",
	"The national system does not take this now."},
    [VERDICT_GONE] = {TSK_NOTFOUND, JUDGE_ORDER, WHY_NEVER, "national-gone",
	"The national system knows no such thing."},
    [VERDICT_NEVER] = {TSK_INVALID, JUDGE_ORDER, WHY_NEVER, "national-refused",
	"The national system refused it."},
    [VERDICT_UNSURE] = {TSK_CLOSED, JUDGE_ORDER, WHY_LATER, "national-unsure",
	"The national system's answer does not say whether it was done."},
    [VERDICT_WRONG] = {TSK_CLOSED, JUDGE_ALL, WHY_NEVER, "national-answer",
	"The answer is none of this interface: look at the profile."},
};

/* An end that the other side says is believed up to a day: a slip of its clock
 * must not stop the gateway for years. */
static int64_t
end_of(int64_t said_ms, int64_t now_ms, int64_t else_ms)
{
	if (said_ms <= now_ms)
		return now_ms + else_ms;
	return said_ms < now_ms + DAY_MS ? said_ms : now_ms + DAY_MS;
}

void
judge_outcome(const struct api_profile *p, const struct judgement *j,
    int64_t now_ms, struct outcome *out)
{
	const struct row *row = &rows[j->verdict];

	*out = (struct outcome){.rc = row->rc, .scope = row->scope};
	if (j->verdict == VERDICT_OK)
		return;
	if (api_say(p, j->code) != NULL || j->verdict == VERDICT_NEVER)
		judge_say(p, row->class, j->code, &out->why);
	else
		why_set(&out->why, row->class, row->code, "%s (%s)", row->text,
		    j->code[0] == '\0' ? "no code" : j->code);
	if (j->verdict == VERDICT_PAUSE)
		out->retry_ms = end_of(j->until_ms, now_ms, p->http.pause_ms);
	else if (j->verdict == VERDICT_LOCKED)
		out->retry_ms = end_of(j->until_ms, now_ms, p->tries.locked_ms);
}

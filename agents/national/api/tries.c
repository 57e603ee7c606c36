/* NAME
 *	tries - logins that were refused, counted so that none is forgotten
 * SUMMARY
 *	see tries.h
 * DIAGNOSTICS
 *	never: national-login (a person must act).  later: national-login-wait.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"

#include "tries.h"

#define NAME_BYTES 32
#define FILE_MAX_  256u
#define USED_UP    1000

static const char *
file_name(const char *office, char out[NAME_BYTES])
{
	snprintf(out, NAME_BYTES, "%.10s.login", office);
	return out;
}

static bool
parse(const char *text, size_t n, struct tries *out)
{
	int used = 0;

	return sscanf(text,
		   "tries 1 %32s %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		   "\n%n",
		   out->id, &out->refused, &out->unknown, &out->until_ms,
		   &out->last_ms, &used) == 5 &&
	       (size_t)used == n && out->refused >= 0 && out->unknown >= 0;
}

int
tries_read(int dirfd, const char *office, const char *id, struct tries *out)
{
	char name[NAME_BYTES];
	struct buf text;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&text, FILE_MAX_);
	rc = file_read(dirfd, file_name(office, name), FILE_MAX_, &text);
	if (rc == 0 && (text.len == 0 || !parse(text.data, text.len, out))) {
		memset(out, 0, sizeof(*out));
		out->refused = USED_UP;
		snprintf(out->id, sizeof(out->id), "%s", id);
	}
	buf_fini(&text);
	if (rc == TSK_NOTFOUND || (rc == 0 && strcmp(out->id, id) != 0)) {
		memset(out, 0, sizeof(*out));
		rc = 0;
	}
	snprintf(out->id, sizeof(out->id), "%s", id);
	return rc;
}

/* When the next may be; those of which nothing is known count against the
 * pace, since all of them may have been refused. */
static int64_t
next_ms(const struct api_profile *p, const struct tries *t)
{
	int64_t pace = t->last_ms + p->tries.wait_ms;

	if (t->refused + t->unknown < p->tries.max || pace < t->until_ms)
		return t->until_ms;
	return pace;
}

int
tries_may(const struct api_profile *p, const struct tries *t, int64_t now_ms,
    struct outcome *out)
{
	*out = (struct outcome){.scope = JUDGE_OFFICE};
	if (t->refused >= p->tries.max) {
		out->rc = TSK_DENIED;
		why_set(&out->why, WHY_NEVER, "national-login",
		    "The login was refused %s: correct user id and password "
		    "(tasukictl national cert add), or have the account looked "
		    "at and try again (cert retry).",
		    t->refused >= USED_UP ? "an unknown number of times"
					  : "too often");
	} else if (now_ms < next_ms(p, t)) {
		out->rc = TSK_LATER;
		out->retry_ms = next_ms(p, t);
		why_set(&out->why, WHY_LATER, "national-login-wait",
		    "A login was refused, or the account is locked: the next "
		    "try waits.");
	}
	return out->rc;
}

static int
keep(int dirfd, const char *office, const struct tries *t)
{
	char name[NAME_BYTES], text[FILE_MAX_];
	int n = snprintf(text, sizeof(text),
	    "tries 1 %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
	    t->id, t->refused, t->unknown, t->until_ms, t->last_ms);

	return file_write(
	    dirfd, file_name(office, name), text, (size_t)n, 0600);
}

int
tries_begin(int dirfd, const char *office, struct tries *t, int64_t now_ms)
{
	t->unknown++;
	t->last_ms = now_ms;
	CRASH_POINT("national-before-login-count");
	int rc = keep(dirfd, office, t);
	CRASH_POINT("national-after-login-count");
	return rc;
}

/* Not synced: if a crash brings the count back, one login too many is counted,
 * and a login is no time to wait for a disk twice. */
static int
forget(int dirfd, const char *office)
{
	char name[NAME_BYTES];

	return file_remove_tree(dirfd, file_name(office, name));
}

static void
count(const struct api_profile *p, struct tries *t, enum tried tried,
    int64_t until_ms, int64_t now_ms)
{
	if (tried != TRIED_UNKNOWN && t->unknown > 0)
		t->unknown--;
	switch (tried) {
	case TRIED_OK:
		t->refused = t->unknown = t->until_ms = 0;
		break;
	case TRIED_REFUSED:
		t->refused++;
		t->until_ms = now_ms + p->tries.wait_ms;
		break;
	case TRIED_LOCKED:
		/* not by us alone, or it would not have come so far: it is left
		 * in peace, then tried as often as is left */
		t->until_ms =
		    until_ms > now_ms ? until_ms : now_ms + p->tries.locked_ms;
		break;
	case TRIED_NOTHING:
	case TRIED_UNKNOWN:
		break;
	}
}

int
tries_end(int dirfd, const char *office, const struct api_profile *p,
    struct tries *t, enum tried tried, int64_t until_ms, int64_t now_ms)
{
	int rc;

	count(p, t, tried, until_ms, now_ms);
	CRASH_POINT("national-before-login-result");
	if (t->refused == 0 && t->unknown == 0 && t->until_ms == 0)
		rc = forget(dirfd, office);
	else
		rc = keep(dirfd, office, t);
	CRASH_POINT("national-after-login-result");
	return rc;
}

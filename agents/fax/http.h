/* NAME
 *	http - one exchange with a REST service
 * DESCRIPTION
 *	The one door to libcurl's HTTP.  No redirects (a provider's address is a
 *	setting and nothing else), TLS certificates checked, plain http to this
 *	machine only, everything bounded by time and size.
 */
#ifndef TASUKI_FAX_HTTP_H
#define TASUKI_FAX_HTTP_H

#include <stdint.h>

#include "buf.h"
#include "err.h"

#define HTTP_ANSWER_MAX (1u << 20)
#define HTTP_VALUE_MAX  256

struct http;

struct http_ask {
	const char *method, *url, *type,
	    *key;         /* key: Idempotency-Key or NULL */
	const void *body; /* NULL: none */
	size_t bytes;
	const char *header; /* name of a header wanted, or NULL */
};

struct http_answer {
	long status;
	struct buf body; /* buf_init()ed by http_do, buf_fini() by the caller */
	char value[HTTP_VALUE_MAX]; /* of the wanted header */
};

int http_open(const char *user, const char *secret, const char *ca,
    int64_t timeout_ms, struct http **out, struct why *why) TSK_MUST_USE;
void http_close(struct http **http);
/* http_do(http, ask, answer, why): 0 whatever the status.  TSK_LATER: nothing
 * was said.  TSK_CLOSED: it was said, and no answer came. */
int http_do(struct http *http, const struct http_ask *ask,
    struct http_answer *answer, struct why *why) TSK_MUST_USE;
/* http_url_ok(url): https, or http to this machine. */
bool http_url_ok(const char *url);

#endif

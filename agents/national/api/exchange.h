/* NAME
 *	exchange - one request and its answer, over TLS with a certificate
 * DESCRIPTION
 *	The one door to libcurl here.  TLS 1.3 and nothing older; the office's
 *	certificate from memory; the server's checked; only https, only hosts of
 *	the profile's list, no redirects, no proxy from the environment;
 *	bounded in time and bytes.  The connection is kept between requests.
 */
#ifndef TASUKI_NATIONAL_EXCHANGE_H
#define TASUKI_NATIONAL_EXCHANGE_H

#include <stdint.h>

#include "buf.h"
#include "container.h"
#include "err.h"
#include "profile.h"

#define EXCHANGE_HEADER_MAX 16384

/* The certificates that a server's must come from; read once, then only looked
 * at. */
struct exchange_trust;
struct exchange;

struct exchange_ask {
	const char *method;
	const char *address; /* path and query, behind the profile's base */
	const char *header;  /* "Name: value" with the token; or NULL */
	const char *body;    /* JSON, or NULL */
	size_t bytes;
	int64_t timeout_ms; /* 0 = the profile's */
};

struct exchange_answer {
	long status;
	int64_t retry_after_s; /* 0 = not said */
	struct buf body;       /* wipe_buf() by the caller, always */
};

/* exchange_trust_load(profile, out, why): the profile's file, or the system's.
 * It is never given back: it lives as long as the process. */
int exchange_trust_load(const struct api_profile *profile,
    struct exchange_trust **out, struct why *why) TSK_MUST_USE;
/* exchange_open(profile, trust, secrets, out, why): opens the certificate once,
 * for all connections; its key lies in locked memory.  No connection yet.
 * ${profile}, ${trust} and ${secrets} stay the caller's and must outlive it. */
int exchange_open(const struct api_profile *profile,
    const struct exchange_trust *trust, const struct secrets *secrets,
    struct exchange **out, struct why *why) TSK_MUST_USE;
void exchange_close(struct exchange **exchange);
/* exchange_allowed(profile, url): https, and its host is in the list. */
bool exchange_allowed(const struct api_profile *profile, const char *url);
/* exchange_do(exchange, ask, answer, why): 0 whatever the status.  TSK_LATER:
 * nothing was said.  TSK_CLOSED: it was said, at least in part, and no whole
 * answer came.  TSK_DENIED: the other side refused our certificate, or its own
 * is not to be trusted; nothing was done. */
int exchange_do(struct exchange *exchange, const struct exchange_ask *ask,
    struct exchange_answer *answer, struct why *why) TSK_MUST_USE;

#endif

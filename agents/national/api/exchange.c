/* NAME
 *	exchange - one request and its answer, over TLS with a certificate
 * SUMMARY
 *	see exchange.h
 * DIAGNOSTICS
 *	later: national-line.  never: settings, national-server (its certificate
 *	is not to be trusted), certificate-refused, certificate-unusable.
 * BUGS
 *	With TLS 1.3 a server says only after the handshake, in an alert, that
 *	it refuses our certificate; libcurl tells that in its words alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "file.h"

#include "exchange.h"
#include "wipe.h"

#define CA_MAX      (4u << 20)
#define CONNECT_MS  15000
#define ADDRESS_MAX 4096

struct exchange {
	const struct api_profile *profile;
	const struct secrets *secrets;
	CURL *curl;
	struct buf ca;
	char error[CURL_ERROR_SIZE];
	struct exchange_answer *answer; /* of the exchange under way */
};

int
exchange_open(const struct api_profile *profile, const struct secrets *secrets,
    struct exchange **out, struct why *why)
{
	struct exchange *x = mem_new(sizeof(*x));

	x->profile = profile;
	x->secrets = secrets;
	buf_init(&x->ca, CA_MAX);
	x->curl = curl_easy_init();
	*out = x;
	if (x->curl == NULL) {
		why_set(why, WHY_LATER, "curl", "libcurl cannot begin.");
		exchange_close(out);
		return TSK_SYSTEM;
	}
	if (profile->ca[0] != '\0' &&
	    file_read_path(profile->ca, CA_MAX, &x->ca) < 0) {
		why_set(why, WHY_NEVER, "settings",
		    "%s: the file with the certificates to trust cannot be "
		    "read.",
		    profile->ca);
		exchange_close(out);
		return TSK_INVALID;
	}
	return 0;
}

void
exchange_close(struct exchange **exchange)
{
	struct exchange *x = *exchange;

	if (x == NULL)
		return;
	if (x->curl != NULL)
		curl_easy_cleanup(x->curl);
	buf_fini(&x->ca);
	free(x);
	*exchange = NULL;
}

bool
exchange_allowed(const struct api_profile *profile, const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *scheme = NULL, *user = NULL;
	bool ok = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == 0 &&
		  curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == 0 &&
		  curl_url_get(u, CURLUPART_HOST, &host, 0) == 0 &&
		  curl_url_get(u, CURLUPART_USER, &user, 0) != 0 &&
		  strcmp(scheme, "https") == 0;
	bool listed = false;

	for (char **h = profile->hosts; ok && *h != NULL; h++)
		listed = listed || strcmp(*h, host) == 0;
	curl_free(user);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(u);
	return ok && listed;
}

/* ---- what curl calls ---- */

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;

	buf_add(&x->answer->body, p, size * n);
	return buf_ok(&x->answer->body) ? size * n : 0;
}

/* ---- one exchange ---- */

static void
set_tls(struct exchange *x)
{
	const struct secrets *s = x->secrets;
	CURL *c = x->curl;
	struct curl_blob p12 = {
	    (void *)(uintptr_t)s->p12, s->p12_bytes, CURL_BLOB_NOCOPY};
	struct curl_blob ca = {x->ca.data, x->ca.len, CURL_BLOB_NOCOPY};

	curl_easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)(CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_TLSv1_3));
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLCERTTYPE, "P12");
	curl_easy_setopt(c, CURLOPT_SSLCERT_BLOB, &p12);
	curl_easy_setopt(c, CURLOPT_KEYPASSWD, s->p12_password);
	if (x->ca.len > 0) {
		curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
	}
}

static void
set_options(struct exchange *x, int64_t timeout_ms)
{
	CURL *c = x->curl;

	curl_easy_reset(c); /* keeps connections and TLS sessions */
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS));
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "tasuki-national");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	set_tls(x);
}

static void
set_ask(struct exchange *x, const struct exchange_ask *ask,
    struct curl_slist *headers)
{
	CURL *c = x->curl;

	if (ask->body != NULL) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->bytes);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, ask->body);
	}
	if (strcmp(ask->method, "GET") != 0 || ask->body != NULL)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, ask->method);
	/* on a kept connection that breaks without an answer libcurl says the
	 * request again by itself; what changes something is said once */
	if (strcmp(ask->method, "GET") != 0)
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
}

static struct curl_slist *
headers_of(const struct exchange_ask *ask)
{
	/* no waiting for 100-continue; no packed answer, whose size unpacked
	 * nobody bounds */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	list = curl_slist_append(list, "Accept: application/json");
	if (ask->body != NULL)
		list =
		    curl_slist_append(list, "Content-Type: application/json");
	if (ask->header != NULL)
		list = curl_slist_append(list, ask->header);
	return list;
}

static bool
says(const struct exchange *x, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcasestr(x->error, *words) != NULL)
			return true;
	}
	return false;
}

static int
tell(struct why *why, enum why_class class, int rc, const char *code,
    const char *sentence)
{
	why_set(why, class, code, "%s", sentence);
	return rc;
}

/* Before the request went out nothing can have happened. */
static int
judge(struct exchange *x, CURLcode code, struct why *why)
{
	static const char *const refused[] = {"alert bad certificate",
	    "alert certificate", "alert unknown ca", "certificate required",
	    "alert access denied", "alert unsupported certificate", NULL};
	curl_off_t began = 0;

	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return tell(why, WHY_NEVER, TSK_DENIED, "national-server",
		    "The server's certificate is not one of those trusted.");
	if (code == CURLE_SSL_CERTPROBLEM)
		return tell(why, WHY_NEVER, TSK_DENIED, "certificate-unusable",
		    "The office's certificate cannot be used.");
	if (says(x, refused))
		return tell(why, WHY_NEVER, TSK_DENIED, "certificate-refused",
		    "The national system refuses the office's certificate.");
	curl_easy_getinfo(x->curl, CURLINFO_PRETRANSFER_TIME_T, &began);
	why_set(why, WHY_LATER, "national-line", "The national system: %s.",
	    curl_easy_strerror(code));
	return began > 0 ? TSK_CLOSED : TSK_LATER;
}

static int
perform(struct exchange *x, const struct exchange_ask *ask, struct why *why)
{
	struct curl_slist *headers = headers_of(ask);
	curl_off_t wait = 0;

	set_ask(x, ask, headers);
	x->error[0] = '\0';
	CURLcode code = curl_easy_perform(x->curl);
	int rc = code == CURLE_OK ? 0 : judge(x, code, why);
	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &x->answer->status);
	curl_easy_getinfo(x->curl, CURLINFO_RETRY_AFTER, &wait);
	x->answer->retry_after_s = wait;
	/* what it points to is given back now */
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, NULL);
	curl_slist_free_all(headers);
	return rc;
}

int
exchange_do(struct exchange *x, const struct exchange_ask *ask,
    struct exchange_answer *answer, struct why *why)
{
	char url[ADDRESS_MAX];
	int n =
	    snprintf(url, sizeof(url), "%s%s", x->profile->base, ask->address);

	memset(answer, 0, sizeof(*answer));
	buf_init(&answer->body, (size_t)x->profile->answer_max);
	if (n < 0 || n >= (int)sizeof(url) ||
	    !exchange_allowed(x->profile, url)) {
		why_set(why, WHY_NEVER, "settings",
		    "The host of the address is not in the profile's list.");
		return TSK_DENIED;
	}
	x->answer = answer;
	set_options(
	    x, ask->timeout_ms > 0 ? ask->timeout_ms : x->profile->timeout_ms);
	curl_easy_setopt(x->curl, CURLOPT_URL, url);
	return perform(x, ask, why);
}

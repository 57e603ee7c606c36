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
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pkcs12.h"

#include "exchange.h"

#define CONNECT_MS  15000
#define ADDRESS_MAX 4096
/* keys of RSA 8192 fit several times; parts in powers of two from 32 bytes */
#define KEY_HEAP     (64u << 10)
#define KEY_HEAP_MIN 32

struct exchange_trust {
	X509_STORE *store;
};

struct exchange {
	const struct api_profile *profile;
	const struct exchange_trust *trust;
	struct pkcs12_identity identity;
	CURL *curl;
	char error[CURL_ERROR_SIZE];
	struct exchange_answer *answer; /* of the exchange under way */
};

/* ---- whom to trust ---- */

static const char *
system_trust(void)
{
	CURL *c = curl_easy_init();
	const char *path = NULL; /* a constant of libcurl */

	if (c != NULL)
		curl_easy_getinfo(c, CURLINFO_CAINFO, &path);
	curl_easy_cleanup(c);
	return path != NULL ? path : "/etc/ssl/certs/ca-certificates.crt";
}

int
exchange_trust_load(const struct api_profile *profile,
    struct exchange_trust **out, struct why *why)
{
	const char *path =
	    profile->ca[0] != '\0' ? profile->ca : system_trust();
	struct exchange_trust *t = mem_new(sizeof(*t));

	t->store = X509_STORE_new();
	*out = t;
	if (t->store != NULL && X509_STORE_load_file(t->store, path) == 1) {
		/* as libcurl does: an intermediate one in the file is enough */
		X509_STORE_set_flags(t->store,
		    X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
		return 0;
	}
	ERR_clear_error();
	X509_STORE_free(t->store);
	free(t);
	*out = NULL;
	why_set(why, WHY_NEVER, "settings",
	    "%s: the file with the certificates to trust cannot be read.",
	    path);
	return TSK_INVALID;
}

/* ---- life ---- */

int
exchange_open(const struct api_profile *profile,
    const struct exchange_trust *trust, const struct secrets *secrets,
    struct exchange **out, struct why *why)
{
	struct exchange *x = mem_new(sizeof(*x));

	x->profile = profile;
	x->trust = trust;
	x->curl = curl_easy_init();
	*out = x;
	if (x->curl == NULL) {
		why_set(why, WHY_LATER, "curl", "libcurl cannot begin.");
		exchange_close(out);
		return TSK_SYSTEM;
	}
	/* without the right to lock memory it works all the same; cores and
	 * other processes are kept out by sandbox_private() */
	if (CRYPTO_secure_malloc_initialized() == 0)
		(void)CRYPTO_secure_malloc_init(KEY_HEAP, KEY_HEAP_MIN);
	int rc = pkcs12_open(secrets->p12, secrets->p12_bytes,
	    secrets->p12_password, &x->identity);
	if (rc < 0) {
		why_set(why, WHY_NEVER, "certificate-unusable",
		    "The office's certificate cannot be used.");
		exchange_close(out);
	}
	return rc;
}

void
exchange_close(struct exchange **exchange)
{
	struct exchange *x = *exchange;

	if (x == NULL)
		return;
	if (x->curl != NULL)
		curl_easy_cleanup(x->curl);
	pkcs12_close(&x->identity);
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

/* The certificate is not given to libcurl, which would open the file anew, with
 * its thousands of hash rounds, for each connection. */
static CURLcode
on_tls(CURL *curl, void *ctx, void *arg)
{
	const struct exchange *x = arg;
	const struct pkcs12_identity *own = &x->identity;

	(void)curl;
	SSL_CTX_set1_cert_store(ctx, x->trust->store);
	return SSL_CTX_use_cert_and_key(
		   ctx, own->cert, own->key, own->chain, 1) == 1
		   ? CURLE_OK
		   : CURLE_SSL_CERTPROBLEM;
}

static void
set_tls(struct exchange *x)
{
	CURL *c = x->curl;

	curl_easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)(CURL_SSLVERSION_TLSv1_3 | CURL_SSLVERSION_MAX_TLSv1_3));
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, x);
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

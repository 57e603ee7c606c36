/* NAME
 *	http - one exchange with a REST service
 * SUMMARY
 *	see http.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "http.h"

struct http {
	CURL *curl;
	char *user, *secret, *ca;
	int64_t timeout_ms;
	/* of the exchange under way */
	const struct http_ask *ask;
	struct http_answer *answer;
};

bool
http_url_ok(const char *url)
{
	static const char *const local[] = {"http://127.0.0.1:",
	    "http://127.0.0.1/", "http://localhost:", "http://localhost/"};

	if (strncmp(url, "https://", 8) == 0)
		return url[8] != '\0';
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
		if (strncmp(url, local[i], strlen(local[i])) == 0)
			return true;
	}
	return false;
}

int
http_open(const char *user, const char *secret, const char *ca,
    int64_t timeout_ms, struct http **out, struct why *why)
{
	struct http *h = mem_new(sizeof(*h));

	h->curl = curl_easy_init();
	h->user = mem_text(user);
	h->secret = mem_text(secret);
	h->ca = mem_text(ca);
	h->timeout_ms = timeout_ms;
	*out = h;
	if (h->curl == NULL) {
		why_set(why, WHY_LATER, "curl", "libcurl cannot begin.");
		http_close(out);
		return TSK_SYSTEM;
	}
	return 0;
}

void
http_close(struct http **http_p)
{
	struct http *h = *http_p;

	if (h == NULL)
		return;
	if (h->curl != NULL)
		curl_easy_cleanup(h->curl);
	explicit_bzero(h->secret, strlen(h->secret));
	free(h->secret);
	free(h->user);
	free(h->ca);
	free(h);
	*http_p = NULL;
}

/* ---- what curl calls ---- */

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	buf_add(&h->answer->body, p, size * n);
	return buf_ok(&h->answer->body) ? size * n : 0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;
	size_t bytes = size * n, name;

	if (h->ask->header == NULL)
		return bytes;
	name = strlen(h->ask->header);
	if (bytes <= name + 1 || p[name] != ':' ||
	    strncasecmp(p, h->ask->header, name) != 0)
		return bytes;
	const char *from = p + name + 1, *end = p + bytes;
	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (end > from && (unsigned char)end[-1] <= ' ')
		end--;
	snprintf(h->answer->value, sizeof(h->answer->value), "%.*s",
	    (int)(end - from < HTTP_VALUE_MAX ? end - from : 0), from);
	return bytes;
}

/* ---- one exchange ---- */

static void
set_options(struct http *h)
{
	CURL *c = h->curl;

	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)h->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(h->timeout_ms < 30000 ? h->timeout_ms : 30000));
	curl_easy_setopt(c, CURLOPT_USERAGENT, "tasuki-fax");
	if (h->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, h->ca);
	if (h->user[0] != '\0') {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, h->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, h->secret);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *name, const char *value)
{
	char line[HTTP_VALUE_MAX];

	snprintf(line, sizeof(line), "%s: %s", name, value);
	return curl_slist_append(list, line);
}

static void
set_ask(struct http *h, const struct http_ask *ask, struct curl_slist *headers)
{
	CURL *c = h->curl;

	curl_easy_setopt(c, CURLOPT_URL, ask->url);
	if (ask->body != NULL || strcmp(ask->method, "GET") != 0) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->bytes);
		curl_easy_setopt(
		    c, CURLOPT_POSTFIELDS, ask->body != NULL ? ask->body : "");
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, ask->method);
	}
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
}

/* Before the request went out nothing can have been accepted. */
static int
judge(struct http *h, CURLcode code, struct why *why)
{
	curl_off_t began = 0;

	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(h->curl, CURLINFO_PRETRANSFER_TIME_T, &began);
	why_set(why, WHY_LATER, "no-line", "The provider: %s.",
	    curl_easy_strerror(code));
	return began > 0 ? TSK_CLOSED : TSK_LATER;
}

int
http_do(struct http *h, const struct http_ask *ask, struct http_answer *answer,
    struct why *why)
{
	struct curl_slist *headers = NULL;

	memset(answer, 0, sizeof(*answer));
	buf_init(&answer->body, HTTP_ANSWER_MAX);
	if (!http_url_ok(ask->url)) {
		why_set(why, WHY_NEVER, "settings",
		    "The provider's address is not https.");
		return TSK_LATER;
	}
	h->ask = ask;
	h->answer = answer;
	set_options(h);
	/* no waiting for 100-continue, which old services never say */
	headers = curl_slist_append(headers, "Expect:");
	headers = curl_slist_append(headers, "Accept: application/json");
	if (ask->type != NULL)
		headers = add_header(headers, "Content-Type", ask->type);
	if (ask->key != NULL)
		headers = add_header(headers, "Idempotency-Key", ask->key);
	set_ask(h, ask, headers);
	int rc = judge(h, curl_easy_perform(h->curl), why);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_slist_free_all(headers);
	return rc;
}

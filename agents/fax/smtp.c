/* NAME
 *	smtp - one mail out, mails of an IMAP folder in
 * SUMMARY
 *	see smtp.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "mail.h"
#include "smtp.h"

#define LINE_MAX_ 512
#define UIDS_MAX  (64u << 10)
#define URL_MAX   1024
#define LOOKS_MAX 16 /* mails that name one job */

/* The receiver's number is part of it: nothing that could add another
 * receiver or header gets by. */
bool
smtp_address_ok(const char *text)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789+=@._/-";
	const char *at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && strlen(text) < 200 &&
	       text[strspn(text, plain)] == '\0';
}

static bool
local(const char *url)
{
	const char *host = strstr(url, "://");

	host = host == NULL ? url : host + 3;
	return strcspn(host, ":/") == 9 &&
	       (strncmp(host, "127.0.0.1", 9) == 0 ||
		   strncmp(host, "localhost", 9) == 0);
}

static CURL *
begin(const struct fax_profile *p, const char *url, struct why *why)
{
	CURL *c = curl_easy_init();

	if (c == NULL || (!p->mail.tls && !local(url))) {
		why_set(why, WHY_LATER, "settings",
		    "Mail goes without TLS to this machine only.");
		curl_easy_cleanup(c);
		return NULL;
	}
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps,imap,imaps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)p->timeout_ms);
	if (p->mail.tls)
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (p->mail.ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, p->mail.ca);
	if (p->user[0] != '\0') {
		curl_easy_setopt(c, CURLOPT_USERNAME, p->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, p->secret);
	}
	return c;
}

/* ---- out ---- */

static struct curl_slist *
header(struct curl_slist *list, const char *name, const char *value)
{
	char line[LINE_MAX_];

	snprintf(line, sizeof(line), "%s: %s", name, value);
	return curl_slist_append(list, line);
}

static struct curl_slist *
headers_of(const struct smtp_mail *mail)
{
	time_t seconds = (time_t)(mail->date_ms / 1000) + 9 * 3600;
	struct curl_slist *list = NULL;
	struct tm tm;
	char date[64];

	gmtime_r(&seconds, &tm);
	/* the C locale's names, whatever the program's locale is */
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	snprintf(date, sizeof(date), "%s, %02d %s %04d %02d:%02d:%02d +0900",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	list = header(list, "Date", date);
	list = header(list, "From", mail->from);
	list = header(list, "To", mail->to);
	list = header(list, "Subject", mail->subject);
	list = header(list, "Message-ID", mail->id);
	return header(list, "Auto-Submitted", "auto-generated");
}

static curl_mime *
mime_of(CURL *c, const struct smtp_mail *mail)
{
	curl_mime *mime = curl_mime_init(c);
	curl_mimepart *part;

	if (mail->body[0] != '\0') {
		part = curl_mime_addpart(mime);
		curl_mime_data(part, mail->body, CURL_ZERO_TERMINATED);
		curl_mime_type(part, "text/plain; charset=utf-8");
		curl_mime_encoder(part, "base64");
	}
	part = curl_mime_addpart(mime);
	curl_mime_filedata(part, mail->path);
	curl_mime_filename(part, mail->file);
	curl_mime_type(part, "image/tiff");
	curl_mime_encoder(part, "base64");
	return mime;
}

/* Only between the first byte of the mail and the answer to its last one is
 * there anything unclear. */
static int
judge(CURL *c, CURLcode code, struct why *why)
{
	long status = 0;
	curl_off_t sent = 0;

	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_SIZE_UPLOAD_T, &sent);
	/* a refusal is an answer, whatever curl calls it */
	bool refused = status >= 400 && status < 600;
	if (!refused && sent > 0) {
		why_set(why, WHY_LATER, "no-answer",
		    "The mail server did not answer.");
		return TSK_CLOSED;
	}
	if (status >= 500 && code != CURLE_LOGIN_DENIED) {
		why_set(why, WHY_NEVER, "failed-refused",
		    "The mail server refused the mail (%ld).", status);
		return TSK_INVALID;
	}
	why_set(why, WHY_LATER,
	    code == CURLE_LOGIN_DENIED ? "provider-login" : "no-line",
	    "The mail server: %s (%ld).", curl_easy_strerror(code), status);
	return TSK_LATER;
}

int
smtp_send(
    const struct fax_profile *p, const struct smtp_mail *mail, struct why *why)
{
	if (!smtp_address_ok(mail->from) || !smtp_address_ok(mail->to)) {
		why_set(why, WHY_NEVER, "failed-refused",
		    "A mail address is not one.");
		return TSK_INVALID;
	}
	CURL *c = begin(p, p->mail.server, why);
	if (c == NULL)
		return TSK_LATER;
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	struct curl_slist *headers = headers_of(mail);
	curl_mime *mime = mime_of(c, mail);

	curl_easy_setopt(c, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
	int rc = judge(c, curl_easy_perform(c), why);
	curl_easy_cleanup(c);
	curl_mime_free(mime);
	curl_slist_free_all(to);
	curl_slist_free_all(headers);
	return rc;
}

/* ---- in ---- */

static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct buf *out = arg;

	buf_add(out, p, size * n);
	return buf_ok(out) ? size * n : 0;
}

/* One command to the mailbox; request NULL: what the URL says. */
static CURLcode
ask(CURL *c, const char *url, const char *request, struct buf *out)
{
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	return curl_easy_perform(c);
}

static int
trouble(CURLcode code, struct why *why)
{
	why_set(why, WHY_LATER,
	    code == CURLE_LOGIN_DENIED ? "provider-login" : "no-line",
	    "The mailbox: %s.", curl_easy_strerror(code));
	return TSK_LATER;
}

/* "* SEARCH 5 7": the last of them, newest first; returns how many. */
static size_t
take_uids(const char *text, unsigned long uids[LOOKS_MAX])
{
	const char *at = text == NULL ? NULL : strstr(text, "SEARCH");
	size_t n = 0;
	char *end;

	for (at = at == NULL ? "" : at + 6;; at = end) {
		unsigned long uid = strtoul(at, &end, 10);
		if (end == at)
			return n;
		n -= n == LOOKS_MAX;
		memmove(uids + 1, uids, n * sizeof(uids[0]));
		uids[0] = uid;
		n++;
	}
}

/* UIDs, not numbers: those move when somebody tidies up meanwhile. */
static int
search(CURL *c, const struct fax_profile *p, const char *tag,
    unsigned long uids[LOOKS_MAX], size_t *count, struct why *why)
{
	char request[LINE_MAX_];
	struct buf text;

	buf_init(&text, UIDS_MAX);
	snprintf(request, sizeof(request), "UID SEARCH TEXT %s", tag);
	CURLcode code = ask(c, p->mail.imap, request, &text);
	*count = code == CURLE_OK ? take_uids(text.data, uids) : 0;
	buf_fini(&text);
	return code == CURLE_OK ? 0 : trouble(code, why);
}

/* 1: this one was it. */
static int
fetch_one(CURL *c, const struct fax_profile *p, unsigned long uid,
    smtp_mail_fn *each, void *arg, struct why *why)
{
	char url[URL_MAX];
	struct buf bytes;
	int rc = 0;

	buf_init(&bytes, MAIL_MAX);
	snprintf(url, sizeof(url), "%s/;UID=%lu", p->mail.imap, uid);
	CURLcode code = ask(c, url, NULL, &bytes);
	if (code == CURLE_OK && bytes.len > 0)
		rc = each(arg, bytes.data, bytes.len);
	else if (code != CURLE_OK && code != CURLE_WRITE_ERROR &&
		 code != CURLE_REMOTE_FILE_NOT_FOUND)
		rc = trouble(code, why);
	/* else it is too large, or somebody has removed it */
	buf_fini(&bytes);
	return rc;
}

int
smtp_fetch(const struct fax_profile *p, const char *tag, smtp_mail_fn *each,
    void *arg, struct why *why)
{
	unsigned long uids[LOOKS_MAX];
	size_t count;
	CURL *c = begin(p, p->mail.imap, why);

	if (c == NULL)
		return TSK_LATER;
	int rc = search(c, p, tag, uids, &count, why);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = fetch_one(c, p, uids[i], each, arg, why);
	curl_easy_cleanup(c);
	if (rc < 0)
		return rc;
	return rc > 0 ? 0 : TSK_EMPTY;
}

/* NAME
 *	post - hand a message to the mail server
 * SUMMARY
 *	see post.h
 * DESCRIPTION
 *	The one door to libcurl.  Its multi interface says which sockets to watch
 *	and when to call again; both hang in the zloop.  Whether the end of the
 *	message was handed over is known from our read function: libcurl asks it
 *	until it says "no more", and only then sends the dot that ends a message.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "crash.h"
#include "file.h"

#include "post.h"

#define PASSWORD_MAX       1024u
#define CONNECT_TIMEOUT_MS 30000L

struct post {
	zloop_t *loop;
	const struct post_settings *settings;
	char *password;
	CURLM *multi;
	int timer;
	/* the message under way */
	CURL *easy;
	struct curl_slist *to;
	struct buf message;
	size_t read;
	bool all_read;
	post_done_fn *done;
	void *arg;
};

/* ---- the end of a message ---- */

static enum post_result
refused(long reply, struct why *why)
{
	bool never = reply >= 500;

	why_set(why, never ? WHY_NEVER : WHY_LATER,
	    never ? "mail-refused" : "mail-server",
	    "The mail server answered with code %ld.", reply);
	return never ? POST_NEVER : POST_LATER;
}

/* A wrong password or certificate is our site's trouble, not this message's:
 * later, when somebody has put it right. */
static enum post_result
judge(const struct post *post, CURLcode code, long reply, struct why *why)
{
	if (code == CURLE_OK)
		return POST_ACCEPTED;
	if (post->all_read && (reply < 400 || reply > 599)) {
		why_set(why, WHY_NEVER, "unknown",
		    "Nobody knows whether the mail server took the message: "
		    "%s.",
		    curl_easy_strerror(code));
		return POST_UNKNOWN;
	}
	if (reply >= 400 && reply <= 599 && code != CURLE_LOGIN_DENIED)
		return refused(reply, why);
	why_set(why, WHY_LATER, "mail-server",
	    "The message could not be handed to the mail server: %s.",
	    curl_easy_strerror(code));
	return POST_LATER;
}

/* libcurl says QUIT when it closes a line, and waits for the answer: up to two
 * minutes in which nothing else would happen here.  A line that is down is
 * closed without a word; the message has been answered, which is what counts. */
static void
hang_up(struct post *post)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(post->easy, CURLINFO_ACTIVESOCKET, &fd) ==
		CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		(void)shutdown(fd, SHUT_RDWR);
}

static void
drop(struct post *post)
{
	if (post->easy == NULL)
		return;
	hang_up(post);
	curl_multi_remove_handle(post->multi, post->easy);
	curl_easy_cleanup(post->easy);
	curl_slist_free_all(post->to);
	buf_fini(&post->message);
	post->easy = NULL;
	post->to = NULL;
}

static void
finish(struct post *post, CURLcode code)
{
	struct why why = {0};
	long reply = 0;

	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &reply);
	enum post_result result = judge(post, code, reply, &why);
	if (result == POST_ACCEPTED)
		CRASH_POINT("mail-accepted");
	drop(post);
	post->done(post->arg, result, &why);
}

static void
look_for_end(struct post *post)
{
	int left;
	CURLMsg *message = curl_multi_info_read(post->multi, &left);

	if (message != NULL && message->msg == CURLMSG_DONE)
		finish(post, message->data.result);
}

/* ---- in the loop ---- */

static int
on_socket(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct post *post = arg;
	int running, flags = 0;

	(void)loop;
	if (item->revents & ZMQ_POLLIN)
		flags |= CURL_CSELECT_IN;
	if (item->revents & ZMQ_POLLOUT)
		flags |= CURL_CSELECT_OUT;
	if (item->revents & ZMQ_POLLERR)
		flags |= CURL_CSELECT_ERR;
	curl_multi_socket_action(post->multi, item->fd, flags, &running);
	look_for_end(post);
	return 0;
}

static int
watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct post *post = arg;
	zmq_pollitem_t item = {.fd = fd};

	(void)easy;
	(void)unused;
	zloop_poller_end(post->loop, &item);
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		item.events |= ZMQ_POLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		item.events |= ZMQ_POLLOUT;
	if (what != CURL_POLL_REMOVE &&
	    zloop_poller(post->loop, &item, on_socket, post) == 0)
		zloop_poller_set_tolerant(post->loop, &item);
	return 0;
}

static int
on_timer(zloop_t *loop, int timer, void *arg)
{
	struct post *post = arg;
	int running;

	(void)loop;
	if (timer == post->timer)
		post->timer = -1;
	curl_multi_socket_action(post->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_for_end(post);
	return 0;
}

static int
set_timer(CURLM *multi, long delay_ms, void *arg)
{
	struct post *post = arg;

	(void)multi;
	if (post->timer != -1)
		zloop_timer_end(post->loop, post->timer);
	/* 0 would be "at once, for ever" to nobody's use: 1 ms is soon enough */
	post->timer = delay_ms < 0 ? -1
				   : zloop_timer(post->loop,
					 (size_t)(delay_ms > 0 ? delay_ms : 1),
					 1, on_timer, post);
	return 0;
}

/* ---- sending ---- */

static size_t
feed(char *out, size_t size, size_t count, void *arg)
{
	struct post *post = arg;
	size_t room = size * count, left = post->message.len - post->read;
	size_t take = left < room ? left : room;

	memcpy(out, post->message.data + post->read, take);
	post->read += take;
	if (take == 0)
		post->all_read = true;
	return take;
}

static void
set_options(struct post *post, const char *to)
{
	const struct post_settings *s = post->settings;
	CURL *c = post->easy;

	post->to = curl_slist_append(NULL, to);
	curl_easy_setopt(c, CURLOPT_URL, s->server);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (s->ca[0] != '\0')
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca);
	if (s->user[0] != '\0') {
		curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, post->password);
	}
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, post->to);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, feed);
	curl_easy_setopt(c, CURLOPT_READDATA, post);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)s->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
}

void
post_send(struct post *post, const char *to, struct buf *message,
    post_done_fn *done, void *arg)
{
	if (post->easy != NULL)
		panic("post: one message at a time");
	post->easy = curl_easy_init();
	if (post->easy == NULL)
		panic("no memory for a mail");
	post->message = *message;
	*message = (struct buf){0};
	post->read = 0;
	post->all_read = false;
	post->done = done;
	post->arg = arg;
	set_options(post, to);
	/* sets the timer of the first step */
	if (curl_multi_add_handle(post->multi, post->easy) != CURLM_OK)
		panic("post: no handle");
}

bool
post_surely_not(const struct post *post)
{
	return post->easy != NULL && !post->all_read;
}

/* ---- life ---- */

static int
read_password(struct post *post, struct why *why)
{
	const char *path = post->settings->password_file;
	struct buf text;

	if (post->settings->user[0] == '\0')
		return 0;
	int rc = file_private(path);
	buf_init(&text, PASSWORD_MAX);
	if (rc == 0)
		rc = file_read_path(path, PASSWORD_MAX, &text);
	if (rc == 0 && text.len > 0) {
		text.data[strcspn(text.data, "\r\n")] = '\0';
		post->password = mem_text(text.data);
		explicit_bzero(text.data, text.len);
	} else {
		why_set(why, WHY_NEVER, "settings",
		    "%s: cannot be read, or others may read it: %s.", path,
		    err_text(rc));
		rc = TSK_DENIED;
	}
	buf_fini(&text);
	return rc;
}

int
post_open(zloop_t *loop, const struct post_settings *settings,
    struct post **out, struct why *why)
{
	struct post *post = mem_new(sizeof(*post));

	post->loop = loop;
	post->settings = settings;
	post->timer = -1;
	*out = post;
	int rc = read_password(post, why);
	if (rc < 0) {
		post_close(out);
		return rc;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	post->multi = curl_multi_init();
	if (post->multi == NULL)
		panic("no memory for mail");
	curl_multi_setopt(post->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(post->multi, CURLMOPT_SOCKETDATA, post);
	curl_multi_setopt(post->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(post->multi, CURLMOPT_TIMERDATA, post);
	return 0;
}

void
post_close(struct post **post_p)
{
	struct post *post = *post_p;

	if (post == NULL)
		return;
	drop(post);
	if (post->multi != NULL) {
		curl_multi_cleanup(post->multi);
		curl_global_cleanup();
	}
	if (post->timer != -1)
		zloop_timer_end(post->loop, post->timer);
	if (post->password != NULL)
		explicit_bzero(post->password, strlen(post->password));
	free(post->password);
	free(post);
	*post_p = NULL;
}

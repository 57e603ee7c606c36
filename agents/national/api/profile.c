/* NAME
 *	profile - the national interface, as data
 * SUMMARY
 *	see profile.h
 * DIAGNOSTICS
 *	never: settings, payload (an edition whose form is not known here).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload.h"
#include "profile.h"
#include "shape.h"

#define AT(field) offsetof(struct api_profile, field)
#define MINUTE    (60 * 1000)
#define HOUR      (60 * MINUTE)
#define TEXT(path, field, initial, meaning)                                 \
	{                                                                   \
		path, CONF_TEXT, AT(field), initial, 0, 0, meaning, NULL, 0 \
	}
#define TIME(path, field, initial, least, most, meaning)                       \
	{                                                                      \
		path, CONF_DURATION, AT(field), initial, least, most, meaning, \
		    NULL, 0                                                    \
	}
#define CALL(where, field, method_is, what)                                    \
	TEXT(where "/method", field.method, method_is,                         \
	    what ": method of the request."),                                  \
	    TEXT(where "/path", field.path, "",                                \
		what ": template of the path; empty: there is no such call."), \
	    TEXT(where "/query", field.query, "",                              \
		what                                                           \
		": template of the query; pairs without a value are left "     \
		"out."),                                                       \
	    TEXT(where "/body", field.body, "",                                \
		what ": JSON of the request, its strings templates; empty: "   \
		     "none.")
#define LOGIN(where, field, what)                                              \
	CALL(where, field.call, "POST", what),                                 \
	    TEXT(where "/access", field.access, "access_token",                \
		what ": path of the access token in the answer."),             \
	    TEXT(where "/access_life", field.access_life, "",                  \
		what ": path of its life in seconds; empty: session/access."), \
	    TEXT(where "/refresh", field.refresh, "",                          \
		what ": path of the refresh token; empty: there is none."),    \
	    TEXT(where "/refresh_life", field.refresh_life, "",                \
		what ": path of its life in seconds; empty: "                  \
		     "session/refresh.")
#define LIST(where, field, what)                                               \
	CALL(where, field.call, "GET", what),                                  \
	    TEXT(where "/items", field.items, "items",                         \
		what ": path of the array of items."),                         \
	    TEXT(where "/next", field.next, "",                                \
		what ": path of the {cursor} of the next page; empty: one "    \
		     "page."),                                                 \
	    TEXT(where "/ref", field.ref, "id",                                \
		what ": path of an item's name, the {ref}."),                  \
	    TEXT(where "/at", field.at, "", what ": path of its time."),       \
	    TEXT(where "/peer", field.peer, "",                                \
		what ": path of the other office's number."),                  \
	    TEXT(where "/peer_type", field.peer_type, "",                      \
		what ": path of the other office's service type."),            \
	    TEXT(                                                              \
		where "/state", field.state, "", what ": path of its state."), \
	    TEXT(where "/waiting", field.waiting, "",                          \
		what ": states: there, but not out."),                         \
	    TEXT(where "/out", field.sent, "",                                 \
		what ": states: out; also what no list names."),               \
	    TEXT(where "/fetched", field.fetched, "",                          \
		what ": states: the receiver has it."),                        \
	    TEXT(where "/refused", field.refused, "",                          \
		what ": states: it did not go."),                              \
	    TEXT(where "/files", field.files, "",                              \
		what ": path of the array of files in an item; empty: the "    \
		     "item is the file."),                                     \
	    TEXT(where "/name", field.name, "name",                            \
		what ": path of a file's name."),                              \
	    TEXT(where "/bytes", field.bytes, "", what ": path of its size."), \
	    TEXT(where "/sha256", field.sha256, "",                            \
		what ": path of its SHA-256 in hex.")

static const struct conf_row say_rows[] = {
    {"code", CONF_TEXT, offsetof(struct api_say, code), NULL, 0, 0,
	"A code of the other side.", NULL, 0},
    {"as", CONF_TEXT, offsetof(struct api_say, as), NULL, 0, 0,
	"The code in our records: small letters, digits and -.", NULL, 0},
    {"text", CONF_TEXT, offsetof(struct api_say, text), NULL, 0, 0,
	"One sentence for people.", NULL, 0},
    {0},
};

/* clang-format off: a table is read by its columns */
const struct conf_row api_profile_rows[] = {
    TEXT("name", name, NULL, "Name of the interface, for people."),
    TEXT("payload", payload, NULL,
	"Edition of the files that go through it (4.1)."),
    TEXT("base", base, NULL, "https://HOST[:PORT] in front of every path."),
    {"hosts", CONF_LIST, AT(hosts), NULL, 0, 0,
	"Hosts that may be spoken to, and no other.", NULL, 0},
    TEXT("ca", ca, "",
	"File with the certificates the server's is checked against; empty: "
	"the system's."),
    {"maintenance", CONF_LIST, AT(maintenance), "", 0, 0,
	"Windows without calls, JST: DAY@HH:MM-HH:MM with DAY daily, mon..sun "
	"or YYYY-MM-DD.",
	NULL, 0},
    TIME("limits/timeout", timeout_ms, "60 s", 100, HOUR,
	"How long one call may take."),
    TIME("limits/order", order_ms, "10 min", 1000, 24 * HOUR,
	"How long all calls of one order may take; then its worker is ended."),
    {"limits/answer", CONF_SIZE, AT(answer_max), "32 MiB", 4096, 256 << 20,
	"Most bytes of one answer.", NULL, 0},
    {"limits/files", CONF_INT, AT(files_max), "64", 1, 64,
	"Most files of one send.", NULL, 0},
    {"limits/bytes", CONF_SIZE, AT(bytes_max), "20 MiB", 1024, 64 << 20,
	"Most bytes of all files of one send.", NULL, 0},
    {"limits/items", CONF_INT, AT(items_max), "20000", 1, 100000,
	"Most files of one list; a longer one is told as incomplete.", NULL, 0},
    TEXT("session/header", session.header, "Authorization",
	"Name of the header that carries the access token."),
    TEXT("session/value", session.value, "Bearer {token}",
	"Template of that header."),
    TIME("session/access", session.access_ms, "60 min", 1000, 24 * HOUR,
	"Life of an access token if the answer does not say."),
    TIME("session/refresh", session.refresh_ms, "8 h", 1000, 7LL * 24 * HOUR,
	"Life of a refresh token if the answer does not say."),
    TIME("session/margin", session.margin_ms, "60 s", 0, HOUR,
	"So long before its end a token is renewed."),
    {"tries/max", CONF_INT, AT(tries.max), "2", 1, 10,
	"Refused logins in a row after which a person must act; well below "
	"what locks the account.",
	NULL, 0},
    TIME("tries/wait", tries.wait_ms, "30 min", 0, 24 * HOUR,
	"Time between a refused login and the next."),
    TIME("tries/locked", tries.locked_ms, "60 min", 0, 7LL * 24 * HOUR,
	"How long a locked account is left alone if the answer does not say."),
    LOGIN("login", login, "Login"),
    LOGIN("refresh", refresh, "Renewal"),
    CALL("logout", logout, "POST", "Logout"),
    LIST("sent", sent, "List of what was sent"),
    LIST("received", received, "List of what lies there"),
    CALL("send", send.call, "POST", "Sending"),
    TEXT("send/file", send.file, "", "Sending: JSON of one file of {files}."),
    TEXT("send/ref", send.ref, "", "Sending: path of the item's name."),
    TEXT("send/results", send.results, "",
	"Sending: path of the array with a result for each file; empty: all "
	"or none."),
    TEXT("send/name", send.name, "name",
	"Sending: path of a result's file name."),
    TEXT("send/code", send.code, "", "Sending: path of a result's code."),
    CALL("fetch", fetch.call, "GET", "Fetching"),
    TEXT("fetch/files", fetch.files, "files",
	"Fetching: path of the array of files."),
    TEXT("fetch/name", fetch.name, "name", "Fetching: path of a file's name."),
    TEXT("fetch/content", fetch.content, "content",
	"Fetching: path of its content, in base64."),
    TEXT("fetch/sha256", fetch.sha256, "",
	"Fetching: path of its SHA-256 in hex; compared."),
    CALL("done", done, "POST", "Telling that it was taken"),
    CALL("withdraw", withdraw, "POST", "Taking back"),
    TEXT("http/ok", http.ok, "200", "HTTP statuses whose body decides."),
    TEXT(
	"http/token", http.token, "401", "Statuses: the access token is over."),
    TEXT("http/office", http.office, "403",
	"Statuses: this office may not; a person must act."),
    TEXT("http/pause", http.pause, "429 503",
	"Statuses: nobody is served now; nothing happened."),
    TEXT("http/later", http.later, "",
	"Statuses: this call not now; nothing happened."),
    TEXT("http/unsure", http.unsure, "5*",
	"Statuses: nobody knows whether it happened."),
    TEXT("http/never", http.never, "400",
	"Statuses: refused for good; nothing happened."),
    TEXT("http/gone", http.gone, "404", "Statuses: there is no such thing."),
    TEXT("http/code", http.code, "",
	"Path of a code in such an answer, for the log."),
    TEXT("http/until", http.until, "",
	"Path of the end of a pause; else the header Retry-After."),
    TIME("http/wait", http.pause_ms, "5 min", 100, 24 * HOUR,
	"How long a pause is if nothing says."),
    TEXT("codes/at", codes.at, NULL,
	"Path of the code in an answer whose status is ok; an answer without "
	"one succeeded only if codes/ok is empty."),
    TEXT("codes/until", codes.until, "",
	"Path of the time a lock or pause ends."),
    TEXT(
	"codes/ok", codes.ok, "", "Codes of success (* at the end: any rest)."),
    TEXT("codes/token", codes.token, "", "Codes: the token is over."),
    TEXT("codes/login", codes.login, "",
	"Codes: user or password wrong; counted."),
    TEXT("codes/locked", codes.locked, "", "Codes: the account is locked."),
    TEXT("codes/person", codes.person, "",
	"Codes: this office stands until a person acted."),
    TEXT("codes/pause", codes.pause, "", "Codes: nobody is served now."),
    TEXT("codes/later", codes.later, "", "Codes: this call not now."),
    TEXT("codes/gone", codes.gone, "",
	"Codes: there is no such thing.  Every other code refuses for good."),
    {"say", CONF_SECTION, AT(say), NULL, 0, 0,
	"Codes in our words, one section each.", say_rows,
	sizeof(struct api_say)},
    {NULL, CONF_TEXT, 0, NULL, 0, 0, NULL, NULL, 0},
};
/* clang-format on */

static int
bad(struct why *why, const char *path, const char *what, const char *sentence)
{
	why_set(why, WHY_NEVER, "settings", "%s: %s %s", path, what, sentence);
	return TSK_INVALID;
}

/* ---- looking over ---- */

struct part {
	const char *name;
	struct api_call *call;
	bool needed;
};

#define PARTS 9
static void
parts_of(struct api_profile *p, struct part out[PARTS])
{
	const struct part parts[PARTS] = {
	    {"login", &p->login.call, true},
	    {"refresh", &p->refresh.call, false},
	    {"logout", &p->logout, false},
	    {"sent", &p->sent.call, true},
	    {"received", &p->received.call, true},
	    {"send", &p->send.call, true},
	    {"fetch", &p->fetch.call, true},
	    {"done", &p->done, false},
	    {"withdraw", &p->withdraw, false},
	};

	memcpy(out, parts, sizeof(parts));
}

static bool
method_known(const char *method)
{
	static const char *const methods[] = {
	    "GET", "POST", "PUT", "PATCH", "DELETE"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i], method) == 0)
			return true;
	}
	return false;
}

static json_t *
body_load(const char *text)
{
	json_t *body = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (body != NULL && !shape_body_check(body)) {
		json_decref(body);
		body = NULL;
	}
	return body;
}

static int
check_call(const char *path, const struct part *part, struct why *why)
{
	struct api_call *c = part->call;

	if (c->path[0] == '\0')
		return part->needed ? bad(why, path, part->name, "has no path.")
				    : 0;
	if (c->path[0] != '/' || !shape_check(c->path) ||
	    !shape_check(c->query))
		return bad(why, path, part->name,
		    "has a path or query that does not begin with / or names "
		    "something in braces that does not exist.");
	if (!method_known(c->method))
		return bad(why, path, part->name, "has an unknown method.");
	/* what is in an address is in every log on the way */
	if (shape_uses(c->path, SHAPE_PASSWORD) ||
	    shape_uses(c->query, SHAPE_PASSWORD) ||
	    shape_uses(c->path, SHAPE_TOKEN) ||
	    shape_uses(c->query, SHAPE_TOKEN) ||
	    shape_uses(c->path, SHAPE_REFRESH) ||
	    shape_uses(c->query, SHAPE_REFRESH))
		return bad(
		    why, path, part->name, "has a secret in its address.");
	if (c->body[0] == '\0')
		return 0;
	c->shape = body_load(c->body);
	if (c->shape == NULL)
		return bad(why, path, part->name,
		    "has a body that is no JSON, or names something in braces "
		    "that does not exist.");
	return 0;
}

static int
check_calls(const char *path, struct api_profile *p, struct why *why)
{
	struct part parts[PARTS];
	int rc = 0;

	parts_of(p, parts);
	for (size_t i = 0; rc == 0 && i < PARTS; i++)
		rc = check_call(path, &parts[i], why);
	if (rc < 0)
		return rc;
	if (p->send.file[0] != '\0')
		p->send.shape = body_load(p->send.file);
	if (p->send.shape == NULL)
		return bad(why, path, "send/file",
		    "is no JSON, or names something in braces that does not "
		    "exist.");
	if (!shape_check(p->session.value))
		return bad(why, path, "session/value",
		    "names something in braces that does not exist.");
	if (p->login.access[0] == '\0')
		return bad(why, path, "login/access", "must be set.");
	return 0;
}

static int
check_base(const char *path, struct api_profile *p, struct why *why)
{
	size_t n = strlen(p->base);

	if (strncmp(p->base, "https://", 8) != 0 || n < 9 ||
	    strpbrk(p->base + 8, "@?#\\ ") != NULL)
		return bad(why, path, "base", "must be https://HOST[:PORT].");
	if (p->base[n - 1] == '/')
		p->base[n - 1] = '\0';
	if (p->hosts[0] == NULL)
		return bad(why, path, "hosts", "names no host.");
	for (char **w = p->maintenance; *w != NULL; w++) {
		int64_t end;
		if (api_window(*w, 0, &end) < 0)
			return bad(why, path, "maintenance",
			    "has a window that is no DAY@HH:MM-HH:MM.");
	}
	return 0;
}

static int
check_say(const char *path, const struct api_profile *p, struct why *why)
{
	const struct api_say *say = p->say.items;

	for (size_t i = 0; i < p->say.count; i++) {
		if (say[i].as[0] == '\0' || strlen(say[i].as) > 31 ||
		    say[i].as[strspn(say[i].as,
			"abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
			return bad(why, path, "say/as",
			    "is more than small letters, digits and -.");
	}
	return 0;
}

static int
check_payload(const char *path, const struct api_profile *p, struct why *why)
{
	if (payload_known(p->payload))
		return 0;
	why_set(why, WHY_NEVER, "payload",
	    "%s: payload %s is not known to this version: its form was not "
	    "public when it was made.  Known: %s.",
	    path, p->payload, payload_names());
	return TSK_VERSION;
}

int
api_profile_load(const char *path, struct api_profile *out, struct why *why)
{
	int rc;

	memset(out, 0, sizeof(*out));
	rc = conf_load(path, api_profile_rows, out, why);
	if (rc < 0) {
		memset(out, 0, sizeof(*out));
		return rc;
	}
	rc = check_payload(path, out, why);
	if (rc == 0)
		rc = check_base(path, out, why);
	if (rc == 0)
		rc = check_calls(path, out, why);
	if (rc == 0)
		rc = check_say(path, out, why);
	if (rc < 0)
		api_profile_fini(out);
	return rc;
}

void
api_profile_fini(struct api_profile *p)
{
	struct part parts[PARTS];

	if (p->name == NULL)
		return;
	parts_of(p, parts);
	for (size_t i = 0; i < PARTS; i++)
		json_decref(parts[i].call->shape);
	json_decref(p->send.shape);
	conf_free(api_profile_rows, p);
	memset(p, 0, sizeof(*p));
}

const struct api_say *
api_say(const struct api_profile *p, const char *code)
{
	const struct api_say *say = p->say.items;

	for (size_t i = 0; i < p->say.count; i++) {
		if (strcmp(say[i].code, code) == 0)
			return &say[i];
	}
	return NULL;
}

/* NAME
 *	shape - requests and answers as a profile describes them
 * SUMMARY
 *	see shape.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shape.h"

#define DEPTH_MAX 16
#define STEP_MAX  64u

static const char *const names[SHAPE_NAMES] = {
    [SHAPE_OFFICE] = "office",
    [SHAPE_TO] = "to",
    [SHAPE_TO_TYPE] = "to_type",
    [SHAPE_USER] = "user",
    [SHAPE_PASSWORD] = "password",
    [SHAPE_TOKEN] = "token",
    [SHAPE_REFRESH] = "refresh",
    [SHAPE_REF] = "ref",
    [SHAPE_SINCE] = "since",
    [SHAPE_CURSOR] = "cursor",
    [SHAPE_FILES] = "files",
    [SHAPE_FILE_NAME] = "file_name",
    [SHAPE_FILE_SHA256] = "file_sha256",
    [SHAPE_FILE_BYTES] = "file_bytes",
    [SHAPE_FILE_CONTENT] = "file_content",
};

/* ---- {names} ---- */

/* The name at "{": SHAPE_NAMES if there is none such; *${end} behind "}". */
static enum shape_name
name_at(const char *p, const char *stop, const char **end)
{
	const char *close = memchr(p, '}', (size_t)(stop - p));

	*end = close == NULL ? stop : close + 1;
	for (unsigned i = 0; close != NULL && i < SHAPE_NAMES; i++) {
		size_t n = strlen(names[i]);
		if ((size_t)(close - p) == n + 1 &&
		    memcmp(p + 1, names[i], n) == 0)
			return (enum shape_name)i;
	}
	return SHAPE_NAMES;
}

typedef int put_fn(const char *value, struct buf *out);

static bool
plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

static int
put_url(const char *value, struct buf *out)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (plain(*p))
			buf_char(out, *p);
		else
			buf_printf(out, "%%%02X", (unsigned char)*p);
	}
	return 0;
}

static int
put_line(const char *value, struct buf *out)
{
	for (const char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return TSK_INVALID;
	}
	buf_text(out, value);
	return 0;
}

static int
put_json(const char *value, struct buf *out)
{
	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '"' || c == '\\')
			buf_char(out, '\\');
		if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_char(out, *p);
	}
	return 0;
}

static int
put_value(const struct shape_values *values, enum shape_name name, put_fn *put,
    struct buf *out)
{
	const char *text = values->text[name];

	if (name == SHAPE_FILE_CONTENT && values->content != NULL)
		return values->content(values, out);
	return text == NULL ? 0 : put(text, out);
}

/* Text between ${p} and ${stop}: what is not in braces goes through ${literal},
 * too (NULL: as it is). */
static int
fill(const char *p, const char *stop, const struct shape_values *values,
    put_fn *literal, put_fn *put, struct buf *out)
{
	int rc = 0;

	while (p < stop && rc == 0) {
		char one[2] = {*p, '\0'};
		if (*p != '{') {
			if (literal != NULL)
				rc = literal(one, out);
			else
				buf_char(out, *p);
			p++;
			continue;
		}
		enum shape_name name = name_at(p, stop, &p);
		if (name == SHAPE_NAMES)
			return TSK_INVALID;
		rc = put_value(values, name, put, out);
	}
	if (rc == 0 && !buf_ok(out))
		rc = TSK_TOOBIG;
	return rc;
}

bool
shape_check(const char *text)
{
	const char *stop = text + strlen(text);

	for (const char *p = text; p < stop;) {
		if (*p != '{')
			p++;
		else if (name_at(p, stop, &p) == SHAPE_NAMES)
			return false;
	}
	return true;
}

bool
shape_uses(const char *text, enum shape_name name)
{
	const char *stop = text + strlen(text);

	for (const char *p = text; p < stop;) {
		if (*p != '{')
			p++;
		else if (name_at(p, stop, &p) == name)
			return true;
	}
	return false;
}

int
shape_path(const char *text, const struct shape_values *values, struct buf *out)
{
	return fill(text, text + strlen(text), values, NULL, put_url, out);
}

int
shape_text(const char *text, const struct shape_values *values, struct buf *out)
{
	return fill(text, text + strlen(text), values, NULL, put_line, out);
}

/* A pair without names is always said; with names only if one has a value. */
static bool
pair_said(const char *p, const char *stop, const struct shape_values *values)
{
	bool any = false, said = false;

	while (p < stop) {
		if (*p != '{') {
			p++;
			continue;
		}
		enum shape_name name = name_at(p, stop, &p);
		any = true;
		/* what is unknown is said, and refused there */
		said = said || name == SHAPE_NAMES ||
		       (values->text[name] != NULL &&
			   values->text[name][0] != '\0');
	}
	return said || !any;
}

int
shape_query(
    const char *text, const struct shape_values *values, struct buf *out)
{
	const char *stop = text + strlen(text);
	char mark = '?';
	int rc = 0;

	for (const char *p = text; p < stop && rc == 0;) {
		const char *end = memchr(p, '&', (size_t)(stop - p));
		if (end == NULL)
			end = stop;
		if (end > p && pair_said(p, end, values)) {
			buf_char(out, mark);
			mark = '&';
			rc = fill(p, end, values, NULL, put_url, out);
		}
		p = end == stop ? stop : end + 1;
	}
	return rc;
}

/* ---- bodies ---- */

static int body_put(const json_t *at, const struct shape_values *values,
    struct buf *out, unsigned depth);

static int
string_put(const char *text, const struct shape_values *values, struct buf *out)
{
	int rc;

	if (strcmp(text, "{files}") == 0)
		return values->files == NULL ? TSK_INVALID
					     : values->files(values, out);
	buf_char(out, '"');
	rc = fill(text, text + strlen(text), values, put_json, put_json, out);
	buf_char(out, '"');
	return rc;
}

static int
object_put(const json_t *at, const struct shape_values *values, struct buf *out,
    unsigned depth)
{
	const char *key, *comma = "";
	json_t *value;
	int rc = 0;

	buf_char(out, '{');
	json_object_foreach((json_t *)(uintptr_t)at, key, value)
	{
		buf_text(out, comma);
		buf_char(out, '"');
		(void)put_json(key, out);
		buf_text(out, "\":");
		if (rc == 0)
			rc = body_put(value, values, out, depth);
		comma = ",";
	}
	buf_char(out, '}');
	return rc;
}

static int
array_put(const json_t *at, const struct shape_values *values, struct buf *out,
    unsigned depth)
{
	int rc = 0;

	buf_char(out, '[');
	for (size_t i = 0; rc == 0 && i < json_array_size(at); i++) {
		if (i > 0)
			buf_char(out, ',');
		rc = body_put(json_array_get(at, i), values, out, depth);
	}
	buf_char(out, ']');
	return rc;
}

static int
body_put(const json_t *at, const struct shape_values *values, struct buf *out,
    unsigned depth)
{
	if (depth > DEPTH_MAX)
		return TSK_TOOBIG;
	if (json_is_object(at))
		return object_put(at, values, out, depth + 1);
	if (json_is_array(at))
		return array_put(at, values, out, depth + 1);
	if (json_is_string(at))
		return string_put(json_string_value(at), values, out);
	if (json_is_integer(at))
		buf_printf(out, "%lld", (long long)json_integer_value(at));
	else if (json_is_real(at))
		buf_printf(out, "%.17g", json_real_value(at));
	else
		buf_text(out, json_is_null(at)   ? "null"
			      : json_is_true(at) ? "true"
						 : "false");
	return 0;
}

int
shape_body(
    const json_t *body, const struct shape_values *values, struct buf *out)
{
	int rc = body_put(body, values, out, 0);

	return rc == 0 && !buf_ok(out) ? TSK_TOOBIG : rc;
}

bool
shape_body_check(const json_t *body)
{
	const char *key;
	json_t *value;

	if (json_is_string(body))
		return shape_check(json_string_value(body));
	for (size_t i = 0; i < json_array_size(body); i++) {
		if (!shape_body_check(json_array_get(body, i)))
			return false;
	}
	json_object_foreach((json_t *)(uintptr_t)body, key, value)
	{
		if (!shape_body_check(value))
			return false;
	}
	return true;
}

/* ---- answers ---- */

static const json_t *
step(const json_t *at, const char *name)
{
	char *end;
	unsigned long i;

	if (!json_is_array(at))
		return json_object_get(at, name);
	i = strtoul(name, &end, 10);
	return *end != '\0' ? NULL : json_array_get(at, i);
}

const json_t *
shape_at(const json_t *root, const char *path)
{
	char name[STEP_MAX];

	while (root != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		if (n == 0 || n >= sizeof(name))
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		root = step(root, name);
		path += n + (path[n] == '.');
	}
	return root;
}

const char *
shape_word(const json_t *root, const char *path, char *out, size_t bytes)
{
	const json_t *at = path[0] == '\0' ? NULL : shape_at(root, path);
	int n = 0;

	out[0] = '\0';
	if (json_is_string(at))
		n = snprintf(out, bytes, "%s", json_string_value(at));
	else if (json_is_integer(at))
		n = snprintf(
		    out, bytes, "%lld", (long long)json_integer_value(at));
	else if (json_is_real(at))
		n = snprintf(out, bytes, "%.0f", json_real_value(at));
	else if (json_is_boolean(at))
		n = snprintf(
		    out, bytes, "%s", json_is_true(at) ? "true" : "false");
	/* half a name or token is worse than none */
	if (n < 0 || (size_t)n >= bytes)
		out[0] = '\0';
	return out;
}

/* "+09:00", "+0900" or "Z" in minutes; INT_MIN: neither. */
static int
offset_minutes(const char *p)
{
	int hours, minutes, n = 0;

	if (strcmp(p, "Z") == 0)
		return 0;
	if ((*p != '+' && *p != '-') ||
	    (sscanf(p + 1, "%2d:%2d%n", &hours, &minutes, &n) != 2 &&
		sscanf(p + 1, "%2d%2d%n", &hours, &minutes, &n) != 2) ||
	    p[1 + n] != '\0' || hours < 0 || hours > 14 || minutes < 0 ||
	    minutes > 59)
		return -100000;
	return (*p == '-' ? -1 : 1) * (hours * 60 + minutes);
}

static int64_t
iso_time(const char *text)
{
	struct tm tm = {0};
	int64_t ms = 0;
	int n = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 6)
		return 0;
	const char *p = text + n;
	if (*p == '.') {
		int scale = 100;
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			ms += (*p - '0') * scale;
	}
	int minutes = offset_minutes(p);
	if (minutes <= -100000 || tm.tm_year < 1970 || tm.tm_mon < 1 ||
	    tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return ((int64_t)timegm(&tm) - (int64_t)minutes * 60) * 1000 + ms;
}

int64_t
shape_time(const char *text)
{
	char *end;
	long long n = strtoll(text, &end, 10);

	if (text[0] == '\0')
		return 0;
	if (*end != '\0')
		return iso_time(text);
	if (n <= 0)
		return 0;
	return n < 100000000000LL ? n * 1000 : n; /* seconds until 5138 */
}

bool
shape_match(const char *words, const char *word)
{
	size_t n = strlen(word);

	while (*words != '\0') {
		size_t w = strcspn(words, " ");
		bool any = w > 0 && words[w - 1] == '*';
		size_t fixed = any ? w - 1 : w;
		if (w > 0 && (any ? n >= fixed && n > 0 : n == fixed) &&
		    memcmp(words, word, fixed) == 0)
			return true;
		words += w + (words[w] == ' ');
	}
	return false;
}

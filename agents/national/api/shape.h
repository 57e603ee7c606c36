/* NAME
 *	shape - requests and answers as a profile describes them
 * DESCRIPTION
 *	Three small languages, all data of a profile:
 *
 *	    path	result.code		members of JSON objects, by dots;
 *						numbers count list items: files.0
 *	    template	/sent/{ref}		text with {names}
 *	    body	{"to": "{to}", "files": "{files}"}
 *						JSON whose strings are templates;
 *						"{files}" alone becomes a list,
 *						one body "file" for each document
 *
 *	A body is parsed once as JSON and written member by member: nothing that
 *	a value holds can become anything else in it.
 */
#ifndef TASUKI_NATIONAL_SHAPE_H
#define TASUKI_NATIONAL_SHAPE_H

#include <stdint.h>

#include <jansson.h>

#include "buf.h"
#include "err.h"

enum shape_name {
	SHAPE_OFFICE, /* ours */
	SHAPE_TO,
	SHAPE_TO_TYPE,
	SHAPE_USER,
	SHAPE_PASSWORD,
	SHAPE_TOKEN, /* access token */
	SHAPE_REFRESH,
	SHAPE_REF,
	SHAPE_SINCE,
	SHAPE_CURSOR,
	SHAPE_FILES,
	SHAPE_FILE_NAME,
	SHAPE_FILE_SHA256,
	SHAPE_FILE_BYTES,
	SHAPE_FILE_CONTENT,
	SHAPE_NAMES,
};

/* Values of the names; NULL counts as "".  Lists and contents come from
 * functions, that they need not lie in memory twice. */
struct shape_values {
	const char *text[SHAPE_NAMES];
	/* write the list [...], or the text without quotes; 0 or TSK_* */
	int (*files)(const struct shape_values *values, struct buf *out);
	int (*content)(const struct shape_values *values, struct buf *out);
	const void *arg;
};

/* shape_check(text): every {name} is known. */
bool shape_check(const char *text);
/* shape_uses(text, name): it stands there. */
bool shape_uses(const char *text, enum shape_name name);
/* shape_path(text, values, out): with values percent-encoded. */
int shape_path(const char *text, const struct shape_values *values,
    struct buf *out) TSK_MUST_USE;
/* shape_query(text, values, out): "?a=1&b=2" with values percent-encoded; a
 * pair whose names all have no value is left out. */
int shape_query(const char *text, const struct shape_values *values,
    struct buf *out) TSK_MUST_USE;
/* shape_text(text, values, out): as it is; TSK_INVALID: a control character in
 * a value (it goes into a header). */
int shape_text(const char *text, const struct shape_values *values,
    struct buf *out) TSK_MUST_USE;
/* shape_body(body, values, out): JSON. */
int shape_body(const json_t *body, const struct shape_values *values,
    struct buf *out) TSK_MUST_USE;
/* shape_body_check(body): every {name} in it is known. */
bool shape_body_check(const json_t *body);

/* shape_at(root, path): borrowed, or NULL; "" is the root itself. */
const json_t *shape_at(const json_t *root, const char *path);
/* shape_word(root, path, out, bytes): string, number or boolean as text; ""
 * if it is not there, null or too long. */
const char *shape_word(
    const json_t *root, const char *path, char *out, size_t bytes);
/* shape_time(text): ISO 8601 with offset, or milliseconds or seconds since
 * 1970; 0 if it is none. */
int64_t shape_time(const char *text);
/* shape_match(words, word): one of the words, separated by blanks; a "*" at the
 * end of one stands for any rest. */
bool shape_match(const char *words, const char *word);

#endif

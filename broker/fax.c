/* NAME
 *	fax - which FAX numbers may be dialled
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "utf8.h"

#include "fax.h"

static const char *
text(const json_t *record, const char *field)
{
	const char *s = json_string_value(json_object_get(record, field));

	return s != NULL ? s : "";
}

static int64_t
number(const json_t *record, const char *field)
{
	return (int64_t)json_integer_value(json_object_get(record, field));
}

static bool
state_is(const json_t *record, const char *state)
{
	return strcmp(text(record, "state"), state) == 0;
}

void
fax_view(const json_t *record, const char *row_number, struct fax *out)
{
	bool same = row_number[0] != '\0' &&
		    strcmp(text(record, "number"), row_number) == 0;
	char kept[FAX_NUMBER_BYTES]; /* row_number may lie in *out */

	snprintf(kept, sizeof(kept), "%s", row_number);
	memset(out, 0, sizeof(*out));
	memcpy(out->number, kept, sizeof(kept));
	out->verified = same && state_is(record, "verified");
	out->first = !same || number(record, "first_ms") == 0;
	out->frozen = state_is(record, "frozen") ||
		      (!same && state_is(record, "verified"));
}

int
fax_by(const char *in, char out[FAX_BY_BYTES])
{
	size_t n, i, used;
	int32_t c;

	in += strspn(in, " ");
	n = strlen(in);
	while (n > 0 && in[n - 1] == ' ')
		n--;
	if (n == 0 || n >= FAX_BY_BYTES)
		return TSK_INVALID;
	for (i = 0; i < n; i += used) {
		c = utf8_next(in + i, n - i, &used);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return TSK_INVALID;
	}
	memcpy(out, in, n);
	out[n] = '\0';
	return 0;
}

/* "Suzuki Hanako" and "suzukihanako" are one person */
static bool
same_person(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (*a == '\0' || *b == '\0')
			return *a == *b;
		if (strncasecmp(a++, b++, 1) != 0)
			return false;
	}
}

/* ---- making the next record ---- */

static json_t *
next(const json_t *record)
{
	json_t *o = record != NULL ? json_deep_copy(record) : json_object();

	if (o == NULL)
		panic("fax: no memory for a record");
	if (json_object_get(o, "history") == NULL)
		json_object_set_new(o, "history", json_array());
	return o;
}

static void
set(json_t *o, const char *field, const char *value)
{
	json_object_set_new(o, field, json_string(value));
}

static void
set_ms(json_t *o, const char *field, int64_t value)
{
	json_object_set_new(o, field, json_integer((json_int_t)value));
}

static json_t *
happened(json_t *o, const char *what, const char *by, int64_t at_ms)
{
	json_t *history = json_object_get(o, "history");

	if (json_array_size(history) >= FAX_HISTORY)
		json_array_remove(history, 0);
	json_array_append_new(
	    history, json_pack("{s:I,s:s,s:s,s:s}", "at_ms", (json_int_t)at_ms,
			 "by", by, "what", what, "number", text(o, "number")));
	return o;
}

static json_t *
verify(json_t *o, const char *how, const char *by, int64_t at_ms)
{
	set(o, "state", "verified");
	set(o, "verified_by", by);
	set_ms(o, "verified_ms", at_ms);
	set(o, "how", how);
	json_object_del(o, "code");
	return happened(o, how, by, at_ms);
}

json_t *
fax_entered(
    const json_t *record, const char *row_number, const char *by, int64_t at_ms)
{
	bool known = record != NULL && number(record, "verified_ms") != 0;
	json_t *o;

	if (strcmp(text(record, "number"), row_number) == 0)
		return NULL;
	o = next(record);
	set(o, "number", row_number);
	set(o, "state", known ? "frozen" : "unverified");
	set(o, "entered_by", by);
	set_ms(o, "entered_ms", at_ms);
	set_ms(o, "first_ms", 0);
	json_object_del(o, "code");
	return happened(o, known ? "changed" : "entered", by, at_ms);
}

static bool
has_number(const json_t *record, struct why *why)
{
	if (text(record, "number")[0] != '\0')
		return true;
	why_set(why, WHY_NEVER, "no-number",
	    "The registry has no FAX number for this office.");
	return false;
}

json_t *
fax_verified(
    const json_t *record, const char *by, int64_t at_ms, struct why *why)
{
	if (!has_number(record, why))
		return NULL;
	if (state_is(record, "verified")) {
		why_set(why, WHY_NEVER, "verified",
		    "The number is verified already.");
		return NULL;
	}
	if (same_person(by, text(record, "entered_by"))) {
		why_set(why, WHY_NEVER, "same-person",
		    "Who entered the number cannot verify it: a second person "
		    "must.");
		return NULL;
	}
	return verify(next(record), "second-person", by, at_ms);
}

json_t *
fax_tested(const json_t *record, const char *code, const char *by,
    int64_t at_ms, struct why *why)
{
	json_t *o;

	if (!has_number(record, why))
		return NULL;
	o = next(record);
	set(o, "code", code);
	set_ms(o, "code_ms", at_ms);
	set_ms(o, "tries", 0);
	return happened(o, "test-page", by, at_ms);
}

json_t *
fax_read_back(const json_t *record, const char *code, const char *by,
    int64_t at_ms, bool *right, struct why *why)
{
	int64_t tries = number(record, "tries");
	json_t *o;

	*right = false;
	if (!has_number(record, why))
		return NULL;
	if (text(record, "code")[0] == '\0' ||
	    at_ms - number(record, "code_ms") > FAX_CODE_MS) {
		why_set(why, WHY_NEVER, "no-code",
		    "There is no test page whose code could be read back: send "
		    "one.");
		return NULL;
	}
	o = next(record);
	if (strcmp(text(record, "code"), code) == 0) {
		*right = true;
		return verify(o, "code-read-back", by, at_ms);
	}
	set_ms(o, "tries", tries + 1);
	if (tries + 1 >= FAX_TRIES)
		json_object_del(o, "code");
	why_set(why, WHY_NEVER, "wrong-code",
	    "That is not the code of the test page%s.",
	    tries + 1 >= FAX_TRIES ? "; send another one" : "");
	return happened(o, "wrong-code", by, at_ms);
}

json_t *
fax_frozen(const json_t *record, const char *by, int64_t at_ms, struct why *why)
{
	json_t *o;

	if (!has_number(record, why))
		return NULL;
	o = next(record);
	set(o, "state", "frozen");
	json_object_del(o, "code");
	return happened(o, "stopped", by, at_ms);
}

json_t *
fax_delivered(const json_t *record, int64_t at_ms)
{
	json_t *o;

	if (!state_is(record, "verified") || number(record, "first_ms") != 0)
		return NULL;
	o = next(record);
	set_ms(o, "first_ms", at_ms);
	return happened(o, "first-send", "broker", at_ms);
}

json_t *
fax_shown(const json_t *record)
{
	json_t *o = next(record);

	json_object_set_new(
	    o, "code_open", json_boolean(text(o, "code")[0] != '\0'));
	json_object_del(o, "code");
	return o;
}

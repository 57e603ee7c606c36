/* NAME
 *	template - the {names} of a profile for one job
 * SUMMARY
 *	see template.h
 */
#include <stdio.h>
#include <string.h>

#include "template.h"

#define NAME_BYTES  16
#define VALUE_BYTES 512

typedef void value_fn(const struct fax_profile *profile,
    const struct driver_job *job, char out[VALUE_BYTES]);

#define VALUE(what, expression)                                     \
	static void what##_value(const struct fax_profile *profile, \
	    const struct driver_job *job, char out[VALUE_BYTES])    \
	{                                                           \
		(void)profile;                                      \
		(void)job;                                          \
		snprintf(out, VALUE_BYTES, "%s", expression);       \
	}

VALUE(number, job->number)
VALUE(tag, job->tag)
VALUE(ref, job->ref)
VALUE(office, job->from)
VALUE(user, profile->user)
VALUE(from, profile->from)

static void
e164_value(const struct fax_profile *profile, const struct driver_job *job,
    char out[VALUE_BYTES])
{
	char number[FAX_E164_BYTES];

	(void)profile;
	snprintf(out, VALUE_BYTES, "%s", fax_number_e164(job->number, number));
}

static void
intl_value(const struct fax_profile *profile, const struct driver_job *job,
    char out[VALUE_BYTES])
{
	char number[FAX_E164_BYTES];

	(void)profile;
	snprintf(
	    out, VALUE_BYTES, "%s", fax_number_e164(job->number, number) + 1);
}

static void
pages_value(const struct fax_profile *profile, const struct driver_job *job,
    char out[VALUE_BYTES])
{
	(void)profile;
	snprintf(out, VALUE_BYTES, "%u", job->pages);
}

static const struct name {
	const char *name;
	value_fn *value;
} names[] = {
    {"number", number_value},
    {"e164", e164_value},
    {"intl", intl_value},
    {"tag", tag_value},
    {"ref", ref_value},
    {"pages", pages_value},
    {"user", user_value},
    {"from", from_value},
    {"office", office_value},
};

static const struct name *
find(const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == n &&
		    memcmp(names[i].name, text, n) == 0)
			return &names[i];
	}
	return NULL;
}

static bool
plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL;
}

static int
add_value(const char *value, bool url, struct buf *out)
{
	for (const char *p = value; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < 0x20 || c == 0x7f)
			return TSK_INVALID;
		if (url && !plain(*p))
			buf_printf(out, "%%%02X", c);
		else
			buf_char(out, *p);
	}
	return 0;
}

/* The walk both share: with out NULL only the names are looked at. */
static int
walk(const char *text, const struct fax_profile *profile,
    const struct driver_job *job, bool url, struct buf *out)
{
	char value[VALUE_BYTES];
	int rc = 0;

	for (const char *p = text; *p != '\0' && rc == 0; p++) {
		if (*p != '{') {
			if (out != NULL)
				buf_char(out, *p);
			continue;
		}
		const char *end = strchr(p, '}');
		const struct name *name =
		    end == NULL ? NULL : find(p + 1, (size_t)(end - p) - 1);
		if (name == NULL)
			return TSK_INVALID;
		if (out != NULL) {
			name->value(profile, job, value);
			rc = add_value(value, url, out);
		}
		p = end;
	}
	return rc;
}

int
template_fill(const char *text, const struct fax_profile *profile,
    const struct driver_job *job, bool url, struct buf *out)
{
	return walk(text, profile, job, url, out);
}

int
template_check(const char *text)
{
	return walk(text, NULL, NULL, false, NULL);
}

/* NAME
 *	mandate_record - a mandate as it is kept and written
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "deadline.h"
#include "mandate.h"
#include "utf8.h"

#define MINUTES_OF_DAY (24 * 60)

static const struct {
	const char *name;
	enum right right;
} names[] = {
    {"send-plan", RIGHT_PLAN},
    {"send-result", RIGHT_RESULT},
    {"delete", RIGHT_DELETE},
    {"receive", RIGHT_RECEIVE},
    {"see", RIGHT_SEE},
    {"fax", RIGHT_FAX},
    {"partners", RIGHT_PARTNERS},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

const char *
mandate_rights_text(unsigned rights, char out[MANDATE_RIGHTS_BYTES])
{
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < NAMES; i++) {
		if (rights & (unsigned)names[i].right)
			n += (size_t)snprintf(out + n, MANDATE_RIGHTS_BYTES - n,
			    "%s%s", n > 0 ? " " : "", names[i].name);
	}
	return out;
}

static int
fault(struct why *why, const char *format, const char *what)
{
	why_set(why, WHY_NEVER, "malformed", format, what);
	return TSK_INVALID;
}

/* A field of text, whole and fit to be shown: never cut. */
static int
take_text(
    const json_t *o, const char *field, char *out, size_t room, struct why *why)
{
	const char *text = json_string_value(json_object_get(o, field));
	size_t i, n;

	out[0] = '\0';
	if (text == NULL)
		return 0;
	n = strlen(text);
	if (n >= room)
		return fault(why, "%s is too long.", field);
	for (i = 0; i < n; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return fault(
			    why, "%s: one line without controls.", field);
	}
	memcpy(out, text, n + 1);
	return 0;
}

/* "2026-11-22" or "20261122" */
static int
take_day(const json_t *o, const char *field, int *out, struct why *why)
{
	const char *text = json_string_value(json_object_get(o, field));
	int year, month, day, used = 0;

	if (text != NULL && strspn(text, "0123456789-") == strlen(text) &&
	    (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 ||
		sscanf(text, "%4d%2d%2d%n", &year, &month, &day, &used) == 3) &&
	    text[used] == '\0' && year >= 2000 && day >= 1 &&
	    day <= clock_days_in_month(year, month)) {
		*out = year * 10000 + month * 100 + day;
		return 0;
	}
	return fault(why, "%s: a day is written 2026-11-22.", field);
}

static int
take_rights(const json_t *o, unsigned *out, struct why *why)
{
	const json_t *list = json_object_get(o, "rights"), *v;
	const char *name;
	size_t i, k;

	*out = 0;
	json_array_foreach(list, i, v)
	{
		name = json_string_value(v);
		for (k = 0; name != NULL && k < NAMES; k++) {
			if (strcmp(names[k].name, name) == 0)
				break;
		}
		if (name == NULL || k == NAMES)
			return fault(why,
			    "rights: %s is no right; use send-plan, send-result, "
			    "delete, receive, see, fax, partners or all.",
			    name != NULL ? name : "what is no text");
		*out |= (unsigned)names[k].right;
	}
	return *out != 0 ? 0 : fault(why, "rights: %s", "name at least one.");
}

static int
compare_numbers(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
take_partners(const json_t *o, struct mandate *m, struct why *why)
{
	const json_t *list = json_object_get(o, "partners"), *v;
	size_t i, n = json_array_size(list);
	const char *number;

	if (n > MANDATE_PARTNERS_MAX)
		return fault(why, "partners: %s.", "too many");
	if (n == 0)
		return 0;
	m->partners = mem_new(n * sizeof(*m->partners));
	json_array_foreach(list, i, v)
	{
		number = json_string_value(v);
		if (number == NULL ||
		    !number_office_form(number, strlen(number)) ||
		    !number_office_check(number))
			return fault(why,
			    "partners: %s is no number of an office (10 "
			    "characters with a right check digit).",
			    number != NULL ? number : "what is no text");
		memcpy(m->partners[m->partner_count++], number,
		    NUMBER_OFFICE_BYTES);
	}
	qsort(m->partners, m->partner_count, sizeof(*m->partners),
	    compare_numbers);
	return 0;
}

static int
take_office(const json_t *o, struct mandate *m, struct why *why)
{
	const char *office = json_string_value(json_object_get(o, "office"));
	const char *slash;
	size_t n;

	if (office == NULL)
		return fault(why, "%s: for whom?", "office");
	slash = strchr(office, '/');
	n = slash != NULL ? (size_t)(slash - office) : strlen(office);
	if (!number_office_form(office, n))
		return fault(
		    why, "office: %s is no number of an office.", office);
	memcpy(m->office, office, n);
	if (!number_office_check(m->office))
		return fault(
		    why, "office: %s: the check digit is wrong.", m->office);
	if (slash == NULL)
		return 0;
	if (!number_type_form(slash + 1))
		return fault(why, "office: %s is no service type.", slash + 1);
	snprintf(m->type, sizeof(m->type), "%s", slash + 1);
	return 0;
}

static int
take_id(const json_t *o, struct mandate *m, struct why *why)
{
	if (take_text(o, "id", m->id, sizeof(m->id), why) != 0)
		return TSK_INVALID;
	if (m->id[0] == 'm')
		m->number = (unsigned)strtoul(m->id + 1, NULL, 10);
	return m->number > 0 ? 0 : fault(why, "%s is no mandate.", m->id);
}

static int
take_all(const json_t *o, struct mandate *m, struct why *why)
{
	int rc;

	if ((rc = take_id(o, m, why)) != 0 ||
	    (rc = take_text(o, "agent", m->agent, sizeof(m->agent), why)) ||
	    (rc = take_text(o, "party", m->party, sizeof(m->party), why)) ||
	    (rc = take_office(o, m, why)) != 0 ||
	    (rc = take_rights(o, &m->rights, why)) != 0 ||
	    (rc = take_partners(o, m, why)) != 0 ||
	    (rc = take_day(o, "from", &m->from, why)) != 0 ||
	    (rc = take_day(o, "until", &m->until, why)) != 0 ||
	    (rc = take_text(o, "reason", m->reason, sizeof(m->reason), why)) ||
	    (rc = take_text(o, "by", m->by, sizeof(m->by), why)) ||
	    (rc = take_text(
		 o, "revoked_by", m->revoked_by, sizeof(m->revoked_by), why)) ||
	    (rc = take_text(o, "revoked_reason", m->revoked_reason,
		 sizeof(m->revoked_reason), why)))
		return rc;
	if (m->agent[0] == '\0' || m->by[0] == '\0' || m->reason[0] == '\0')
		return fault(why, "A mandate says %s.",
		    m->agent[0] == '\0' ? "which agent acts"
		    : m->by[0] == '\0'  ? "who gave it"
					: "its reason");
	if (m->until < m->from)
		return fault(
		    why, "%s: the last day lies before the first.", "until");
	return 0;
}

int
mandate_parse(const json_t *o, struct mandate *out, struct why *why)
{
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = take_all(o, out, why)) != 0) {
		mandate_fini(out);
		return rc;
	}
	out->given_ms = json_integer_value(json_object_get(o, "given_ms"));
	out->revoked_ms = json_integer_value(json_object_get(o, "revoked_ms"));
	out->begin_ms = deadline_ms(out->from, 0);
	out->end_ms = deadline_ms(out->until, MINUTES_OF_DAY);
	return 0;
}

void
mandate_fini(struct mandate *m)
{
	free(m->partners);
	m->partners = NULL;
	m->partner_count = 0;
}

static json_t *
day_json(int day)
{
	char text[16];

	snprintf(text, sizeof(text), "%04d-%02d-%02d", day / 10000,
	    day / 100 % 100, day % 100);
	return json_string(text);
}

json_t *
mandate_json(const struct mandate *m)
{
	char key[REGISTRY_KEY_BYTES + 2];
	json_t *rights = json_array(), *partners = json_array();
	size_t i;

	snprintf(key, sizeof(key), "%s%s%s", m->office,
	    m->type[0] != '\0' ? "/" : "", m->type);
	for (i = 0; i < NAMES; i++) {
		if (m->rights & (unsigned)names[i].right)
			json_array_append_new(
			    rights, json_string(names[i].name));
	}
	for (i = 0; i < m->partner_count; i++)
		json_array_append_new(partners, json_string(m->partners[i]));
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:I,s:s,"
			 "s:s,s:I}",
	    "id", m->id, "agent", m->agent, "party", m->party, "office", key,
	    "rights", rights, "partners", partners, "from", day_json(m->from),
	    "until", day_json(m->until), "reason", m->reason, "by", m->by,
	    "given_ms", (json_int_t)m->given_ms, "revoked_by", m->revoked_by,
	    "revoked_reason", m->revoked_reason, "revoked_ms",
	    (json_int_t)m->revoked_ms);
}

/* NAME
 *	pivot - from a record for every service date to a row for every service
 * SUMMARY
 *	see pivot.h
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "digest.h"

#include "pivot.h"

#define DAY_COUNT_MAX 99 /* two digits by the layout */

const char *const pivot_person_fields[PERSON_FIELDS] = {
    [PERSON_INSURER] = "insurer_number",
    [PERSON_INSURED] = "insured_number",
    [PERSON_MONTH] = "target_month",
    [PERSON_KANA] = "client_name_kana",
    [PERSON_NAME] = "client_name",
    [PERSON_SEX] = "client_sex",
    [PERSON_BIRTH] = "client_birth_date",
    [PERSON_STATUS] = "certification_status",
    [PERSON_LEVEL] = "care_level",
    [PERSON_LEVEL_BEFORE] = "previous_care_level",
    [PERSON_LEVEL_CHANGED] = "care_level_change_date",
    [PERSON_LIMIT] = "category_limit_units",
    [PERSON_LIMIT_START] = "limit_start_date",
    [PERSON_LIMIT_END] = "limit_end_date",
};

void
pivot_init(struct pivot *pivot)
{
	memset(pivot, 0, sizeof(*pivot));
}

static void
free_service(struct pivot_service *s)
{
	free(s->office_number);
	free(s->office_name);
	free(s->satellite_no);
	free(s->start);
	free(s->end);
	free(s->code);
	free(s->tais_code);
	free(s->notice_code);
	free(s->equipment_name);
	free(s->detail_no);
}

static void
free_client(struct pivot_client *c)
{
	for (size_t i = 0; i < c->service_count; i++)
		free_service(&c->services[i]);
	for (size_t i = 0; i < PERSON_FIELDS; i++)
		free(c->person[i]);
	free(c->services);
	free(c->insurer_number);
	free(c->insured_number);
	free(c->month);
	free(c->created_date);
	free(c->plan_office_number);
	free(c->plan_staff_name);
	free(c->short_stay_days);
}

void
pivot_fini(struct pivot *pivot)
{
	for (size_t i = 0; i < pivot->count; i++)
		free_client(&pivot->clients[i]);
	free(pivot->clients);
	free(pivot->slots);
	memset(pivot, 0, sizeof(*pivot));
}

/* The NUL is part of what is hashed, so that "1","23" is not "12","3". */
static uint64_t
tag_of(const char *const *cells, size_t n)
{
	uint64_t tag = 0;

	for (size_t i = 0; i < n; i++)
		tag = digest_tag(cells[i], strlen(cells[i]) + 1, tag);
	return tag;
}

static bool
is_client(const struct pivot_client *c, uint64_t tag, const char *insurer,
    const char *insured, const char *month)
{
	return c->tag == tag && strcmp(c->insured_number, insured) == 0 &&
	       strcmp(c->insurer_number, insurer) == 0 &&
	       strcmp(c->month, month) == 0;
}

/* The slot of that client, or the free one where it would go. */
static uint32_t *
find_slot(const struct pivot *pivot, uint64_t tag, const char *insurer,
    const char *insured, const char *month)
{
	size_t i = (size_t)tag & (pivot->slot_count - 1);

	while (pivot->slots[i] != 0 &&
	       !is_client(&pivot->clients[pivot->slots[i] - 1], tag, insurer,
		   insured, month))
		i = (i + 1) & (pivot->slot_count - 1);
	return &pivot->slots[i];
}

/* At most half full, so that find_slot() ends. */
static void
grow_slots(struct pivot *pivot)
{
	if (2 * (pivot->count + 1) <= pivot->slot_count)
		return;
	free(pivot->slots);
	pivot->slot_count = pivot->slot_count == 0 ? 64 : 2 * pivot->slot_count;
	pivot->slots = mem_new(pivot->slot_count * sizeof(*pivot->slots));
	for (size_t i = 0; i < pivot->count; i++) {
		const struct pivot_client *c = &pivot->clients[i];
		*find_slot(pivot, c->tag, c->insurer_number, c->insured_number,
		    c->month) = (uint32_t)i + 1;
	}
}

static struct pivot_client *
new_client(struct pivot *pivot, const struct pivot_use *use, uint64_t tag)
{
	if (pivot->count == pivot->room) {
		pivot->room = pivot->room == 0 ? 16 : 2 * pivot->room;
		pivot->clients = mem_resize(
		    pivot->clients, pivot->room * sizeof(*pivot->clients));
	}
	struct pivot_client *c = &pivot->clients[pivot->count++];
	memset(c, 0, sizeof(*c));
	c->tag = tag;
	c->insurer_number = mem_text(use->insurer_number);
	c->insured_number = mem_text(use->insured_number);
	c->month = mem_text(use->target_month);
	c->created_date = mem_text(use->created_date);
	c->plan_office_number = mem_text(use->plan_office_number);
	c->plan_staff_name = mem_text(use->plan_staff_name);
	c->short_stay_days = mem_text(use->short_stay_days);
	for (size_t i = 0; i < PERSON_FIELDS; i++)
		c->person[i] = mem_text("");
	return c;
}

static struct pivot_client *
client_of(struct pivot *pivot, const struct pivot_use *use, struct why *why)
{
	const char *key[] = {
	    use->insurer_number, use->insured_number, use->target_month};
	uint64_t tag = tag_of(key, 3);

	grow_slots(pivot);
	uint32_t *slot = find_slot(pivot, tag, key[0], key[1], key[2]);
	if (*slot != 0)
		return &pivot->clients[*slot - 1];
	if (pivot->count == PIVOT_CLIENTS_MAX) {
		why_set(why, WHY_NEVER, "too-many-clients",
		    "More than %d clients in one parcel.", PIVOT_CLIENTS_MAX);
		return NULL;
	}
	*slot = (uint32_t)pivot->count + 1;
	return new_client(pivot, use, tag);
}

static struct pivot_service *
new_service(struct pivot_client *c, const struct pivot_use *use, uint64_t tag)
{
	if (c->service_count == c->service_room) {
		c->service_room =
		    c->service_room == 0 ? 8 : 2 * c->service_room;
		c->services = mem_resize(
		    c->services, c->service_room * sizeof(*c->services));
	}
	struct pivot_service *s = &c->services[c->service_count++];
	memset(s, 0, sizeof(*s));
	s->tag = tag;
	s->office_number = mem_text(use->service_office_number);
	s->office_name = mem_text(use->service_office_name);
	s->satellite_no = mem_text(use->satellite_no);
	s->start = mem_text(use->service_start_time);
	s->end = mem_text(use->service_end_time);
	s->code = mem_text(use->service_code);
	s->tais_code = mem_text(use->tais_code);
	s->notice_code = mem_text(use->equipment_notice_code);
	s->equipment_name = mem_text(use->equipment_name);
	s->detail_no = mem_text(use->detail_no);
	return s;
}

/* 64 bits of tag over at most 1,000 rows of one client: no second look needed. */
static struct pivot_service *
service_of(struct pivot_client *c, const struct pivot_use *use, struct why *why)
{
	const char *key[] = {use->service_office_number, use->satellite_no,
	    use->service_code, use->service_start_time, use->service_end_time,
	    use->tais_code, use->equipment_notice_code, use->equipment_name,
	    use->detail_no};
	uint64_t tag = tag_of(key, sizeof(key) / sizeof(key[0]));

	for (size_t i = c->service_count; i > 0; i--) {
		if (c->services[i - 1].tag == tag)
			return &c->services[i - 1];
	}
	if (c->service_count == PIVOT_SERVICES_MAX) {
		why_set(why, WHY_NEVER, "too-many-services",
		    "More than %d services of one client.", PIVOT_SERVICES_MAX);
		return NULL;
	}
	return new_service(c, use, tag);
}

/* All digits, at most max; -1 else. */
static int
number_of(const char *text, size_t digits_max, int max)
{
	size_t n = strlen(text);

	if (n == 0 || n > digits_max || strspn(text, "0123456789") != n)
		return -1;
	int value = atoi(text);
	return value <= max ? value : -1;
}

static bool
month_exists(const char *month)
{
	return strlen(month) == 6 && number_of(month, 6, 999912) >= 100 &&
	       clock_days_in_month(1, number_of(month + 4, 2, 99)) > 0;
}

/* The day of a date within that month, or -1. */
static int
day_of(const char *date, const char *month)
{
	char year[5] = {0};

	if (strlen(date) != 8 || strncmp(date, month, 6) != 0)
		return -1;
	memcpy(year, month, 4);
	int last = clock_days_in_month(
	    number_of(year, 4, 9999), number_of(month + 4, 2, 12));
	int day = number_of(date + 6, 2, last);
	return day >= 1 ? day : -1;
}

static unsigned
days_marked(const char *days)
{
	unsigned n = 0;

	for (; *days != '\0'; days++)
		n += *days == '1';
	return n;
}

static int
refuse(struct why *why, const char *code, uint64_t record, const char *what)
{
	why_set(why, WHY_NEVER, code, "Record %llu %s.",
	    (unsigned long long)record, what);
	return TSK_INVALID;
}

int
pivot_add(struct pivot *pivot, enum pivot_side side,
    const struct pivot_use *use, uint64_t record, struct why *why)
{
	if (!month_exists(use->target_month))
		return refuse(
		    why, "bad-month", record, "has no valid target month");
	int day = day_of(use->service_date, use->target_month);
	if (day < 0)
		return refuse(why, "bad-date", record,
		    "has a service date that is no day of its target month");
	int count = number_of(use->service_count, 4, DAY_COUNT_MAX);
	if (count < 0)
		return refuse(why, "bad-count", record,
		    "has a service count that is no number from 0 to 99");

	struct pivot_client *c = client_of(pivot, use, why);
	if (c == NULL)
		return TSK_TOOBIG;
	struct pivot_service *s = service_of(c, use, why);
	if (s == NULL)
		return TSK_TOOBIG;
	int sum = s->count[side][day] + count;
	s->count[side][day] = (uint16_t)(sum < 9999 ? sum : 9999);
	s->total[side] += (uint32_t)count;
	s->per_diem = days_marked(use->per_diem_days);
	pivot->side[side] = true;
	return 0;
}

void
pivot_person(struct pivot *pivot, const char *const fields[PERSON_FIELDS])
{
	const char *key[] = {fields[PERSON_INSURER], fields[PERSON_INSURED],
	    fields[PERSON_MONTH]};

	if (pivot->count == 0)
		return;
	uint32_t *slot =
	    find_slot(pivot, tag_of(key, 3), key[0], key[1], key[2]);
	if (*slot == 0)
		return;
	struct pivot_client *c = &pivot->clients[*slot - 1];
	for (size_t i = 0; i < PERSON_FIELDS; i++) {
		free(c->person[i]);
		c->person[i] = mem_text(fields[i]);
	}
}

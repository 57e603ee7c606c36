/* NAME
 *	form6_values - the head of サービス提供票 (form 6), by name
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"
#include "wareki.h"

static const char *
person(const struct draw *d, enum pivot_person_field field)
{
	return d->client->person[field];
}

static void
value_month(struct draw *d, struct buf *out)
{
	char text[WAREKI_TEXT_BYTES];

	buf_printf(out, "%s分", wareki_month(d->client->month, text));
}

static void
value_title(struct draw *d, struct buf *out)
{
	buf_text(out, d->set->for_client ? "サービス利用票" : "サービス提供票");
}

static void
value_direction(struct draw *d, struct buf *out)
{
	if (d->set->for_client)
		buf_text(out, "居宅介護支援事業者→利用者");
	else if (d->unit->bundle->pivot.side[PIVOT_PLANNED])
		buf_text(out, "居宅介護支援事業所→サービス事業所");
	else
		buf_text(out, "サービス事業所→居宅介護支援事業所");
}

static void
value_status(struct draw *d, struct buf *out)
{
	buf_text(out, person(d, PERSON_STATUS));
}

static void
value_insurer(struct draw *d, struct buf *out)
{
	buf_text(out, d->client->insurer_number);
}

static void
value_insurer_name(struct draw *d, struct buf *out)
{
	const char *name = standard_insurer_name(
	    d->forms->standard, d->client->insurer_number);

	buf_text(out, name != NULL ? name : "");
}

static void
value_plan_office(struct draw *d, struct buf *out)
{
	const char *number = d->client->plan_office_number;
	const char *name = sheet_office(d, number);

	if (name != NULL)
		buf_printf(out, "%s ", name);
	buf_text(out, number);
}

static void
value_plan_staff(struct draw *d, struct buf *out)
{
	if (d->client->plan_staff_name[0] != '\0')
		buf_printf(out, "担当 %s", d->client->plan_staff_name);
}

static void
value_created(struct draw *d, struct buf *out)
{
	values_date(out, d->client->created_date);
}

static void
value_insured(struct draw *d, struct buf *out)
{
	buf_text(out, d->client->insured_number);
}

static void
value_kana(struct draw *d, struct buf *out)
{
	buf_text(out, person(d, PERSON_KANA));
}

static void
value_name(struct draw *d, struct buf *out)
{
	if (person(d, PERSON_NAME)[0] != '\0')
		buf_printf(out, "%s　様", person(d, PERSON_NAME));
}

static void
value_birth_era(struct draw *d, struct buf *out)
{
	struct wareki birth;

	if (wareki_parse(person(d, PERSON_BIRTH), &birth))
		buf_printf(out, "%d", (int)birth.era);
}

static void
value_birth(struct draw *d, struct buf *out)
{
	struct wareki birth;

	if (!wareki_parse(person(d, PERSON_BIRTH), &birth))
		values_date(out, person(d, PERSON_BIRTH));
	else if (birth.year == 1)
		buf_printf(out, "元年%d月%d日", birth.month, birth.day);
	else
		buf_printf(
		    out, "%d年%d月%d日", birth.year, birth.month, birth.day);
}

static void
value_sex(struct draw *d, struct buf *out)
{
	buf_text(out, person(d, PERSON_SEX));
}

/* The level changed within this month: the form shows both. */
static bool
level_changed(const struct draw *d)
{
	return strncmp(person(d, PERSON_LEVEL_CHANGED), d->client->month, 6) ==
		   0 &&
	       person(d, PERSON_LEVEL_BEFORE)[0] != '\0' &&
	       strcmp(person(d, PERSON_LEVEL_BEFORE),
		   person(d, PERSON_LEVEL)) != 0;
}

static void
put_level(struct draw *d, struct buf *out, const char *code)
{
	const char *name = d->forms->care_levels == NULL
			       ? NULL
			       : layout_code_name(d->forms->care_levels, code);

	buf_text(out, name != NULL ? name : code);
}

static void
value_level(struct draw *d, struct buf *out)
{
	put_level(d, out,
	    person(d, level_changed(d) ? PERSON_LEVEL_BEFORE : PERSON_LEVEL));
}

static void
value_level_after(struct draw *d, struct buf *out)
{
	if (level_changed(d))
		put_level(d, out, person(d, PERSON_LEVEL));
}

static void
value_level_date(struct draw *d, struct buf *out)
{
	if (level_changed(d))
		values_date(out, person(d, PERSON_LEVEL_CHANGED));
}

/* 27048 -> "27,048 単位/月" */
static void
value_limit(struct draw *d, struct buf *out)
{
	const char *text = person(d, PERSON_LIMIT);

	if (text[0] == '\0')
		return;
	values_number(out, text);
	buf_text(out, " 単位/月");
}

static void
value_period(struct draw *d, struct buf *out)
{
	const char *start = person(d, PERSON_LIMIT_START);
	const char *end = person(d, PERSON_LIMIT_END);

	if (start[0] != '\0') {
		values_date(out, start);
		buf_text(out, "から");
	}
	if (end[0] != '\0') {
		buf_text(out, start[0] != '\0' ? "\n" : "");
		values_date(out, end);
		buf_text(out, "まで");
	}
}

static void
value_short_stay(struct draw *d, struct buf *out)
{
	if (d->client->short_stay_days[0] != '\0')
		buf_printf(out, "%s日", d->client->short_stay_days);
}

const struct value_row form6_values[] = {
    {"month", value_month},
    {"title", value_title},
    {"direction", value_direction},
    {"certification_status", value_status},
    {"insurer_number", value_insurer},
    {"insurer_name", value_insurer_name},
    {"plan_office", value_plan_office},
    {"plan_staff", value_plan_staff},
    {"created_date", value_created},
    {"insured_number", value_insured},
    {"client_name_kana", value_kana},
    {"client_name", value_name},
    {"birth_era", value_birth_era},
    {"birth_date", value_birth},
    {"client_sex", value_sex},
    {"care_level", value_level},
    {"care_level_after", value_level_after},
    {"care_level_changed", value_level_date},
    {"category_limit", value_limit},
    {"limit_period", value_period},
    {"short_stay_days", value_short_stay},
};

const size_t form6_value_count = sizeof(form6_values) / sizeof(form6_values[0]);

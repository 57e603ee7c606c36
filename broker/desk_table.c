/* NAME
 *	desk_table - which desk of a number a service type goes to
 */
#include <string.h>

#include "desk_table.h"
#include "registry_row.h"

#define SEPARATORS " ,;/"

bool
desk_table_lists(const struct desk *desk, const char *type)
{
	size_t i;

	if (strcmp(desk->type, type) == 0)
		return true;
	for (i = 0; i < desk->type_count; i++) {
		if (strcmp(desk->types[i], type) == 0)
			return true;
	}
	return false;
}

/* ---- columns ---- */

static const char *
add_type(struct desk *desk, const char *text, size_t n)
{
	char type[NUMBER_TYPE_BYTES] = "";

	if (n != NUMBER_TYPE_BYTES - 1)
		return "A service type has two characters, 0-9 or A-Z; "
		       "several are separated by blanks.";
	memcpy(type, text, n);
	if (!number_type_form(type))
		return "A service type has two characters, 0-9 or A-Z.";
	if (desk->type_count == DESK_TYPES_MAX)
		return "Too many service types at one desk.";
	if (!desk_table_lists(desk, type))
		memcpy(desk->types[desk->type_count++], type, sizeof(type));
	return NULL;
}

static const char *
take_types(const char *text, struct desk *desk)
{
	const char *wrong = NULL;
	size_t n;

	desk->type_count = 0;
	text += strspn(text, SEPARATORS);
	if (*text != '\0' && desk->type[0] == '\0')
		return "A row without a service type stands for all types "
		       "already.";
	while (wrong == NULL && *text != '\0') {
		n = strcspn(text, SEPARATORS);
		wrong = add_type(desk, text, n);
		text += n;
		text += strspn(text, SEPARATORS);
	}
	return wrong;
}

static const char *
take_flag(const json_t *row, const char *column, bool *out)
{
	char scratch[ROW_SCRATCH_BYTES];
	const char *text = row_text(row, column, scratch);

	*out = strcmp(text, "1") == 0;
	return *out || text[0] == '\0' || strcmp(text, "0") == 0
		   ? NULL
		   : "Use 1 for yes and 0 or nothing for no.";
}

int
desk_table_row(
    const json_t *row, struct desk *desk, desk_complain_fn *complain, void *arg)
{
	char scratch[ROW_SCRATCH_BYTES];
	const struct {
		const char *column, *wrong;
	} found[] = {
	    {"service_types",
		take_types(row_text(row, "service_types", scratch), desk)},
	    {"default_desk",
		take_flag(row, "default_desk", &desk->default_desk)},
	    {"mandate_required",
		take_flag(row, "mandate_required", &desk->mandate_required)},
	};
	int faults = 0;

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		if (found[i].wrong == NULL)
			continue;
		complain(arg, found[i].column, found[i].wrong);
		faults++;
	}
	return faults;
}

/* ---- days ---- */

bool
desk_table_holds(const struct desk *desk, int day)
{
	return day == 0 ||
	       ((desk->valid_from == 0 || day >= desk->valid_from) &&
		   (desk->valid_to == 0 || day <= desk->valid_to));
}

int
desk_table_day(
    const struct registry *r, const char *number, int day, size_t *count)
{
	struct desk *const *desks;
	size_t i, n, holding = 0;

	desks = registry_first(r, number, &n);
	for (i = 0; i < n; i++)
		holding += desk_table_holds(desks[i], day);
	*count = holding > 0 ? holding : n;
	return holding > 0 ? day : 0;
}

const char *
desk_table_when(
    const struct desk *desk, int day, char out[DESK_TABLE_WHEN_BYTES])
{
	if (desk->valid_from != 0 && day < desk->valid_from)
		snprintf(out, DESK_TABLE_WHEN_BYTES, "begins on %d",
		    desk->valid_from);
	else
		snprintf(out, DESK_TABLE_WHEN_BYTES, "ended with %d",
		    desk->valid_to);
	return out;
}

/* ---- lookups ---- */

/* A type is written. */
static const struct desk *
by_type(const struct registry *r, const char *number, const char *type, int day)
{
	struct desk *const *desks;
	const struct desk *plain;
	size_t i, count;

	desks = registry_first(r, number, &count);
	for (i = 0; i < count; i++) {
		if (desk_table_lists(desks[i], type) &&
		    desk_table_holds(desks[i], day))
			return desks[i];
	}
	plain = registry_desk(r, number, "");
	return plain != NULL && desk_table_holds(plain, day) ? plain : NULL;
}

/* No type is written, and no row without one holds. */
static const struct desk *
by_default(const struct registry *r, const char *number, int day)
{
	const struct desk *first = NULL;
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, number, &count);
	for (i = 0; i < count; i++) {
		if (!desk_table_holds(desks[i], day))
			continue;
		if (desks[i]->default_desk)
			return desks[i];
		if (first == NULL)
			first = desks[i];
	}
	return first;
}

static const struct desk *
standing(const struct registry *r, const char *number, const char *type,
    int day, bool *guessed)
{
	const struct desk *desk = registry_desk(r, number, type);

	*guessed = false;
	if (desk != NULL && desk_table_holds(desk, day))
		return desk;
	if (type[0] != '\0')
		return by_type(r, number, type, day);
	desk = by_default(r, number, day);
	*guessed = desk != NULL;
	return desk;
}

const struct desk *
registry_match(const struct registry *r, const char *number, const char *type,
    int day, bool *guessed)
{
	bool ignored;
	const struct desk *desk;

	if (guessed == NULL)
		guessed = &ignored;
	desk = standing(r, number, type, day, guessed);
	return desk != NULL || day == 0 ? desk
					: standing(r, number, type, 0, guessed);
}

/* ---- one default desk a number ---- */

/* {key: 1} of the rows that are about to be put */
static json_t *
keys_of(const struct desk *desks, size_t count)
{
	json_t *keys = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(keys, desks[i].key, json_true());
	return keys;
}

/* Are both default desks on some day from ${today} on?  What is over hurts
 * nobody: the other row need not say since when it is the default. */
static bool
both_default(const struct desk *a, const struct desk *b, int today)
{
	int from = today;

	if (a->valid_from > from)
		from = a->valid_from;
	if (b->valid_from > from)
		from = b->valid_from;
	return a->default_desk && b->default_desk &&
	       (a->valid_to == 0 || a->valid_to >= from) &&
	       (b->valid_to == 0 || b->valid_to >= from);
}

/* One that stays as it is; NULL: none. */
static const struct desk *
kept_default(const struct registry *r, const struct desk *desk, int today,
    const json_t *changing)
{
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, desk->number, &count);
	for (i = 0; i < count; i++) {
		if (both_default(desks[i], desk, today) &&
		    json_object_get(changing, desks[i]->key) == NULL)
			return desks[i];
	}
	return NULL;
}

/* One of those before it in the list, by the places remembered of its number. */
static const struct desk *
new_default(const struct desk *desks, size_t i, int today, const json_t *places)
{
	const struct desk *other;
	json_t *place;
	size_t k;

	json_array_foreach((json_t *)(uintptr_t)places, k, place)
	{
		other = &desks[json_integer_value(place)];
		if (both_default(other, &desks[i], today))
			return other;
	}
	return NULL;
}

static void
remember_place(json_t *found, const char *number, size_t i)
{
	json_t *places = json_object_get(found, number);

	if (places == NULL) {
		places = json_array();
		json_object_set_new(found, number, places);
	}
	json_array_append_new(places, json_integer((json_int_t)i));
}

void
desk_table_defaults(const struct registry *r, const struct desk *desks,
    size_t count, int today, desk_table_clash_fn *clash, void *arg)
{
	json_t *changing = NULL, *found = json_object();
	const struct desk *other;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!desks[i].default_desk)
			continue;
		if (changing == NULL)
			changing = keys_of(desks, count);
		other = new_default(
		    desks, i, today, json_object_get(found, desks[i].number));
		if (other == NULL)
			other = kept_default(r, &desks[i], today, changing);
		if (other != NULL)
			clash(arg, desks[i].key, other->key);
		remember_place(found, desks[i].number, i);
	}
	json_decref(changing);
	json_decref(found);
}

const struct desk *
desk_table_other(const struct registry *r, const struct desk *desk, int day)
{
	const struct desk *other = NULL;
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, desk->number, &count);
	for (i = 0; i < count; i++) {
		if (desks[i] == desk || desks[i]->inside != desk->inside ||
		    !desk_table_holds(desks[i], day))
			continue;
		if (other != NULL)
			return NULL;
		other = desks[i];
	}
	return other;
}

/* ---- why that desk ---- */

/* The desk its address means is not there today. */
static bool
note_passed(const struct registry *r, const struct desk *desk, const char *type,
    int day, char out[DESK_TABLE_NOTE_BYTES])
{
	const struct desk *meant;
	char when[DESK_TABLE_WHEN_BYTES];

	if (strcmp(desk->type, type) == 0)
		return false;
	meant = registry_match(r, desk->number, type, 0, NULL);
	if (meant == desk || desk_table_holds(meant, day))
		return false;
	snprintf(out, DESK_TABLE_NOTE_BYTES,
	    "the row of %s %s: the desk of %s taken", meant->key,
	    desk_table_when(meant, day, when), desk->key);
	return true;
}

const char *
desk_table_note(const struct registry *r, const struct desk *desk,
    const char *type, bool guessed, int day, char out[DESK_TABLE_NOTE_BYTES])
{
	size_t count;

	out[0] = '\0';
	if (note_passed(r, desk, type, day, out))
		return out;
	(void)desk_table_day(r, desk->number, day, &count);
	if (guessed && desk->type[0] != '\0')
		snprintf(out, DESK_TABLE_NOTE_BYTES,
		    "the name has no service type: %s desk of %s taken (%s)",
		    desk->default_desk ? "default"
		    : count > 1        ? "first"
				       : "only",
		    desk->number, desk->type);
	else if (type[0] != '\0' && desk->type[0] == '\0' && count > 1)
		snprintf(out, DESK_TABLE_NOTE_BYTES,
		    "service type %s has no desk of its own: the desk of %s "
		    "without a type taken",
		    type, desk->number);
	return out;
}

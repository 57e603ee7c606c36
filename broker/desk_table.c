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

/* ---- lookups ---- */

static const struct desk *
by_type(const struct registry *r, const char *number, const char *type)
{
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, number, &count);
	for (i = 0; i < count; i++) {
		if (desk_table_lists(desks[i], type))
			return desks[i];
	}
	return registry_desk(r, number, "");
}

const struct desk *
registry_match(const struct registry *r, const char *number, const char *type,
    bool *guessed)
{
	const struct desk *desk = registry_desk(r, number, type);
	struct desk *const *desks;
	size_t i, count;

	if (guessed != NULL)
		*guessed = false;
	if (desk != NULL)
		return desk;
	if (type[0] != '\0')
		return by_type(r, number, type);
	desks = registry_first(r, number, &count);
	if (count == 0)
		return NULL;
	if (guessed != NULL)
		*guessed = true;
	for (i = 0; i < count; i++) {
		if (desks[i]->default_desk)
			return desks[i];
	}
	return desks[0];
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

/* Another default desk of that number that stays; NULL: none. */
static const struct desk *
kept_default(
    const struct registry *r, const struct desk *desk, const json_t *changing)
{
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, desk->number, &count);
	for (i = 0; i < count; i++) {
		if (desks[i]->default_desk &&
		    json_object_get(changing, desks[i]->key) == NULL)
			return desks[i];
	}
	return NULL;
}

void
desk_table_defaults(const struct registry *r, const struct desk *desks,
    size_t count, desk_table_clash_fn *clash, void *arg)
{
	json_t *changing = NULL, *found = json_object();
	const struct desk *kept;
	const char *before;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!desks[i].default_desk)
			continue;
		if (changing == NULL)
			changing = keys_of(desks, count);
		kept = kept_default(r, &desks[i], changing);
		before =
		    json_string_value(json_object_get(found, desks[i].number));
		if (before == NULL)
			json_object_set_new(
			    found, desks[i].number, json_string(desks[i].key));
		if (before != NULL || kept != NULL)
			clash(arg, desks[i].key,
			    before != NULL ? before : kept->key);
	}
	json_decref(changing);
	json_decref(found);
}

const struct desk *
desk_table_other(const struct registry *r, const struct desk *desk)
{
	const struct desk *other = NULL;
	struct desk *const *desks;
	size_t i, count;

	desks = registry_first(r, desk->number, &count);
	for (i = 0; i < count; i++) {
		if (desks[i] == desk || desks[i]->inside != desk->inside)
			continue;
		if (other != NULL)
			return NULL;
		other = desks[i];
	}
	return other;
}

const char *
desk_table_note(const struct registry *r, const struct desk *desk,
    const char *type, bool guessed, char out[DESK_TABLE_NOTE_BYTES])
{
	size_t count;

	out[0] = '\0';
	(void)registry_first(r, desk->number, &count);
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

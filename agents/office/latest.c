/* NAME
 *	latest - the latest 連番 delivered, by kind, partner and month
 * SUMMARY
 *	See latest.h.
 * DESCRIPTION
 *	Filled by receipts.c: at start from the parcels of the last two months,
 *	then from each receipt.  What is older is not known; then nothing is said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "latest.h"

#define KEY_BYTES 128

/* Everything of a name but its 連番. */
static void
key_of(const struct name *name, char out[KEY_BYTES])
{
	snprintf(out, KEY_BYTES, "%s %d %s %s%s%s %s%s%s", name->kind,
	    (int)name->form, name->month, name->from, name->from_type,
	    name->from_code, name->to, name->to_type, name->to_code);
}

static void
free_value(void **value)
{
	free(*value);
	*value = NULL;
}

static void
keep(struct office *office, const struct name *name)
{
	char key[KEY_BYTES];
	const struct name *last;

	if (office->latest == NULL) {
		office->latest = zhashx_new();
		zhashx_set_destructor(office->latest, free_value);
	}
	key_of(name, key);
	last = zhashx_lookup(office->latest, key);
	if (last == NULL || strcmp(last->stamp, name->stamp) < 0)
		zhashx_update(
		    office->latest, key, mem_dup(name, sizeof(*name)));
}

void
latest_note(struct office *office, const struct wire_parcel *parcel)
{
	struct name name;

	for (size_t i = 0; i < parcel->document_count; i++) {
		if (name_parse(office->app->standard, parcel->documents[i].name,
			&name, NULL) == 0 &&
		    !name.image)
			keep(office, &name);
	}
}

void
latest_tell(
    struct office *office, const struct name *name, struct set_check *set)
{
	char key[KEY_BYTES];
	const struct name *last;

	if (office->latest == NULL)
		return;
	key_of(name, key);
	last = zhashx_lookup(office->latest, key);
	if (last != NULL)
		set_check_known(set, last);
}

void
latest_free(struct office *office)
{
	zhashx_destroy(&office->latest);
}

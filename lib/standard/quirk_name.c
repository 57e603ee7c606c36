/* NAME
 *	quirk_name - deviations of a file's name
 * SUMMARY
 *	quirk_take_name() of quirk_walk.h
 * DESCRIPTION
 *	Row by row in the order of the packs; each may give the name another form,
 *	and the next one looks at that.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "quirk_walk.h"

/* ${old} (n bytes) at the beginning of the name becomes ${new}. */
static void
rename_prefix(struct quirk_walk *walk, size_t n, const char *new)
{
	char rest[256];

	snprintf(rest, sizeof rest, "%s", walk->name + n);
	snprintf(walk->name, sizeof walk->name, "%.32s%.220s", new, rest);
}

static bool
kind_columns(
    struct quirk_walk *walk, const struct quirk *quirk, unsigned columns)
{
	size_t n = strcspn(quirk->value, ":");
	const struct file_kind *other;
	enum layout_shape shape;

	if (walk->kind == NULL || columns == 0 || quirk->value[n] != ':' ||
	    strlen(walk->kind->kind) != n ||
	    strncmp(walk->kind->kind, quirk->value, n) != 0)
		return false;
	other = kind_find(walk->standard, quirk->value + n + 1);
	return other != NULL &&
	       layout_by_columns(&other->layout, columns, &shape) &&
	       !layout_by_columns(&walk->kind->layout, columns, &shape);
}

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot + 1 : "";
}

static bool
name_fits(struct quirk_walk *walk, const struct quirk *quirk, unsigned columns)
{
	size_t n = strlen(quirk->value);

	switch (quirk->test) {
	case QUIRK_NAME_PREFIX:
		return strncasecmp(walk->name, quirk->value, n) == 0 &&
		       walk->name[n] == '_';
	case QUIRK_KIND_COLUMNS:
		return kind_columns(walk, quirk, columns);
	case QUIRK_NAME_EXTENSION:
		return walk->name_good &&
		       strcmp(extension(walk->name), quirk->value) == 0;
	case QUIRK_NAME_CASE:
		return walk->name_good && strncmp(walk->name, walk->parsed.kind,
					      strlen(walk->parsed.kind)) != 0;
	case QUIRK_NAME_ZERO_MONTH:
		return walk->name_good && walk->parsed.odd &&
		       walk->parsed.month[0] == '\0' &&
		       strstr(walk->name, "_000000_") != NULL;
	case QUIRK_NAME_CODE:
		return walk->name_good && walk->parsed.form == NAME_V4_0;
	default:
		return false;
	}
}

/* "043" or "431": the type with a zero before it, or the code cut after three
 * characters; one of them is a type of the table or nothing is changed. */
static bool
type_of_code(
    struct quirk_walk *walk, const char *code, char type[NUMBER_TYPE_BYTES])
{
	snprintf(type, NUMBER_TYPE_BYTES, "%.2s", code + (*code == '0'));
	return service_type(walk->standard, type, "code") != NULL;
}

/* The types of the table, or the name stays as it is. */
static void
codes_to_types(struct quirk_walk *walk)
{
	struct name name = walk->parsed;
	char text[NAME_TEXT_BYTES];

	if (!type_of_code(walk, name.from_code, name.from_type) ||
	    !type_of_code(walk, name.to_code, name.to_type))
		return;
	name.form = NAME_V4_1;
	snprintf(walk->name, sizeof walk->name, "%s", name_print(&name, text));
}

static void
parse_name(struct quirk_walk *walk)
{
	walk->kind = kind_of_name(walk->standard, walk->name);
	walk->name_good =
	    name_parse(walk->standard, walk->name, &walk->parsed, NULL) == 0;
}

void
quirk_take_name(
    struct quirk_walk *walk, const char *file_name, unsigned columns)
{
	char text[NAME_TEXT_BYTES];

	snprintf(walk->name, sizeof walk->name, "%s", file_name);
	parse_name(walk);
	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];
		const char *to = quirk_rule(quirk, "name");

		if (!name_fits(walk, quirk, columns))
			continue;
		quirk_see(walk, quirk, 0);
		if (to == NULL)
			continue;
		if (strcmp(to, "type") == 0)
			codes_to_types(walk);
		else if (strcmp(to, "strict") == 0)
			snprintf(walk->name, sizeof walk->name, "%s",
			    name_print(&walk->parsed, text));
		else
			rename_prefix(walk, strcspn(walk->name, "_"), to);
		parse_name(walk);
	}
}

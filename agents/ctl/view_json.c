/* NAME
 *	view_json - the layouts as JSON
 * SUMMARY
 *	See view.h.  Keys are the columns of the tables.
 */
#include <jansson.h>

#include "view.h"

/* A row of a table as an object, in the names of its columns. */
static json_t *
json_facts(const struct view *v, enum fact fact, size_t row,
    const char *const *columns)
{
	json_t *o = json_object();

	for (; *columns != NULL; columns++)
		json_object_set_new(o, *columns,
		    json_string(view_cell(v, fact, row, *columns)));
	return o;
}

void
view_list_json(const struct view *v)
{
	static const char *const edition_columns[] = {"code", "edition",
	    "layout", "name_form", "applies_from", "state", "note", NULL};
	static const char *const file_columns[] = {
	    "prefix", "name_ja", "name_en", "directions", "versions", NULL};
	json_t *editions = json_array(), *kinds = json_array(), *o;

	for (size_t i = 0; i < table_rows(v->facts[EDITIONS]); i++)
		json_array_append_new(
		    editions, json_facts(v, EDITIONS, i, edition_columns));
	for (size_t i = 0; i < table_rows(v->facts[FILES]); i++) {
		if (!view_in_edition(v, i))
			continue;
		o = json_facts(v, FILES, i, file_columns);
		json_object_set_new(o, "columns",
		    json_integer(
			view_columns_of(v, view_cell(v, FILES, i, "prefix"))));
		json_array_append_new(kinds, o);
	}
	o = json_pack("{s:s, s:s, s:o, s:o}", "edition", v->edition->edition,
	    "version", v->edition->code, "editions", editions, "kinds", kinds);
	(void)ctl_json(v->ctl, o);
	json_decref(o);
}

static json_t *
json_codes(const struct layout_codes *codes)
{
	const struct table *t = codes->table;
	json_t *values = json_array();

	for (size_t i = 0; i < table_rows(t); i++)
		json_array_append_new(values,
		    json_pack("{s:s, s:s, s:s}", "code",
			table_cell(t, i, codes->code), "name_ja",
			table_cell(t, i, table_column(t, "name_ja")), "name_en",
			table_cell(t, i, table_column(t, "name_en"))));
	return values;
}

static json_t *
json_field(const struct view *v, const struct layout_field *f, unsigned at)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b}",
	    "no", (int)at, "name_ja", f->name_ja, "name_en", f->name_en, "type",
	    view_type_word(f->type, false), "max_length", (int)f->max,
	    "required", view_need_word(f->need, false), "format",
	    f->format_text, "note", f->note, "uncertain",
	    f->type_uncertain || f->max_uncertain || f->need_uncertain);

	if (*f->special != '\0')
		json_object_set_new(o, "special", json_string(f->special));
	if (v->codes && f->codes != NULL)
		json_object_set_new(o, "codes", json_codes(f->codes));
	return o;
}

static json_t *
json_named(const struct view *v, enum fact fact, const char *kind,
    const char *const *columns, const char *const *keys)
{
	json_t *array = json_array();

	for (size_t i = 0; i < table_rows(v->facts[fact]); i++) {
		for (const char *const *k = keys; *k != NULL; k++) {
			if (!view_listed(view_cell(v, fact, i, *k), kind))
				continue;
			json_array_append_new(
			    array, json_facts(v, fact, i, columns));
			break;
		}
	}
	return array;
}

void
view_show_json(const struct view *v, size_t row, const struct layout *layout)
{
	static const char *const sets[] = {
	    "domain", "sender", "members", "optional", "versions", NULL};
	static const char *const links[] = {"parent", "child", "key_names",
	    "parent_fields", "child_fields", "kind", NULL};
	static const char *const duties[] = {
	    "domain", "role", "export", "import", NULL};
	static const char *const file[] = {"prefix", "name_ja", "name_en",
	    "directions", "month_in_name", NULL};
	static const char *const by_member[] = {"members", NULL};
	static const char *const by_end[] = {"parent", "child", NULL};
	static const char *const by_prefix[] = {"prefix", NULL};
	const char *kind = view_cell(v, FILES, row, "prefix");
	json_t *o = json_facts(v, FILES, row, file), *fields = json_array();

	for (unsigned no = 1; layout != NULL && no <= layout->count; no++) {
		unsigned at = layout_position(layout, v->edition->shape, no);

		if (at > 0)
			json_array_append_new(
			    fields, json_field(v, &layout->fields[no - 1], at));
	}
	json_object_set_new(o, "edition", json_string(v->edition->edition));
	json_object_set_new(o, "version", json_string(v->edition->code));
	json_object_set_new(o, "fields", fields);
	json_object_set_new(
	    o, "sets", json_named(v, BUNDLES, kind, sets, by_member));
	json_object_set_new(
	    o, "links", json_named(v, LINKS, kind, links, by_end));
	json_object_set_new(
	    o, "roles", json_named(v, ROLES, kind, duties, by_prefix));
	(void)ctl_json(v->ctl, o);
	json_decref(o);
}

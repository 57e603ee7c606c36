/* NAME
 *	link_load - links.tsv: which records of a set belong together
 * DESCRIPTION
 *	A key is written as "2+3+14"; "first 2 characters of 15" takes the
 *	beginning of a field, "file name" is the name of an image.  A last '?'
 *	marks our own reading and changes nothing here.
 * DIAGNOSTICS
 *	TSK_INVALID with file and line: an unknown kind, field or need.
 */
#include <stdio.h>
#include <string.h>

#include "tables.h"

#define FILE_NAME "links.tsv"
#define FIRST     "first "
#define FIRST_OF  " characters of "

static const char *const columns[] = {
    "parent", "child", "parent_fields", "child_fields", "needed", "kind", NULL};

/* "15" or "first 2 characters of 15" */
static bool
parse_field(const char *text, unsigned max, unsigned *no, unsigned *chars)
{
	char number[8];
	const char *of = strstr(text, FIRST_OF);

	*chars = 0;
	if (strncmp(text, FIRST, strlen(FIRST)) != 0)
		return cell_number(text, max, no);
	if (of == NULL)
		return false;
	text += strlen(FIRST);
	snprintf(number, sizeof number, "%.*s", (int)(of - text), text);
	return cell_number(number, 99, chars) &&
	       cell_number(of + strlen(FIRST_OF), max, no);
}

static bool
parse_key(const char *text, unsigned max, struct link_key *key)
{
	char plain[128], part[64];
	const char *at = plain;

	*key = (struct link_key){0};
	(void)cell_uncertain(text, plain, sizeof plain);
	while (*at != '\0') {
		size_t n = strcspn(at, "+");
		unsigned no, chars;

		snprintf(part, sizeof part, "%.*s", (int)n, at);
		if (key->count == LINK_FIELDS_MAX ||
		    !parse_field(part, max, &no, &chars))
			return false;
		key->fields[key->count].no = no;
		key->fields[key->count++].chars = chars;
		at += n + (at[n] == '+');
	}
	return key->count > 0;
}

/* The number of the key among those of its kind; they are few. */
static bool
add_key(struct file_kind *kind, const struct link_key *key, size_t *out)
{
	for (*out = 0; *out < kind->key_count; ++*out) {
		if (memcmp(&kind->keys[*out], key, sizeof *key) == 0)
			return true;
	}
	if (kind->key_count == KIND_KEYS_MAX)
		return false;
	kind->keys[kind->key_count++] = *key;
	return true;
}

static bool
take_key(const struct file_kind *kind, const char *text, size_t *out)
{
	struct link_key key;

	/* only the loader writes; everybody else gets it const */
	return parse_key(text, kind->layout.count, &key) &&
	       add_key((struct file_kind *)kind, &key, out);
}

static bool
parse_need(const char *text, enum link_need *out)
{
	if (strcmp(text, "yes") == 0)
		*out = LINK_MUST;
	else if (strcmp(text, "yes?") == 0)
		*out = LINK_SHOULD;
	else
		*out = LINK_MAY;
	return *out != LINK_MAY || strcmp(text, "no") == 0 ||
	       strcmp(text, "-") == 0;
}

static int
add_link(struct loader *loader, const struct table *t, size_t row)
{
	struct standard *s = loader->standard;
	struct link *link = &s->links[s->link_count++];
	const char *child = table_text(t, row, "child_fields");

	link->parent = kind_find(s, table_text(t, row, "parent"));
	link->child = kind_find(s, table_text(t, row, "child"));
	link->deletes = strncmp(table_text(t, row, "kind"), "deletes", 7) == 0;
	if (link->parent == NULL || link->child == NULL)
		return load_bad(loader, FILE_NAME, t, row,
		    "parent or child is no kind of file.");
	if (!parse_need(table_text(t, row, "needed"), &link->need))
		return load_bad(
		    loader, FILE_NAME, t, row, "needed is yes, yes?, no or -.");
	link->image = link->child->image;
	if (!take_key(link->parent, table_text(t, row, "parent_fields"),
		&link->parent_key) ||
	    (link->image ? strcmp(child, "file name") != 0
			 : !take_key(link->child, child, &link->child_key)))
		return load_bad(loader, FILE_NAME, t, row,
		    "the fields are no key of theirs, or a kind has too many "
		    "keys.");
	return 0;
}

int
links_load(struct loader *loader)
{
	struct standard *s = loader->standard;
	struct table *t;
	int rc = load_table(loader, FILE_NAME, columns, &t);

	if (rc != 0)
		return rc;
	s->links = mem_new((table_rows(t) + 1) * sizeof *s->links);
	for (size_t i = 0; i < table_rows(t) && rc == 0; i++)
		rc = add_link(loader, t, i);
	return rc;
}

/* NAME
 *	set_link - the records of one set against each other
 * DESCRIPTION
 *	Keys of both files are sorted and walked side by side.  A record without
 *	its counterpart is said where it stands, once a key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "set_run.h"

static int
by_digest(const void *a, const void *b)
{
	const struct set_key *x = a, *y = b;

	if (x->digest != y->digest)
		return x->digest < y->digest ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

static int
by_place(const void *a, const void *b)
{
	const struct set_key *x = a, *y = b;

	return (x->record > y->record) - (x->record < y->record);
}

/* Sorted, each digest once with its first row. */
static void
sort_list(struct set_list *list)
{
	size_t kept = 0;

	if (list->sorted || list->count == 0)
		return;
	qsort(list->keys, list->count, sizeof *list->keys, by_digest);
	for (size_t i = 0; i < list->count; i++) {
		if (kept == 0 ||
		    list->keys[kept - 1].digest != list->keys[i].digest)
			list->keys[kept++] = list->keys[i];
	}
	list->count = kept;
	list->sorted = true;
}

/* The keys of ${a} that are (not) in ${b}, in the order of their rows; the
 * caller frees them. */
static struct set_key *
keys_by(struct set_list *a, struct set_list *b, bool in, size_t *count)
{
	struct set_key *out = mem_new((a->count + 1) * sizeof *out);
	size_t j = 0;

	*count = 0;
	sort_list(a);
	sort_list(b);
	for (size_t i = 0; i < a->count; i++) {
		while (j < b->count && b->keys[j].digest < a->keys[i].digest)
			j++;
		if ((j < b->count && b->keys[j].digest == a->keys[i].digest) ==
		    in)
			out[(*count)++] = a->keys[i];
	}
	qsort(out, *count, sizeof *out, by_place);
	return out;
}

/* -- rows that belong together ------------------------------------------ */

/* The last field of a key tells the kinds of rows apart: date or month. */
static unsigned
last_field(const struct file_kind *kind, size_t key)
{
	return kind->keys[key].fields[kind->keys[key].count - 1].no;
}

static void
say_lonely(struct set_check *set, struct set_file *file, size_t key,
    struct set_file *other, size_t other_key, const char *code)
{
	size_t count;
	struct set_key *lonely =
	    keys_by(&file->lists[key], &other->lists[other_key], false, &count);

	for (size_t i = 0; i < count; i++)
		check_say(set_at(set, file, lonely[i].record, lonely[i].line),
		    code, last_field(file->kind, key), NULL, 0,
		    other->kind->name_ja);
	free(lonely);
}

/* A supplement joins by its plan date or by its month, whichever is not zero. */
static bool
joins(const struct set_file *parent, const struct set_file *child)
{
	return !child->kind->month_may_be_zero ||
	       strcmp(child->name.month, *parent->name.month != '\0'
					     ? parent->name.month
					     : "000000") == 0;
}

static void
check_link(struct set_check *set, const struct link *link,
    struct set_file *parent, struct set_file *child)
{
	if (!joins(parent, child))
		return;
	if (!parent->unsure)
		say_lonely(set, child, link->child_key, parent,
		    link->parent_key, "link-parent");
	if (!child->unsure && link->need != LINK_MAY)
		say_lonely(set, parent, link->parent_key, child,
		    link->child_key,
		    link->need == LINK_MUST ? "link-child" : "link-child-odd");
}

/* -- images ------------------------------------------------------------- */

#define BRANCH_MAX 10000

static void
image_name(const struct set_file *file, unsigned branch,
    char out[NAME_TEXT_BYTES], const struct link *link)
{
	struct name name = file->name;

	snprintf(name.kind, sizeof name.kind, "%s", link->child->kind);
	snprintf(name.branch, sizeof name.branch, "%04u", branch % BRANCH_MAX);
	name.image = true;
	name.odd = false;
	name.month[0] = '\0';
	name_print(&name, out);
}

static void
named_images(struct set_check *set, const struct link *link,
    struct set_file *file, const uint8_t *there, uint8_t *named)
{
	unsigned no = file->kind->keys[link->parent_key].fields[0].no;
	char text[NAME_TEXT_BYTES];

	for (size_t i = 0; i < file->image_count; i++) {
		const struct set_image *image = &file->images[i];
		struct check_run *run =
		    set_at(set, file, image->record, image->line);

		image_name(file, image->branch, text, link);
		if (named[image->branch] < 2)
			named[image->branch]++;
		if (named[image->branch] > 1)
			check_say(run, "image-shared", no, NULL, 0, text);
		else if (!there[image->branch])
			check_say(run, "image-missing", no, NULL, 0, text);
	}
}

static void
sent_images(struct set_check *set, struct set_file *const *files, size_t count,
    const struct set_file *parent, const uint8_t *there, const uint8_t *named)
{
	char wanted[16];

	for (size_t i = 0; i < count; i++) {
		unsigned branch =
		    (unsigned)strtoul(files[i]->name.branch, NULL, 10);

		if (!files[i]->kind->image)
			continue;
		if (parent != NULL && !parent->unsure &&
		    !parent->image_unsure && !named[branch])
			check_say_text(set_at(set, files[i], 0, 0),
			    "image-surplus", files[i]->name.branch, NULL);
		if (branch < 2 || there[branch - 1])
			continue;
		while (branch > 1 && !there[branch - 1])
			branch--;
		snprintf(wanted, sizeof wanted, "%04u", branch);
		check_say_text(set_at(set, files[i], 0, 0), "image-branch",
		    files[i]->name.branch, wanted);
	}
}

static void
check_images(struct set_check *set, struct set_file *const *files, size_t count,
    const struct link *link)
{
	uint8_t *there = mem_new(2 * BRANCH_MAX), *named = there + BRANCH_MAX;
	struct set_file *parent = NULL;
	size_t images = 0;

	for (size_t i = 0; i < count; i++) {
		if (files[i]->kind == link->child) {
			there[strtoul(files[i]->name.branch, NULL, 10) %
			      BRANCH_MAX] = 1;
			images++;
		}
		if (files[i]->kind == link->parent)
			parent = files[i];
	}
	if (parent != NULL && (count > 1 || !set->alone))
		named_images(set, link, parent, there, named);
	if (images > 0)
		sent_images(set, files, count, parent, there, named);
	free(there);
}

/* -- limits ------------------------------------------------------------- */

static unsigned
rule_field(const struct file_kind *kind, enum layout_rule_kind rule)
{
	for (size_t i = 0; i < kind->layout.rule_count; i++) {
		if (kind->layout.rules[i].kind == rule)
			return kind->layout.rules[i].field;
	}
	return 0;
}

static int
by_client(const void *a, const void *b)
{
	const struct set_figure *x = a, *y = b;

	return (x->digest > y->digest) - (x->digest < y->digest);
}

static void
check_limits(
    struct set_check *set, const struct set_file *part, struct set_file *whole)
{
	unsigned field = rule_field(part->kind, RULE_LIMIT_PART);
	char value[24], limit[24];

	if (field == 0 || rule_field(whole->kind, RULE_LIMIT) == 0 ||
	    whole->figure_count == 0 || part->figure_count == 0)
		return;
	qsort(whole->figures, whole->figure_count, sizeof *whole->figures,
	    by_client);
	for (size_t i = 0; i < part->figure_count; i++) {
		const struct set_figure *f = &part->figures[i];
		const struct set_figure *found = bsearch(f, whole->figures,
		    whole->figure_count, sizeof *whole->figures, by_client);

		if (found == NULL || found->value == 0 ||
		    f->value <= found->value)
			continue;
		snprintf(value, sizeof value, "%lld", (long long)f->value);
		snprintf(limit, sizeof limit, "%lld", (long long)found->value);
		check_say(set_at(set, part, f->record, f->line),
		    "limit-exceeded", field, value, strlen(value), limit);
	}
}

/* -- one set, and deletions --------------------------------------------- */

void
set_links(struct set_check *set, struct set_file *const *files, size_t count)
{
	for (size_t l = 0; l < set->standard->link_count; l++) {
		const struct link *link = &set->standard->links[l];

		if (link->image)
			check_images(set, files, count, link);
		for (size_t i = 0; i < count && !link->deletes && !link->image;
		     i++) {
			for (size_t j = 0; j < count; j++) {
				if (files[i]->kind == link->parent &&
				    files[j]->kind == link->child)
					check_link(
					    set, link, files[i], files[j]);
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			check_limits(set, files[i], files[j]);
	}
}

static void
check_deletion(struct set_check *set, const struct link *link,
    struct set_file *deletion, struct set_file *other)
{
	size_t count;
	struct set_key *keys;

	if (deletion->kind != link->parent || other->kind != link->child ||
	    strcmp(deletion->name.from, other->name.from) != 0 ||
	    strcmp(deletion->name.to, other->name.to) != 0 ||
	    strcmp(deletion->name.stamp, other->name.stamp) > 0)
		return;
	keys = keys_by(&deletion->lists[link->parent_key],
	    &other->lists[link->child_key], true, &count);
	for (size_t i = 0; i < count; i++)
		check_say(set_at(set, deletion, keys[i].record, keys[i].line),
		    "delete-needless",
		    last_field(deletion->kind, link->parent_key), NULL, 0,
		    other->name.stamp);
	free(keys);
}

void
set_deletions(struct set_check *set)
{
	for (size_t l = 0; l < set->standard->link_count; l++) {
		const struct link *link = &set->standard->links[l];

		for (size_t i = 0; i < set->count && link->deletes; i++) {
			for (size_t j = 0; j < set->count; j++)
				check_deletion(
				    set, link, set->files[i], set->files[j]);
		}
	}
}

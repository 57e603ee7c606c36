/* NAME
 *	set_note - what the records of a file show about others of its set
 * DESCRIPTION
 *	Of each key only a digest and the place of its first row are kept; rows
 *	of one client mostly follow each other, so a form 6 of 100 MB takes
 *	little more than its clients.
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "set_run.h"

#define SEED_LINK UINT64_C(0x6c696e6b)

struct set_file *
set_join(struct set_check *set, const struct check_run *run, unsigned member)
{
	struct set_file *file = mem_new(sizeof *file);

	if (set->count == set->cap) {
		set->cap = set->cap == 0 ? 8 : set->cap * 2;
		set->files =
		    mem_resize(set->files, set->cap * sizeof *set->files);
	}
	set->files[set->count++] = file;
	file->label = mem_text(run->file);
	file->member = member;
	file->kind = run->kind;
	file->name = run->result->name;
	return file;
}

/* The month of the name stands for a record's own: a wrong one is said with the
 * record, and its client is not missing elsewhere. */
static bool
month_of_name(const struct check_run *run, unsigned no)
{
	return run->name_good && *run->result->name.month != '\0' &&
	       run->kind->layout.fields[no - 1].type == TYPE_MONTH6;
}

static bool
digest_key(
    const struct check_run *run, const struct link_key *key, uint64_t *digest)
{
	*digest = SEED_LINK;
	for (size_t i = 0; i < key->count; i++) {
		const struct cell *cell = &run->cells[key->fields[i].no];
		size_t n = key->fields[i].chars;

		if (month_of_name(run, key->fields[i].no)) {
			*digest =
			    digest_tag(run->result->name.month, 6, *digest);
			continue;
		}
		if (!cell->there || !cell->good || cell->n == 0)
			return false;
		if (n == 0 || n > cell->n)
			n = cell->n;
		*digest = digest_tag(cell->p, n, *digest);
	}
	return true;
}

static void
add_key(const struct check_run *run, struct set_list *list, uint64_t digest)
{
	if (list->count > 0 && list->keys[list->count - 1].digest == digest)
		return;
	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 16 : list->cap * 2;
		list->keys =
		    mem_resize(list->keys, list->cap * sizeof *list->keys);
	}
	list->keys[list->count++] = (struct set_key){
	    digest, (uint32_t)run->record, (uint32_t)run->line};
}

static void
add_image(const struct check_run *run, unsigned no)
{
	struct set_file *file = run->set_file;
	const struct cell *cell = &run->cells[no];
	struct name image;

	if (cell->n == 0)
		return;
	if (!cell->good ||
	    name_parse(run->standard, cell->p, &image, NULL) != 0 ||
	    !image.image || !set_same(&image, &file->name)) {
		file->image_unsure = true; /* said with the record */
		return;
	}
	if (file->image_count == file->image_cap) {
		file->image_cap =
		    file->image_cap == 0 ? 8 : file->image_cap * 2;
		file->images = mem_resize(
		    file->images, file->image_cap * sizeof *file->images);
	}
	file->images[file->image_count++] =
	    (struct set_image){(uint32_t)run->record, (uint32_t)run->line,
		(unsigned)strtoul(image.branch, NULL, 10)};
}

static void
add_figure(const struct check_run *run, unsigned no)
{
	static const struct link_key client = {
	    2, {{2, 0}, {3, 0}}}; /* insurer, insured */
	struct set_file *file = run->set_file;
	const struct cell *cell = &run->cells[no];
	struct set_figure figure = {
	    .record = (uint32_t)run->record, .line = (uint32_t)run->line};

	if (!cell->there || !cell->good || cell->n == 0 ||
	    !digest_key(run, &client, &figure.digest))
		return;
	figure.value = strtoll(cell->p, NULL, 10);
	if (file->figure_count == file->figure_cap) {
		file->figure_cap =
		    file->figure_cap == 0 ? 16 : file->figure_cap * 2;
		file->figures = mem_resize(
		    file->figures, file->figure_cap * sizeof *file->figures);
	}
	file->figures[file->figure_count++] = figure;
}

static void
note_figures(const struct check_run *run)
{
	const struct layout *layout = &run->kind->layout;

	for (size_t i = 0; i < layout->rule_count; i++) {
		const struct layout_rule *rule = &layout->rules[i];

		if (rule->kind == RULE_LIMIT ||
		    (rule->kind == RULE_LIMIT_PART &&
			strcmp(run->cells[rule->other].p, rule->value) == 0))
			add_figure(run, rule->field);
	}
}

void
set_note(struct check_run *run)
{
	struct set_file *file = run->set_file;
	uint64_t digest;

	if (file == NULL)
		return;
	for (size_t i = 0; i < run->kind->key_count; i++) {
		const struct link_key *key = &run->kind->keys[i];
		unsigned no = key->fields[0].no;

		if (run->kind->layout.fields[no - 1].format == FORMAT_IMAGE)
			add_image(run, no);
		else if (digest_key(run, key, &digest))
			add_key(run, &file->lists[i], digest);
		else
			file->unsure = true;
	}
	note_figures(run);
}

void
set_lost(struct check_run *run)
{
	if (run->set_file != NULL)
		run->set_file->unsure = true;
}

void
set_done(struct check_run *run)
{
	struct set_file *file = run->set_file;

	if (file == NULL)
		return;
	file->shape = run->shape;
	if (run->edition != NULL)
		memcpy(file->version, run->version, sizeof file->version);
	/* nothing was read, or not all of it */
	file->unsure |=
	    !file->kind->image && (run->result->records == 0 || !run->read_all);
}

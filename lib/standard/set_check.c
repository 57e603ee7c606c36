/* NAME
 *	set_check - files that travel together against each other
 * SUMMARY
 *	See set_check.h.
 * DESCRIPTION
 *	First the files are sorted into sets by their names; names of different
 *	editions with the same offices and 連番 are one set, or a mixture would
 *	look like two halves.  Then members, months, versions, order of sending;
 *	the records are set_link.c's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "set_run.h"

#define MONTH_ZERO  "000000"
#define MISSING_MAX 256

struct set_check *
set_check_new(const struct standard *standard, const struct profile *profile)
{
	struct set_check *set = mem_new(sizeof *set);

	set->standard = standard;
	set->profile = profile;
	return set;
}

static void
file_free(struct set_file *file)
{
	for (size_t i = 0; i < SET_SPECS_MAX; i++)
		free(file->lists[i].keys);
	free(file->figures);
	free(file->images);
	free(file->label);
	free(file);
}

void
set_check_free(struct set_check **set_p)
{
	struct set_check *set = *set_p;

	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++)
		file_free(set->files[i]);
	free(set->files);
	free(set->known);
	free(set);
	*set_p = NULL;
}

/* -- what was sent ------------------------------------------------------ */

/* Does one take the other's place when it is imported? */
static bool
same_place(const struct name *a, const struct name *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->from, b->from) == 0 &&
	       strcmp(a->to, b->to) == 0 &&
	       strcmp(a->from_type, b->from_type) == 0 &&
	       strcmp(a->to_type, b->to_type) == 0 &&
	       strcmp(a->from_code, b->from_code) == 0 &&
	       strcmp(a->to_code, b->to_code) == 0 &&
	       strcmp(a->month, b->month) == 0;
}

void
set_check_known(struct set_check *set, const struct name *sent)
{
	if (sent->image)
		return; /* it goes by its record */
	for (size_t i = 0; i < set->known_count; i++) {
		if (!same_place(&set->known[i], sent))
			continue;
		if (strcmp(set->known[i].stamp, sent->stamp) < 0)
			set->known[i] = *sent;
		return;
	}
	if (set->known_count == set->known_cap) {
		set->known_cap = set->known_cap == 0 ? 16 : set->known_cap * 2;
		set->known =
		    mem_resize(set->known, set->known_cap * sizeof *set->known);
	}
	set->known[set->known_count++] = *sent;
}

/* -- saying ------------------------------------------------------------- */

struct check_run *
set_at(struct set_check *set, const struct set_file *file, uint64_t record,
    uint64_t line)
{
	struct check_run *run = set->run;

	run->file = file->label;
	run->member = file->member;
	run->kind = file->kind;
	run->shape = file->shape;
	run->record = record;
	run->line = line;
	return run;
}

static void
say_file(struct set_check *set, const struct set_file *file, const char *code,
    const char *value, const char *expected)
{
	check_say_text(set_at(set, file, 0, 0), code, value, expected);
}

/* -- one set ------------------------------------------------------------ */

struct unit {
	struct set_file **files; /* room for all */
	size_t count;
};

/* The month a file of the set should have in its name, or NULL.  A supplement
 * goes by the others: their month, or zeros if they have none. */
static const char *
month_of(const struct unit *unit, const struct set_file *file)
{
	const char *first = NULL;
	bool others = false;

	for (size_t i = 0; i < unit->count && first == NULL; i++) {
		const struct set_file *f = unit->files[i];

		if (f->kind->month_may_be_zero)
			continue;
		others = true;
		if (*f->name.month != '\0')
			first = f->name.month;
	}
	if (first == NULL && others && file->kind->month_may_be_zero)
		return MONTH_ZERO;
	return first;
}

static bool
mixed(const struct unit *unit)
{
	bool with = false, without = false;

	for (size_t i = 0; i < unit->count; i++) {
		const struct set_file *f = unit->files[i];

		if (f->kind->month_may_be_zero)
			continue;
		with |= *f->name.month != '\0';
		without |= *f->name.month == '\0';
	}
	return with && without;
}

static void
check_months(struct set_check *set, const struct unit *unit)
{
	if (mixed(unit))
		return; /* two sets with one number: said as such */
	for (size_t i = 0; i < unit->count; i++) {
		const struct set_file *f = unit->files[i];
		const char *wanted = month_of(unit, f);

		if (wanted != NULL && *f->name.month != '\0' &&
		    strcmp(f->name.month, wanted) != 0)
			say_file(set, f, "set-month", f->name.month, wanted);
	}
}

static void
check_repeats(struct set_check *set, const struct unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct set_file *f = unit->files[i];

		for (size_t j = 0; j < i && !f->kind->image; j++) {
			const struct set_file *before = unit->files[j];

			if (before->kind != f->kind ||
			    strcmp(before->name.month, f->name.month) != 0)
				continue;
			say_file(
			    set, f, "set-repeated", f->kind->name_ja, NULL);
			break;
		}
	}
}

static const char *
edition_of(const struct set_check *set, const struct set_file *file)
{
	const struct layout_edition *e =
	    layout_edition(set->standard, file->version);

	return e == NULL ? "" : e->edition;
}

static void
check_versions(struct set_check *set, const struct unit *unit)
{
	const struct set_file *first = NULL;

	for (size_t i = 0; i < unit->count; i++) {
		const struct set_file *f = unit->files[i];

		if (*f->version == '\0')
			continue;
		if (first == NULL)
			first = f;
		else if (strcmp(f->version, first->version) != 0)
			say_file(
			    set, f, "set-version", f->version, first->version);
		else if (f->name.form != first->name.form)
			say_file(set, f, "set-version", edition_of(set, f),
			    edition_of(set, first));
	}
}

/* "UPSIKYU UPHOSOKU" with the names people know. */
static void
kinds_text(const struct set_check *set, const char *kinds, struct buf *out)
{
	buf_clear(out);
	while (*kinds != '\0') {
		size_t n = strcspn(kinds, " ");
		char kind[NAME_KIND_BYTES];

		snprintf(kind, sizeof kind, "%.*s", (int)n, kinds);
		buf_printf(out, "%s%s %s", out->len > 0 ? "、" : "", kind,
		    set_kind_ja(set->standard, kind));
		kinds += n + (kinds[n] == ' ');
	}
}

static void
say_unknown(struct set_check *set, const struct unit *unit, struct buf *text)
{
	buf_clear(text);
	for (size_t i = 0; i < unit->count; i++)
		buf_printf(
		    text, "%s%s", i > 0 ? " " : "", unit->files[i]->kind->kind);
	say_file(set, unit->files[0], "set-unknown", text->data, NULL);
}

static void
check_members(
    struct set_check *set, const struct unit *unit, enum set_members members)
{
	struct name *names = mem_new(unit->count * sizeof *names);
	char missing[MISSING_MAX];
	struct buf text;
	enum set_state state;

	for (size_t i = 0; i < unit->count; i++) {
		const char *month =
		    mixed(unit) ? NULL : month_of(unit, unit->files[i]);

		names[i] = unit->files[i]->name;
		/* a wrong month is said as such */
		if (month != NULL && *names[i].month != '\0')
			snprintf(
			    names[i].month, sizeof names[i].month, "%s", month);
	}
	state = set_judge(
	    set->standard, names, unit->count, missing, sizeof missing);
	buf_init(&text, 4096);
	if (members == SET_MEMBERS_ANY ||
	    (members == SET_MEMBERS_MORE && unit->count < 2)) {
		; /* not asked */
	} else if (state == SET_UNKNOWN) {
		say_unknown(set, unit, &text);
	} else if (state == SET_PARTIAL) {
		kinds_text(set, missing, &text);
		say_file(
		    set, unit->files[0], "set-missing", missing, text.data);
	}
	buf_fini(&text);
	free(names);
}

static void
check_order(struct set_check *set, const struct unit *unit)
{
	for (size_t i = 0; i < unit->count; i++) {
		const struct set_file *f = unit->files[i];

		for (size_t j = 0; j < set->known_count; j++) {
			const struct name *sent = &set->known[j];

			if (same_place(sent, &f->name) &&
			    strcmp(f->name.stamp, sent->stamp) < 0)
				say_file(set, f, "stamp-old", f->name.stamp,
				    sent->stamp);
		}
	}
}

/* -- all of them -------------------------------------------------------- */

static bool
together(const struct name *a, const struct name *b)
{
	if (set_same(a, b))
		return true;
	return a->form != b->form && strcmp(a->stamp, b->stamp) == 0 &&
	       strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

static void
gather(struct set_check *set, size_t first, struct unit *unit)
{
	unit->count = 0;
	for (size_t i = first; i < set->count; i++) {
		struct set_file *f = set->files[i];

		if (f->grouped || !together(&set->files[first]->name, &f->name))
			continue;
		f->grouped = true;
		unit->files[unit->count++] = f;
	}
}

static void
judge_unit(
    struct set_check *set, const struct unit *unit, enum set_members members)
{
	check_order(set, unit);
	check_repeats(set, unit);
	check_versions(set, unit);
	check_months(set, unit);
	check_members(set, unit, members);
	set_links(set, unit->files, unit->count);
}

static void
run_init(struct set_check *set, struct check_run *run, finding_fn *fn,
    void *arg, struct check_result *result)
{
	*run = (struct check_run){
	    .standard = set->standard,
	    .fn = fn,
	    .arg = arg,
	    .result = result,
	    .profile = set->profile != NULL ? set->profile->no : 0,
	};
	buf_init(&run->ja, 4096);
	buf_init(&run->en, 4096);
	buf_init(&run->value, 1024);
	buf_init(&run->wanted, 2048);
	set->run = run;
}

static void
run_fini(struct set_check *set)
{
	buf_fini(&set->run->ja);
	buf_fini(&set->run->en);
	buf_fini(&set->run->value);
	buf_fini(&set->run->wanted);
	set->run = NULL;
}

void
set_check_judge(struct set_check *set, enum set_members members, finding_fn *fn,
    void *arg, struct set_result *result)
{
	struct check_result counts = {0};
	struct check_run *run = mem_new(sizeof *run);
	struct unit unit = {
	    .files = mem_new((set->count + 1) * sizeof *unit.files)};

	*result = (struct set_result){.files = set->count};
	run_init(set, run, fn, arg, &counts);
	set->alone = members == SET_MEMBERS_MORE;
	for (size_t i = 0; i < set->count; i++) {
		if (set->files[i]->grouped)
			continue;
		gather(set, i, &unit);
		judge_unit(set, &unit, members);
		result->sets++;
	}
	set_deletions(set);
	result->errors = counts.errors;
	result->warnings = counts.warnings;
	if (run->unsaid > 0) {
		run->said = 0;
		run->record = run->line = 0;
		check_say_number(run, "too-many-findings", run->unsaid, 0);
	}
	run_fini(set);
	free(run);
	free(unit.files);
}

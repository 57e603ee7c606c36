/* NAME
 *	set_run - a set_check while it runs (this folder only)
 * DESCRIPTION
 *	set_note.c keeps what the records show, set_check.c judges members,
 *	months, versions and order of sending, set_link.c the records.
 */
#ifndef TASUKI_SET_RUN_H
#define TASUKI_SET_RUN_H

#include "check_run.h"
#include "set.h"
#include "set_check.h"

#define SET_SPECS_MAX 4 /* keys of one kind of file */

struct set_key {
	uint64_t digest;
	uint32_t record, line;
};

struct set_list {
	struct set_key *keys;
	size_t count, cap;
	bool sorted;
};

/* A figure of a client, compared between files. */
struct set_figure {
	uint64_t digest;
	uint32_t record, line;
	int64_t value;
};

struct set_image {
	uint32_t record, line;
	unsigned branch;
};

struct set_file {
	char *label; /* the name as given */
	unsigned member;
	const struct file_kind *kind;
	struct name name;
	char version[16];
	enum layout_shape shape;
	bool unsure;       /* a record that could not be read */
	bool image_unsure; /* the name of an image that could not */
	bool grouped;      /* belongs to a set that was judged */
	struct set_list lists[SET_SPECS_MAX];
	struct set_figure *figures;
	size_t figure_count, figure_cap;
	struct set_image *images;
	size_t image_count, image_cap;
};

struct set_check {
	const struct standard *standard;
	const struct profile *profile;
	struct set_file **files;
	size_t count, cap;
	struct name *known;
	size_t known_count, known_cap;
	struct check_run *run; /* what findings go through */
	bool alone;            /* a file alone is no set with members missing */
};

/* set_join(run): the file of a check becomes a member. */
struct set_file *set_join(
    struct set_check *set, const struct check_run *run, unsigned member);
/* set_note(run): the record at hand; set_lost(run): it could not be read;
 * set_done(run): the file is at its end. */
void set_note(struct check_run *run);
void set_lost(struct check_run *run);
void set_done(struct check_run *run);

/* set_at(set, file, record, line): where the next finding stands; returns the
 * run it goes through. */
struct check_run *set_at(struct set_check *set, const struct set_file *file,
    uint64_t record, uint64_t line);
/* set_links(set, files, count): the records of one set. */
void set_links(
    struct set_check *set, struct set_file *const *files, size_t count);
/* set_deletions(set): deletions against what the other sets hold. */
void set_deletions(struct set_check *set);

#endif

/* NAME
 *	quirk_walk - through a file, looking for deviations (this folder only)
 * DESCRIPTION
 *	One walk serves finding and repairing.
 */
#ifndef TASUKI_QUIRK_WALK_H
#define TASUKI_QUIRK_WALK_H

#include "quirk_inside.h"
#include "reader.h"
#include "writer.h"

struct quirk_walk {
	const struct standard *standard;
	struct quirk_report *report;
	char name[256]; /* as repaired so far */
	struct name parsed;
	bool name_good;
	const struct file_kind *kind; /* NULL: no kind of the standard */
	bool ms932;
	bool has_quote, has_text; /* bytes, and free text, seen */
	const char *p;            /* the text, without its mark */
	size_t n;
	struct buf utf8; /* of a UTF-16 file */
	struct buf text, fixed, cells;

	char version[16]; /* of the copy */
	const struct layout_edition *edition;
	enum layout_shape shape;
	bool shape_known;

	/* repairing only */
	bool repair, stuck; /* stuck: a record cannot be taken over */
	struct writer *writer;
	finding_fn *fn;
	void *arg;
};

/* quirk_walk_init(walk, standard, p, n, report): of a file of these bytes. */
void quirk_walk_init(struct quirk_walk *walk, const struct standard *standard,
    const void *p, size_t n, struct quirk_report *report);
void quirk_walk_fini(struct quirk_walk *walk);
/* quirk_walk_file(walk, file_name): all of it.  With walk->repair the writer has
 * the copy after it, unless walk->stuck. */
void quirk_walk_file(struct quirk_walk *walk, const char *file_name);

/* ---- quirk_see.c ---- */
void quirk_see(
    struct quirk_walk *walk, const struct quirk *quirk, uint64_t line);
/* quirk_row(walk, test, value): the row of a test (and value, if the row has
 * one) that has no more to it than being there; NULL if no pack has it. */
const struct quirk *quirk_row(
    const struct quirk_walk *walk, enum quirk_test test, const char *value);
/* quirk_see_test(walk, test, value, line): it is there; may it be repaired? */
bool quirk_see_test(struct quirk_walk *walk, enum quirk_test test,
    const char *value, uint64_t line);

/* ---- quirk_name.c ---- */
/* quirk_take_name(walk, file_name, columns): ${columns} of the first record; 0:
 * unknown. */
void quirk_take_name(
    struct quirk_walk *walk, const char *file_name, unsigned columns);

/* ---- quirk_cells.c ---- */
/* quirk_fill_cells(walk, record, cells): cells of one record for the writer, by
 * their 4.1 numbers; valid until the next record. */
void quirk_fill_cells(struct quirk_walk *walk,
    const struct reader_record *record, struct writer_cell *cells);
/* quirk_look_for_text(walk, cells): free text that no quote stands around. */
void quirk_look_for_text(
    struct quirk_walk *walk, const struct writer_cell *cells);

#endif

/* NAME
 *	convert - a file of one edition as a file of another
 * SUMMARY
 *	convert_learn(standard, name, p, n, &types);  (each file of a set)
 *	convert_file(standard, name, p, n, &to, &copy, &why);
 * DESCRIPTION
 *	Names, version and fields are mapped by the tables (files.tsv,
 *	editions.tsv, layouts, v3_field_map.tsv); bytes of values stay as they
 *	are.  What the other edition has no place for is a loss: told as a
 *	finding with record and field, and refused unless the caller accepts it.
 *	A value that is longer than the other edition allows is never cut: such a
 *	file cannot be converted.
 *
 *	Names of V3 have no service types.  They are learned from the rows of
 *	the whole set (the care-management office is the only type of its role;
 *	the other one is that of its own rows), or given; they are never
 *	guessed.
 */
#ifndef TASUKI_CONVERT_H
#define TASUKI_CONVERT_H

#include "buf.h"

#include "check.h"

/* What the files of a set tell about the types of sender and receiver. */
struct convert_types {
	char from[NUMBER_TYPE_BYTES], to[NUMBER_TYPE_BYTES]; /* "": unknown */
	bool from_two, to_two; /* more than one: no answer */
};

struct convert_to {
	const struct layout_edition *edition;
	struct convert_types types; /* for names that need them */
	bool accept_loss;
	const struct profile *profile; /* the copy must pass; NULL: exchange */
	finding_fn *fn; /* each loss, and the findings of the copy */
	void *arg;
};

struct convert_copy {
	char name[NAME_TEXT_BYTES];
	struct buf bytes;
	uint64_t losses; /* values that the copy does not have */
	bool left_out;   /* the edition does not have the kind: no copy */
	struct check_result result; /* of the copy */
};

/* convert_edition(standard, text): "V3", "3", "3.2" (which shares the value of
 * 3), "V4.1", "4.1", "202407"; of editions of one name the last.  NULL if there
 * is none. */
const struct layout_edition *convert_edition(
    const struct standard *standard, const char *text);
/* convert_current(standard): the last current one of editions.tsv; NULL. */
const struct layout_edition *convert_current(const struct standard *standard);
/* convert_from(standard, p, n): the edition that the first record names; NULL. */
const struct layout_edition *convert_from(
    const struct standard *standard, const void *p, size_t n);
/* convert_learn(standard, file_name, p, n, types): add what this file tells;
 * begin with zeros. */
void convert_learn(const struct standard *standard, const char *file_name,
    const void *p, size_t n, struct convert_types *types);
/**
 * convert_file(standard, file_name, p, n, to, copy, why):
 * Make the copy; convert_copy_fini() it whatever comes back.  0: it passes the
 * check, and copy->left_out says if there is none to write; TSK_EMPTY: the file is
 * of that edition already; TSK_DENIED: there are losses and they are not
 * accepted; TSK_NOTFOUND: a type the name needs is not known; TSK_INVALID: the
 * file, or the copy, has errors; TSK_TOOBIG.  why->code is one of same, loss, types-unknown, too-long,
 * copy-errors, unreadable-record, version-unknown, edition-withdrawn,
 * too-large, or that of the name.
 */
int convert_file(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct convert_to *to,
    struct convert_copy *copy, struct why *why) TSK_MUST_USE;
void convert_copy_fini(struct convert_copy *copy);

#endif

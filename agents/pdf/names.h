/* NAME
 *	names - what offices are called, learned from the documents
 * DESCRIPTION
 *	The wire carries office numbers only.  The documents that pass through
 *	say the names: UPPLAN, UPJSK, UPSIKYU and UP2KYO of service offices,
 *	UP1KYO of the care-management office.  Only the names of a parcel's own
 *	sender and receiver are taken from it, so that nobody names a third.
 *	They are kept in .names.tsv below the agent's folder; the newest counts.
 *	Names of offices are no personal data.
 */
#ifndef TASUKI_PDF_NAMES_H
#define TASUKI_PDF_NAMES_H

#include <stddef.h>

#include "err.h"
#include "standard.h"

struct names;

struct names_document {
	const char *kind;
	const void *data;
	size_t bytes;
};

/* names_open(dirfd, standard): both are borrowed.  A missing or damaged file is
 * an empty one. */
struct names *names_open(int dirfd, const struct standard *standard);
void names_close(struct names **names);
/* names_find(names, number): NULL if unknown; valid until names_learn(). */
const char *names_find(const struct names *names, const char *number);
/* names_learn(names, documents, count, from, to): 0, or TSK_* if what is new
 * could not be kept on disk (it still is known in memory). */
int names_learn(struct names *names, const struct names_document *documents,
    size_t count, const char *from, const char *to) TSK_MUST_USE;

#endif

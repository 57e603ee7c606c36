/* NAME
 *	partner_edition - what a partner reads
 * DESCRIPTION
 *	The registry may say which editions the other office's software imports;
 *	then that counts.  Mostly nobody says so.  But who
 *	writes an edition reads it, and reads.tsv says what else.  So each file
 *	received from a partner is a proof, and the proofs are kept as a small
 *	text, one line an edition:
 *
 *	edition CODE FIRST LAST
 *
 *	FIRST and LAST are the 連番 of the first and the latest file seen.
 *	Unknown lines are kept: a later version may write more.
 */
#ifndef TASUKI_PARTNER_EDITION_H
#define TASUKI_PARTNER_EDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#include "layout.h"

#define PARTNER_EDITIONS_MAX 16
#define PARTNER_TEXT_MAX     4096

struct partner_edition {
	struct {
		char code[8], first[15], last[15];
	} seen[PARTNER_EDITIONS_MAX];
	size_t count;
	struct buf rest; /* lines of a later version */
};

/* partner_edition_parse(text, out): what a file of ours says; lines that are
 * damaged are left out.  Release with partner_edition_fini(). */
void partner_edition_parse(const char *text, struct partner_edition *out);
/* partner_edition_print(editions, out): append the text; keeping it, durably and
 * whole, is the caller's.  A text lost in a crash costs a proof that the next file
 * from them brings again. */
void partner_edition_print(
    const struct partner_edition *editions, struct buf *out);
void partner_edition_fini(struct partner_edition *editions);
/* partner_edition_add(editions, code, stamp): a file of CSV version ${code} and
 * 連番 ${stamp} came from them.  True if that is news worth writing. */
bool partner_edition_add(
    struct partner_edition *editions, const char *code, const char *stamp);

enum partner_reads {
	PARTNER_UNKNOWN, /* nothing ever came from them: no verdict */
	PARTNER_READS,
	PARTNER_MAY_READ, /* uncertain, by reads.tsv */
	PARTNER_NOT,      /* nothing they sent shows that they do */
};
/* partner_edition_reads(standard, editions, edition): what the proofs say about a
 * file of ${edition}. */
enum partner_reads partner_edition_reads(const struct standard *standard,
    const struct partner_edition *editions,
    const struct layout_edition *edition);
/* partner_edition_latest(standard, editions): the edition of the latest file
 * that came from them; NULL if there is none. */
const struct layout_edition *partner_edition_latest(
    const struct standard *standard, const struct partner_edition *editions);

enum partner_source {
	PARTNER_BY_NOTHING,  /* nobody knows: it goes as it is */
	PARTNER_BY_FILES,    /* what came from them */
	PARTNER_BY_REGISTRY, /* somebody said so; beats what came */
};
struct partner_verdict {
	enum partner_source source;
	enum partner_reads reads;
	/* PARTNER_NOT: the edition of theirs to name, and the one to make
	 * copies in; NULL if there is none: nothing is converted to an edition
	 * that was withdrawn */
	const struct layout_edition *theirs, *copy;
};
/* partner_edition_judge(standard, listed, editions, sent, out): can they read a
 * file of ${sent}?  ${listed}: what the registry says, words apart by blanks, as
 * convert_edition() takes them; words of a later edition say nothing. */
void partner_edition_judge(const struct standard *standard, const char *listed,
    const struct partner_edition *editions, const struct layout_edition *sent,
    struct partner_verdict *out);

#endif

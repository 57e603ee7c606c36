/* NAME
 *	reads - which editions of the standard a desk reads, by its row
 * DESCRIPTION
 *	The column "editions" is words apart by blanks or commas, each with the
 *	days it holds if somebody wrote them:
 *
 *	    4.1 3
 *	    3:..2026-12-31 4.1:2027-01-01..
 *
 *	The broker never looks into a file and doesn't know what a word means:
 *	it tells an agent that asks which of them hold today.
 */
#ifndef TASUKI_READS_H
#define TASUKI_READS_H

#include "session.h"

#define READS_BYTES (WIRE_READS_BYTES_MAX + 1)

/* reads_good(text): a cell as it may be imported. */
bool reads_good(const char *text);
/* reads_of(text, day, out): the words of a cell that hold on ${day} (YYYYMMDD),
 * apart by one blank; words that are none are left out.  Returns out. */
const char *reads_of(const char *text, int day, char out[READS_BYTES]);
/* reads_today(b, desk, out): those of a desk today; "" for nothing said, and for
 * a desk that only paper reaches. */
const char *reads_today(
    const struct broker *b, const struct desk *desk, char out[READS_BYTES]);
/* reads_message(b, s, reads): an agent asks; the same message answers, with what
 * the desk is called. */
void reads_message(
    struct broker *b, struct session *s, const struct wire_reads *reads);

#endif

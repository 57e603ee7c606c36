/* NAME
 *	listed - what the registry says partners read, and are called
 * DESCRIPTION
 *	Asked of the broker before files of the standard are handed in, kept in
 *	memory for a minute, forgotten when the connection is lost: the registry
 *	is the corporation's and may change at any time.
 */
#ifndef TASUKI_OFFICE_LISTED_H
#define TASUKI_OFFICE_LISTED_H

#include "office.h"
#include "wire.h"

struct listed;

struct listed *listed_new(struct app *app);
void listed_free(struct listed **listed);
/* Texts are valid until the next call; "" if the registry says nothing, or the
 * broker is too old to be asked. */
struct listed_words {
	const char *editions; /* apart by a blank */
	const char *name;
};
/* listed_look(l, number, type, now_ms, words): 0: what is said of that desk.  TSK_LATER: the question is on its way; the
 * app wakes when there is an answer, or none after a while (then all is ""). */
int listed_look(struct listed *l, const char *number, const char *type,
    int64_t now_ms, struct listed_words *words) TSK_MUST_USE;
void listed_answer(
    struct listed *l, const struct wire_reads *reads, int64_t now_ms);
/* listed_down(l): the connection is lost. */
void listed_down(struct listed *l);

#endif

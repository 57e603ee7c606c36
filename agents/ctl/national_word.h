/* NAME
 *	national_word - a secret from a file, a descriptor or a terminal
 * DESCRIPTION
 *	Never from the command line or the environment, which others can read.
 */
#ifndef TASUKI_NATIONAL_WORD_H
#define TASUKI_NATIONAL_WORD_H

#include "buf.h"
#include "err.h"

#define NATIONAL_WORDS_MAX 1024u

/* national_word_read(spec, out, why): the lines of a file of its owner only, or
 * of "fd:N".  Wipe with national_word_wipe(). */
int national_word_read(
    const char *spec, struct buf *out, struct why *why) TSK_MUST_USE;
/* national_word_ask(prompt, hidden, out, why): one line from the terminal. */
int national_word_ask(const char *prompt, bool hidden, struct buf *out,
    struct why *why) TSK_MUST_USE;
void national_word_wipe(struct buf *b);

#endif

/* NAME
 *	help - how a verb is used: usage, options, examples, exit status
 * DESCRIPTION
 *	The usage lines are the verb's own (struct ctl_verb); the options that
 *	occur in them are explained by one table, so that none is forgotten and
 *	one option is explained everywhere in the same words.
 */
#ifndef TASUKI_HELP_H
#define TASUKI_HELP_H

#include "ctl.h"

/* help_print(ctl, verb): to stdout. */
void help_print(const struct ctl *ctl, const struct ctl_verb *verb);

#endif

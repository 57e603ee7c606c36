/* NAME
 *	options - the options of one verb, as rows
 */
#ifndef TASUKI_OPTIONS_H
#define TASUKI_OPTIONS_H

#include <stdbool.h>

/* Ends with a row without a name.  Either a text ("--name VALUE" or
 * "--name=VALUE") or a flag. */
struct option {
	const char *name;
	const char **text;
	bool *flag;
};

/* option_take(options, argc, argv, i): only the one at argv[i].  How many words it
 * took; 0: there is no such option; -1: its value is missing or it takes none. */
int option_take(const struct option *options, int argc, char **argv, int i);
/* options_take(options, argc, argv): take them out of argv; the arguments left
 * stand from argv[1] on.  How many, or -1 after a message.  "--" ends the
 * options. */
int options_take(const struct option *options, int argc, char **argv);

#endif

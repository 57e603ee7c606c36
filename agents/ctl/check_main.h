/* NAME
 *	check_main - tasukictl check
 */
#ifndef TASUKI_CHECK_MAIN_H
#define TASUKI_CHECK_MAIN_H

/* check_main(argc, argv): the verb with its own options; argv[0] is the verb.
 * 0: no errors (warnings allowed), 1: errors, 2: usage. */
int check_main(int argc, char **argv);

#endif

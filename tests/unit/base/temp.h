/* NAME
 *	temp - a folder of its own for each test
 */
#ifndef TASUKI_TEST_TEMP_H
#define TASUKI_TEST_TEMP_H

/* cmocka setup and teardown: *state is a new folder's path, removed with all
 * below it at the end. */
int temp_setup(void **state);
int temp_teardown(void **state);
/* temp_put(folder, name, text): a file in it; returns its path, valid until the
 * next call. */
const char *temp_put(const char *folder, const char *name, const char *text);

#endif

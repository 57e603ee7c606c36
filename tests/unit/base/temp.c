/* NAME
 *	temp - a folder of its own for each test
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"

#include "temp.h"

int
temp_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/tasuki-test-XXXXXX",
	    base == NULL ? "/tmp" : base);
	if (mkdtemp(path) == NULL)
		return -1;
	*state = mem_text(path);
	return 0;
}

int
temp_teardown(void **state)
{
	char *path = *state;
	char *slash = strrchr(path, '/');

	*slash = '\0';
	int fd = file_dir_open(AT_FDCWD, path);
	int rc = fd < 0 ? fd : file_remove_tree(fd, slash + 1);
	free(path);
	return rc;
}

const char *
temp_put(const char *folder, const char *name, const char *text)
{
	static char path[512];
	int fd = file_dir_open(AT_FDCWD, folder);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, name, text, strlen(text), 0600), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(close(fd), 0);
	return path;
}

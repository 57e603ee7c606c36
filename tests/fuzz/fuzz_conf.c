/* NAME
 *	fuzz_conf - fuzz the settings reader
 * DESCRIPTION
 *	Any bytes are either refused with "path:line: ..." or read; what is read
 *	is released.  ASan watches the rest, zconfig included.
 */
#include <stddef.h>
#include <string.h>

#include "bytes_file.h"
#include "conf.h"

struct item {
	char *name;
};

struct settings {
	char *text;
	int64_t number, wait, size;
	bool yes;
	char **list;
	struct conf_sections items, any;
};

static const struct conf_row item_rows[] = {
    {"name", CONF_TEXT, offsetof(struct item, name), NULL, 0, 0, "", NULL, 0},
    {.path = NULL},
};

#define ROW(path, type, field, initial, max)                                   \
	{                                                                      \
		path, type, offsetof(struct settings, field), initial, 0, max, \
		    "", NULL, 0                                                \
	}

static const struct conf_row rows[] = {
    ROW("text", CONF_TEXT, text, "", 0),
    ROW("a/number", CONF_INT, number, "1", 100),
    ROW("a/b/wait", CONF_DURATION, wait, "1 s", 100000),
    ROW("a/size", CONF_SIZE, size, "1 MiB", 1 << 30),
    ROW("yes", CONF_BOOL, yes, "no", 0),
    ROW("list", CONF_LIST, list, "", 0),
    {"item", CONF_SECTION, offsetof(struct settings, items), NULL, 0, 0, "",
	item_rows, sizeof(struct item)},
    ROW("any", CONF_SECTION, any, NULL, 0),
    {.path = NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s = {0};
	struct why why = {0};
	char path[BYTES_FILE_PATH];
	int fd = bytes_file(data, size, path);
	int rc = conf_load(path, rows, &s, &why);

	if (rc == 0)
		conf_free(rows, &s);
	else if (strncmp(why.text, path, strlen(path)) != 0)
		abort();
	if (strstr(why.text, "cannot be read as ZPL") != NULL)
		abort(); /* conf_scan() let through what zconfig refuses */
	(void)close(fd);
	return 0;
}

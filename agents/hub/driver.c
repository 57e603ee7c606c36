/* NAME
 *	driver - how the files of a hub are reached
 * SUMMARY
 *	see driver.h
 */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

const struct driver *
driver_find(const char *name)
{
	static const struct driver *const all[] = {
	    &driver_folder, &driver_sftp};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

void
driver_list_add(
    struct driver_list *list, const char *name, uint64_t bytes, int64_t mtime)
{
	/* grown at powers of two */
	if ((list->count & (list->count - 1)) == 0)
		list->files = mem_resize(
		    list->files, (list->count == 0 ? 1 : list->count * 2) *
				     sizeof(*list->files));
	list->files[list->count++] =
	    (struct driver_file){mem_text(name), bytes, mtime};
}

static int
compare(const void *a, const void *b)
{
	const struct driver_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
driver_list_sort(struct driver_list *list)
{
	if (list->count > 1)
		qsort(list->files, list->count, sizeof(*list->files), compare);
}

const struct driver_file *
driver_list_find(const struct driver_list *list, const char *name)
{
	const struct driver_file key = {.name = (char *)(uintptr_t)name};

	return list->count == 0 ? NULL
				: bsearch(&key, list->files, list->count,
				      sizeof(*list->files), compare);
}

void
driver_list_fini(struct driver_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->files[i].name);
	free(list->files);
	memset(list, 0, sizeof(*list));
}

/* NAME
 *	fixture - the project's own tables, loaded once a test program
 */
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

#include "fixture.h"

const char *
fixture_path(const char *name, char out[PATH_MAX])
{
	const char *source = getenv("TASUKI_SOURCE");

	if (source == NULL)
		source = ".";
	snprintf(out, PATH_MAX, "%s/%s", source, name);
	return out;
}

int
fixture_load(void **state)
{
	struct standard *standard;
	struct why why = {0};
	char path[PATH_MAX];

	if (standard_load(
		fixture_path("config/standard", path), &standard, &why) != 0) {
		fprintf(stderr, "%s\n", why.text);
		return -1;
	}
	*state = standard;
	return 0;
}

int
fixture_free(void **state)
{
	struct standard *standard = *state;

	standard_free(&standard);
	return 0;
}

char *
fixture_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 1 << 16, used = 0, got;
	char *p = mem_new(cap + 1);

	if (f == NULL)
		panic("cannot open %s", path);
	while ((got = fread(p + used, 1, cap - used, f)) > 0) {
		used += got;
		if (used == cap)
			p = mem_resize(p, (cap *= 2) + 1);
	}
	fclose(f);
	p[used] = '\0';
	*n = used;
	return p;
}

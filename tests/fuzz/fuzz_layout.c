/* NAME
 *	fuzz_layout - any bytes as a table of the standard
 * DESCRIPTION
 *	The first byte says which table of config/standard the rest takes the
 *	place of; the others are the project's own.  The tables are refused with
 *	a sentence, or they work.  The masters are left out: they make loading
 *	slow and have no rules.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tables[] = {"layouts/UPPLAN.tsv", "files.tsv",
    "editions.tsv", "v3_field_map.tsv", "bundles.tsv", "rules.tsv",
    "codes/special_value.tsv", "codes/sex.tsv", "codes/service_type.tsv",
    "findings.tsv", "links.tsv", "monthly_types.tsv"};
#define TABLES (sizeof tables / sizeof tables[0])

static const char name[] =
    "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV";
static const char text[] =
    "202407,131011,0000000123,20250325,202504,1370100016,\"\",387,0,20250402,,"
    "0900,1000,1,111211,,,,,1370100024,\"\",,0,1370100016,\r\n";

static char dir[] = "/tmp/tasuki-fuzz-layout-XXXXXX";

static void
drop_dir(void)
{
	char command[PATH_MAX];

	snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0) /* NOLINT(cert-env33-c): our own folder */
		perror(dir);
}

static void
make_dir(void)
{
	char command[3 * PATH_MAX];

	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(command, sizeof command,
	    "cp -r %s/. %s && chmod -R u+w %s && rm -rf %s/masters",
	    standard_dir(), dir, dir, dir);
	if (system(command) != 0) /* NOLINT(cert-env33-c): our own folder */
		abort();
	atexit(drop_dir);
}

static void
put(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		abort();
}

static void
ignore(const struct finding *finding, void *arg)
{
	(void)finding, (void)arg;
}

/* What was loaded must hold for a reader of any shape. */
static void
use(struct standard *standard)
{
	const struct layout *layout = layout_find(standard, "UPPLAN");
	struct check_result result;

	for (unsigned shape = 0; layout != NULL && shape < LAYOUT_SHAPES_MAX;
	     shape++) {
		unsigned n = layout_columns(layout, (enum layout_shape)shape);
		unsigned seen = 0;

		for (unsigned no = 1; no <= layout->count; no++)
			seen += layout_position(
				    layout, (enum layout_shape)shape, no) > 0;
		if (seen != n || n > LAYOUT_FIELDS_MAX)
			abort();
	}
	if (check_bytes(standard, name, text, sizeof text - 1, ignore, NULL,
		&result) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct standard *standard = NULL;
	struct why why = {0};
	char path[PATH_MAX], aside[PATH_MAX + 8];

	if (size == 0 || data[0] >= TABLES)
		return 0;
	if (strstr(dir, "XXXXXX") != NULL)
		make_dir();
	snprintf(path, sizeof path, "%s/%s", dir, tables[data[0]]);
	snprintf(aside, sizeof aside, "%s.kept", path);
	if (rename(path, aside) != 0)
		abort();
	put(path, data + 1, size - 1);
	if (standard_load(dir, &standard, &why) == 0)
		use(standard);
	else if (why.text[0] == '\0')
		abort();
	standard_free(&standard);
	if (rename(aside, path) != 0)
		abort();
	return 0;
}

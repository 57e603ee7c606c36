/* NAME
 *	records - all records of one kind, in memory, fields by name
 * SUMMARY
 *	see records.h
 */
#include <stdlib.h>
#include <string.h>

#include "records.h"
#include "rows.h"

/* Pointers and texts of one record in one piece of memory. */
static char **
keep(const char *const *cells, size_t count)
{
	size_t bytes = count * sizeof(char *);

	for (size_t i = 0; i < count; i++)
		bytes += strlen(cells[i]) + 1;
	char **kept = mem_new(bytes);
	char *to = (char *)(kept + count);
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(cells[i]) + 1;
		memcpy(to, cells[i], n);
		kept[i] = to;
		to += n;
	}
	return kept;
}

static int
add(struct records *records, const char *const *cells, struct why *why)
{
	if (records->count == RECORDS_MAX) {
		why_set(why, WHY_NEVER, "too-many-records",
		    "More than %u records of %s in one job.", RECORDS_MAX,
		    records->layout->kind);
		return TSK_TOOBIG;
	}
	if (records->count == records->room) {
		records->room = records->room == 0 ? 16 : 2 * records->room;
		records->cells = mem_resize(
		    records->cells, records->room * sizeof(*records->cells));
	}
	records->cells[records->count++] = keep(cells, records->layout->count);
	return 0;
}

int
records_read(struct records *records, const struct standard *standard,
    const char *kind, const char *name, const void *data, size_t n,
    struct why *why)
{
	const char *cells[ROWS_CELLS_MAX];
	struct rows *rows =
	    rows_open(standard, kind, name, data, n, NULL, 0, why);
	int rc = 0;

	if (rows == NULL)
		return TSK_INVALID;
	records->layout = layout_find(standard, kind);
	while (rc == 0 && (rc = rows_next(rows, cells, why)) == 0)
		rc = add(records, cells, why);
	rows_close(&rows);
	return rc == TSK_EMPTY ? 0 : rc;
}

void
records_fini(struct records *records)
{
	for (size_t i = 0; i < records->count; i++)
		free(records->cells[i]);
	free(records->cells);
	memset(records, 0, sizeof(*records));
}

const char *
records_cell(const struct records *records, size_t i, const char *field)
{
	unsigned no =
	    records->layout == NULL ? 0 : layout_field(records->layout, field);

	return no == 0 || i >= records->count ? "" : records->cells[i][no - 1];
}

bool
records_same(const struct records *a, size_t i, const struct records *b,
    size_t j, const char *const *fields, const char *const *other, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		if (strcmp(records_cell(a, i, fields[k]),
			records_cell(b, j, other[k])) != 0)
			return false;
	}
	return true;
}

/* NAME
 *	records - all records of one kind, in memory, fields by name
 * DESCRIPTION
 *	What the forms of plans, persons and benefits are drawn from.  Cells are
 *	UTF-8 with "\n" as line break; a field that an edition does not have is
 *	"".
 */
#ifndef TASUKI_RECORDS_H
#define TASUKI_RECORDS_H

#include <stddef.h>

#include "err.h"
#include "layout.h"
#include "standard.h"

#define RECORDS_MAX 200000u

struct records {
	const struct layout *layout; /* NULL: never read */
	char ***cells;               /* [record][field no - 1] */
	size_t count, room;
};

/* records_read(records, standard, kind, name, data, n, why): append. */
int records_read(struct records *records, const struct standard *standard,
    const char *kind, const char *name, const void *data, size_t n,
    struct why *why) TSK_MUST_USE;
void records_fini(struct records *records);
/* records_cell(records, i, field): by its English name; "" if there is none. */
const char *records_cell(
    const struct records *records, size_t i, const char *field);
/* records_same(a, i, b, j, fields, count): the fields of both are equal;
 * other[k] is the name in b. */
bool records_same(const struct records *a, size_t i, const struct records *b,
    size_t j, const char *const *fields, const char *const *other,
    size_t count);

#endif

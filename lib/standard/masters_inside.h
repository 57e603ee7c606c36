/* NAME
 *	masters_inside - rows of a master (this folder only)
 */
#ifndef TASUKI_MASTERS_INSIDE_H
#define TASUKI_MASTERS_INSIDE_H

#include "masters.h"

#define CELL_BYTES_MAX 1024

enum service_column {
	CODE,
	NAME,
	UNITS,
	UNIT_KIND,
	FROM,
	TO,
	INSURER,
	SOURCE,
	TYPE, /* of the source only */
	ITEM,
	SERVICE_COLUMNS = TYPE,
	SOURCE_COLUMNS = ITEM + 1,
};

/* masters_column_count(list): how many masters_columns() names. */
size_t masters_column_count(enum masters_list list);
/* masters_row_new(masters): one row more, without cells; valid until the next. */
struct masters_row *masters_row_new(struct masters *masters);

#endif

/* NAME
 *	registry_row - cells of a registry row
 * DESCRIPTION
 *	A row is a JSON object as it came from CSV or from a person's hand.
 *	Shared by the files that read one; callers elsewhere use desk_parse().
 */
#ifndef TASUKI_REGISTRY_ROW_H
#define TASUKI_REGISTRY_ROW_H

#include "registry.h"

#define ROW_SCRATCH_BYTES 32

/* row_text(row, column, scratch): a cell as text; "" if there is none.  CSV gives
 * strings, people write JSON numbers and booleans. */
const char *row_text(
    const json_t *row, const char *column, char scratch[ROW_SCRATCH_BYTES]);
/* row_plain_name(s): fit to name an agent or a hub. */
bool row_plain_name(const char *s);
/* row_day(s): YYYY-MM-DD or YYYYMMDD -> YYYYMMDD; "" -> 0; -1: no day. */
int row_day(const char *s);
/* row_days(text, &from, &to): "A..B" of such days; either end may be missing (0),
 * not both.  Cuts text.  False: it is none, or ends before it begins. */
bool row_days(char *text, int *from, int *to);
/* row_ways(text, desk, complain, arg): fill desk->ways from the column "ways":
 * "national 2026-04-01..2027-03-31; hub:kanamic; fax"; how many faults. */
int row_ways(
    const char *text, struct desk *desk, desk_complain_fn *complain, void *arg);
/* row_ways_text(ways, count, out): as the column "ways" has it; malloced. */
char *row_ways_text(const struct desk_way *ways, size_t count);
/* row_day_text(day, out): YYYY-MM-DD; "" for 0; returns out. */
const char *row_day_text(int day, char out[16]);
/* row_day_before(day) */
int row_day_before(int day);
/* row_check_more(row, complain, arg): columns that only people and agents read:
 * editions, insurer_area, contact, phone, email.  How many faults; for rows that
 * come in, never for those that are kept. */
int row_check_more(const json_t *row, desk_complain_fn *complain, void *arg);
/* row_way(text, out): one way without days; 0 or TSK_INVALID. */
int row_way(const char *text, struct desk_way *out) TSK_MUST_USE;

#endif

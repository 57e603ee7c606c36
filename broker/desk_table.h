/* NAME
 *	desk_table - which desk of a number a service type goes to
 * DESCRIPTION
 *	Columns of a registry row:
 *
 *	    service_types     further types this desk stands for: "17 78"
 *	    default_desk      1: names without a type go to this desk
 *	    mandate_required  1: also its folder_agent acts under a mandate only
 *
 *	An address is looked up in this order:
 *
 *	    type written      the row of that type; a row that lists it; the row
 *	                      without a type; else nobody
 *	    no type written   the row without a type; the default desk; the only
 *	                      or the first row by type (guessed: noted on the
 *	                      record and told to the receiver)
 *
 *	A row whose last day is over or whose first has not come is passed over:
 *	it stands for nothing and is nobody's default.  Only when no row that holds
 *	is left the same is asked of all rows, so that it can be said which one
 *	ended when.  registry_match() in registry.h asks it.
 */
#ifndef TASUKI_DESK_TABLE_H
#define TASUKI_DESK_TABLE_H

#include "registry.h"

/* desk_table_row(row, desk, complain, arg): fill the columns above; how many
 * faults. */
int desk_table_row(const json_t *row, struct desk *desk,
    desk_complain_fn *complain, void *arg);
/* desk_table_lists(desk, type): it stands for that type, its own or a further. */
bool desk_table_lists(const struct desk *desk, const char *type);
/* desk_table_holds(desk, day): that day is one of its valid days, both ends
 * included; day 0: always. */
bool desk_table_holds(const struct desk *desk, int day);
/* desk_table_day(r, number, day, &count): the day to ask the number's rows with:
 * 0 when none of them holds on ${day}.  How many do (or how many there are). */
int desk_table_day(
    const struct registry *r, const char *number, int day, size_t *count);
/* desk_table_when(desk, day, out): why it does not hold, as the end of a sentence:
 * "ended with 20260331", "begins on 20261201". */
#define DESK_TABLE_WHEN_BYTES 32
const char *desk_table_when(
    const struct desk *desk, int day, char out[DESK_TABLE_WHEN_BYTES]);
/* desk_table_other(r, desk, day): the only other row of its number that holds and
 * has the same "inside"; NULL if there is none or more than one. */
const struct desk *desk_table_other(
    const struct registry *r, const struct desk *desk, int day);
/* desk_table_defaults(r, desks, count, today, clash, arg): each of ${desks} (rows
 * about to replace or join those of today) that is a default desk beside another
 * one of its number on some day from ${today} on: clash() with both keys, once for
 * each of them. */
typedef void desk_table_clash_fn(void *arg, const char *key, const char *other);
void desk_table_defaults(const struct registry *r, const struct desk *desks,
    size_t count, int today, desk_table_clash_fn *clash, void *arg);
/* desk_table_note(r, desk, type, guessed, day, out): why that desk, if its address
 * does not say so; "" else. */
#define DESK_TABLE_NOTE_BYTES 128
const char *desk_table_note(const struct registry *r, const struct desk *desk,
    const char *type, bool guessed, int day, char out[DESK_TABLE_NOTE_BYTES]);

#endif

/* NAME
 *	desk_page - the checklist of a day, in Japanese
 */
#ifndef TASUKI_NATIONAL_DESK_PAGE_H
#define TASUKI_NATIONAL_DESK_PAGE_H

#include "desk_look.h"

/* desk_pages(office, label, list): 一覧.html of every day in the list, written
 * where it is no longer right.  ${label}: number and name of the office. */
int desk_pages(
    int office, const char *label, const struct desk_list *list) TSK_MUST_USE;

#endif

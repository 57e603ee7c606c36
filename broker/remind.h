/* NAME
 *	remind - asking partners for results that are owed
 * DESCRIPTION
 *	On the days of setting expected/remind (of the month after the service
 *	month: "2b 09:00; 4b 09:00"; empty = never) each partner that owes a
 *	result gets a short text by its own way, from the desk that waits.  A
 *	registry row with remind = off gets none.
 *
 *	Once a set time for each pair: the record "reminder" of the store is
 *	kept in the transaction that accepts the text, so a crash in between
 *	neither doubles nor loses one.  A time that passed more than a day ago
 *	(the broker was off) is left out.
 *
 *	Two halves: what is owed is looked up in the control thread, the texts
 *	are made in the net thread.
 */
#ifndef TASUKI_REMIND_H
#define TASUKI_REMIND_H

#include "control.h"

/* remind_check(text, why): is it a list of deadlines? */
int remind_check(const char *text, struct why *why) TSK_MUST_USE;
/* remind_due(view, now_ms, done_ms): the request of the set time that has come, to
 * be run as a command; NULL: none.  *done_ms: of the last one this answered. */
json_t *remind_due(
    const struct control_view *view, int64_t now_ms, int64_t *done_ms);
/* command "expected.remind": {"month", "at_ms" (0 = now), "dry_run"}; first half
 * and second half. */
control_store_fn remind_owed;
control_net_fn remind_send;

#endif

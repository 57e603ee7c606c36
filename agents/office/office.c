/* NAME
 *	office - what every part of the process shares
 * SUMMARY
 *	app_wake(), office_for(): see office.h
 * DESCRIPTION
 *	One timer for all parts: whoever has work says when, the earliest wins.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"

#include "office.h"

void
app_wake(struct app *app, int64_t at_ms)
{
	int64_t delay;

	if (app->work_timer != -1 && app->work_at_ms <= at_ms)
		return;
	if (app->work_timer != -1)
		zloop_timer_end(app->loop, app->work_timer);
	delay = at_ms - clock_mono_ms();
	app->work_at_ms = at_ms;
	app->work_timer = zloop_timer(
	    app->loop, delay < 0 ? 0 : (size_t)delay, 1, app->work, app);
}

/* ---- who serves what ---- */

/* "office/NUMBER[/TYPE]": the desk of that very type, else the one that serves
 * the whole number, else, if no type is asked for, the number's only one.  Never
 * a desk of another type: that would be somebody else's inbox. */
static int
fit(const struct office *office, const char *number, const char *type)
{
	if (strcmp(office->number, number) != 0)
		return 0;
	if (strcmp(office->type, type) == 0)
		return 3;
	if (office->type[0] == '\0')
		return 2;
	return type[0] == '\0' ? 1 : 0;
}

struct office *
office_for(
    struct app *app, const char *queue, const char *number, const char *type)
{
	struct office *best = NULL;
	char of_queue[NUMBER_OFFICE_BYTES] = "", type_of_queue[4] = "";
	int best_fit = 0;

	if (sscanf(queue, "office/%10[0-9A-Z]/%2[0-9A-Z]", of_queue,
		type_of_queue) >= 1) {
		number = of_queue;
		if (type_of_queue[0] != '\0')
			type = type_of_queue;
	}
	for (size_t i = 0; i < app->office_count; i++) {
		int f = fit(&app->offices[i], number, type);

		if (f > best_fit) {
			best = &app->offices[i];
			best_fit = f;
		}
	}
	return best;
}

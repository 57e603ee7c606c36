/* NAME
 *	desks - for which offices this agent may act now
 * DESCRIPTION
 *	The broker's welcome lists them; it says welcome anew when that changes
 *	(a mandate begins, ends or is revoked).
 *
 *	An office that is listed and has no folder in the settings gets one below
 *	offices/folder: NUMBER, or NUMBER-TYPE.  An office that is listed no more
 *	is resting: its files stay where they are, nothing is taken from its
 *	outbox, and a notice in its folder says why.  Listed again, it goes on.
 *	An office of the settings rests only if it was listed before in this run:
 *	else its files are refused one by one, with the reason, as ever.
 */
#ifndef TASUKI_OFFICE_DESKS_H
#define TASUKI_OFFICE_DESKS_H

#include "office.h"

#define DESKS_MAX 4096 /* as many as a welcome may list */

/* desks_load(app, why): folders of former runs below offices/folder; they rest
 * until the broker lists them. */
int desks_load(struct app *app, struct why *why) TSK_MUST_USE;
/* desks_welcome(app, welcome): rest, go on, make folders. */
void desks_welcome(struct app *app, const struct wire_welcome *welcome);

/* main.c: opens an office whose settings are filled in */
int desks_open(
    struct app *app, struct office *office, struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	history - what imports changed in the registry is kept for a while
 */
#ifndef TASUKI_HISTORY_H
#define TASUKI_HISTORY_H

#include "broker.h"

/* history_prune(b): forget records of imports older than history/keep, a few at a
 * time, so that mail never waits for it; sets b->history_ms, when to come again:
 * at once if there are more, else tomorrow. */
void history_prune(struct broker *b);

#endif

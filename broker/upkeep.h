/* NAME
 *	upkeep - what the broker does once a second and once a day
 */
#ifndef TASUKI_UPKEEP_H
#define TASUKI_UPKEEP_H

#include "broker.h"

#define UPKEEP_FIRST_PURGE_MS (60 * 1000)
#define UPKEEP_CONFLICT_MS    (10 * 60 * 1000)

/* upkeep_space(b): how much may still be written. */
void upkeep_space(struct broker *b);
/* upkeep_second(b): space, gate, what the full disk kept back. */
void upkeep_second(struct broker *b);
/* upkeep_purge(b): forget what ended long ago, a little at a time. */
void upkeep_purge(struct broker *b);
/* upkeep_session_ms(b): how often to look for silent sessions. */
int64_t upkeep_session_ms(const struct broker *b);

#endif

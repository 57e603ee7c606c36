/* NAME
 *	wire_private - what the wire_*.c files share
 */
#ifndef TASUKI_WIRE_PRIVATE_H
#define TASUKI_WIRE_PRIVATE_H

#include "wire.h"

/* wire_bad(why, refusal, format, ...): fill *why with the refusal's class and
 * name; returns the TSK_* that belongs to it. */
int wire_bad(struct why *why, enum refusal refusal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* wire_rules(msg, ours, why): wire_check(); ${ours} leaves out what costs much
 * and cannot harm us: whether a name's characters are safe. */
int wire_rules(const struct wire_msg *msg, bool ours, struct why *why);

#endif

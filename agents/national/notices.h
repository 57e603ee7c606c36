/* NAME
 *	notices - what people should know, until it is over
 * DESCRIPTION
 *	One an office and code; the newest text counts.  Each is logged when it
 *	comes and when it is over; tasukictl national shows them.  They are not
 *	kept on disk: what still holds is noticed again after a restart.
 */
#ifndef TASUKI_NATIONAL_NOTICES_H
#define TASUKI_NATIONAL_NOTICES_H

#include <stddef.h>
#include <stdint.h>

#define NOTICES_MAX 1000u

struct notice {
	char office[16], code[32], text[384];
	unsigned times;
	int64_t first_ms, last_ms;
};

struct notices;

struct notices *notices_new(void);
void notices_free(struct notices **notices);
void notices_add(struct notices *notices, const char *office, const char *code,
    const char *text, int64_t now_ms);
void notices_clear(
    struct notices *notices, const char *office, const char *code);
/* notices_first(), notices_next(): all of them. */
const struct notice *notices_first(struct notices *notices);
const struct notice *notices_next(struct notices *notices);

#endif

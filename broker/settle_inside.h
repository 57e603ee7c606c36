/* NAME
 *	settle_inside - what settle.c and settle_said.c share, and nobody else uses
 */
#ifndef TASUKI_SETTLE_INSIDE_H
#define TASUKI_SETTLE_INSIDE_H

#include "settle.h"

/* one move on its way through the writer */
struct settlement {
	struct work work;
	struct id id;
	uint8_t leg;
	bool answer; /* the session wants to hear settled */
	char from[NUMBER_OFFICE_BYTES], from_type[NUMBER_TYPE_BYTES];
	bool mark;           /* flags of a lent leg only: it stays lent */
	bool step;           /* nothing but its history: it stays lent */
	struct id kept;      /* what op.settle.if_kept points to */
	char *code, *detail; /* NULL = "" */
	int64_t wait_ms;     /* waiting: from the commit on */
	settle_fn *told;
	void *arg;
};

/* settle_new(b, id, leg, actor, state, code, detail): nothing is put yet; actor
 * stays the caller's, code and detail are copied. */
struct settlement *settle_new(struct broker *b, const struct id *id,
    unsigned leg, const char *actor, enum leg_state state, const char *code,
    const char *detail);
/* settle_from_pair(st, pair): whose receipt it is. */
void settle_from_pair(struct settlement *st, const struct pair *p);
/* settle_put_held(b, leg, st): to the writer; the leg is held until it is back. */
void settle_put_held(struct broker *b, struct leg *leg, struct settlement *st);
/* settle_failed_try(b, leg, actor, code, detail, wait_ms): one more try failed:
 * wait, or park when there were too many. */
struct settlement *settle_failed_try(struct broker *b, const struct leg *leg,
    const char *actor, const char *code, const char *detail, int64_t wait_ms);
/* settle_backoff_ms(b, attempts): after so many. */
int64_t settle_backoff_ms(const struct broker *b, uint32_t attempts);
/* settle_answer(b, s, id, leg): settled, at the end of the turn; s may be NULL. */
void settle_answer(
    struct broker *b, struct session *s, const struct id *id, unsigned leg);

#endif

/* NAME
 *	house - parcels with a scripted other side
 * DESCRIPTION
 *	The driver here answers what a test says, when it says it; time is a
 *	number.  Included after cmocka.h.
 */
#ifndef TASUKI_TEST_HOUSE_H
#define TASUKI_TEST_HOUSE_H

#include "run.h"

#define OURS   "1370100018"
#define OURS_2 "1370100026"
#define THEIRS "1370200021"
#define OTHER  "1370200039"
#define LAG    5000
#define START  1790000000000

struct house {
	char folder[64];
	struct spool *spool;
	struct run *run;
	struct driver_order orders[8]; /* with the driver, not answered */
	size_t count;
	size_t sends;
	char last_step[32];
	enum parcel_state told;
	unsigned notices;
	int64_t now;
	unsigned serial;
};

int set_up(void **state);
int tear_down(void **state);
#define ROW(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* As kill -9 and a start: what was with the driver is gone. */
void restart(struct house *h);
/* A parcel of two documents that the broker lends. */
struct task *add(struct house *h);
struct task *add_named(struct house *h, const char *from, const char *to,
    const char *name, const char *kind);

/* So much time goes by. */
void tick(struct house *h, int64_t ms);
/* The next order of that kind; it must be there. */
struct driver_order expect(struct house *h, enum driver_verb verb);
void answer_sent(struct house *h, const struct driver_order *o,
    enum document_state first, enum document_state second);
void answer_trouble(struct house *h, const struct driver_order *o, int rc,
    enum driver_scope scope);

/* What a list says. */
struct listing {
	struct driver_item items[8];
	size_t count;
	bool incomplete;
};

void list_document(struct listing *l, const struct parcel *p, size_t i,
    enum item_state state, const char *ref, bool hashed);
void list_parcel(struct listing *l, const struct parcel *p,
    enum item_state state, const char *ref);
void answer_list(
    struct house *h, const struct driver_order *o, const struct listing *l);

#endif

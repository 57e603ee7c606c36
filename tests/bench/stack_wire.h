/* NAME
 *	stack_wire - the bare stack's header frame
 */
#ifndef TASUKI_BENCH_STACK_WIRE_H
#define TASUKI_BENCH_STACK_WIRE_H

#include <stdint.h>

enum stack_kind {
	STACK_LISTEN, /* receiver: no = credit; answered by the same */
	STACK_STORE,  /* sender: a body follows; no is the sender's */
	STACK_STORED, /* ... answered, no as in STORE */
	STACK_LEND,   /* server: a body follows */
	STACK_DONE,   /* receiver: no as in LEND; gives one credit back */
};

struct stack_head {
	uint16_t kind, queue;
	uint64_t no;
};

#endif

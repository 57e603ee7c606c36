/* NAME
 *	stack - the bare stack: ROUTER, CURVE and LMDB group commit, nothing else
 * DESCRIPTION
 *	What the libraries alone reach with this work: a message is stored, the
 *	commit synced, the sender told, the message handed to its receiver and
 *	deleted when that one confirms.  No identity, no protocol checks, no
 *	routing, no audit, no tags, no schedule, no order but first come.
 *	A broker that does its job comes below it; by how much is the question.
 */
#ifndef TASUKI_BENCH_STACK_H
#define TASUKI_BENCH_STACK_H

#include "traffic.h"

#define STACK_BATCH 256

struct stack {
	char folder[256], endpoint[64];
	char key[41]; /* of the server; "" = no CURVE */
	pid_t pid;
};

/* a process of its own; ends this one when it does not come up */
void stack_open(struct stack *stack, const char *folder);
void stack_close(struct stack *stack);
/* the server's main(): never returns */
void stack_serve(const char *folder, int out) __attribute__((noreturn));
void stack_sender(struct client *client, void *stack);
void stack_receiver(struct client *client, void *stack);

#endif

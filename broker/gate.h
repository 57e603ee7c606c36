/* NAME
 *	gate - who may connect at all (ZAP)
 * DESCRIPTION
 *	A thread answers libzmq's question for every CURVE handshake: is this
 *	public key an agent's?  It works on a snapshot of its own, so it never
 *	waits for the net thread.  A dead gate lets nobody in: the ROUTER
 *	enforces the ZAP domain.
 *
 *	Messages of a connection that was let in carry the agent's name
 *	("User-Id") and the key it was let in with (GATE_KEY).
 */
#ifndef TASUKI_GATE_H
#define TASUKI_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "registry.h"

#define GATE_DOMAIN "tasuki"
#define GATE_KEY    "Tasuki-Key"

struct gate;

/* gate_start(zmq, out, why): before the ROUTER is bound. */
int gate_start(void *zmq, struct gate **out, struct why *why) TSK_MUST_USE;
/* gate_update(g, r): from now on the agents of ${r} that are not revoked. */
void gate_update(struct gate *g, const struct registry *r);
/* gate_refused(g): handshakes refused since the start. */
uint64_t gate_refused(const struct gate *g);
/* gate_stop(g): the thread ends; nobody gets in any more. */
void gate_stop(struct gate *g);
bool gate_alive(const struct gate *g);
void gate_free(struct gate **g);

#endif

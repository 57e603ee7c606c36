/* NAME
 *	receipt - the sender hears what became of a parcel
 * DESCRIPTION
 *	Each durable change of a leg goes to the open session of the agent that
 *	may see the sending office's parcels; who is absent asks later.
 */
#ifndef TASUKI_RECEIPT_H
#define TASUKI_RECEIPT_H

#include "session.h"

/* receipt_send(b, from, from_type, id, leg, code, detail) */
void receipt_send(struct broker *b, const char *from, const char *from_type,
    const struct id *id, const struct store_leg *leg, const char *code,
    const char *detail);
/* receipt_flush(b, s): what was gathered for ${s} goes out. */
void receipt_flush(struct broker *b, struct session *s);
/* receipt_silent(leg, code): nobody needs to hear of it: paper that may never be
 * needed. */
bool receipt_silent(const struct store_leg *leg, const char *code);
/* receipt_query(b, s, query): a receipt for each leg, then answer. */
void receipt_query(
    struct broker *b, struct session *s, const struct wire_ids *query);

#endif

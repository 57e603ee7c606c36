/* NAME
 *	hold - sets that wait for a member or a person, and the notice beside them
 */
#ifndef TASUKI_OFFICE_HOLD_H
#define TASUKI_OFFICE_HOLD_H

#include "buf.h"
#include "collect.h"
#include "office.h"

struct hold;

/* hold_new(office, collect): what lies in the folder is shown to collect. */
struct hold *hold_new(struct office *office, struct collect *collect);
void hold_free(struct hold **hold);

/* hold_put(h, due, first, now): move the unit's files into the folder, with a
 * notice that says why and what to do.  ${first}: NULL, or what the partner, to
 * whom nothing was sent before, is called ("": nobody knows). */
void hold_put(struct hold *h, const struct collect_due *due, const char *first,
    int64_t now_ms);
/* hold_forget(h, due): the unit is on its way: its notice goes. */
void hold_forget(struct hold *h, const struct collect_due *due);
/* hold_returned(h, file): was this file held, and a person moved it back? */
bool hold_returned(struct hold *h, const struct collect_file *file);
/* hold_replaced(h, name): a file of that name is in the outbox now; one that is
 * held under it goes to the rejected ones. */
void hold_replaced(struct hold *h, const char *name);
/* hold_describe(h, due, text, out): what is missing, in words. */
void hold_describe(struct hold *h, const struct collect_due *due,
    enum text text, struct buf *out);

#endif

/* NAME
 *	leg_list - what an agent keeps of its legs, in order and found by name
 * DESCRIPTION
 *	An agent that holds on to legs (leg_desk.h) keeps a thing for each; here
 *	is where it finds them again.  A thing has a struct leg_entry, which is in
 *	the list by age, can be found by parcel and leg, and may stand in one
 *	line: a line is whatever goes one after the other, one sender and one
 *	receiver, say, and is gone when nobody stands in it.
 *
 *	10,000 of them may lie here: adding, finding, taking out, lining up and
 *	leaving cost the logarithm of that; nothing walks through the others.
 *	Things are never owned; the list says nothing of their states.
 */
#ifndef TASUKI_LEG_LIST_H
#define TASUKI_LEG_LIST_H

#include <stddef.h>
#include <sys/queue.h>

#include "id.h"

struct leg_list;
struct leg_line;

/* A member of the thing, zeroed; all in it is the list's. */
struct leg_entry {
	void *thing; /* NULL: it is in no list */
	struct id id;
	unsigned leg;
	TAILQ_ENTRY(leg_entry) age, turn;
	struct leg_line *line; /* NULL: it stands in none */
};

struct leg_list *leg_list_new(void);
/* leg_list_free(list): the things stay, their entries are in no list. */
void leg_list_free(struct leg_list **list);

/* leg_list_add(list, entry, thing, id, leg): the youngest from now on; nothing
 * else in the list is of this leg.  leg_list_remove(): out of its line, too. */
void leg_list_add(struct leg_list *list, struct leg_entry *entry, void *thing,
    const struct id *id, unsigned leg);
void leg_list_remove(struct leg_list *list, struct leg_entry *entry);

/* leg_list_find(list, id, leg): the thing of this leg, or NULL. */
void *leg_list_find(
    const struct leg_list *list, const struct id *id, unsigned leg);
/* leg_list_next(list, entry): the thing that came after this one; of NULL: the
 * oldest; NULL: there is none. */
void *leg_list_next(const struct leg_list *list, const struct leg_entry *entry);

/* leg_list_line_up(list, entry, line): at the end of this line, which begins to
 * be if need be; it stood in none.  leg_list_leave(): it stands in none. */
void leg_list_line_up(
    struct leg_list *list, struct leg_entry *entry, const char *line);
void leg_list_leave(struct leg_list *list, struct leg_entry *entry);
/* leg_list_line_first(entry): who is the first in its line; NULL: it stands in
 * none.  leg_list_line_next(entry): who stands behind it, or NULL. */
void *leg_list_line_first(const struct leg_entry *entry);
void *leg_list_line_next(const struct leg_entry *entry);

#endif

/* NAME
 *	leg_list - what an agent keeps of its legs, in order and found by name
 * DESCRIPTION
 *	Two search trees of the C library, one of entries, one of lines: senders
 *	choose the ids of parcels, and a tree that balances itself has no worst
 *	case that somebody could choose.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#include "leg_list.h"

TAILQ_HEAD(entries, leg_entry);

struct leg_line {
	char *name;
	struct entries entries; /* who came first is the first */
};

struct leg_list {
	struct entries entries; /* the oldest first */
	void *by_leg, *by_name;
};

static int
compare_legs(const void *a, const void *b)
{
	const struct leg_entry *x = a, *y = b;
	int order = id_compare(&x->id, &y->id);

	if (order != 0)
		return order;
	return (x->leg > y->leg) - (x->leg < y->leg);
}

static int
compare_names(const void *a, const void *b)
{
	const struct leg_line *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* What a node of a tree is for: its first member. */
static void *
held(void *const *node)
{
	return node == NULL ? NULL : *node;
}

static void *
thing_of(const struct leg_entry *entry)
{
	return entry == NULL ? NULL : entry->thing;
}

/* ---- the list ---- */

struct leg_list *
leg_list_new(void)
{
	struct leg_list *l = mem_new(sizeof(*l));

	TAILQ_INIT(&l->entries);
	return l;
}

void
leg_list_free(struct leg_list **list_p)
{
	struct leg_list *l = *list_p;

	if (l == NULL)
		return;
	while (!TAILQ_EMPTY(&l->entries))
		leg_list_remove(l, TAILQ_FIRST(&l->entries));
	free(l);
	*list_p = NULL;
}

void
leg_list_add(struct leg_list *l, struct leg_entry *entry, void *thing,
    const struct id *id, unsigned leg)
{
	entry->thing = thing;
	entry->id = *id;
	entry->leg = leg;
	entry->line = NULL;
	void *found = held(tsearch(entry, &l->by_leg, compare_legs));
	if (found == NULL)
		panic("no memory");
	if (found != entry)
		panic("a leg is in the list twice");
	TAILQ_INSERT_TAIL(&l->entries, entry, age);
}

void
leg_list_remove(struct leg_list *l, struct leg_entry *entry)
{
	leg_list_leave(l, entry);
	TAILQ_REMOVE(&l->entries, entry, age);
	tdelete(entry, &l->by_leg, compare_legs);
	entry->thing = NULL;
}

void *
leg_list_find(const struct leg_list *l, const struct id *id, unsigned leg)
{
	const struct leg_entry wanted = {.id = *id, .leg = leg};

	return thing_of(held(tfind(&wanted, &l->by_leg, compare_legs)));
}

void *
leg_list_next(const struct leg_list *l, const struct leg_entry *entry)
{
	return thing_of(
	    entry == NULL ? TAILQ_FIRST(&l->entries) : TAILQ_NEXT(entry, age));
}

/* ---- lines ---- */

static struct leg_line *
line_of(struct leg_list *l, const char *name)
{
	const struct leg_line wanted = {.name = (char *)(uintptr_t)name};
	struct leg_line *line =
	    held(tfind(&wanted, &l->by_name, compare_names));

	if (line != NULL)
		return line;
	line = mem_new(sizeof(*line));
	line->name = mem_text(name);
	TAILQ_INIT(&line->entries);
	if (tsearch(line, &l->by_name, compare_names) == NULL)
		panic("no memory");
	return line;
}

void
leg_list_line_up(struct leg_list *l, struct leg_entry *entry, const char *line)
{
	entry->line = line_of(l, line);
	TAILQ_INSERT_TAIL(&entry->line->entries, entry, turn);
}

void
leg_list_leave(struct leg_list *l, struct leg_entry *entry)
{
	struct leg_line *line = entry->line;

	if (line == NULL)
		return;
	TAILQ_REMOVE(&line->entries, entry, turn);
	entry->line = NULL;
	if (!TAILQ_EMPTY(&line->entries))
		return;
	tdelete(line, &l->by_name, compare_names);
	free(line->name);
	free(line);
}

void *
leg_list_line_first(const struct leg_entry *entry)
{
	return entry->line == NULL
		   ? NULL
		   : thing_of(TAILQ_FIRST(&entry->line->entries));
}

void *
leg_list_line_next(const struct leg_entry *entry)
{
	return entry->line == NULL ? NULL : thing_of(TAILQ_NEXT(entry, turn));
}

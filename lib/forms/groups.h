/* NAME
 *	groups - records that belong to one client and plan or month
 * DESCRIPTION
 *	Groups keep the order in which they first came, records the order of the
 *	file.  Groups of two kinds belong together if their tags are equal: the
 *	tag is made of the values of the key alone.
 */
#ifndef TASUKI_GROUPS_H
#define TASUKI_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"

struct group {
	uint64_t tag;
	size_t *rows; /* of the records */
	size_t count, room;
	bool used; /* for the caller */
};

struct groups {
	const struct records *records;
	struct group *groups;
	size_t count, room;
};

/* groups_make(groups, records, key, n): by the English names of the key. */
void groups_make(struct groups *groups, const struct records *records,
    const char *const *key, size_t n);
void groups_fini(struct groups *groups);
/* groups_find(groups, tag): NULL if there is none. */
struct group *groups_find(const struct groups *groups, uint64_t tag);
/* groups_tag(values, n): of a key. */
uint64_t groups_tag(const char *const *values, size_t n);

#endif

/* NAME
 *	groups - records that belong to one client and plan or month
 * SUMMARY
 *	see groups.h
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#include "groups.h"

#define KEY_MAX 8

uint64_t
groups_tag(const char *const *values, size_t n)
{
	uint64_t tag = 1;

	for (size_t i = 0; i < n; i++)
		tag = digest_tag(values[i], strlen(values[i]) + 1, tag);
	return tag;
}

/* From the end: records of a client mostly follow each other. */
struct group *
groups_find(const struct groups *groups, uint64_t tag)
{
	for (size_t i = groups->count; i > 0; i--) {
		if (groups->groups[i - 1].tag == tag)
			return &groups->groups[i - 1];
	}
	return NULL;
}

static struct group *
new_group(struct groups *groups, uint64_t tag)
{
	if (groups->count == groups->room) {
		groups->room = groups->room == 0 ? 16 : 2 * groups->room;
		groups->groups = mem_resize(
		    groups->groups, groups->room * sizeof(*groups->groups));
	}
	struct group *group = &groups->groups[groups->count++];
	memset(group, 0, sizeof(*group));
	group->tag = tag;
	return group;
}

static void
add_row(struct group *group, size_t row)
{
	if (group->count == group->room) {
		group->room = group->room == 0 ? 8 : 2 * group->room;
		group->rows =
		    mem_resize(group->rows, group->room * sizeof(*group->rows));
	}
	group->rows[group->count++] = row;
}

void
groups_make(struct groups *groups, const struct records *records,
    const char *const *key, size_t n)
{
	const char *values[KEY_MAX];

	memset(groups, 0, sizeof(*groups));
	groups->records = records;
	for (size_t i = 0; i < records->count; i++) {
		for (size_t k = 0; k < n && k < KEY_MAX; k++)
			values[k] = records_cell(records, i, key[k]);
		uint64_t tag = groups_tag(values, n);
		struct group *group = groups_find(groups, tag);
		if (group == NULL)
			group = new_group(groups, tag);
		add_row(group, i);
	}
}

void
groups_fini(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		free(groups->groups[i].rows);
	free(groups->groups);
	memset(groups, 0, sizeof(*groups));
}

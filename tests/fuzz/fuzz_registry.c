/* NAME
 *	fuzz_registry - any JSON as a list of offices, taken in every mode
 * DESCRIPTION
 *	What a list leaves behind can be read again: each row as kept is a row,
 *	and its ways say the same when written and read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry_row.h"

#define TODAY 20261122

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count_fault(void *arg, const char *column, const char *english)
{
	if (column == NULL || english[0] == '\0')
		abort();
	(*(int *)arg)++;
}

static void
read_again(const struct desk *desk)
{
	char *text = row_ways_text(desk->ways, desk->way_count), *again;
	struct desk copy = {0};
	int faults = 0;
	json_t *row = json_loads(desk->json, 0, NULL);

	if (row_ways(text, &copy, count_fault, &faults) != 0 ||
	    copy.way_count != desk->way_count)
		abort();
	again = row_ways_text(copy.ways, copy.way_count);
	if (strcmp(text, again) != 0)
		abort();
	free(again);
	free(text);
	if (desk_parse(row, &copy, count_fault, &faults) != 0 || faults != 0 ||
	    strcmp(copy.json, desk->json) != 0)
		abort();
	desk_fini(&copy);
	json_decref(row);
}

static void
take(struct registry *r, const json_t *rows, struct registry_list list)
{
	struct registry_plan plan;

	list.rows = rows;
	list.today = TODAY;
	registry_plan_list(r, &list, &plan);
	if (plan.count != plan.added + plan.changed + plan.ended)
		abort();
	for (size_t i = 0; json_array_size(plan.errors) == 0 && i < plan.count;
	     i++) {
		const struct desk *old = registry_key(r, plan.desks[i].key);

		read_again(&plan.desks[i]);
		json_decref(registry_fields(
		    old != NULL ? old->json : NULL, plan.desks[i].json));
		registry_put_desk(r, &plan.desks[i]);
	}
	if (json_array_size(plan.errors) == 0)
		plan.count = 0;
	registry_plan_fini(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct registry_list lists[] = {
	    {.mode = REGISTRY_ROWS},
	    {.mode = REGISTRY_PUBLIC,
		.name = "l",
		.from = TODAY,
		.add_unknown = true},
	    {.mode = REGISTRY_GONE, .name = "l"},
	    {.mode = REGISTRY_FULL},
	    {.mode = REGISTRY_FULL,
		.scope_column = "way",
		.scope_value = "fax"},
	};
	struct registry *r = registry_new();
	json_t *rows = json_loadb((const char *)data, size, 0, NULL);

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		take(r, rows, lists[i]);
	json_decref(rows);
	registry_free(&r);
	return 0;
}

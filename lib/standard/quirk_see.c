/* NAME
 *	quirk_see - what was seen of the packs in a file
 * SUMMARY
 *	see quirk_walk.h
 */
#include <string.h>

#include "quirk_walk.h"

void
quirk_see(struct quirk_walk *walk, const struct quirk *quirk, uint64_t line)
{
	struct quirk_report *report = walk->report;

	for (size_t i = 0; i < report->count; i++) {
		if (report->seen[i].quirk == quirk) {
			report->seen[i].count++;
			return;
		}
	}
	if (report->count < QUIRKS_MAX)
		report->seen[report->count++] =
		    (struct quirk_seen){quirk, 1, line};
}

const struct quirk *
quirk_row(
    const struct quirk_walk *walk, enum quirk_test test, const char *value)
{
	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];

		if (quirk->test == test &&
		    (*quirk->value == '\0' || value == NULL ||
			strcmp(quirk->value, value) == 0))
			return quirk;
	}
	return NULL;
}

bool
quirk_see_test(struct quirk_walk *walk, enum quirk_test test, const char *value,
    uint64_t line)
{
	const struct quirk *quirk = quirk_row(walk, test, value);

	if (quirk == NULL)
		return false;
	quirk_see(walk, quirk, line);
	return strcmp(quirk->repair, "-") != 0;
}

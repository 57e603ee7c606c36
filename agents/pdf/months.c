/* NAME
 *	months - folders by month that are forgotten one day
 * SUMMARY
 *	see months.h
 */
#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "file.h"

#include "months.h"

static bool
is_month(const char *name)
{
	static const char form[] = "dddd-dd";

	if (strlen(name) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++) {
		bool digit = name[i] >= '0' && name[i] <= '9';
		if (form[i] == 'd' ? !digit : name[i] != form[i])
			return false;
	}
	return true;
}

int
months_purge(int dirfd, int64_t before_ms)
{
	char limit[CLOCK_TEXT_BYTES], **names;
	int count = file_list(dirfd, &names), purged = 0;

	if (count < 0)
		return count;
	/* years have four digits: text sorts like time */
	clock_month(before_ms, limit);
	for (int i = 0; i < count && purged >= 0; i++) {
		if (!is_month(names[i]) || strcmp(names[i], limit) >= 0)
			continue;
		int rc = file_remove_tree(dirfd, names[i]);
		CRASH_POINT("pdf-purged");
		purged = rc < 0 ? rc : purged + 1;
	}
	file_list_free(&names);
	return purged;
}

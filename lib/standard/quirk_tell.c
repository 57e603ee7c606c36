/* NAME
 *	quirk_tell - what the deviations found explain, in words
 * SUMMARY
 *	See quirk.h.
 */
#include <stdio.h>
#include <string.h>

#include "quirk.h"

static bool
has_word(const char *list, const char *word, size_t n)
{
	while (*list != '\0') {
		size_t length = strcspn(list, " ");

		if (length == n && memcmp(list, word, n) == 0)
			return true;
		list += length + (list[length] == ' ');
	}
	return false;
}

static bool
explains(const struct quirk *quirk, const char *codes)
{
	const char *at = quirk->explains;

	if (codes == NULL)
		return true;
	while (*at != '\0') {
		size_t n = strcspn(at, " ");

		if (has_word(codes, at, n))
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

const struct quirk_seen *
quirk_explaining(const struct quirk_report *report, const char *code)
{
	for (size_t i = 0; i < report->count; i++) {
		if (has_word(
			report->seen[i].quirk->explains, code, strlen(code)))
			return &report->seen[i];
	}
	return NULL;
}

void
quirk_tell(const struct standard *standard, const char *file_name,
    const struct quirk_report *report, const char *codes, finding_fn *fn,
    void *arg)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct quirk_seen *seen = &report->seen[i];
		const struct quirk *quirk = seen->quirk;
		bool good = strcmp(quirk->repair, "-") != 0;
		struct finding_place place = {
		    .file = file_name, .line = seen->line};
		char ja[512], en[512], pack[128];

		if (!explains(quirk, codes))
			continue;
		snprintf(
		    ja, sizeof ja, "%s（%s）", quirk->ja, quirk->family_ja);
		snprintf(en, sizeof en, "%s (%s)", quirk->en, quirk->family_en);
		snprintf(
		    pack, sizeof pack, "%s/%s", quirk->family, quirk->name);
		place.value_en = en;
		check_tell(standard, &place,
		    good ? "quirk-repairable" : "quirk-known", ja, pack, fn,
		    arg);
	}
}

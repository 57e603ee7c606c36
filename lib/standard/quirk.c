/* NAME
 *	quirk - known deviations of care software, recognised and repaired
 * SUMMARY
 *	See quirk.h; the packs are config/standard/quirks/, the way through a
 *	file is quirk_walk.c.
 * DESCRIPTION
 *	The copy is judged by the check like any file.  So a pack can promise
 *	only what the check then confirms.
 */
#include <stdio.h>
#include <string.h>

#include "quirk_walk.h"

/* -- finding ------------------------------------------------------------ */

size_t
quirk_find(const struct standard *standard, const char *file_name,
    const void *p, size_t n, struct quirk_report *report)
{
	struct quirk_walk walk;

	quirk_walk_init(&walk, standard, p, n, report);
	quirk_walk_file(&walk, file_name);
	quirk_walk_fini(&walk);
	return report->count;
}

/* -- repairing ---------------------------------------------------------- */

static bool
any_repair(const struct quirk_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		if (strcmp(report->seen[i].quirk->repair, "-") != 0)
			return true;
	}
	return false;
}

static int
refuse(struct why *why, int rc, const char *code, const char *text)
{
	why_set(why, WHY_NEVER, code, "%s", text);
	return rc;
}

/* The copy is the writer's bytes, or the image's own. */
static int
take_copy(struct quirk_walk *walk, const void *p, size_t n,
    const struct profile *profile, struct quirk_copy *copy)
{
	struct check_with with = {.profile = profile};
	const char *bytes = p;

	if (walk->writer != NULL)
		writer_bytes(walk->writer, &bytes, &n);
	buf_add(&copy->bytes, bytes, n);
	snprintf(copy->name, sizeof copy->name, "%.*s",
	    (int)sizeof copy->name - 1, walk->name);
	if (!buf_ok(&copy->bytes))
		return TSK_TOOBIG;
	if (walk->writer != NULL)
		return writer_check(walk->writer, profile, &copy->result);
	return check_bytes_with(walk->standard, copy->name, bytes, n, &with,
	    walk->fn, walk->arg, &copy->result);
}

static int
judge(struct quirk_walk *walk, const void *p, size_t n,
    const struct profile *profile, struct quirk_copy *copy, struct why *why)
{
	int rc;

	if (!any_repair(&copy->report))
		return refuse(why, TSK_EMPTY, "nothing-known",
		    "No deviation of this file is known, or none that may be "
		    "repaired.");
	if (walk->stuck || !walk->name_good ||
	    (walk->writer == NULL && !walk->kind->image))
		return refuse(why, TSK_INVALID, "unreadable-record",
		    "A record, the name or the encoding cannot be taken over.");
	rc = take_copy(walk, p, n, profile, copy);
	if (rc == TSK_TOOBIG)
		return refuse(
		    why, rc, "too-large", "The copy would be too large.");
	if (rc == TSK_INVALID || (rc == 0 && copy->result.errors > 0))
		return refuse(why, TSK_INVALID, "copy-errors",
		    "The copy would still have errors.");
	return rc;
}

int
quirk_repair(const struct standard *standard, const char *file_name,
    const void *p, size_t n, const struct quirk_with *with,
    struct quirk_copy *copy, struct why *why)
{
	struct quirk_walk walk;
	int rc;

	*copy = (struct quirk_copy){0};
	buf_init(&copy->bytes, WRITER_BYTES_MAX);
	quirk_walk_init(&walk, standard, p, n, &copy->report);
	walk.repair = true;
	walk.fn = with->fn;
	walk.arg = with->arg;
	quirk_walk_file(&walk, file_name);
	rc = judge(&walk, p, n, with->profile, copy, why);
	quirk_walk_fini(&walk);
	return rc;
}

void
quirk_copy_fini(struct quirk_copy *copy)
{
	buf_fini(&copy->bytes);
}

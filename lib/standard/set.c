/* NAME
 *	set - which files belong together (bundles of the standard)
 * SUMMARY
 *	See set.h.
 * DESCRIPTION
 *	bundles.tsv lists the sets.  Members marked optional (sub-tables, images)
 *	may be absent.  UPHOSOKU belongs to two families of sets; its month says
 *	to which: 000000 goes with the forms 1 to 3, a real month with the rest.
 */
#include <stdio.h>
#include <string.h>

#include "set.h"
#include "tables.h"

#define UNIT_KINDS_MAX 32

/* The kinds of one unit, each once. */
struct unit {
	const char *kinds[UNIT_KINDS_MAX];
	size_t count;
	bool v3, plan_side, month_side; /* what UPHOSOKU's months say */
};

bool
set_same(const struct name *a, const struct name *b)
{
	return strcmp(a->stamp, b->stamp) == 0 &&
	       strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->from_type, b->from_type) == 0 &&
	       strcmp(a->to_type, b->to_type) == 0 &&
	       strcmp(a->from_code, b->from_code) == 0 &&
	       strcmp(a->to_code, b->to_code) == 0;
}

static bool
unit_has(const struct unit *unit, const char *kind)
{
	for (size_t i = 0; i < unit->count; i++) {
		if (strcmp(unit->kinds[i], kind) == 0)
			return true;
	}
	return false;
}

static void
unit_fill(struct unit *unit, const struct name *names, size_t count)
{
	*unit = (struct unit){0};
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			unit->v3 = names[i].form == NAME_V3;
		if (strcmp(names[i].kind, "UPHOSOKU") == 0) {
			if (strcmp(names[i].month, "000000") == 0)
				unit->plan_side = true;
			else
				unit->month_side = true;
		}
		if (!unit_has(unit, names[i].kind) &&
		    unit->count < UNIT_KINDS_MAX)
			unit->kinds[unit->count++] = names[i].kind;
	}
}

static bool
bundle_has(const struct bundle *bundle, const char *kind)
{
	for (size_t i = 0; i < bundle->count; i++) {
		if (strcmp(bundle->members[i].kind, kind) == 0)
			return true;
	}
	return false;
}

/* May these kinds be (part of) this set? */
static bool
bundle_takes(const struct bundle *bundle, const struct unit *unit)
{
	if (unit->v3 ? !bundle->v3 : !bundle->v4)
		return false;
	if (unit->plan_side && !bundle_has(bundle, "UP1KYO"))
		return false;
	if (unit->month_side && !bundle_has(bundle, "UPPLAN"))
		return false;
	for (size_t i = 0; i < unit->count; i++) {
		if (!bundle_has(bundle, unit->kinds[i]))
			return false;
	}
	return true;
}

/* How many members the unit lacks: all of them, or only the needed ones. */
static size_t
lacking(const struct bundle *bundle, const struct unit *unit, bool needed)
{
	size_t n = 0;

	for (size_t i = 0; i < bundle->count; i++) {
		if (needed && bundle->members[i].optional)
			continue;
		n += !unit_has(unit, bundle->members[i].kind);
	}
	return n;
}

static void
write_missing(const struct bundle *bundle, const struct unit *unit, bool needed,
    char *out, size_t max)
{
	size_t used = 0;

	for (size_t i = 0; bundle != NULL && i < bundle->count; i++) {
		const char *kind = bundle->members[i].kind;
		size_t n = strlen(kind);

		if (unit_has(unit, kind) ||
		    (needed && bundle->members[i].optional))
			continue;
		if (used + n + 2 > max)
			break;
		if (used > 0)
			out[used++] = ' ';
		memcpy(out + used, kind, n);
		used += n;
	}
	if (max > 0)
		out[used] = '\0';
}

/* The fitting set that lacks least; one that lacks nothing counts only when
 * asked for (least = 0). */
static const struct bundle *
smallest(const struct standard *s, const struct unit *unit, bool needed,
    size_t least)
{
	const struct bundle *best = NULL;

	for (size_t i = 0; i < s->bundle_count; i++) {
		const struct bundle *bundle = &s->bundles[i];

		if (!bundle_takes(bundle, unit) ||
		    lacking(bundle, unit, needed) < least)
			continue;
		if (best == NULL ||
		    lacking(bundle, unit, needed) < lacking(best, unit, needed))
			best = bundle;
	}
	return best;
}

/* A set with images is never surely whole: there may be one more of them. */
static enum set_state
more_images(const struct standard *standard, const struct bundle *bundle,
    char *missing, size_t max)
{
	for (size_t i = 0; i < bundle->count; i++) {
		const char *kind = bundle->members[i].kind;

		if (kind_find(standard, kind)->image) {
			snprintf(missing, max, "%s", kind);
			return SET_OPEN;
		}
	}
	return SET_COMPLETE;
}

enum set_state
set_judge(const struct standard *standard, const struct name *names,
    size_t count, char *missing, size_t missing_max)
{
	const struct bundle *whole, *more;
	struct unit unit;

	unit_fill(&unit, names, count);
	write_missing(NULL, &unit, false, missing, missing_max);
	if (unit.count == 0)
		return SET_UNKNOWN;
	whole = smallest(standard, &unit, true, 0);
	if (whole == NULL)
		return SET_UNKNOWN;
	if (lacking(whole, &unit, true) > 0) {
		write_missing(whole, &unit, true, missing, missing_max);
		return SET_PARTIAL;
	}
	more = smallest(standard, &unit, false, 1);
	if (more == NULL)
		return more_images(standard, whole, missing, missing_max);
	write_missing(more, &unit, false, missing, missing_max);
	return SET_OPEN;
}

const char *
set_kind_ja(const struct standard *standard, const char *kind)
{
	const struct file_kind *k = kind_find(standard, kind);

	return k == NULL ? kind : k->name_ja;
}

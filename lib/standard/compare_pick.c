/* NAME
 *	compare_pick - the two sides, and which file speaks for whom
 * DESCRIPTION
 *	See compare.h.  Uses that do not count are marked, not moved.
 */
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#include "compare_inside.h"

#define NO_FILE UINT32_MAX

/* -- order and kinship of files ------------------------------------------ */

static int
by_stamp(const void *a, const void *b, void *arg)
{
	const struct compare_file *files = arg;
	const uint32_t *x = a, *y = b;
	int order = strcmp(files[*x].name.stamp, files[*y].name.stamp);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

static void
order_files(struct compare *c)
{
	uint32_t *list = mem_new((c->file_count + 1) * sizeof *list);

	for (uint32_t i = 0; i < c->file_count; i++)
		list[i] = i;
	qsort_r(list, c->file_count, sizeof *list, by_stamp, c->files);
	for (uint32_t i = 0; i < c->file_count; i++)
		c->files[list[i]].order = i;
	free(list);
}

/* Names of V3 have no types: they fit every type. */
static bool
type_fits(const char *a, const char *b)
{
	return *a == '\0' || *b == '\0' || strcmp(a, b) == 0;
}

static bool
same_stream(const struct name *a, const struct name *b)
{
	return strcmp(a->kind, b->kind) == 0 &&
	       strcmp(a->month, b->month) == 0 &&
	       strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       type_fits(a->from_type, b->from_type) &&
	       type_fits(a->to_type, b->to_type);
}

/* -- sides --------------------------------------------------------------- */

static uint32_t
count_role(const struct compare *c, enum file_role role)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->file_count; i++)
		n += c->files[i].role == role;
	return n;
}

static void
plan_against_actual(struct compare *c)
{
	c->mode = COMPARE_PLAN_ACTUAL;
	for (uint32_t i = 0; i < c->file_count; i++)
		c->files[i].side = c->files[i].role == FILE_ACTUAL
				       ? COMPARE_RIGHT
				       : COMPARE_LEFT;
}

/* How many newer files of the same stream there are. */
static uint32_t
newer_count(const struct compare *c, uint32_t file)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->file_count; i++)
		n += c->files[i].order > c->files[file].order &&
		     same_stream(&c->files[i].name, &c->files[file].name);
	return n;
}

static bool
has_kin(const struct compare *c, uint32_t file)
{
	for (uint32_t i = 0; i < c->file_count; i++) {
		if (i != file &&
		    same_stream(&c->files[i].name, &c->files[file].name))
			return true;
	}
	return false;
}

static void
leave_out(struct compare *c, uint32_t file, enum compare_note_kind kind)
{
	c->files[file].out = true;
	compare_note_add(c, kind, file, 0, c->files[file].records, "");
}

/* Newest right, the one before it left, whatever is older or has no kin out. */
static bool
versions_of_streams(struct compare *c)
{
	bool any = false;

	for (uint32_t i = 0; i < c->file_count; i++)
		any = any || (c->files[i].role == c->role && has_kin(c, i));
	for (uint32_t i = 0; i < c->file_count && any; i++) {
		uint32_t newer = newer_count(c, i);

		if (c->files[i].role != c->role)
			continue;
		c->files[i].side = newer == 0 ? COMPARE_RIGHT : COMPARE_LEFT;
		if (!has_kin(c, i))
			leave_out(c, i, NOTE_ALONE);
		else if (newer > 1)
			leave_out(c, i, NOTE_OLDER);
	}
	return any;
}

/* Two files without kinship, in the order of the arguments. */
static bool
versions_of_two(struct compare *c)
{
	enum compare_side side = COMPARE_LEFT;

	if (count_role(c, c->role) != 2)
		return false;
	for (uint32_t i = 0; i < c->file_count; i++) {
		if (c->files[i].role != c->role)
			continue;
		c->files[i].side = side;
		side = COMPARE_RIGHT;
	}
	return true;
}

static void
find_sides(struct compare *c)
{
	uint32_t plans = count_role(c, FILE_PLAN);
	uint32_t actuals = count_role(c, FILE_ACTUAL);

	c->role = plans > 0 ? FILE_PLAN : FILE_ACTUAL;
	if (plans > 0 && actuals > 0)
		plan_against_actual(c);
	else if (versions_of_streams(c) || versions_of_two(c))
		c->mode = COMPARE_VERSIONS;
	for (uint32_t i = 0; c->mode == COMPARE_NONE && i < c->file_count;
	     i++) {
		if (c->files[i].role == c->role)
			leave_out(c, i, NOTE_ALONE);
	}
	for (size_t i = 0; i < c->use_count; i++) {
		const struct compare_file *f = &c->files[c->uses[i].file];

		c->uses[i].side = (uint8_t)f->side;
		c->uses[i].out = f->out;
	}
}

/* -- months -------------------------------------------------------------- */

/* More months than anybody exchanges at once; a broken file may name
 * thousands, and they are left out together. */
#define MONTHS_MAX 36

struct months {
	uint32_t words[MONTHS_MAX];
	struct {
		uint64_t count, record;
		uint32_t file;
	} dropped[MONTHS_MAX + 1];
	size_t count;
};

/* Where it is; MONTHS_MAX: nowhere. */
static size_t
months_find(const struct months *m, uint32_t word)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->words[i] == word)
			return i;
	}
	return MONTHS_MAX;
}

static void
months_add(struct months *m, uint32_t word)
{
	if (m->count < MONTHS_MAX && months_find(m, word) == MONTHS_MAX)
		m->words[m->count++] = word;
}

static void
collect_months(const struct compare *c, struct months sides[COMPARE_SIDES],
    const uint32_t *name_months)
{
	for (uint32_t i = 0; i < c->file_count; i++) {
		const struct compare_file *f = &c->files[i];

		/* a file without uses says: nothing in this month */
		if (!f->out && f->kept == 0 &&
		    (f->role == FILE_PLAN || f->role == FILE_ACTUAL))
			months_add(&sides[f->side], name_months[i]);
	}
	for (size_t i = 0; i < c->use_count; i++) {
		const struct use *u = &c->uses[i];

		if (!u->out)
			months_add(
			    &sides[u->side], c->clients[u->client].month);
	}
}

static void
drop_use(struct compare *c, struct months *own, struct use *u)
{
	size_t at = months_find(own, c->clients[u->client].month);

	u->out = true;
	if (own->dropped[at].count++ == 0) {
		own->dropped[at].file = u->file;
		own->dropped[at].record = u->record;
	}
}

static void
tell_dropped(struct compare *c, const struct months *m)
{
	for (size_t i = 0; i <= MONTHS_MAX; i++) {
		if (m->dropped[i].count > 0)
			compare_note_add(c, NOTE_MONTH, m->dropped[i].file,
			    m->dropped[i].record, m->dropped[i].count,
			    i < MONTHS_MAX ? words_text(&c->words, m->words[i])
					   : "");
	}
}

static void
drop_lone_months(struct compare *c, const uint32_t *name_months)
{
	struct months sides[COMPARE_SIDES] = {0};

	collect_months(c, sides, name_months);
	for (size_t i = 0; i < c->use_count; i++) {
		struct use *u = &c->uses[i];
		uint32_t month = c->clients[u->client].month;

		if (!u->out &&
		    months_find(&sides[!u->side], month) == MONTHS_MAX)
			drop_use(c, &sides[u->side], u);
	}
	tell_dropped(c, &sides[COMPARE_LEFT]);
	tell_dropped(c, &sides[COMPARE_RIGHT]);
}

/* -- which file speaks --------------------------------------------------- */

static int
by_speaker(const void *a, const void *b, void *arg)
{
	const struct compare *c = arg;
	const struct use *x = a, *y = b;
	int order;

	if (x->out != y->out)
		return x->out ? 1 : -1;
	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	if (x->office != y->office)
		return x->office < y->office ? -1 : 1;
	order = strncmp(
	    words_text(&c->words, x->code), words_text(&c->words, y->code), 2);
	if (order != 0)
		return order;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

/* The file is between the client's care manager and this very office. */
static bool
addressed(
    const struct compare *c, uint32_t file, uint32_t office, const char *code)
{
	const struct compare_file *f = &c->files[file];
	bool actual = f->role == FILE_ACTUAL;
	char type[3];

	memcpy(type, code, strnlen(code, 2) + 1);
	type[2] = '\0';
	return strcmp(actual ? f->name.from : f->name.to,
		   words_text(&c->words, office)) == 0 &&
	       type_fits(actual ? f->name.from_type : f->name.to_type, type);
}

static bool
newer(const struct compare *c, uint32_t file, uint32_t best)
{
	return best == NO_FILE || c->files[file].order > c->files[best].order;
}

/* The files of one client on one side. */
struct present {
	uint32_t *list;
	uint32_t *mark; /* by file: number of the client's block */
	uint32_t count, block;
};

static void
see_files(struct present *p, const struct use *uses, size_t n)
{
	p->count = 0;
	p->block++;
	for (size_t i = 0; i < n; i++) {
		if (p->mark[uses[i].file] == p->block)
			continue;
		p->mark[uses[i].file] = p->block;
		p->list[p->count++] = uses[i].file;
	}
}

/* One client, side, office and service type: keep the rows of one file. */
static void
pick_group(
    struct compare *c, const struct present *p, struct use *uses, size_t n)
{
	const char *code = words_text(&c->words, uses[0].code);
	uint32_t best = NO_FILE;
	bool direct;

	for (uint32_t i = 0; i < p->count; i++) {
		if (addressed(c, p->list[i], uses[0].office, code) &&
		    newer(c, p->list[i], best))
			best = p->list[i];
	}
	direct = best != NO_FILE;
	for (size_t i = 0; i < n && !direct; i++) {
		if (newer(c, uses[i].file, best))
			best = uses[i].file;
	}
	for (size_t i = 0; i < n; i++)
		uses[i].out = uses[i].file != best;
}

static size_t
group_end(const struct compare *c, size_t at, size_t end)
{
	const struct use *first = &c->uses[at];
	const char *code = words_text(&c->words, first->code);

	while (++at < end) {
		const struct use *u = &c->uses[at];

		if (u->office != first->office ||
		    (u->code != first->code &&
			strncmp(words_text(&c->words, u->code), code, 2) != 0))
			break;
	}
	return at;
}

static size_t
client_end(const struct compare *c, size_t at)
{
	const struct use *first = &c->uses[at];

	while (++at < c->use_count) {
		const struct use *u = &c->uses[at];

		if (u->out || u->client != first->client ||
		    u->side != first->side)
			break;
	}
	return at;
}

static void
pick_files(struct compare *c)
{
	struct present p = {
	    .list = mem_new((c->file_count + 1) * sizeof *p.list),
	    .mark = mem_new((c->file_count + 1) * sizeof *p.mark)};

	if (c->use_count > 0)
		qsort_r(c->uses, c->use_count, sizeof *c->uses, by_speaker, c);
	for (size_t at = 0; at < c->use_count && !c->uses[at].out;) {
		size_t end = client_end(c, at);

		see_files(&p, c->uses + at, end - at);
		c->clients[c->uses[at].client].there[c->uses[at].side] = true;
		while (at < end) {
			size_t next = group_end(c, at, end);

			pick_group(c, &p, c->uses + at, next - at);
			at = next;
		}
	}
	free(p.list);
	free(p.mark);
}

/* A file of which nothing is left because a newer one of its stream says it. */
static void
tell_older(struct compare *c)
{
	for (uint32_t i = 0; i < c->file_count; i++)
		c->files[i].kept = 0;
	for (size_t i = 0; i < c->use_count; i++)
		c->files[c->uses[i].file].kept += !c->uses[i].out;
	for (uint32_t i = 0; i < c->file_count; i++) {
		const struct compare_file *f = &c->files[i];

		if (!f->out && f->kept == 0 && f->records > 0 &&
		    (f->role == FILE_PLAN || f->role == FILE_ACTUAL) &&
		    c->mode == COMPARE_PLAN_ACTUAL && newer_count(c, i) > 0)
			compare_note_add(c, NOTE_OLDER, i, 0, f->records, "");
	}
}

/* Equipment is compared only where every file can have it. */
static void
drop_equipment(struct compare *c)
{
	for (size_t i = 0; i < c->use_count && c->v3; i++)
		c->uses[i].equipment = 0;
}

void
compare_pick(struct compare *c)
{
	uint32_t *months;

	order_files(c);
	find_sides(c);
	months = mem_new((c->file_count + 1) * sizeof *months);
	for (uint32_t i = 0; i < c->file_count; i++)
		months[i] = words_add(&c->words, c->files[i].name.month,
		    strlen(c->files[i].name.month));
	free(c->ranks); /* months of names may be new words */
	c->ranks = words_ranks(&c->words);
	drop_lone_months(c, months);
	free(months);
	pick_files(c);
	tell_older(c);
	drop_equipment(c);
}

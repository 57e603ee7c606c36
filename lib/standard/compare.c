/* NAME
 *	compare - what was planned against what was done, service by service
 * SUMMARY
 *	See compare.h.
 * DESCRIPTION
 *	compare_read.c makes records uses, compare_pick.c decides which of them
 *	count, compare_match.c pairs them, compare_print.c and
 *	compare_say.c put them in words.
 */
#include <stdlib.h>
#include <string.h>

#include "compare_inside.h"

struct compare *
compare_new(const struct standard *standard)
{
	struct compare *c = mem_new(sizeof *c);

	c->standard = standard;
	(void)words_add(&c->words, "", 0); /* word 0 */
	return c;
}

void
compare_free(struct compare **compare)
{
	struct compare *c = *compare;

	if (c == NULL)
		return;
	*compare = NULL;
	for (uint32_t i = 0; i < c->file_count; i++)
		free(c->files[i].text);
	words_fini(&c->words);
	free(c->files);
	free(c->clients);
	free(c->client_slots);
	free(c->uses);
	free(c->persons);
	free(c->office_names);
	free(c->notes);
	free(c->results);
	free(c->rows);
	free(c->ranks);
	free(c);
}

/* -- notes --------------------------------------------------------------- */

/* What was left out could have been a difference. */
static bool
doubtful(enum compare_note_kind kind)
{
	switch (kind) {
	case NOTE_RECORD:
	case NOTE_DATE:
	case NOTE_KEY:
	case NOTE_MONTH:
	case NOTE_UNREADABLE:
	case NOTE_TOO_MANY:
		return true;
	case NOTE_ENCODING:
	case NOTE_HEADER:
	case NOTE_DUPLICATE:
	case NOTE_IGNORED:
	case NOTE_OLDER:
	case NOTE_TIME:
	case NOTE_COUNT:
	case NOTE_UNITS:
	case NOTE_ALONE:
	case NOTE_KINDS:
		break;
	}
	return false;
}

void
compare_note_add(struct compare *c, enum compare_note_kind kind, uint32_t file,
    uint64_t record, uint64_t count, const char *value)
{
	struct compare_note *n;

	c->doubtful = c->doubtful || doubtful(kind);
	if (c->note_count == COMPARE_NOTES_MAX)
		return;
	if (c->notes == NULL)
		c->notes = mem_new(COMPARE_NOTES_MAX * sizeof *c->notes);
	n = &c->notes[c->note_count++];
	n->kind = kind;
	n->file = file < c->file_count ? c->files[file].text : "";
	n->record = record;
	n->count = count;
	memcpy(n->value, value, strnlen(value, sizeof n->value - 1));
}

/* -- files --------------------------------------------------------------- */

static enum file_role
role_of(const char *kind)
{
	static const struct {
		const char *kind;
		enum file_role role;
	} roles[] = {{"UPPLAN", FILE_PLAN}, {"UPJSK", FILE_ACTUAL},
	    {"UPHOSOKU", FILE_NAMES}};

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		if (strcmp(roles[i].kind, kind) == 0)
			return roles[i].role;
	}
	return FILE_OTHER;
}

static int
new_file(struct compare *c, const char *name, uint32_t *out, struct why *why)
{
	struct compare_file *f;
	struct name parsed;
	int rc = name_parse(c->standard, name, &parsed, why);

	if (rc != 0)
		return rc;
	if (c->file_count == COMPARE_FILES_MAX) {
		why_set(why, WHY_NEVER, "too-many-files",
		    "More than %d files cannot be compared at once.",
		    COMPARE_FILES_MAX);
		return TSK_TOOBIG;
	}
	c->files = mem_resize(c->files, (c->file_count + 1) * sizeof *c->files);
	f = &c->files[c->file_count];
	memset(f, 0, sizeof *f);
	f->name = parsed;
	f->text = mem_text(name);
	f->role = role_of(parsed.kind);
	*out = c->file_count++;
	return 0;
}

static int
take_file(struct compare *c, uint32_t file, struct reader *reader)
{
	if (c->files[file].role != FILE_OTHER)
		return compare_read(c, file, reader);
	compare_note_add(c, NOTE_IGNORED, file, 0, 0, "");
	return 0;
}

int
compare_add(struct compare *c, const char *name, const void *p, size_t n,
    struct why *why)
{
	struct reader *reader;
	uint32_t file = 0;
	int rc = new_file(c, name, &file, why);

	if (rc != 0)
		return rc;
	reader = reader_bytes(p, n);
	rc = take_file(c, file, reader);
	reader_close(&reader);
	return rc;
}

int
compare_add_file(struct compare *c, const char *path, struct why *why)
{
	const char *slash = strrchr(path, '/');
	struct reader *reader;
	uint32_t file = 0;
	int rc = reader_open(path, &reader, why);

	if (rc != 0)
		return rc;
	rc = new_file(c, slash != NULL ? slash + 1 : path, &file, why);
	if (rc == 0) {
		rc = take_file(c, file, reader);
		if (rc != 0)
			why_system(why, WHY_LATER, c->files[file].text);
	}
	reader_close(&reader);
	return rc;
}

/* -- running ------------------------------------------------------------- */

static int
by_person(const void *a, const void *b)
{
	const struct person *x = a, *y = b;

	if (x->insurer != y->insurer)
		return x->insurer < y->insurer ? -1 : 1;
	if (x->insured != y->insured)
		return x->insured < y->insured ? -1 : 1;
	return 0;
}

/* The newest file that names this client. */
static const struct person *
find_person(const struct compare *c, const struct client *client)
{
	struct person key = {
	    .insurer = client->insurer, .insured = client->insured};
	const struct person *best = NULL;
	size_t low = 0, high = c->person_count;

	while (low < high) { /* the first of them */
		size_t middle = low + (high - low) / 2;

		if (by_person(&c->persons[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < c->person_count && by_person(&c->persons[low], &key) == 0;
	     low++) {
		const struct person *p = &c->persons[low];

		if (best == NULL ||
		    c->files[p->file].order >= c->files[best->file].order)
			best = p;
	}
	return best;
}

static void
name_clients(struct compare *c)
{
	if (c->person_count > 0)
		qsort(
		    c->persons, c->person_count, sizeof *c->persons, by_person);
	for (uint32_t i = 0; i < c->client_count; i++) {
		struct client *client = &c->clients[i];
		const struct person *p;

		/* a broken file may hold thousands that are left out */
		if (!client->there[COMPARE_LEFT] &&
		    !client->there[COMPARE_RIGHT])
			continue;
		p = find_person(c, client);
		if (p != NULL)
			client->name = p->name;
	}
}

void
compare_run(struct compare *c)
{
	c->ranks = words_ranks(&c->words);
	compare_pick(c);
	name_clients(c);
	compare_match(c);
	free(c->ranks);
	c->ranks = NULL;
	free(c->uses);
	c->uses = NULL;
	c->use_count = 0;
}

/* -- what came out ------------------------------------------------------- */

enum compare_mode
compare_mode(const struct compare *c)
{
	return c->mode;
}

size_t
compare_clients(const struct compare *c, const struct compare_client **out)
{
	*out = c->results;
	return c->result_count;
}

size_t
compare_rows(const struct compare *c, const struct compare_row **out)
{
	*out = c->rows;
	return c->row_count;
}

size_t
compare_notes(const struct compare *c, const struct compare_note **out)
{
	*out = c->notes;
	return c->note_count;
}

const struct compare_sum *
compare_sum(const struct compare *c)
{
	return &c->sum;
}

const char *
compare_kind(const struct compare *c)
{
	return c->role == FILE_ACTUAL ? "UPJSK" : "UPPLAN";
}

uint64_t
compare_differences(const struct compare *c)
{
	return c->differences;
}

bool
compare_doubtful(const struct compare *c)
{
	return c->doubtful;
}

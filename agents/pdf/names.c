/* NAME
 *	names - what offices are called, learned from the documents
 * SUMMARY
 *	see names.h
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "number.h"
#include "rows.h"
#include "utf8.h"

#include "names.h"

#define FILE_NAME      ".names.tsv"
#define FILE_BYTES_MAX (8u * 1024 * 1024)
#define NAMES_MAX      20000u
#define NAME_BYTES_MAX 240u

struct one {
	char number[NUMBER_OFFICE_BYTES];
	char *name;
};

struct names {
	int dirfd;
	const struct standard *standard;
	struct one *items;
	size_t count, room;
	bool changed;
};

/* Where a kind says number and name of an office. */
static const struct source {
	const char *kind;
	const char *fields[2];
} sources[] = {
    {"UPPLAN", {"service_office_number", "service_office_name"}},
    {"UPJSK", {"service_office_number", "service_office_name"}},
    {"UPSIKYU", {"service_office_number", "service_office_name"}},
    {"UP2KYO", {"service_office_number", "service_office_name"}},
    {"UP1KYO",
	{"care_management_office_number", "care_management_office_name"}},
};

static struct one *
find(const struct names *names, const char *number)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i].number, number) == 0)
			return &names->items[i];
	}
	return NULL;
}

const char *
names_find(const struct names *names, const char *number)
{
	const struct one *one = find(names, number);

	return one == NULL ? NULL : one->name;
}

/* No tabs and line ends: rows and the file's own grammar see to that. */
static void
put(struct names *names, const char *number, const char *name)
{
	struct one *one = find(names, number);

	if (name[0] == '\0' || strlen(name) > NAME_BYTES_MAX ||
	    !utf8_valid(name, strlen(name)) ||
	    !number_office_form(number, strlen(number)))
		return;
	if (one != NULL && strcmp(one->name, name) == 0)
		return;
	if (one == NULL && names->count == NAMES_MAX)
		return;
	if (one == NULL) {
		if (names->count == names->room) {
			names->room = names->room == 0 ? 64 : 2 * names->room;
			names->items = mem_resize(
			    names->items, names->room * sizeof(*names->items));
		}
		one = &names->items[names->count++];
		memcpy(one->number, number, NUMBER_OFFICE_BYTES);
		one->name = NULL;
	}
	free(one->name);
	one->name = mem_text(name);
	names->changed = true;
}

static void
load(struct names *names, char *text)
{
	char *saved = NULL;

	for (char *line = strtok_r(text, "\n", &saved); line != NULL;
	     line = strtok_r(NULL, "\n", &saved)) {
		char *tab = strchr(line, '\t');
		if (tab == NULL)
			continue;
		*tab = '\0';
		put(names, line, tab + 1);
	}
}

struct names *
names_open(int dirfd, const struct standard *standard)
{
	struct names *names = mem_new(sizeof(*names));
	struct buf text;

	names->dirfd = dirfd;
	names->standard = standard;
	buf_init(&text, FILE_BYTES_MAX);
	if (file_read(dirfd, FILE_NAME, FILE_BYTES_MAX, &text) == 0 &&
	    text.len > 0)
		load(names, text.data);
	buf_fini(&text);
	names->changed = false;
	return names;
}

void
names_close(struct names **names_p)
{
	struct names *names = *names_p;

	if (names == NULL)
		return;
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i].name);
	free(names->items);
	free(names);
	*names_p = NULL;
}

static int
save(const struct names *names)
{
	struct buf text;

	buf_init(&text, FILE_BYTES_MAX);
	for (size_t i = 0; i < names->count; i++)
		buf_printf(&text, "%s\t%s\n", names->items[i].number,
		    names->items[i].name);
	int rc = file_write(names->dirfd, FILE_NAME, text.data, text.len, 0640);
	buf_fini(&text);
	return rc;
}

static const struct source *
source_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(sources[i].kind, kind) == 0)
			return &sources[i];
	}
	return NULL;
}

/* The first name of either office; a document that cannot be read has none
 * (if it matters, drawing it will say so). */
static void
learn_one(struct names *names, const struct names_document *doc,
    const struct source *source, const char *from, const char *to)
{
	const char *cells[2];
	bool had_from = false, had_to = false;
	struct rows *rows = rows_open(names->standard, doc->kind, "", doc->data,
	    doc->bytes, source->fields, 2, NULL);

	if (rows == NULL)
		return;
	while (!(had_from && had_to) && rows_next(rows, cells, NULL) == 0) {
		bool *had = strcmp(cells[0], from) == 0 ? &had_from
			    : strcmp(cells[0], to) == 0 ? &had_to
							: NULL;
		if (had == NULL || *had)
			continue;
		put(names, cells[0], cells[1]);
		*had = true;
	}
	rows_close(&rows);
}

int
names_learn(struct names *names, const struct names_document *documents,
    size_t count, const char *from, const char *to)
{
	for (size_t i = 0; i < count; i++) {
		const struct source *source = source_of(documents[i].kind);
		if (source != NULL)
			learn_one(names, &documents[i], source, from, to);
	}
	if (!names->changed)
		return 0;
	names->changed = false;
	return save(names);
}

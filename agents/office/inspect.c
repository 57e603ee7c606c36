/* NAME
 *	inspect - the last look at a file before it is sent
 * DESCRIPTION
 *	By now the file lies in our own folder.  It is read once into memory;
 *	what is checked, hashed and later sent are the same bytes (sending reads
 *	again and compares the digest).
 *
 *	Files of the standard go through the checker, alone and as a set:
 *	errors stop them, warnings don't.  Attachments must be of a permitted kind, and the first
 *	bytes must be what the extension says.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "file.h"

#include "inspect.h"
#include "people.h"
#include "latest.h"

#define FINDINGS_SHOWN 50
#define TEXT_MAX       (128 * 1024)

struct kind {
	const char *extension;
	const char *magic; /* NULL: any bytes */
	size_t bytes;
};

static const struct kind kinds[] = {
    {"pdf", "%PDF-", 5},
    {"jpeg", "\xff\xd8\xff", 3},
    {"jpg", "\xff\xd8\xff", 3},
    {"png", "\x89PNG\r\n\x1a\n", 8},
    {"gif", "GIF8", 4},
    {"csv", NULL, 0},
    {"txt", NULL, 0},
    {NULL, NULL, 0},
};

static void
bad(struct office *office, struct inspected *out, enum text text, const char *a,
    const char *b)
{
	out->good = false;
	text_add(&out->text, office->app->language, text, a, b, NULL);
}

/* ---- attachments ---- */

static const struct kind *
kind_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL)
		return NULL;
	for (const struct kind *k = kinds; k->extension != NULL; k++)
		if (strcasecmp(dot + 1, k->extension) == 0)
			return k;
	return NULL;
}

static void
check_attachment(struct office *office, const char *name,
    const struct buf *bytes, struct inspected *out)
{
	const struct kind *k = kind_of(name);
	struct name parsed;
	struct why why = {0};

	if (name_parse(office->app->standard, name, &parsed, &why) == 0)
		bad(office, out, TEXT_STANDARD_IN_PARTNER_FOLDER, NULL, NULL);
	else if (k == NULL)
		bad(office, out, TEXT_KIND_NOT_ALLOWED, NULL, NULL);
	else if (k->magic != NULL &&
		 (bytes->len < k->bytes ||
		     memcmp(bytes->data, k->magic, k->bytes) != 0))
		bad(office, out, TEXT_MAGIC, k->extension, NULL);
}

/* ---- files of the standard ---- */

struct findings {
	struct office *office;
	struct inspected *out;
	uint64_t errors;
};

static void
on_finding(const struct finding *f, void *arg)
{
	struct findings *all = arg;
	enum language language = all->office->app->language;
	struct buf *text = &all->out->text;
	char record[24], line[24], field[160];

	if (f->level != FINDING_ERROR || ++all->errors > FINDINGS_SHOWN)
		return;
	if (f->record == 0) {
		text_add(text, language, TEXT_FINDING_FILE, NULL, NULL, NULL);
	} else {
		snprintf(record, sizeof(record), "%llu",
		    (unsigned long long)f->record);
		snprintf(
		    line, sizeof(line), "%llu", (unsigned long long)f->line);
		if (f->field_no > 0)
			snprintf(field, sizeof(field), "%u %s", f->field_no,
			    f->field);
		else
			field[0] = '\0';
		text_add(text, language, TEXT_FINDING, record, line, field);
	}
	buf_text(text, language == LANGUAGE_EN ? f->en : f->ja);
	buf_char(text, '\n');
}

static bool
our_office(const struct office *office, const struct name *name)
{
	if (strcmp(name->from, office->number) != 0)
		return false;
	return office->type[0] == '\0' || name->from_type[0] == '\0' ||
	       strcmp(office->type, name->from_type) == 0;
}

static void
check_standard(struct office *office, const char *name, const struct buf *bytes,
    const struct check_with *with, struct inspected *out)
{
	struct findings all = {office, out, 0};
	struct check_with alone = {.profile = office->app->profile};
	struct check_result result = {0};
	char count[24];

	if (check_bytes_with(office->app->standard, name, bytes->data,
		bytes->len, with != NULL ? with : &alone, on_finding, &all,
		&result) != 0) {
		bad(office, out, TEXT_UNREADABLE, NULL, NULL);
		return;
	}
	out->standard = result.standard;
	out->name = result.name;
	out->clients = result.clients;
	if (result.standard && all.errors == 0)
		(void)people_digest(office->app->standard, result.name.kind,
		    bytes->data, bytes->len, out->people);
	if (all.errors > FINDINGS_SHOWN) {
		snprintf(count, sizeof(count), "%llu",
		    (unsigned long long)all.errors);
		bad(office, out, TEXT_MORE_FINDINGS, count, NULL);
	}
	if (all.errors > 0)
		bad(office, out, TEXT_REMEDY, NULL, NULL);
	else if (!result.standard)
		bad(office, out, TEXT_NOT_STANDARD, NULL, NULL);
	else if (!our_office(office, &result.name))
		bad(office, out, TEXT_NOT_OUR_OFFICE, result.name.from,
		    office->label);
}

/* ---- both ---- */

static void
look(struct office *office, const char *name, bool attachment,
    const struct buf *bytes, const struct check_with *with,
    struct inspected *out)
{
	out->bytes = bytes->len;
	if (bytes->len == 0) {
		bad(office, out, TEXT_EMPTY, NULL, NULL);
		return;
	}
	digest_sha256(bytes->data, bytes->len, out->sha256);
	if (attachment)
		check_attachment(office, name, bytes, out);
	else
		check_standard(office, name, bytes, with, out);
}

int
inspect_file(struct office *office, int dir, const char *name, bool attachment,
    const struct check_with *with, struct inspected *out)
{
	struct buf bytes;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&out->text, TEXT_MAX);
	out->good = true;
	if (!file_name_safe(name)) {
		bad(office, out, TEXT_BAD_NAME, NULL, NULL);
		return 0;
	}
	buf_init(&bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	rc = file_read(dir, name, WIRE_PARCEL_BYTES_MAX, &bytes);
	if (rc == 0)
		look(office, name, attachment, &bytes, with, out);
	else if (rc == TSK_TOOBIG)
		bad(office, out, TEXT_TOO_LARGE, NULL, NULL);
	else if (rc == TSK_SYSTEM && errno == EIO)
		out->good = false;
	else
		bad(office, out, TEXT_UNREADABLE, NULL, NULL);
	buf_fini(&bytes);
	return rc == TSK_SYSTEM && errno == EIO ? rc : 0;
}

/* ---- sets ---- */

struct members {
	struct office *office;
	struct inspected *all;
	size_t count;
	uint64_t *errors; /* of each */
};

static void
on_set_finding(const struct finding *f, void *arg)
{
	const struct members *members = arg;
	struct findings all = {members->office, NULL, 0};

	if (f->member >= members->count)
		return;
	all.out = &members->all[f->member];
	all.errors = members->errors[f->member];
	on_finding(f, &all);
	members->errors[f->member] = all.errors;
}

void
inspect_set(struct office *office, struct set_check *set, struct inspected *all,
    size_t count)
{
	struct members members = {
	    office, all, count, mem_new(count * sizeof(uint64_t))};
	struct set_result result;

	for (size_t i = 0; i < count; i++) {
		if (all[i].standard)
			latest_tell(office, &all[i].name, set);
	}
	set_check_judge(
	    set, SET_MEMBERS_ANY, on_set_finding, &members, &result);
	for (size_t i = 0; i < count; i++) {
		if (members.errors[i] > 0)
			bad(office, &all[i], TEXT_REMEDY, NULL, NULL);
	}
	free(members.errors);
}

void
inspect_fini(struct inspected *out)
{
	buf_fini(&out->text);
}

/* NAME
 *	desks - for which offices this agent may act now
 * DIAGNOSTICS
 *	info: an office rests, or goes on.  error: a folder cannot be made; it is
 *	tried again with the next welcome.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "log.h"

#include "desks.h"

/* ---- folders below offices/folder ---- */

/* "1370100016" or "1370100016-15" */
static bool
parse_folder(const char *name, char number[NUMBER_OFFICE_BYTES],
    char type[NUMBER_TYPE_BYTES])
{
	size_t n = strcspn(name, "-");

	type[0] = '\0';
	if (n != NUMBER_OFFICE_CHARS || !number_office_form(name, n))
		return false;
	memcpy(number, name, n);
	number[n] = '\0';
	if (!number_office_check(number))
		return false;
	if (name[n] == '\0')
		return true;
	if (!number_type_form(name + n + 1))
		return false;
	memcpy(type, name + n + 1, NUMBER_TYPE_BYTES);
	return true;
}

static bool
is_desk(const struct office *office, const char *number, const char *type)
{
	return strcmp(office->number, number) == 0 &&
	       strcmp(office->type, type) == 0;
}

static struct office *
find(struct app *app, const char *number, const char *type)
{
	for (size_t i = 0; i < app->office_count; i++)
		if (is_desk(&app->offices[i], number, type))
			return &app->offices[i];
	return NULL;
}

/* The strings of its settings live as long as the office. */
static void
fill(struct app *app, struct office *office, const char *number,
    const char *type)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s%s", app->settings->desks_folder,
	    number, type[0] != '\0' ? "-" : "", type);
	office->made = mem_new(sizeof(*office->made));
	office->made->number = mem_text(number);
	office->made->service_type = mem_text(type);
	office->made->folder = mem_text(path);
	office->settings = office->made;
}

static void
unfill(struct office *office)
{
	free(office->made->number);
	free(office->made->service_type);
	free(office->made->folder);
	free(office->made);
	memset(office, 0, sizeof(*office));
}

static int
add(struct app *app, const char *number, const char *type, struct why *why)
{
	struct office *office = &app->offices[app->office_count];
	int rc;

	if (app->office_count == app->office_room) {
		why_set(why, WHY_NEVER, "offices",
		    "More than %zu offices at one agent.", app->office_room);
		return TSK_TOOBIG;
	}
	fill(app, office, number, type);
	office->resting = true; /* until it is listed */
	if ((rc = desks_open(app, office, why)) != 0) {
		unfill(office);
		return rc;
	}
	app->office_count++;
	return 0;
}

int
desks_load(struct app *app, struct why *why)
{
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES], **names;
	int dir, n, rc = 0;

	if (app->settings->desks_folder[0] == '\0')
		return 0;
	dir = file_dir_below(AT_FDCWD, app->settings->desks_folder, 0700);
	if (dir < 0) {
		why_set(why, WHY_LATER, "folder", "%s: %s: %s",
		    app->settings->desks_folder, err_text(dir),
		    strerror(errno));
		return dir;
	}
	n = file_list(dir, &names);
	close(dir);
	for (int i = 0; i < n && rc == 0; i++)
		if (parse_folder(names[i], number, type) &&
		    find(app, number, type) == NULL)
			rc = add(app, number, type, why);
	if (n >= 0)
		file_list_free(&names);
	return n < 0 ? n : rc;
}

/* ---- what the broker lists ---- */

/* "NUMBER" or "NUMBER/TYPE" */
static bool
parse_key(const char *key, char number[NUMBER_OFFICE_BYTES],
    char type[NUMBER_TYPE_BYTES])
{
	size_t n = strcspn(key, "/");

	type[0] = '\0';
	if (n != NUMBER_OFFICE_CHARS)
		return false;
	memcpy(number, key, n);
	number[n] = '\0';
	if (key[n] == '/')
		snprintf(type, NUMBER_TYPE_BYTES, "%s", key + n + 1);
	return true;
}

/* A folder for all types of a number stands for each of them. */
static bool
stands_for(const struct office *office, const char *number, const char *type)
{
	return strcmp(office->number, number) == 0 &&
	       (office->type[0] == '\0' || type[0] == '\0' ||
		   strcmp(office->type, type) == 0);
}

static bool
is_listed(const struct office *office, const struct wire_welcome *w)
{
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];

	for (size_t i = 0; i < w->office_count; i++)
		if (parse_key(w->offices[i], number, type) &&
		    stands_for(office, number, type))
			return true;
	return false;
}

static bool
has_folder(const struct app *app, const char *number, const char *type)
{
	for (size_t i = 0; i < app->office_count; i++)
		if (stands_for(&app->offices[i], number, type))
			return true;
	return false;
}

static void
rest(struct office *office)
{
	enum language language = office->app->language;
	const struct settings *s = office->app->settings;
	struct buf text;

	if (!office->resting)
		log_info("office: office=%s result=resting why=\"it may not "
			 "be acted for now\"",
		    office->label);
	office->resting = true;
	buf_init(&text, 8192);
	text_add(
	    &text, language, TEXT_RESTING, office->number, s->outbox, s->inbox);
	if (folders_notice(office->folders.root,
		text_of(language, TEXT_RESTING_NAME), text.data, text.len) != 0)
		log_warn("office: office=%s notice not written: %s",
		    office->label, strerror(errno));
	buf_fini(&text);
}

static void
go_on(struct office *office)
{
	const char *name = text_of(office->app->language, TEXT_RESTING_NAME);

	if (office->resting)
		log_info("office: office=%s result=active", office->label);
	office->resting = false;
	office->listed = true;
	if (unlinkat(office->folders.root, name, 0) == -1 && errno != ENOENT)
		log_warn("office: office=%s notice not removed: %s",
		    office->label, strerror(errno));
}

static void
make_folders(struct app *app, const struct wire_welcome *w)
{
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	struct why why = {0};

	for (size_t i = 0; i < w->office_count; i++) {
		if (!parse_key(w->offices[i], number, type) ||
		    !number_office_check(number) ||
		    (type[0] != '\0' && !number_type_form(type)) ||
		    has_folder(app, number, type))
			continue;
		if (add(app, number, type, &why) != 0)
			log_error("office: office=%s no folder: %s",
			    w->offices[i], why.text);
	}
}

void
desks_welcome(struct app *app, const struct wire_welcome *w)
{
	if (app->settings->desks_folder[0] != '\0')
		make_folders(app, w);
	for (size_t i = 0; i < app->office_count; i++) {
		struct office *office = &app->offices[i];

		if (is_listed(office, w))
			go_on(office);
		else if (office->listed || office->made != NULL)
			rest(office);
	}
}

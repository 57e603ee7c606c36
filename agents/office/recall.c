/* NAME
 *	recall - the folder 取消: taking back what was sent
 * BUGS
 *	A single file is looked for among the parcels of the last two months.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "manifest.h"
#include "recall.h"

#define MARKER "recall-" /* after a dot */
#define MONTHS 2

/* The folder's descriptor, made if missing; close it. */
static int
open_folder(const struct office *office)
{
	const char *name = office->app->settings->recall;

	return file_dir_below(office->folders.root, name, 0700);
}

static void
marker_of(const struct id *id, char out[64])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, 64, "." MARKER "%s", id_text(id, text));
}

/* ---- which parcel is meant ---- */

static bool
has_document(int month, const char *parcel, const char *name)
{
	struct wire_parcel *p = NULL;
	int dir = file_dir_open(month, parcel);
	bool has = false;

	if (dir < 0)
		return false;
	if (manifest_read(dir, &p) == 0) {
		for (size_t i = 0; i < p->document_count && !has; i++)
			has = strcmp(p->documents[i].name, name) == 0;
		manifest_free(&p);
	}
	close(dir);
	return has;
}

/* The newest parcel of a month with a document of that name. */
static bool
find_in_month(
    struct office *office, const char *month, const char *name, struct id *id)
{
	int dir = file_dir_open(office->folders.sent, month);
	char **names;
	bool found = false;
	int n;

	if (dir < 0)
		return false;
	n = file_list(dir, &names);
	for (int i = n - 1; i >= 0 && !found; i--)
		found = id_parse(names[i], id) == 0 &&
			has_document(dir, names[i], name);
	if (n >= 0)
		file_list_free(&names);
	close(dir);
	return found;
}

static bool
find_parcel(struct office *office, const char *name, struct id *id)
{
	char **months;
	int n = file_list(office->folders.sent, &months);
	bool found = false;

	for (int i = n - 1; i >= 0 && i >= n - MONTHS && !found; i--)
		found = find_in_month(office, months[i], name, id);
	if (n >= 0)
		file_list_free(&months);
	return found;
}

/* ---- putting back ---- */

/* Never over what is there. */
static int
put_back(struct office *office, int folder, const char *name,
    const struct id *id, bool whole)
{
	char text[ID_TEXT_BYTES], free_name[256];
	int month = folders_month(office->folders.sent, id), dir, rc;

	if (month < 0)
		return month;
	if (whole) {
		rc = file_move(folder, name, month, name);
	} else if ((dir = file_dir_open(month, id_text(id, text))) < 0) {
		rc = dir;
	} else {
		folders_free_name(dir, name, free_name);
		rc = file_move(folder, name, dir, free_name);
		close(dir);
	}
	close(month);
	return rc;
}

static void
take(struct office *office, int folder, const char *name)
{
	char marker[64];
	struct id id;
	bool whole = id_parse(name, &id) == 0;
	int rc;

	if (!whole && !find_parcel(office, name, &id))
		return; /* nothing that was sent from here */
	marker_of(&id, marker);
	rc = file_write(folder, marker, "", 0, 0600);
	CRASH_POINT("office-recall-marked");
	if (rc == 0)
		rc = put_back(office, folder, name, &id, whole);
	log_info("recall: parcel=%s office=%s result=%s",
	    marker + 1 + sizeof(MARKER) - 1, office->label,
	    rc == 0 ? "wanted" : err_text(rc));
}

/* ---- asking ---- */

static void
ask(struct office *office, const char *marker)
{
	struct id id;

	if (id_parse(marker + 1 + sizeof(MARKER) - 1, &id) == 0)
		(void)!link_recall(office->app->link, &id, "recalled");
}

static bool
is_marker(const char *name)
{
	return strncmp(name, "." MARKER, sizeof(MARKER)) == 0;
}

/* Each file that is there: ${asking}: markers, else what people put there. */
static void
look(struct office *office, int folder, bool asking)
{
	const char *prefix = text_of(office->app->language, TEXT_PREFIX_NOTICE);
	char **names;
	int n = file_list(folder, &names);

	for (int i = 0; i < n; i++) {
		if (asking && is_marker(names[i]))
			ask(office, names[i]);
		else if (!asking && names[i][0] != '.' &&
			 strncmp(names[i], prefix, strlen(prefix)) != 0)
			take(office, folder, names[i]);
	}
	if (n >= 0)
		file_list_free(&names);
}

int64_t
recall_work(struct office *office, int64_t now_ms)
{
	int folder;

	if (now_ms < office->recall_ms)
		return office->recall_ms;
	office->recall_ms = now_ms + office->app->settings->interval_ms;
	folder = open_folder(office);
	if (folder >= 0) {
		look(office, folder, false);
		if (link_open(office->app->link))
			look(office, folder, true);
		close(folder);
	}
	return office->recall_ms;
}

void
recall_welcome(struct office *office)
{
	office->recall_ms = 0;
}

/* ---- the answer ---- */

/* Since version 3 the broker tells who has the paper. */
static enum text
text_for(enum leg_state state, enum leg_way way, uint32_t protocol)
{
	switch (state) {
	case LEG_DELIVERED:
		if ((way == WAY_FAX || way == WAY_PDF) && protocol >= 3)
			return TEXT_RECALL_PAPER;
		return TEXT_RECALL_LATE;
	case LEG_PICKED_UP:
	case LEG_ANSWERED:
		return TEXT_RECALL_LATE;
	case LEG_SUPERSEDED:
	case LEG_RECALLED:
	case LEG_CLOSED:
		return TEXT_RECALL_DONE;
	default:
		return TEXT_RECALL_ASKED;
	}
}

void
recall_receipt(struct office *office, const struct wire_receipt *receipt)
{
	enum language language = office->app->language;
	enum text said = text_for(
	    receipt->state, receipt->way, link_protocol(office->app->link));
	char marker[64], name[256], id[ID_TEXT_BYTES];
	int folder = open_folder(office);
	struct buf text;

	if (folder < 0)
		return;
	marker_of(&receipt->id, marker);
	if (faccessat(folder, marker, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		snprintf(name, sizeof(name), "%s%s.txt",
		    text_of(language, TEXT_PREFIX_NOTICE),
		    id_text(&receipt->id, id));
		buf_init(&text, 4096);
		text_add(&text, language, said,
		    language == LANGUAGE_EN ? leg_way_name(receipt->way)
					    : leg_way_ja(receipt->way),
		    NULL, NULL);
		if (folders_notice(folder, name, text.data, text.len) == 0 &&
		    said != TEXT_RECALL_ASKED)
			(void)unlinkat(folder, marker, 0);
		buf_fini(&text);
	}
	close(folder);
}

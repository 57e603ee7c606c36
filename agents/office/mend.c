/* NAME
 *	mend - repaired copies of files that break the standard in a known way
 * DESCRIPTION
 *	What is rejected stays rejected, and what was received stays as it came:
 *	the copies lie beside it, in a folder of their own, each with a note that
 *	says what was changed.  A clerk looks at them and puts them into the
 *	outbox, or imports them; nothing mended goes anywhere by itself, since
 *	only she can tell whether the copy says what she meant.
 *
 *	A set is mended as a whole or not at all.  Members without a fault are
 *	copied too, so that the folder holds all that has to be sent again.
 * DIAGNOSTICS
 *	mend: office=... files=... result=...; names and contents are not
 *	logged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "derived.h"
#include "file.h"
#include "log.h"
#include "quirk.h"

#include "mend.h"
#include "reject.h"

#define TEXT_MAX  (64 * 1024)
#define CODES_MAX 8192

struct piece {
	const char *name;
	struct buf bytes;
	struct quirk_copy copy; /* of a good member: as it is */
	bool mended;
	int rc;
};

/* ---- findings ---- */

struct lines {
	struct buf *text;
	bool ja;
};

static void
on_quirk(const struct finding *f, void *arg)
{
	const struct lines *lines = arg;

	buf_printf(lines->text, "・%s\n", lines->ja ? f->ja : f->en);
}

/* The copy's own findings: the check said what matters of the file already. */
static void
ignore(const struct finding *f, void *arg)
{
	(void)f;
	(void)arg;
}

static void
on_code(const struct finding *f, void *arg)
{
	struct buf *codes = arg;

	if (strstr(codes->data != NULL ? codes->data : "", f->code) == NULL)
		buf_printf(codes, "%s ", f->code);
}

static void
tell_quirks(struct office *office, const struct piece *piece, const char *codes,
    struct buf *text)
{
	struct lines lines = {text, office->app->language == LANGUAGE_JA};

	quirk_tell(office->app->standard, piece->name, &piece->copy.report,
	    codes, on_quirk, &lines);
}

/* ---- one file ---- */

static bool
ours(const struct office *office, const char *name)
{
	struct name parsed;

	return name_parse(office->app->standard, name, &parsed, NULL) == 0 &&
	       strcmp(parsed.from, office->number) == 0;
}

static int
read_piece(int dir, const char *name, struct piece *piece)
{
	piece->name = name;
	buf_init(&piece->bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	buf_init(&piece->copy.bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	return file_read(dir, name, WIRE_PARCEL_BYTES_MAX, &piece->bytes);
}

static void
piece_fini(struct piece *piece)
{
	quirk_copy_fini(&piece->copy);
	buf_fini(&piece->bytes);
}

static void
repair(struct office *office, struct piece *piece)
{
	struct quirk_with with = {office->app->profile, ignore, NULL};

	quirk_copy_fini(&piece->copy);
	piece->rc = quirk_repair(office->app->standard, piece->name,
	    piece->bytes.data != NULL ? piece->bytes.data : "",
	    piece->bytes.len, &with, &piece->copy, NULL);
	piece->mended = piece->rc == 0;
}

/* A member without a fault goes into the folder as it is. */
static void
copy_whole(struct piece *piece)
{
	snprintf(piece->copy.name, sizeof(piece->copy.name), "%.*s",
	    (int)sizeof(piece->copy.name) - 1, piece->name);
	buf_add(&piece->copy.bytes, piece->bytes.data, piece->bytes.len);
}

static int
save(struct office *office, int folder, const struct piece *piece)
{
	struct derived derived = {
	    .name = piece->copy.name,
	    .p = piece->copy.bytes.data,
	    .n = piece->copy.bytes.len,
	    .origin = piece->name,
	    .origin_p = piece->bytes.data,
	    .origin_n = piece->bytes.len,
	    .now_ms = clock_wall_ms(),
	    .ja = office->app->language == LANGUAGE_JA,
	};
	struct buf what;
	int rc;

	buf_init(&what, TEXT_MAX);
	tell_quirks(office, piece, NULL, &what);
	derived.what = what.len > 0 ? what.data : "";
	rc = derived_save(folder, &derived);
	buf_fini(&what);
	CRASH_POINT("office-mended");
	return rc;
}

static int
open_folder(struct office *office, int parent)
{
	const char *name = office->app->settings->repair_folder;
	int dir = file_dir_below(parent, name, 0700);

	if (dir >= 0)
		(void)file_tidy(dir);
	return dir;
}

/* All of them, or the first trouble. */
static int
save_all(
    struct office *office, int parent, const struct piece *pieces, size_t count)
{
	int folder = open_folder(office, parent), rc = 0;

	if (folder < 0)
		return folder;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = save(office, folder, &pieces[i]);
	close(folder);
	return rc;
}

static void
log_result(const struct office *office, size_t count, int rc)
{
	if (rc == 0)
		log_info("mend: office=%s files=%zu result=saved",
		    office->label, count);
	else
		log_warn("mend: office=%s files=%zu result=not-saved: %s",
		    office->label, count, err_text(rc));
}

/* ---- what is rejected ---- */

static int
mend_unit(struct office *office, int dir, const struct mend_file *files,
    size_t count, struct piece *pieces)
{
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		int mine = read_piece(dir, files[i].name, &pieces[i]);

		if (mine != 0) {
			rc = mine;
			continue;
		}
		if (files[i].good) {
			copy_whole(&pieces[i]);
			continue;
		}
		repair(office, &pieces[i]);
		if (pieces[i].rc != 0)
			rc = pieces[i].rc;
		else if (!ours(office, pieces[i].copy.name))
			rc = TSK_INVALID;
	}
	return rc;
}

static void
tell_unit(struct office *office, const struct piece *pieces, size_t count,
    bool saved, struct buf *text)
{
	const struct settings *settings = office->app->settings;
	struct buf lines;

	buf_init(&lines, TEXT_MAX);
	for (size_t i = 0; i < count; i++)
		tell_quirks(office, &pieces[i], NULL, &lines);
	if (lines.len > 0) {
		text_add(
		    text, office->app->language, TEXT_QUIRKS, NULL, NULL, NULL);
		buf_add(text, lines.data, lines.len);
	}
	if (saved)
		text_add(text, office->app->language, TEXT_MENDED,
		    settings->rejected, settings->repair_folder,
		    settings->outbox);
	buf_fini(&lines);
}

void
mend_outgoing(struct office *office, int dir, const struct mend_file *files,
    size_t count, struct buf *text)
{
	struct piece *pieces;
	int rc;

	if (!office->app->settings->repair_outgoing)
		return;
	pieces = mem_new(count * sizeof(*pieces));
	rc = mend_unit(office, dir, files, count, pieces);
	if (rc == 0) {
		rc = save_all(office, office->folders.rejected, pieces, count);
		log_result(office, count, rc);
	}
	tell_unit(office, pieces, count, rc == 0, text);
	for (size_t i = 0; i < count; i++)
		piece_fini(&pieces[i]);
	free(pieces);
}

/* ---- what was received ---- */

/* Does a deviation explain what the check says, and may it be repaired? */
static bool
worth_it(struct office *office, struct piece *piece, struct buf *codes)
{
	struct check_result result;
	struct buf lines;
	bool explained;

	if (check_bytes(office->app->standard, piece->name,
		piece->bytes.data != NULL ? piece->bytes.data : "",
		piece->bytes.len, on_code, codes, &result) != 0 ||
	    codes->len == 0)
		return false;
	repair(office, piece);
	if (!piece->mended)
		return false;
	buf_init(&lines, TEXT_MAX);
	tell_quirks(office, piece, codes->data, &lines);
	explained = lines.len > 0;
	buf_fini(&lines);
	return explained;
}

static void
tell_received(
    struct office *office, const struct piece *piece, const char *codes)
{
	const struct settings *settings = office->app->settings;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	text_add(&text, office->app->language, TEXT_MENDED_RECEIVED,
	    piece->name, settings->inbox, settings->repair_folder);
	tell_quirks(office, piece, codes, &text);
	reject_notice(office, piece->name, text.data);
	buf_fini(&text);
}

static void
mend_document(struct office *office, int dir, const char *name)
{
	struct piece piece = {0};
	struct buf codes;
	int rc;

	buf_init(&codes, CODES_MAX);
	buf_text(&codes, "");
	if (read_piece(dir, name, &piece) == 0 &&
	    worth_it(office, &piece, &codes)) {
		rc = save_all(office, office->folders.inbox, &piece, 1);
		log_result(office, 1, rc);
		if (rc == 0)
			tell_received(office, &piece, codes.data);
	}
	piece_fini(&piece);
	buf_fini(&codes);
}

void
mend_received(struct office *office, int dir, const struct wire_parcel *parcel)
{
	if (!office->app->settings->repair_incoming)
		return;
	for (size_t i = 0; i < parcel->document_count; i++) {
		if (parcel->documents[i].kind[0] != '\0')
			mend_document(office, dir, parcel->documents[i].name);
	}
}

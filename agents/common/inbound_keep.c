/* NAME
 *	inbound_keep - the folders of parcels that came from outside
 * DESCRIPTION
 *	The order of a new parcel: its folder, whole, from the rename on; then
 *	the mark in known/.  A crash in between leaves a parcel without a mark,
 *	which loading makes; the other way round a crash would leave a mark
 *	without a parcel: the source would be removed and nobody had it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "crash.h"
#include "file.h"
#include "log.h"

#include "inbound_inside.h"
#include "known.h"
#include "manifest.h"

#define FOLDER_MODE       0700
#define FILE_MODE         0600
#define SOURCE            ".source"
#define ACCEPTED          ".accepted"
#define REASON            ".reason"
#define GIVEN             ".given" /* its id was not made here */
#define MANIFEST_TEXT_MAX (64u * 1024)

static const char *const folders[KEEP_FOLDERS] = {
    [KEEP_PARCELS] = "parcels",
    [KEEP_REFUSED] = "refused",
    [KEEP_KNOWN] = "known",
    [KEEP_INCOMING] = ".incoming",
};

int
inbound_fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the agent's folder is full (%s).", what);
	else
		why_set(why, WHY_LATER, "folder", "The agent's folder: %s: %s.",
		    what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

/* ---- life ---- */

int
inbound_keep_open(struct inbound *in, const char *path, struct why *why)
{
	int rc = 0;

	for (int i = 0; i < KEEP_FOLDERS; i++)
		in->fds[i] = -1;
	for (int i = 0; i < KEEP_FOLDERS && rc >= 0; i++)
		in->fds[i] = rc =
		    i == KEEP_ROOT ? file_dir_below(AT_FDCWD, path, FOLDER_MODE)
				   : file_dir_below(in->fds[KEEP_ROOT],
					 folders[i], FOLDER_MODE);
	if (rc < 0)
		return inbound_fail(rc, why, "opening it");
	if (flock(in->fds[KEEP_INCOMING], LOCK_EX | LOCK_NB) == 0)
		return 0;
	why_set(why, WHY_LATER, "folder-in-use",
	    "Another agent works in the folder %s.", path);
	return TSK_LATER;
}

void
inbound_keep_close(struct inbound *in)
{
	for (int i = 0; i < KEEP_FOLDERS; i++)
		if (in->fds[i] >= 0)
			close(in->fds[i]);
}

static int
open_parcel(const struct inbound *in, const struct id *id)
{
	char name[ID_TEXT_BYTES];

	return file_dir_open(in->fds[KEEP_PARCELS], id_text(id, name));
}

/* ---- putting ---- */

static int
check(const struct wire_parcel *parcel, const char *source, struct why *why)
{
	struct wire_msg msg = {.type = WIRE_SUBMIT, .submit = *parcel};
	int rc = wire_check(&msg, why);

	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++) {
		if (file_name_safe(parcel->documents[i].name))
			continue;
		why_set(why, WHY_NEVER, "bad-name",
		    "A document has a name that cannot be sent.");
		rc = TSK_INVALID;
	}
	if (rc == 0 && strlen(source) <= INBOUND_SOURCE_MAX)
		return 0;
	if (rc == 0)
		why_set(
		    why, WHY_BUG, "source", "The word of the source is long.");
	return TSK_INVALID;
}

static int
fill(int dir, const struct wire_parcel *parcel, const struct link_body *bodies,
    const char *source, bool given)
{
	struct buf text;
	int rc;

	buf_init(&text, MANIFEST_TEXT_MAX);
	manifest_print(parcel, &text);
	rc = buf_ok(&text) ? file_create(dir, MANIFEST_NAME, text.data,
				 text.len, FILE_MODE)
			   : TSK_TOOBIG;
	buf_fini(&text);
	for (size_t i = 0; rc == 0 && i < parcel->document_count; i++)
		rc = file_create(dir, parcel->documents[i].name, bodies[i].data,
		    bodies[i].bytes, FILE_MODE);
	if (rc == 0)
		rc =
		    file_create(dir, SOURCE, source, strlen(source), FILE_MODE);
	if (rc == 0 && given)
		rc = file_create(dir, GIVEN, "", 0, FILE_MODE);
	return rc == 0 ? file_dir_sync(dir) : rc;
}

static int
commit(struct inbound *in, const struct wire_parcel *parcel,
    const struct link_body *bodies, const char *source, bool given)
{
	char name[ID_TEXT_BYTES], tmp[ID_TEXT_BYTES + 4];
	int dir, rc;

	id_text(&parcel->id, name);
	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	rc = file_remove_tree(in->fds[KEEP_INCOMING], tmp);
	dir = rc < 0 ? rc
		     : file_dir_new(in->fds[KEEP_INCOMING], tmp, FOLDER_MODE);
	if (dir < 0)
		return dir;
	rc = fill(dir, parcel, bodies, source, given);
	close(dir);
	CRASH_POINT("inbound-written");
	if (rc == 0)
		rc = file_move(
		    in->fds[KEEP_INCOMING], tmp, in->fds[KEEP_PARCELS], name);
	if (rc == 0)
		rc = file_dir_sync(in->fds[KEEP_PARCELS]);
	CRASH_POINT("inbound-kept");
	if (rc < 0) { /* a full disk wants its room back */
		int kept = errno;

		if (file_remove_tree(in->fds[KEEP_INCOMING], tmp) < 0)
			errno = kept;
		errno = kept;
	}
	return rc;
}

int
inbound_put(struct inbound *in, struct wire_parcel *parcel,
    const struct link_body *bodies, const char *source, int64_t now_ms,
    struct why *why)
{
	char mark[KNOWN_MARK_BYTES];
	struct id old;

	for (size_t i = 0; i < parcel->document_count; i++) {
		struct wire_document *d = &parcel->documents[i];

		d->bytes = d->encoded_bytes = bodies[i].bytes;
		d->encoding = WIRE_ENCODING_NONE;
		digest_sha256(bodies[i].data, bodies[i].bytes, d->sha256);
	}
	bool given = !id_is_zero(&parcel->id);
	if (!given)
		parcel->id = id_new(now_ms);
	int rc = check(parcel, source, why);
	if (rc < 0)
		return rc;
	(void)known_mark(parcel, given, mark);
	rc = known_find(in->fds[KEEP_KNOWN], mark, &old);
	if (rc == 0) {
		parcel->id = old;
		return TSK_EXIST;
	}
	rc =
	    rc == TSK_NOTFOUND ? commit(in, parcel, bodies, source, given) : rc;
	if (rc == 0)
		rc = known_add(in->fds[KEEP_KNOWN], mark, &parcel->id);
	CRASH_POINT("inbound-known");
	if (rc < 0)
		return inbound_fail(rc, why, "keeping a parcel");
	inbound_add(in, parcel);
	return 0;
}

int
inbound_forget(struct inbound *in, const struct id *id)
{
	char mark[KNOWN_MARK_BYTES];

	return known_forget(in->fds[KEEP_KNOWN], id_text(id, mark), id);
}

/* ---- loading ---- */

static void
load_one(struct inbound *in, const char *name)
{
	int dir = file_dir_open(in->fds[KEEP_PARCELS], name);
	struct wire_parcel *parcel = NULL;
	char mark[KNOWN_MARK_BYTES];
	struct id id;
	int rc = dir;

	if (dir >= 0 && id_parse(name, &id) == 0) {
		(void)!file_tidy(dir);
		rc = manifest_read(dir, &parcel);
	}
	if (dir < 0 || parcel == NULL || id_compare(&parcel->id, &id) != 0) {
		log_error("inbound: parcel=%s result=damaged why=\"%s\"", name,
		    err_text(rc));
	} else {
		struct item *item = inbound_add(in, parcel);

		item->accepted = faccessat(dir, ACCEPTED, F_OK, 0) == 0;
		(void)known_mark(
		    parcel, faccessat(dir, GIVEN, F_OK, 0) == 0, mark);
		if (known_find(in->fds[KEEP_KNOWN], mark, &id) ==
			TSK_NOTFOUND &&
		    known_add(in->fds[KEEP_KNOWN], mark, &parcel->id) < 0)
			log_warn("inbound: parcel=%s result=not-marked", name);
	}
	manifest_free(&parcel);
	if (dir >= 0)
		close(dir);
}

int
inbound_keep_read(struct inbound *in, struct why *why)
{
	char **names;
	int n = file_list(in->fds[KEEP_INCOMING], &names), rc = 0;

	if (n < 0)
		return inbound_fail(n, why, "reading it");
	for (int i = 0; i < n && rc == 0; i++) /* never kept: still outside */
		rc = file_remove_tree(in->fds[KEEP_INCOMING], names[i]);
	file_list_free(&names);
	if (rc < 0)
		return inbound_fail(rc, why, "tidying it");
	known_prune(in->fds[KEEP_KNOWN]);
	n = file_list(in->fds[KEEP_PARCELS], &names);
	if (n < 0)
		return inbound_fail(n, why, "reading it");
	for (int i = 0; i < n; i++)
		load_one(in, names[i]);
	file_list_free(&names);
	return 0;
}

/* ---- one parcel ---- */

int
inbound_keep_source(
    const struct inbound *in, const struct id *id, struct buf *out)
{
	int dir = open_parcel(in, id);

	buf_init(out, INBOUND_SOURCE_MAX + 1);
	if (dir < 0 || file_read(dir, SOURCE, INBOUND_SOURCE_MAX, out) < 0)
		buf_clear(out);
	if (out->data == NULL)
		buf_text(out, "");
	if (dir >= 0)
		close(dir);
	return dir < 0 ? dir : 0;
}

int
inbound_keep_load(
    const struct inbound *in, const struct id *id, struct loaded *out)
{
	int dir = open_parcel(in, id), rc;

	if (dir < 0)
		return TSK_DAMAGED;
	rc = loaded_init(out, id, dir);
	close(dir);
	return rc;
}

int
inbound_keep_accepted(struct inbound *in, const struct id *id)
{
	int dir = open_parcel(in, id), rc;

	if (dir < 0)
		return dir;
	rc = file_write(dir, ACCEPTED, "", 0, FILE_MODE);
	close(dir);
	return rc;
}

void
inbound_keep_refused(
    struct inbound *in, const struct id *id, const char *code, const char *text)
{
	char name[ID_TEXT_BYTES], reason[WIRE_DETAIL_BYTES_MAX + 64];
	int dir = file_dir_open(in->fds[KEEP_PARCELS], id_text(id, name));
	int n = snprintf(reason, sizeof(reason), "%s: %s\n", code, text), rc;

	if (dir >= 0) {
		if (file_write(dir, REASON, reason, (size_t)n, FILE_MODE) < 0)
			log_warn("inbound: parcel=%s result=no-reason", name);
		close(dir);
	}
	rc =
	    file_move(in->fds[KEEP_PARCELS], name, in->fds[KEEP_REFUSED], name);
	if (rc == TSK_EXIST) { /* refused, forgotten, and refused again */
		rc = file_remove_tree(in->fds[KEEP_REFUSED], name);
		if (rc == 0)
			rc = file_move(in->fds[KEEP_PARCELS], name,
			    in->fds[KEEP_REFUSED], name);
	}
	if (rc == 0)
		rc = file_dir_sync(in->fds[KEEP_REFUSED]);
	if (rc == 0)
		rc = file_dir_sync(in->fds[KEEP_PARCELS]);
	if (rc < 0)
		log_error("inbound: parcel=%s result=not-moved why=\"%s\"",
		    name, err_text(rc));
	log_warn("inbound: parcel=%s result=never code=%s", name, code);
}

bool
inbound_keep_is_refused(const struct inbound *in, const struct id *id)
{
	char name[ID_TEXT_BYTES];

	return faccessat(in->fds[KEEP_REFUSED], id_text(id, name), F_OK,
		   AT_SYMLINK_NOFOLLOW) == 0;
}

void
inbound_keep_remove(struct inbound *in, const struct id *id)
{
	char name[ID_TEXT_BYTES];

	if (file_remove_tree(in->fds[KEEP_PARCELS], id_text(id, name)) < 0)
		log_warn("inbound: parcel=%s result=not-removed", name);
}

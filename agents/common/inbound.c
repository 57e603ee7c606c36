/* NAME
 *	inbound - parcels that came from outside, on their way to the broker
 * DESCRIPTION
 *	The order of a new parcel: its folder, whole, from the rename on; then
 *	the mark in known/.  A crash in between leaves a parcel without a mark,
 *	which inbound_load() makes; the other way round a crash would leave a
 *	mark without a parcel: the source would be removed and nobody had it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/queue.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"
#include "log.h"

#include "inbound.h"
#include "loaded.h"
#include "manifest.h"

#define FOLDER_MODE       0700
#define FILE_MODE         0600
#define SOURCE            ".source"
#define ACCEPTED          ".accepted"
#define REASON            ".reason"
#define GIVEN             ".given" /* its id was not made here */
#define PAIR_BYTES        32
#define BACKOFF_FIRST_MS  2000
#define BACKOFF_MAX_MS    (5 * 60 * 1000)
#define MANIFEST_TEXT_MAX (64u * 1024)
#define KNOWN_MONTHS      14 /* a second copy later than that is a parcel */

enum { ROOT, PARCELS, REFUSED, KNOWN, INCOMING, FOLDERS };
static const char *const folders[FOLDERS] = {
    NULL, "parcels", "refused", "known", ".incoming"};

struct item {
	TAILQ_ENTRY(item) entry;
	struct id id;
	char pair[PAIR_BYTES];
	unsigned tries;
	int64_t retry_ms; /* not before */
	bool under_way, accepted;
	struct loaded loaded; /* while under way */
};
TAILQ_HEAD(items, item);

struct inbound {
	int fds[FOLDERS];
	struct inbound_events events;
	void *arg;
	struct items items; /* by id */
	size_t count;
	int64_t hold_ms; /* a refusal that concerns everybody */
};

static int
fail(int rc, struct why *why, const char *what)
{
	if (rc == TSK_FULL)
		why_set(why, WHY_LATER, "disk-full",
		    "The disk of the agent's folder is full (%s).", what);
	else
		why_set(why, WHY_LATER, "folder", "The agent's folder: %s: %s.",
		    what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

int
inbound_open(const char *path, const struct inbound_events *events, void *arg,
    struct inbound **out, struct why *why)
{
	struct inbound *in = mem_new(sizeof(*in));
	int rc = 0;

	TAILQ_INIT(&in->items);
	in->events = *events;
	in->arg = arg;
	for (int i = 0; i < FOLDERS; i++)
		in->fds[i] = -1;
	for (int i = 0; i < FOLDERS && rc >= 0; i++)
		in->fds[i] = rc =
		    i == ROOT ? file_dir_below(AT_FDCWD, path, FOLDER_MODE)
			      : file_dir_below(
				    in->fds[ROOT], folders[i], FOLDER_MODE);
	*out = in;
	if (rc >= 0 && flock(in->fds[INCOMING], LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (rc < 0) {
		fail(rc, why, "opening it");
	} else {
		rc = TSK_LATER;
		why_set(why, WHY_LATER, "folder-in-use",
		    "Another agent works in the folder %s.", path);
	}
	inbound_close(out);
	return rc;
}

static void
item_free(struct inbound *in, struct item *item)
{
	TAILQ_REMOVE(&in->items, item, entry);
	loaded_fini(&item->loaded);
	free(item);
	in->count--;
}

void
inbound_close(struct inbound **in_p)
{
	struct inbound *in = *in_p;
	struct item *item, *next;

	if (in == NULL)
		return;
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		loaded_fini(&item->loaded);
		free(item);
	}
	for (int i = 0; i < FOLDERS; i++)
		if (in->fds[i] >= 0)
			close(in->fds[i]);
	free(in);
	*in_p = NULL;
}

/* ---- the list ---- */

static struct item *
find(const struct inbound *in, const struct id *id)
{
	struct item *item;

	TAILQ_FOREACH(item, &in->items, entry)
	if (id_compare(&item->id, id) == 0)
		return item;
	return NULL;
}

enum inbound_state
inbound_state(const struct inbound *in, const struct id *id)
{
	const struct item *item = find(in, id);
	char name[ID_TEXT_BYTES];

	if (item != NULL)
		return item->accepted ? INBOUND_ACCEPTED : INBOUND_OPEN;
	return faccessat(in->fds[REFUSED], id_text(id, name), F_OK,
		   AT_SYMLINK_NOFOLLOW) == 0
		   ? INBOUND_REFUSED
		   : INBOUND_DONE;
}

size_t
inbound_count(const struct inbound *in)
{
	const struct item *item;
	size_t n = 0;

	TAILQ_FOREACH(item, &in->items, entry)
	n += item->accepted ? 0 : 1;
	return n;
}

/* New ones are younger than all, so from the end it is one look. */
static struct item *
item_add(struct inbound *in, const struct wire_parcel *parcel)
{
	struct item *item = mem_new(sizeof(*item)), *before;

	item->id = parcel->id;
	snprintf(item->pair, sizeof(item->pair), "%s%s>%s%s", parcel->from,
	    parcel->from_type, parcel->to, parcel->to_type);
	TAILQ_FOREACH_REVERSE(before, &in->items, items, entry)
	if (id_compare(&before->id, &item->id) < 0)
		break;
	if (before == NULL)
		TAILQ_INSERT_HEAD(&in->items, item, entry);
	else
		TAILQ_INSERT_AFTER(&in->items, before, item, entry);
	in->count++;
	return item;
}

/* ---- what is known ---- */

static int
compare_sums(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_BYTES);
}

static void
content_of(const struct wire_parcel *p, char hex[DIGEST_HEX_BYTES])
{
	uint8_t sums[WIRE_DOCUMENTS_MAX][DIGEST_BYTES], all[DIGEST_BYTES];
	struct digest *d;

	for (size_t i = 0; i < p->document_count; i++) {
		d = digest_new();
		digest_add(
		    d, p->documents[i].name, strlen(p->documents[i].name));
		digest_add(d, "", 1);
		digest_add(d, p->documents[i].sha256, DIGEST_BYTES);
		digest_end(&d, sums[i]);
	}
	/* listings come in any order */
	qsort(sums, p->document_count, DIGEST_BYTES, compare_sums);
	d = digest_new();
	digest_add(d, p->from, sizeof(p->from));
	digest_add(d, p->from_type, sizeof(p->from_type));
	digest_add(d, p->to, sizeof(p->to));
	digest_add(d, p->to_type, sizeof(p->to_type));
	digest_add(d, sums, p->document_count * DIGEST_BYTES);
	digest_end(&d, all);
	digest_hex(all, DIGEST_BYTES, hex);
}

/* What a second copy is known by: an id that came with it, else the content. */
static const char *
mark_of(const struct wire_parcel *p, bool given, char out[DIGEST_HEX_BYTES])
{
	if (given)
		return id_text(&p->id, out);
	content_of(p, out);
	return out;
}

/* The id under which this content came before, if it did. */
static int
known_find(const struct inbound *in, const char *hash, struct id *id)
{
	char **months;
	int n = file_list(in->fds[KNOWN], &months), rc = TSK_NOTFOUND;
	struct buf text;

	if (n < 0)
		return n;
	buf_init(&text, ID_TEXT_BYTES);
	for (int i = n; i-- > 0 && rc == TSK_NOTFOUND;) {
		int dir = file_dir_open(in->fds[KNOWN], months[i]);

		if (dir < 0)
			continue;
		buf_clear(&text);
		rc = file_read(dir, hash, ID_TEXT_BYTES - 1, &text);
		close(dir);
	}
	file_list_free(&months);
	if (rc == 0 && (text.len == 0 || id_parse(text.data, id) != 0))
		rc = TSK_NOTFOUND; /* a mark nobody can read is none */
	buf_fini(&text);
	return rc;
}

static int
known_add(struct inbound *in, const char *hash, const struct id *id)
{
	char month[CLOCK_TEXT_BYTES], text[ID_TEXT_BYTES];
	int dir, rc;

	clock_month(id_wall_ms(id), month);
	dir = file_dir_below(in->fds[KNOWN], month, FOLDER_MODE);
	if (dir < 0)
		return dir;
	rc = file_write(
	    dir, hash, id_text(id, text), ID_TEXT_BYTES - 1, FILE_MODE);
	close(dir);
	return rc;
}

static void
known_prune(struct inbound *in)
{
	char **months;
	int n = file_list(in->fds[KNOWN], &months);

	if (n < 0)
		return;
	for (int i = 0; i + KNOWN_MONTHS < n; i++)
		if (file_remove_tree(in->fds[KNOWN], months[i]) < 0)
			log_warn(
			    "inbound: known=%s result=not-removed", months[i]);
	file_list_free(&months);
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
	rc = file_remove_tree(in->fds[INCOMING], tmp);
	dir = rc < 0 ? rc : file_dir_below(in->fds[INCOMING], tmp, FOLDER_MODE);
	if (dir < 0)
		return dir;
	rc = fill(dir, parcel, bodies, source, given);
	close(dir);
	CRASH_POINT("inbound-written");
	if (rc == 0)
		rc = file_move(in->fds[INCOMING], tmp, in->fds[PARCELS], name);
	if (rc == 0)
		rc = file_dir_sync(in->fds[PARCELS]);
	CRASH_POINT("inbound-kept");
	if (rc < 0) { /* a full disk wants its room back */
		int kept = errno;

		if (file_remove_tree(in->fds[INCOMING], tmp) < 0)
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
	char hash[DIGEST_HEX_BYTES];
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
	(void)mark_of(parcel, given, hash);
	rc = known_find(in, hash, &old);
	if (rc == 0) {
		parcel->id = old;
		return TSK_EXIST;
	}
	rc =
	    rc == TSK_NOTFOUND ? commit(in, parcel, bodies, source, given) : rc;
	if (rc == 0)
		rc = known_add(in, hash, &parcel->id);
	CRASH_POINT("inbound-known");
	if (rc < 0)
		return fail(rc, why, "keeping a parcel");
	item_add(in, parcel);
	return 0;
}

/* ---- loading ---- */

static void
read_source(int dir, struct buf *out)
{
	if (file_read(dir, SOURCE, INBOUND_SOURCE_MAX, out) < 0)
		buf_clear(out);
	if (out->data == NULL)
		buf_text(out, "");
}

static void
say_accepted(struct inbound *in, const struct id *id)
{
	char name[ID_TEXT_BYTES];
	int dir = file_dir_open(in->fds[PARCELS], id_text(id, name));
	struct buf source;
	struct id copy = *id; /* the owner may end it, item and all */

	if (dir < 0)
		return;
	buf_init(&source, INBOUND_SOURCE_MAX + 1);
	read_source(dir, &source);
	close(dir);
	in->events.accepted(
	    in->arg, &copy, source.data != NULL ? source.data : "");
	buf_fini(&source);
}

static void
load_one(struct inbound *in, const char *name)
{
	int dir = file_dir_open(in->fds[PARCELS], name);
	struct wire_parcel *parcel = NULL;
	char hash[DIGEST_HEX_BYTES];
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
		struct item *item = item_add(in, parcel);

		item->accepted = faccessat(dir, ACCEPTED, F_OK, 0) == 0;
		(void)mark_of(
		    parcel, faccessat(dir, GIVEN, F_OK, 0) == 0, hash);
		if (known_find(in, hash, &id) == TSK_NOTFOUND &&
		    known_add(in, hash, &parcel->id) < 0)
			log_warn("inbound: parcel=%s result=not-marked", name);
	}
	manifest_free(&parcel);
	if (dir >= 0)
		close(dir);
}

int
inbound_load(struct inbound *in, int64_t now_ms, struct why *why)
{
	char **names;
	int n = file_list(in->fds[INCOMING], &names), rc = 0;
	struct item *item, *next;

	(void)now_ms;
	if (n < 0)
		return fail(n, why, "reading it");
	for (int i = 0; i < n && rc == 0; i++) /* never kept: still outside */
		rc = file_remove_tree(in->fds[INCOMING], names[i]);
	file_list_free(&names);
	if (rc < 0)
		return fail(rc, why, "tidying it");
	known_prune(in);
	n = file_list(in->fds[PARCELS], &names);
	if (n < 0)
		return fail(n, why, "reading it");
	for (int i = 0; i < n; i++)
		load_one(in, names[i]);
	file_list_free(&names);
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		if (item->accepted)
			say_accepted(in, &item->id);
	}
	return 0;
}

void
inbound_done(struct inbound *in, const struct id *id)
{
	struct item *item = find(in, id);
	char name[ID_TEXT_BYTES];

	if (item == NULL || !item->accepted)
		return;
	CRASH_POINT("inbound-done");
	if (file_remove_tree(in->fds[PARCELS], id_text(id, name)) < 0)
		log_warn("inbound: parcel=%s result=not-removed", name);
	item_free(in, item);
}

int
inbound_forget(struct inbound *in, const struct id *id)
{
	char month[CLOCK_TEXT_BYTES], name[ID_TEXT_BYTES];
	int dir, rc;

	clock_month(id_wall_ms(id), month);
	dir = file_dir_open(in->fds[KNOWN], month);
	if (dir < 0)
		return dir == TSK_NOTFOUND ? 0 : dir;
	rc = file_remove_tree(dir, id_text(id, name));
	close(dir);
	return rc;
}

/* ---- submitting ---- */

static bool
pair_waits(const struct inbound *in, const struct item *item, int64_t now_ms)
{
	const struct item *other;

	TAILQ_FOREACH(other, &in->items, entry)
	{
		if (other == item)
			return false;
		/* what was freed is out of the list: not seen by the analyzer
		 */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		if (!other->accepted && !other->under_way &&
		    other->retry_ms > now_ms &&
		    strcmp(other->pair, item->pair) == 0)
			return true;
	}
	return false;
}

/* Out of the way, for a person; the folder is the report. */
static void
put_away(
    struct inbound *in, struct item *item, const char *code, const char *text)
{
	char name[ID_TEXT_BYTES], reason[WIRE_DETAIL_BYTES_MAX + 64];
	int dir = file_dir_open(in->fds[PARCELS], id_text(&item->id, name));
	int n = snprintf(reason, sizeof(reason), "%s: %s\n", code, text), rc;

	if (dir >= 0) {
		if (file_write(dir, REASON, reason, (size_t)n, FILE_MODE) < 0)
			log_warn("inbound: parcel=%s result=no-reason", name);
		close(dir);
	}
	rc = file_move(in->fds[PARCELS], name, in->fds[REFUSED], name);
	if (rc == TSK_EXIST) { /* refused, forgotten, and refused again */
		rc = file_remove_tree(in->fds[REFUSED], name);
		if (rc == 0)
			rc = file_move(
			    in->fds[PARCELS], name, in->fds[REFUSED], name);
	}
	if (rc == 0)
		rc = file_dir_sync(in->fds[REFUSED]);
	if (rc == 0)
		rc = file_dir_sync(in->fds[PARCELS]);
	if (rc < 0)
		log_error("inbound: parcel=%s result=not-moved why=\"%s\"",
		    name, err_text(rc));
	log_warn("inbound: parcel=%s result=never code=%s", name, code);
	item_free(in, item);
}

static int
load_item(struct inbound *in, struct item *item)
{
	char name[ID_TEXT_BYTES];
	int dir, rc;

	if (item->loaded.parcel != NULL)
		return 0;
	dir = file_dir_open(in->fds[PARCELS], id_text(&item->id, name));
	rc = dir < 0 ? TSK_DAMAGED : loaded_init(&item->loaded, &item->id, dir);
	if (dir >= 0)
		close(dir);
	return rc;
}

static int64_t
backoff(unsigned tries)
{
	int64_t ms = BACKOFF_FIRST_MS;

	while (tries-- > 1 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* TSK_LATER: the window is full. */
static int
submit(struct inbound *in, struct link *link, struct item *item, int64_t now_ms)
{
	int rc = load_item(in, item);

	if (rc == TSK_DAMAGED) {
		put_away(in, item, "changed",
		    "The files are not what was written down.");
		return 0;
	}
	if (rc == 0)
		rc =
		    link_submit(link, item->loaded.parcel, item->loaded.bodies);
	if (rc == TSK_LATER)
		return rc;
	if (rc == 0)
		item->under_way = true;
	else
		item->retry_ms = now_ms + backoff(++item->tries);
	CRASH_POINT("inbound-submitted");
	return 0;
}

int64_t
inbound_work(struct inbound *in, struct link *link, int64_t now_ms)
{
	struct item *item, *next;
	int64_t wake = now_ms + BACKOFF_MAX_MS;

	if (!link_open(link))
		return wake;
	if (in->hold_ms > now_ms)
		return in->hold_ms;
	for (item = TAILQ_FIRST(&in->items); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		if (item->accepted || item->under_way)
			continue;
		if (item->retry_ms > now_ms && item->retry_ms < wake)
			wake = item->retry_ms;
		if (item->retry_ms > now_ms || pair_waits(in, item, now_ms))
			continue;
		if (!link_room(link) ||
		    submit(in, link, item, now_ms) == TSK_LATER)
			break; /* event room comes */
	}
	return wake;
}

void
inbound_down(struct inbound *in)
{
	struct item *item;

	TAILQ_FOREACH(item, &in->items, entry)
	{
		item->under_way = false;
		loaded_fini(&item->loaded);
	}
	in->hold_ms = 0;
}

bool
inbound_accepted(struct inbound *in, const struct wire_accepted_item *said)
{
	struct item *item = find(in, &said->id);
	char name[ID_TEXT_BYTES];
	int dir, rc;

	if (item == NULL)
		return false;
	loaded_fini(&item->loaded);
	item->under_way = false;
	CRASH_POINT("inbound-answered");
	dir = file_dir_open(in->fds[PARCELS], id_text(&item->id, name));
	rc = dir < 0 ? dir : file_write(dir, ACCEPTED, "", 0, FILE_MODE);
	if (dir >= 0)
		close(dir);
	log_info("inbound: parcel=%s result=accepted duplicate=%d", name,
	    said->duplicate);
	if (rc < 0) { /* asked again later: the broker says the same */
		item->retry_ms = clock_wall_ms() + backoff(++item->tries);
		log_error("inbound: parcel=%s result=not-noted why=\"%s\"",
		    name, err_text(rc));
		return true;
	}
	item->accepted = true;
	CRASH_POINT("inbound-noted");
	say_accepted(in, &item->id);
	return true;
}

static bool
for_everybody(enum refusal refusal)
{
	return refusal == REFUSAL_DISK_FULL || refusal == REFUSAL_STOPPING;
}

bool
inbound_refused(
    struct inbound *in, const struct wire_refused *refused, int64_t now_ms)
{
	struct item *item = find(in, &refused->id);
	char name[ID_TEXT_BYTES];
	struct buf source;
	struct id id = refused->id;
	int dir;

	if (item == NULL)
		return false;
	loaded_fini(&item->loaded);
	item->under_way = false;
	if (refused->later) {
		int64_t wait = refused->retry_ms > 0 ? refused->retry_ms
						     : backoff(++item->tries);

		item->retry_ms = now_ms + wait;
		if (for_everybody(refused->refusal))
			in->hold_ms = now_ms + wait;
		log_info("inbound: parcel=%s result=later code=%s",
		    id_text(&id, name), refusal_row(refused->refusal)->name);
		return true;
	}
	buf_init(&source, INBOUND_SOURCE_MAX + 1);
	dir = file_dir_open(in->fds[PARCELS], id_text(&id, name));
	if (dir >= 0) {
		read_source(dir, &source);
		close(dir);
	}
	put_away(
	    in, item, refusal_row(refused->refusal)->name, refused->detail);
	if (in->events.refused != NULL)
		in->events.refused(in->arg, &id,
		    source.data != NULL ? source.data : "", refused);
	buf_fini(&source);
	return true;
}

/* NAME
 *	proof - which editions each partner reads
 * DESCRIPTION
 *	What the registry says of the receiving desk counts.  If it says nothing,
 *	what came from the partner: such a proof counts for the whole office
 *	number; its services mostly share one program.  A partner of whom nothing
 *	is said and from whom nothing ever came is never warned about.
 *
 *	If a partner cannot read what is about to be sent, or has not shown that
 *	it can, "editions/listed" and "editions/unread" say what happens: it is
 *	sent with a notice (warn), not sent (reject), or nobody is told (send).
 *	Copies in the partner's edition are made when every file of the set has
 *	one without a loss; otherwise the explanation lists what would be lost.
 *	A person sends them: the bytes that go out are those the care software
 *	wrote.
 * DIAGNOSTICS
 *	proof: office=... partner=... edition=...: first file of that edition.
 *	proof: parcel=... partner=... edition=... theirs=... by=registry|files
 *	result=unread|not-sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "convert.h"
#include "crash.h"
#include "derived.h"
#include "file.h"
#include "log.h"
#include "partner_edition.h"

#include "proof.h"
#include "reject.h"

#define FOLDER      ".partners"
#define TEXT_MAX    (64 * 1024)
#define LOSSES_SAID 50
#define STAYS_NAME  ".stays" /* in the parcel's folder */

/* ---- the small files ---- */

static int
open_partners(const struct office *office)
{
	return file_dir_below(office->folders.root, FOLDER, 0700);
}

/* An unreadable file is one without proofs: it only ever costs a warning. */
static void
load(const struct office *office, const char *number,
    struct partner_edition *out)
{
	struct buf text;
	int dir = file_dir_open(office->folders.root, FOLDER);

	buf_init(&text, PARTNER_TEXT_MAX + 1);
	buf_text(&text, "");
	if (dir >= 0 && file_name_safe(number) &&
	    file_read(dir, number, PARTNER_TEXT_MAX, &text) != 0)
		buf_clear(&text);
	partner_edition_parse(text.len > 0 ? text.data : "", out);
	buf_fini(&text);
	if (dir >= 0)
		close(dir);
}

static void
store(const struct office *office, const char *number,
    const struct partner_edition *editions)
{
	int dir = open_partners(office), rc = dir;
	struct buf text;

	buf_init(&text, PARTNER_TEXT_MAX);
	partner_edition_print(editions, &text);
	if (dir >= 0 && buf_ok(&text))
		rc = file_write(dir, number, text.data, text.len, 0600);
	CRASH_POINT("office-proof");
	if (rc < 0)
		log_warn("proof: office=%s partner=%s not kept: %s",
		    office->label, number, err_text(rc));
	if (dir >= 0)
		close(dir);
	buf_fini(&text);
}

/* ---- the editions of a parcel ---- */

struct file {
	const char *name;
	struct buf bytes;
	const struct layout_edition *edition; /* NULL: it has none */
	struct convert_copy copy;
	int rc; /* of the conversion */
};

static void
read_file(struct office *office, int dir, const char *name, struct file *file)
{
	*file = (struct file){.name = name};
	buf_init(&file->bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	buf_init(&file->copy.bytes, 1);
	if (file_read(dir, name, WIRE_PARCEL_BYTES_MAX, &file->bytes) == 0 &&
	    file->bytes.len > 0)
		file->edition = convert_from(
		    office->app->standard, file->bytes.data, file->bytes.len);
}

static void
file_fini(struct file *file)
{
	buf_fini(&file->bytes);
	convert_copy_fini(&file->copy);
}

/* Its files of the standard; images have no edition of their own. */
static struct file *
read_parcel(
    struct office *office, int dir, const struct wire_parcel *p, size_t *count)
{
	struct file *files = mem_new((p->document_count + 1) * sizeof(*files));

	*count = 0;
	for (size_t i = 0; i < p->document_count; i++) {
		if (p->documents[i].kind[0] != '\0')
			read_file(office, dir, p->documents[i].name,
			    &files[(*count)++]);
	}
	return files;
}

static void
free_files(struct file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		file_fini(&files[i]);
	free(files);
}

static bool
known_code(const struct partner_edition *editions, const char *code)
{
	for (size_t i = 0; i < editions->count; i++) {
		if (strcmp(editions->seen[i].code, code) == 0)
			return true;
	}
	return false;
}

void
proof_received(struct office *office, int dir, const struct wire_parcel *parcel)
{
	struct partner_edition editions;
	size_t count;
	struct file *files = read_parcel(office, dir, parcel, &count);
	bool news = false;

	if (count == 0 || !file_name_safe(parcel->from)) {
		free_files(files, count);
		return;
	}
	load(office, parcel->from, &editions);
	for (size_t i = 0; i < count; i++) {
		const struct layout_edition *e = files[i].edition;

		if (e == NULL)
			continue;
		if (!known_code(&editions, e->code))
			log_info("proof: office=%s partner=%s edition=%s",
			    office->label, parcel->from, e->edition);
		news |= partner_edition_add(&editions, e->code, parcel->stamp);
	}
	if (news)
		store(office, parcel->from, &editions);
	partner_edition_fini(&editions);
	free_files(files, count);
}

/* What a partner is known to read, and what does not fit. */
struct judged {
	struct office *office;
	const struct wire_parcel *parcel;
	struct file *files;
	size_t count;
	const struct layout_edition *sent; /* of the first that it cannot */
	struct partner_verdict verdict;
};

/* ---- copies ---- */

struct losses {
	struct buf *text;
	bool ja;
	size_t count;
};

static void
on_loss(const struct finding *f, void *arg)
{
	struct losses *losses = arg;

	if (strncmp(f->code, "edition-l", 9) != 0 ||
	    losses->count++ >= LOSSES_SAID)
		return;
	buf_printf(losses->text, "・%s ", f->file);
	if (f->line > 0)
		buf_printf(losses->text,
		    losses->ja ? "%llu行目 項目%u " : "line %llu field %u ",
		    (unsigned long long)f->line, f->field_no);
	buf_printf(losses->text, "%s\n", losses->ja ? f->ja : f->en);
}

/* What the rows do not tell, the address may. */
static void
add_types(struct convert_types *types, const struct wire_parcel *parcel)
{
	if (types->from[0] == '\0')
		memcpy(types->from, parcel->from_type, sizeof(types->from));
	if (types->to[0] == '\0')
		memcpy(types->to, parcel->to_type, sizeof(types->to));
}

/* Every file in the other edition; false if one cannot be, or not whole. */
static bool
convert_all(const struct judged *j, const struct layout_edition *edition,
    struct losses *losses)
{
	const struct standard *standard = j->office->app->standard;
	struct convert_to to = {.edition = edition,
	    .profile = j->office->app->profile,
	    .fn = on_loss,
	    .arg = losses};
	struct file *files = j->files;
	bool whole = true;

	for (size_t i = 0; i < j->count; i++) {
		if (files[i].bytes.len == 0)
			return false; /* it could not be read */
		convert_learn(standard, files[i].name, files[i].bytes.data,
		    files[i].bytes.len, &to.types);
	}
	add_types(&to.types, j->parcel);
	for (size_t i = 0; i < j->count; i++) {
		convert_copy_fini(&files[i].copy);
		files[i].rc =
		    convert_file(standard, files[i].name, files[i].bytes.data,
			files[i].bytes.len, &to, &files[i].copy, NULL);
		whole &= files[i].rc == 0;
	}
	return whole;
}

static int
save_copies(struct office *office, const struct file *files, size_t count)
{
	const char *name = office->app->settings->editions_folder;
	int rejected = office->folders.rejected;
	int dir = file_dir_below(rejected, name, 0700), rc = 0;

	if (dir < 0)
		return dir;
	(void)file_tidy(dir);
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct derived derived = {
		    .name = files[i].copy.name,
		    .p = files[i].copy.bytes.data,
		    .n = files[i].copy.bytes.len,
		    .origin = files[i].name,
		    .origin_p = files[i].bytes.data,
		    .origin_n = files[i].bytes.len,
		    .what = "",
		    .now_ms = clock_wall_ms(),
		    .ja = office->app->language == LANGUAGE_JA,
		};

		rc = derived_save(dir, &derived);
		CRASH_POINT("office-converted");
	}
	close(dir);
	return rc;
}

/* ---- the verdict ---- */

static void
say(const struct judged *j, struct buf *out, enum text text, const char *a,
    const char *b, const char *c)
{
	text_add(out, j->office->app->language, text, a, b, c);
}

/* The first edition among the files that the partner cannot read, as far as is
 * known; false if there is none. */
static bool
judge_files(struct judged *j, const char *listed,
    const struct partner_edition *editions)
{
	for (size_t i = 0; i < j->count; i++) {
		if (j->files[i].edition == NULL)
			continue;
		partner_edition_judge(j->office->app->standard, listed,
		    editions, j->files[i].edition, &j->verdict);
		j->sent = j->files[i].edition;
		if (j->verdict.reads == PARTNER_NOT &&
		    j->verdict.theirs != NULL)
			return true;
	}
	return false;
}

/* What the settings say about it: warn, reject, send. */
static const char *
setting(const struct judged *j)
{
	const struct settings *settings = j->office->app->settings;

	return j->verdict.source == PARTNER_BY_REGISTRY
		   ? settings->editions_listed
		   : settings->editions_unread;
}

/* Copies, or why there are none. */
static void
explain_copies(const struct judged *j, bool stays, struct buf *text)
{
	const struct settings *settings = j->office->app->settings;
	const struct layout_edition *copy = j->verdict.copy;
	struct losses losses = {.ja = j->office->app->language == LANGUAGE_JA};
	struct buf lost;

	if (copy == NULL) {
		say(j, text, TEXT_WITHDRAWN, j->verdict.theirs->edition, NULL,
		    NULL);
		return;
	}
	buf_init(&lost, TEXT_MAX);
	losses.text = &lost;
	if (convert_all(j, copy, &losses) &&
	    save_copies(j->office, j->files, j->count) == 0) {
		say(j, text, stays ? TEXT_CONVERTED_PUT : TEXT_CONVERTED,
		    copy->edition,
		    stays ? settings->editions_folder : settings->rejected,
		    stays ? settings->outbox : settings->editions_folder);
	} else {
		say(j, text,
		    losses.count > 0 ? TEXT_WOULD_BE_LOST : TEXT_NOT_CONVERTED,
		    copy->edition, NULL, NULL);
		buf_add(text, lost.data, lost.len);
	}
	buf_fini(&lost);
}

static void
explain(const struct judged *j, bool stays, struct buf *text)
{
	bool listed = j->verdict.source == PARTNER_BY_REGISTRY;

	say(j, text, listed ? TEXT_LISTED_UNREAD : TEXT_UNREAD, j->parcel->to,
	    j->sent->edition, j->verdict.theirs->edition);
	explain_copies(j, stays, text);
	if (listed)
		say(j, text, TEXT_LISTED_REMEDY, j->parcel->to,
		    j->sent->edition, j->office->app->settings->outbox);
}

/* It goes out, so the line for the status file stays with the parcel. */
static void
keep_note(const struct judged *j, int dir, const char *text)
{
	struct buf note;

	buf_init(&note, PROOF_NOTE_BYTES);
	say(j, &note,
	    j->verdict.source == PARTNER_BY_REGISTRY ? TEXT_STATUS_LISTED
						     : TEXT_STATUS_UNREAD,
	    j->sent->edition, j->verdict.theirs->edition, NULL);
	(void)proof_note_keep(dir, &note);
	buf_fini(&note);
	reject_notice(j->office, j->parcel->to, text);
}

/* Judged to stay, so it was never handed in: after a crash it still may. */
static bool
stayed(int dir)
{
	return faccessat(dir, STAYS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Without the mark a crash now means that it goes out with a notice. */
static void
mark_stays(const struct office *office, int dir)
{
	int rc = file_create(dir, STAYS_NAME, "", 0, 0600);

	if (rc != 0 && rc != TSK_EXIST)
		log_warn("proof: office=%s mark not kept: %s", office->label,
		    err_text(rc));
}

static int
tell(struct judged *j, int dir, bool may_stay, struct buf *text)
{
	bool stays =
	    (may_stay || stayed(dir)) && strcmp(setting(j), "reject") == 0;
	char id[ID_TEXT_BYTES];

	log_info("proof: parcel=%s partner=%s edition=%s theirs=%s by=%s "
		 "result=%s",
	    id_text(&j->parcel->id, id), j->parcel->to, j->sent->edition,
	    j->verdict.theirs->edition,
	    j->verdict.source == PARTNER_BY_REGISTRY ? "registry" : "files",
	    stays ? "not-sent" : "unread");
	if (stays)
		mark_stays(j->office, dir);
	explain(j, stays, text);
	if (stays)
		return TSK_DENIED;
	keep_note(j, dir, text->data);
	return TSK_LATER;
}

int
proof_judge(struct office *office, int dir, const struct wire_parcel *parcel,
    const char *listed, bool may_stay, struct buf *text)
{
	struct judged j = {.office = office, .parcel = parcel};
	struct partner_edition editions;
	char note[PROOF_NOTE_BYTES];
	int rc = 0;

	if (*proof_note(dir, note) != '\0')
		return 0; /* before a crash */
	load(office, parcel->to, &editions);
	j.files = read_parcel(office, dir, parcel, &j.count);
	if (judge_files(&j, listed, &editions) &&
	    strcmp(setting(&j), "send") != 0)
		rc = tell(&j, dir, may_stay, text);
	if (rc != TSK_DENIED)
		(void)unlinkat(dir, STAYS_NAME, 0);
	free_files(j.files, j.count);
	partner_edition_fini(&editions);
	return rc;
}

int
proof_note_keep(int dir, const struct buf *note)
{
	int rc = file_create(dir, PROOF_NOTE_NAME, note->data, note->len, 0600);

	if (rc != 0 && rc != TSK_EXIST)
		log_warn("proof: note not kept: %s", err_text(rc));
	return rc;
}

const char *
proof_note(int dir, char out[PROOF_NOTE_BYTES])
{
	struct buf text;

	out[0] = '\0';
	buf_init(&text, PROOF_NOTE_BYTES);
	if (file_read(dir, PROOF_NOTE_NAME, PROOF_NOTE_BYTES - 1, &text) == 0 &&
	    buf_ok(&text) && text.len > 0)
		snprintf(out, PROOF_NOTE_BYTES, "%s", text.data);
	buf_fini(&text);
	return out;
}

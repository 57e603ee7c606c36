/* NAME
 *	proof - which editions each partner has proved to read
 * DESCRIPTION
 *	A partner from whom nothing ever came is never warned about: no proof is
 *	no verdict.  A proof counts for the whole office number; its services
 *	mostly share one program.
 *
 *	If a partner has not shown that it reads what is about to be sent,
 *	"editions/unread" says what happens: it is sent with a notice (warn), not
 *	sent (reject), or nobody is told (send).  Copies in the edition of the
 *	partner's latest file are made when every file of the set has one without
 *	a loss; otherwise the explanation lists what would be lost.
 * DIAGNOSTICS
 *	proof: office=... partner=... edition=...: first file of that edition.
 *	proof: parcel=... partner=... result=unread.
 */
#include <errno.h>
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

/* Every file in the other edition; false if one cannot be, or not whole. */
static bool
convert_all(struct office *office, struct file *files, size_t count,
    const struct layout_edition *edition, struct losses *losses)
{
	const struct standard *standard = office->app->standard;
	struct convert_to to = {.edition = edition,
	    .profile = office->app->profile,
	    .fn = on_loss,
	    .arg = losses};
	bool whole = true;

	for (size_t i = 0; i < count; i++) {
		if (files[i].bytes.len == 0)
			return false; /* it could not be read */
		convert_learn(standard, files[i].name, files[i].bytes.data,
		    files[i].bytes.len, &to.types);
	}
	for (size_t i = 0; i < count; i++) {
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

/* The first edition among the files that the partner has not proved to read. */
static const struct layout_edition *
unread(struct office *office, const struct partner_edition *editions,
    const struct file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (files[i].edition != NULL &&
		    partner_edition_reads(office->app->standard, editions,
			files[i].edition) == PARTNER_NOT)
			return files[i].edition;
	}
	return NULL;
}

static void
explain(struct office *office, const struct wire_parcel *parcel,
    struct file *files, size_t count, const struct layout_edition *sent,
    const struct layout_edition *theirs, struct buf *text)
{
	const struct settings *settings = office->app->settings;
	enum language language = office->app->language;
	struct losses losses = {.ja = language == LANGUAGE_JA};
	struct buf lost;

	buf_init(&lost, TEXT_MAX);
	losses.text = &lost;
	text_add(text, language, TEXT_UNREAD, parcel->to, sent->edition,
	    theirs->edition);
	if (convert_all(office, files, count, theirs, &losses) &&
	    save_copies(office, files, count) == 0)
		text_add(text, language, TEXT_CONVERTED, theirs->edition,
		    settings->rejected, settings->editions_folder);
	else if (losses.count > 0) {
		text_add(text, language, TEXT_WOULD_BE_LOST, theirs->edition,
		    NULL, NULL);
		buf_add(text, lost.data, lost.len);
	}
	buf_fini(&lost);
}

/* It goes out, so the line for the status file stays with the parcel. */
static int
keep_note(struct office *office, int dir, const struct wire_parcel *parcel,
    const struct layout_edition *sent, const struct layout_edition *theirs,
    const char *text)
{
	struct buf note;
	int rc;

	buf_init(&note, PROOF_NOTE_BYTES);
	text_add(&note, office->app->language, TEXT_STATUS_UNREAD,
	    sent->edition, theirs->edition, NULL);
	rc = file_create(dir, PROOF_NOTE_NAME, note.data, note.len, 0600);
	buf_fini(&note);
	if (rc != 0 && rc != TSK_EXIST)
		log_warn("proof: office=%s note not kept: %s", office->label,
		    err_text(rc));
	reject_notice(office, parcel->to, text);
	return TSK_LATER;
}

int
proof_judge(struct office *office, int dir, const struct wire_parcel *parcel,
    struct buf *text)
{
	const struct layout_edition *sent, *theirs;
	const char *unread_is = office->app->settings->editions_unread;
	struct partner_edition editions;
	char id[ID_TEXT_BYTES];
	struct file *files;
	size_t count;
	int rc = 0;

	if (strcmp(unread_is, "send") == 0)
		return 0;
	load(office, parcel->to, &editions);
	files = read_parcel(office, dir, parcel, &count);
	sent = unread(office, &editions, files, count);
	theirs = partner_edition_latest(office->app->standard, &editions);
	if (sent != NULL && theirs != NULL) {
		log_info("proof: parcel=%s partner=%s result=unread",
		    id_text(&parcel->id, id), parcel->to);
		explain(office, parcel, files, count, sent, theirs, text);
		rc = strcmp(unread_is, "reject") == 0
			 ? TSK_DENIED
			 : keep_note(
			       office, dir, parcel, sent, theirs, text->data);
	}
	free_files(files, count);
	partner_edition_fini(&editions);
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

/* NAME
 *	letter - the words around a paper: the e-mail and the password letter
 * SUMMARY
 *	see letter.h
 * DESCRIPTION
 *	Neither subject nor text names a client: how many people it is about,
 *	never who.  The password stands in the letter only.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"

#include "letter.h"
#include "mail.h"
#include "texts.h"

#define TEXT_MAX         8192u
#define REFERENCE_DIGITS 12
#define FOLDER_MODE      0700
#define FILE_MODE        0600
#define LETTER_MAX       (4u * 1024 * 1024)

static const char *
office(const struct paper_order *order, const char *number)
{
	const char *name = paper_office(order, number);

	return name != NULL && name[0] != '\0' ? name : number;
}

static void
add_subject(const struct letter *l, struct buf *out)
{
	const char *month = l->order->delivery->deliver->parcel.month;
	char year[5], no[3];
	const char *parts[] = {year, no, NULL};
	const char *arguments[] = {"", NULL};
	struct buf of;

	buf_init(&of, TEXT_MAX);
	if (strlen(month) == 6 && strcmp(month, "000000") != 0) {
		snprintf(year, sizeof(year), "%.4s", month);
		snprintf(no, sizeof(no), "%.2s", month + 4);
		pdf_text_add(&of, l->order->ja, PDF_TEXT_MONTH, parts);
		arguments[0] = of.data;
	}
	pdf_text_add(out, l->order->ja, PDF_TEXT_SUBJECT, arguments);
	buf_fini(&of);
}

static void
add_body(const struct letter *l, struct buf *out)
{
	const struct wire_parcel *parcel = &l->order->delivery->deliver->parcel;
	char pages[12], clients[12], documents[12], id[ID_TEXT_BYTES];
	const char *arguments[] = {office(l->order, parcel->to),
	    office(l->order, parcel->from), pages, clients, documents, id,
	    NULL};

	snprintf(pages, sizeof(pages), "%u", l->paper->result.pages);
	snprintf(clients, sizeof(clients), "%u", parcel->clients);
	snprintf(documents, sizeof(documents), "%u",
	    (unsigned)parcel->document_count);
	id_text(&parcel->id, id);
	id[REFERENCE_DIGITS] = '\0';
	pdf_text_add(out, l->order->ja, PDF_TEXT_BODY, arguments);
}

int
letter_compose(const struct letter *l, struct buf *out, struct why *why)
{
	const struct wire_deliver *deliver = l->order->delivery->deliver;
	const char *domain = strchr(l->settings->mail.from, '@');
	char id[ID_TEXT_BYTES], message_id[MAIL_ADDRESS_MAX + 64];
	struct buf subject, text;

	snprintf(message_id, sizeof(message_id), "tasuki-%s-%" PRIu32 "%s",
	    id_text(&deliver->parcel.id, id), deliver->leg,
	    domain != NULL ? domain : "@localhost");
	buf_init(&subject, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	add_subject(l, &subject);
	add_body(l, &text);
	struct mail mail = {
	    .from = l->settings->mail.from,
	    .from_name = l->settings->from_name,
	    .to = l->to,
	    .subject = subject.data,
	    .text = text.data,
	    .message_id = message_id,
	    .at_ms = l->at_ms,
	    .file_name = l->paper->name,
	    .file = l->paper->closed.data,
	    .file_bytes = l->paper->closed.len,
	};
	int rc = mail_compose(&mail, out);
	if (rc == TSK_TOOBIG)
		why_set(why, WHY_NEVER, "mail-too-big",
		    "The e-mail is over the limit of mail/size.");
	else if (rc < 0)
		why_set(why, WHY_NEVER, "bad-policy",
		    "An address of the e-mail cannot be used.");
	buf_fini(&subject);
	buf_fini(&text);
	return rc;
}

/* ---- the password letter ---- */

static int
draw_letter(const struct forms *forms, const struct pdf_settings *settings,
    const struct paper_order *order, const char *password, int64_t at_ms,
    struct buf *out, struct why *why)
{
	const struct wire_parcel *parcel = &order->delivery->deliver->parcel;
	const char *arguments[] = {password, settings->mail.from, NULL};
	struct draw_result result;
	struct buf message;

	buf_init(&message, TEXT_MAX);
	pdf_text_add(&message, order->ja, PDF_TEXT_LETTER, arguments);
	struct draw_cover cover = {
	    .kind = DRAW_COVER_POST,
	    .to_number = parcel->to,
	    .to_name = office(order, parcel->to),
	    .from_number = parcel->from,
	    .from_name = office(order, parcel->from),
	    .message = message.data,
	    .made_ms = at_ms,
	};
	struct draw_job job = {.cover = &cover, .made_ms = at_ms};
	int rc = draw_pdf(forms, &job, out, &result, why);
	explicit_bzero(message.data, message.len);
	buf_fini(&message);
	return rc;
}

static int
lay(int root, bool ja, const char *name, const struct buf *letter)
{
	const char *folder = pdf_text(ja, PDF_TEXT_LETTER_FOLDER);
	int dirfd = file_dir_below(root, folder, FOLDER_MODE), rc;

	if (dirfd < 0)
		return dirfd;
	rc = file_create(dirfd, name, letter->data, letter->len, FILE_MODE);
	if (rc == TSK_EXIST)
		rc = 0; /* of this second, for this partner */
	if (rc == 0)
		rc = file_dir_sync(dirfd);
	close(dirfd);
	return rc;
}

int
letter_password(const struct forms *forms, const struct pdf_settings *settings,
    const struct paper_order *order, const char *password, int root,
    int64_t at_ms, struct why *why)
{
	char stamp[CLOCK_TEXT_BYTES];
	const char *arguments[] = {order->delivery->deliver->parcel.to,
	    clock_stamp(at_ms, stamp), NULL};
	struct buf letter, name;

	buf_init(&letter, LETTER_MAX);
	buf_init(&name, 255);
	pdf_text_add(&name, order->ja, PDF_TEXT_LETTER_NAME, arguments);
	int rc =
	    draw_letter(forms, settings, order, password, at_ms, &letter, why);
	if (rc == 0) {
		rc = lay(root, order->ja, name.data, &letter);
		if (rc < 0)
			why_set(why, WHY_LATER,
			    rc == TSK_FULL ? "disk-full" : "folder",
			    "The password letter cannot be kept: %s.",
			    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	}
	if (letter.data != NULL)
		explicit_bzero(letter.data, letter.len);
	buf_fini(&letter);
	buf_fini(&name);
	return rc;
}

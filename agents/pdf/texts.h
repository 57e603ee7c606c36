/* NAME
 *	texts - every sentence this agent writes to partners and staff
 * DESCRIPTION
 *	One table, a Japanese and an English column.  $1 .. $6 stand for the texts
 *	handed in.  Nothing of a client is ever handed in.
 */
#ifndef TASUKI_PDF_TEXTS_H
#define TASUKI_PDF_TEXTS_H

#include <stdbool.h>

#include "buf.h"

enum pdf_text {
	PDF_TEXT_SUBJECT,     /* of a mail; $1 month or "" */
	PDF_TEXT_MONTH,       /* $1 year, $2 month */
	PDF_TEXT_BODY,        /* $1 partner $2 sender $3 pages $4 clients
				   $5 documents $6 reference */
	PDF_TEXT_CONTACT,     /* $1 person at the partner */
	PDF_TEXT_LETTER_NAME, /* file of the password letter: $1 number $2
				   stamp */
	PDF_TEXT_LETTER_FOLDER,
	PDF_TEXT_LETTER,      /* $1 password $2 address */
	PDF_TEXT_LEFT,        /* cover: $1 documents that are not printed */
	PDF_TEXT_HANDOVER,    /* cover: what the code is for */
	PDF_TEXT_SHEET_TITLE, /* $1 page $2 of */
	PDF_TEXT_SHEET_NOTE,  /* $1 id of the sheet $2 reference */
	PDF_TEXT_OTHER,       /* name of a PDF without a form */
	PDF_TEXT_PLANNED,
	PDF_TEXT_ACTUAL,
	PDF_TEXTS
};

/* pdf_text_add(out, ja, text, arguments): append; ${arguments} ends with NULL
 * and may be NULL. */
void pdf_text_add(
    struct buf *out, bool ja, enum pdf_text text, const char *const *arguments);
/* pdf_text(ja, text): as it stands in the table; static. */
const char *pdf_text(bool ja, enum pdf_text text);

#endif

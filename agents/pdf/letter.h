/* NAME
 *	letter - the words around a paper: the e-mail and the password letter
 */
#ifndef TASUKI_PDF_LETTER_H
#define TASUKI_PDF_LETTER_H

#include "paper.h"
#include "settings.h"

struct letter {
	const struct pdf_settings *settings;
	const struct paper_order *order;
	const struct paper *paper;
	const char *to; /* address */
	int64_t at_ms;
};

/* letter_compose(letter, out, why): the whole message.  Its Message-ID is the
 * same for every try of one leg, so that a copy too many is known as one.
 * "mail-too-big" (never) over the limit of ${out}. */
int letter_compose(
    const struct letter *letter, struct buf *out, struct why *why) TSK_MUST_USE;
/* letter_password(forms, settings, order, password, root, at_ms, why): lay the
 * letter that tells a partner its password into the folder パスワード通知
 * below ${root}, durably. */
int letter_password(const struct forms *forms,
    const struct pdf_settings *settings, const struct paper_order *order,
    const char *password, int root, int64_t at_ms,
    struct why *why) TSK_MUST_USE;

#endif

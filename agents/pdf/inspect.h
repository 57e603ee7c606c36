/* NAME
 *	inspect - is a document what it says, and is it safe to open?
 * DESCRIPTION
 *	Nothing is opened by another program here, and nothing is executed: a
 *	look at the first bytes, and for a PDF at its objects, by a process of
 *	its own (foreign.h).
 */
#ifndef TASUKI_PDF_INSPECT_H
#define TASUKI_PDF_INSPECT_H

#include <stddef.h>

#include "err.h"

/* inspect_document(name, data, bytes, seconds, code, why): *code is NULL if there
 * is nothing to say, else a stable one: type-lie, pdf-encrypted, pdf-active,
 * pdf-damaged (also: it took more than ${seconds} to look, or there are none
 * left).  0; TSK_LATER if it cannot be looked at now. */
int inspect_document(const char *name, const void *data, size_t bytes,
    unsigned seconds, const char **code, struct why *why) TSK_MUST_USE;
/* inspect_sentence(code): what it means, in English. */
const char *inspect_sentence(const char *code);

#endif

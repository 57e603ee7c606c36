/* NAME
 *	inspect - is a document what it says, and is it safe to open?
 * DESCRIPTION
 *	Nothing is opened by another program here, and nothing is executed: a
 *	look at the first bytes, and for a PDF at its objects.
 */
#ifndef TASUKI_PDF_INSPECT_H
#define TASUKI_PDF_INSPECT_H

#include <stddef.h>

/* inspect_document(name, data, bytes): NULL if there is nothing to say, else a
 * stable code: type-lie, pdf-encrypted, pdf-active, pdf-damaged. */
const char *inspect_document(const char *name, const void *data, size_t bytes);
/* inspect_sentence(code): what it means, in English. */
const char *inspect_sentence(const char *code);

#endif

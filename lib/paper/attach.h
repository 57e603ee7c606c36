/* NAME
 *	attach - files inside a PDF
 * DESCRIPTION
 *	The documents a paper was drawn from ride inside its PDF, so that a
 *	partner who connects later can import them.  The PDF may be closed with
 *	a password (AES-256).  What comes back out is byte for byte what went in.
 *
 *	attach_each() reads PDFs of anybody: depth, number and unpacked size of
 *	what it finds are limited, and nothing in a PDF is ever executed.
 * DIAGNOSTICS
 *	pdf-damaged (never), pdf-password (never), attach-filter (never: packed
 *	in a way only other programs use), attach-too-big (never).
 */
#ifndef TASUKI_ATTACH_H
#define TASUKI_ATTACH_H

#include <stddef.h>

#include "buf.h"
#include "err.h"

#define ATTACH_FILES_MAX 1024u
#define ATTACH_BYTES_MAX (64u * 1024 * 1024) /* one file, unpacked */

struct attach_file {
	const char *name; /* UTF-8 */
	const void *data;
	size_t bytes;
};

/* attach_put(pdf, bytes, files, count, password, out, why): append to ${out}
 * the PDF with ${files} inside, closed with ${password} unless that is NULL.
 * Without a password the same input gives the same bytes. */
int attach_put(const void *pdf, size_t bytes, const struct attach_file *files,
    size_t count, const char *password, struct buf *out,
    struct why *why) TSK_MUST_USE;

/* One file found; its name is the last component of what the PDF says and
 * otherwise unchecked.  Not 0 ends the walk with that result. */
typedef int attach_fn(
    void *arg, const struct attach_file *file, struct why *why);
/* attach_each(pdf, bytes, password, found, arg, why): how many files, or TSK_*;
 * TSK_DENIED: the password is missing or wrong. */
int attach_each(const void *pdf, size_t bytes, const char *password,
    attach_fn *found, void *arg, struct why *why) TSK_MUST_USE;

enum pdf_trait {
	PDF_DAMAGED = 1,   /* cannot be read as a PDF, or is too complex */
	PDF_ENCRYPTED = 2, /* a password is needed to open it */
	PDF_ACTIVE = 4,    /* scripts, programs to launch, forms that send */
};
/* attach_look(pdf, bytes): bits of enum pdf_trait. */
unsigned attach_look(const void *pdf, size_t bytes);

#endif

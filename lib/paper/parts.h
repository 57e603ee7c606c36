/* NAME
 *	parts - documents packed into the parts of a data sheet, and back
 * DESCRIPTION
 *	parts_make() compresses documents (zstd) and cuts the result into equal
 *	parts, each a frame (frame.h).  parts_add() collects frames in any order,
 *	of any number of sheets at once, repeated or not; parts_documents() gives
 *	the documents back, each compared with the SHA-256 it was packed with.
 *	Everything read is limited before memory is taken by it.
 */
#ifndef TASUKI_PARTS_H
#define TASUKI_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "frame.h"

#define PARTS_BYTES_MAX     (16u * 1024 * 1024) /* of all documents */
#define PARTS_DOCUMENTS_MAX 64u
#define PARTS_SETS_MAX      64u

struct parts_document {
	const char *name; /* file_name_safe() */
	const void *data;
	size_t bytes;
};

/* ---- out ---- */

struct parts_made {
	unsigned count; /* 1 .. FRAME_PARTS_MAX */
	char *texts[FRAME_PARTS_MAX];
	uint32_t set;
};

/* parts_make(documents, count, out, why): 0; TSK_TOOBIG "sheet-too-big" if the
 * documents do not fit even when compressed (WHY_NEVER). */
int parts_make(const struct parts_document *documents, size_t count,
    struct parts_made *out, struct why *why) TSK_MUST_USE;
void parts_made_fini(struct parts_made *made);

/* ---- back ---- */

struct parts;

struct parts *parts_new(void);
void parts_free(struct parts **parts);
/* parts_add(parts, text, n): 1 a part that was missing, 0 one we had, or what
 * frame_read() says; TSK_TOOBIG: parts of too many sheets. */
int parts_add(struct parts *parts, const char *text, size_t n);
/* How many sheets were seen; they are numbered from 0 in the order of their
 * first code. */
size_t parts_sets(const struct parts *parts);
uint32_t parts_set_id(const struct parts *parts, size_t set);
unsigned parts_of(const struct parts *parts, size_t set);
bool parts_have(const struct parts *parts, size_t set, unsigned part);
bool parts_complete(const struct parts *parts, size_t set);
/* parts_documents(parts, set, out, count, why): what a complete sheet holds;
 * *out is valid until parts_free().  TSK_EMPTY: not complete; TSK_DAMAGED with
 * ${why} "sheet-damaged". */
int parts_documents(struct parts *parts, size_t set,
    const struct parts_document **out, size_t *count,
    struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	payload - the editions of what goes through the interface
 * DESCRIPTION
 *	The seam for edition 5.0.  An edition is a row: how a parcel's documents
 *	become the {files} of a request, and how those of an answer become
 *	documents.  4.1 is a set of CSV files and attachments, each whole, with
 *	its name, in base64.  5.0 is JSON whose layout was not public when this
 *	was written: it needs a row here, and a step in front of it that makes
 *	5.0 of a set of 4.1; a profile that asks for it is refused until then.
 */
#ifndef TASUKI_NATIONAL_PAYLOAD_H
#define TASUKI_NATIONAL_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "buf.h"
#include "digest.h"
#include "err.h"

#include "profile.h"

/* A document on its way out: an open file. */
struct payload_file {
	const char *name;
	uint64_t bytes;
	uint8_t sha256[DIGEST_BYTES];
	int fd;
};

struct payload_files {
	const json_t *shape; /* of one */
	const struct payload_file *files;
	size_t count;
};

/* A document on its way in. */
typedef int payload_take_fn(
    void *arg, const char *name, const void *data, size_t bytes);

struct payload {
	const char *edition;
	/* put(files, out): the list for {files}. */
	int (*put)(const struct payload_files *files, struct buf *out);
	/* take(profile, root, take, arg): every document of an answer. */
	int (*take)(const struct api_profile *profile, const json_t *root,
	    payload_take_fn *take, void *arg);
};

/* payload_find(edition): or NULL. */
const struct payload *payload_find(const char *edition);
bool payload_known(const char *edition);
const char *payload_names(void);

#endif

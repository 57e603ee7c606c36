/* NAME
 *	derived - a copy of a file of the standard that was made from another one
 * SUMMARY
 *	See derived.h.
 * DESCRIPTION
 *	After a crash between note and copy the note stands alone; making the
 *	copy again replaces it.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "file.h"

#include "derived.h"

#define NOTE_MAX (256 * 1024)

static const char *
hex(const void *p, size_t n, char out[DIGEST_HEX_BYTES])
{
	uint8_t digest[DIGEST_BYTES];

	digest_sha256(p, n, digest);
	return digest_hex(digest, sizeof digest, out);
}

/* Whether name is there with exactly these bytes: 0, TSK_NOTFOUND, TSK_EXIST
 * if it is another file, TSK_*. */
static int
same(int dirfd, const char *name, const void *p, size_t n)
{
	struct buf bytes;
	int rc;

	buf_init(&bytes, n + 1);
	rc = file_read(dirfd, name, n, &bytes);
	if (rc == TSK_TOOBIG || rc == TSK_INVALID ||
	    (rc == 0 && (bytes.len != n || memcmp(bytes.data, p, n) != 0)))
		rc = TSK_EXIST;
	buf_fini(&bytes);
	return rc;
}

static void
make_note(const struct derived *d, struct buf *out)
{
	char text[CLOCK_TEXT_BYTES], digest[DIGEST_HEX_BYTES];

	buf_text(out,
	    d->ja
		? "このファイルは写しです。元のファイルはそのまま残っています。"
		  "\n\n"
		: "This file is a copy; the file it was made from is "
		  "unchanged.\n\n");
	buf_printf(out, "copy: %s\n", d->name);
	buf_printf(out, "copy-sha256: %s\n", hex(d->p, d->n, digest));
	buf_printf(out, "made-from: %s\n", d->origin);
	buf_printf(out, "made-from-sha256: %s\n",
	    hex(d->origin_p, d->origin_n, digest));
	buf_printf(out, "made-at: %s\n\n", clock_text(d->now_ms, text));
	buf_text(out, d->what);
}

int
derived_save(int dirfd, const struct derived *d)
{
	char name[300];
	struct buf note;
	int rc = file_name_safe(d->name) ? same(dirfd, d->name, d->p, d->n)
					 : TSK_INVALID;

	if (rc != TSK_NOTFOUND)
		return rc;
	snprintf(name, sizeof name, "%s.txt", d->name);
	buf_init(&note, NOTE_MAX);
	make_note(d, &note);
	rc = file_write(dirfd, name, note.data, note.len, 0644);
	buf_fini(&note);
	CRASH_POINT("derived-noted");
	if (rc == 0)
		rc = file_create(dirfd, d->name, d->p, d->n, 0644);
	CRASH_POINT("derived-saved");
	return rc == 0 ? file_dir_sync(dirfd) : rc;
}

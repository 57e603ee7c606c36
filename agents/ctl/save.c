/* NAME
 *	save - files that came out of a paper, into a folder
 * SUMMARY
 *	see save.h
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "digest.h"
#include "file.h"
#include "utf8.h"

#include "save.h"
#include "show.h"

#define TRIES_MAX  1000
#define NAME_BYTES 256
#define STEM_MAX   200u

static const struct show_column columns[] = {
    {"name", SHOW_TEXT, "file", "ファイル"},
    {"bytes", SHOW_BYTES, "size", "大きさ"},
    {"result", SHOW_TEXT, "result", "結果"},
    {"path", SHOW_TEXT, "where", "保存先"},
    {NULL, SHOW_TEXT, NULL, NULL},
};
static const struct show_words none = {"No file.", "ファイルはありません。"};

static int
fail(int rc, const char *what, struct why *why)
{
	why_set(why, rc == TSK_FULL ? WHY_LATER : WHY_NEVER, "cannot-write",
	    "%s: %s.", what, rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

int
save_open(struct save *save, const char *folder, struct why *why)
{
	save->folder = folder == NULL ? "." : folder;
	save->nameless = 0;
	save->files = NULL;
	save->dirfd = file_dir_below(AT_FDCWD, save->folder, 0777);
	if (save->dirfd < 0)
		return fail(save->dirfd, save->folder, why);
	save->files = json_array();
	return 0;
}

void
save_close(struct save *save)
{
	if (save->dirfd >= 0)
		close(save->dirfd);
	json_decref(save->files);
	save->files = NULL;
	save->dirfd = -1;
}

static bool
same(int dirfd, const char *name, const void *data, size_t bytes)
{
	struct buf there;

	buf_init(&there, bytes + 1);
	int rc = file_read(dirfd, name, bytes + 1, &there);
	bool equal = rc == 0 && there.len == bytes &&
		     (bytes == 0 || memcmp(there.data, data, bytes) == 0);
	buf_fini(&there);
	return equal;
}

/* "name.csv" -> "name (2).csv" */
static void
number(const char *name, int no, char out[NAME_BYTES])
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot == NULL ? strlen(name) : (size_t)(dot - name);

	if (stem > STEM_MAX)
		stem = utf8_cut(name, STEM_MAX);
	snprintf(out, NAME_BYTES, "%.*s (%d)%.30s", (int)stem, name, no,
	    dot == NULL ? "" : dot);
}

static void
list(struct save *save, const char *name, const char *saved, const void *data,
    size_t bytes, const char *result)
{
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];
	struct buf path;

	buf_init(&path, 8192);
	buf_printf(&path, "%s/%s", save->folder, saved);
	digest_sha256(data, bytes, digest);
	json_array_append_new(
	    save->files, json_pack("{ss, sI, ss, ss, ss}", "name", name,
			     "bytes", (json_int_t)bytes, "sha256",
			     digest_hex(digest, DIGEST_BYTES, hex), "path",
			     path.data, "result", result));
	buf_fini(&path);
}

int
save_file(struct save *save, const char *name, const void *data, size_t bytes,
    struct why *why)
{
	char other[NAME_BYTES], nameless[NAME_BYTES];
	int rc = TSK_EXIST;

	if (!file_name_safe(name)) {
		snprintf(nameless, sizeof(nameless), "attachment-%u.bin",
		    ++save->nameless);
		name = nameless;
	}
	snprintf(other, sizeof(other), "%s", name);
	for (int no = 2; rc == TSK_EXIST && no < TRIES_MAX; no++) {
		if (same(save->dirfd, other, data, bytes)) {
			list(save, name, other, data, bytes, "there");
			return 0;
		}
		rc = file_create(save->dirfd, other, data, bytes, 0666);
		if (rc == TSK_EXIST)
			number(name, no, other);
	}
	if (rc == 0)
		rc = file_dir_sync(save->dirfd);
	if (rc < 0)
		return fail(rc, save->folder, why);
	list(save, name, other, data, bytes, "saved");
	return 0;
}

void
save_show(const struct ctl *ctl, const json_t *files)
{
	show_list(ctl, files, columns, &none);
}

/* NAME
 *	file - durable files and safe names
 * DESCRIPTION
 *	Everything that must survive a power cut goes through here: write to a
 *	temporary name, fsync, rename, fsync the folder.  Folders are named by an
 *	open directory descriptor, names below them are single components and
 *	are never followed if they are symbolic links (O_NOFOLLOW), so a name
 *	from outside cannot reach another place.
 * DIAGNOSTICS
 *	0 or TSK_*; TSK_SYSTEM and TSK_FULL leave errno.  ENOSPC and EDQUOT are
 *	TSK_FULL, ENOENT is TSK_NOTFOUND, EEXIST is TSK_EXIST, ELOOP (a symbolic
 *	link) and names that are not one component are TSK_INVALID.
 */
#ifndef TASUKI_FILE_H
#define TASUKI_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "err.h"

/* file_name_safe(name): one component, 1..255 bytes, valid UTF-8, no control,
 * bidi or zero-width character, no '/' '\\' ':' '*' '?' '"' '<' '>' '|', not
 * "." or "..", no leading '.', no trailing dot or space, no reserved Windows
 * device name (CON, NUL, COM1...). */
bool file_name_safe(const char *name);

/* file_dir_open(dirfd, path): O_DIRECTORY descriptor or TSK_*; the last
 * component is not followed if it is a link.  Close with close(). */
int file_dir_open(int dirfd, const char *path);
/* file_dir_make(dirfd, path, mode): mkdir -p, syncing each new folder's parent;
 * already there is fine. */
int file_dir_make(int dirfd, const char *path, mode_t mode) TSK_MUST_USE;
/* file_dir_below(dirfd, path, mode): file_dir_make() and file_dir_open() in one:
 * a descriptor of the folder, which is there afterwards and durable, or TSK_*.
 * Close with close(). */
int file_dir_below(int dirfd, const char *path, mode_t mode) TSK_MUST_USE;
/* file_dir_new(dirfd, name, mode): a new folder and a descriptor of it, or
 * TSK_EXIST, TSK_*.  The folder it is in is NOT synced: for what is filled
 * first and moved where it belongs then.  Close with close(). */
int file_dir_new(int dirfd, const char *name, mode_t mode) TSK_MUST_USE;
/* file_dir_sync(dirfd): fsync the folder. */
int file_dir_sync(int dirfd) TSK_MUST_USE;

/* file_read(dirfd, name, max, out): the whole regular file, at most max bytes
 * (TSK_TOOBIG), appended to *out.  Not a regular file: TSK_INVALID. */
int file_read(
    int dirfd, const char *name, size_t max, struct buf *out) TSK_MUST_USE;
/* file_read_path(path, max, out): the same for a file the administrator names
 * (settings, tables, keys): any path, links are followed. */
int file_read_path(const char *path, size_t max, struct buf *out) TSK_MUST_USE;
/* file_write(dirfd, name, p, n, mode): atomic and durable replacement:
 * afterwards name holds either the old or the whole new content. */
int file_write(int dirfd, const char *name, const void *p, size_t n,
    mode_t mode) TSK_MUST_USE;
/* file_create(dirfd, name, p, n, mode): durable new file, whole or not there,
 * TSK_EXIST if the name is taken.  The folder is NOT synced (callers sync once
 * for many files). */
int file_create(int dirfd, const char *name, const void *p, size_t n,
    mode_t mode) TSK_MUST_USE;
/* file_move(from, name, to, new_name): rename without ever overwriting
 * (RENAME_NOREPLACE): TSK_EXIST.  Folders are NOT synced. */
int file_move(int from_dirfd, const char *name, int to_dirfd,
    const char *new_name) TSK_MUST_USE;
/* file_tidy(dirfd): unlink what a crash inside file_write() or file_create()
 * left in the folder (".tmp-" and 16 hex digits).  Call it at start, before
 * anybody writes there.  How many, or TSK_*. */
int file_tidy(int dirfd);
/* file_remove_tree(dirfd, name): unlink a file or folder with all below it
 * (links are unlinked, not followed); absent is fine. */
int file_remove_tree(int dirfd, const char *name) TSK_MUST_USE;
/* file_list(dirfd, &names): NULL-terminated sorted names without "." "..";
 * returns how many or TSK_*; free with file_list_free(). */
int file_list(int dirfd, char ***names);
void file_list_free(char ***names);
/* file_space(dirfd, &free_bytes): what an unprivileged writer may still use. */
int file_space(int dirfd, uint64_t *free_bytes) TSK_MUST_USE;
/* file_private(path): a regular file readable by its owner only (no group, no
 * other bits) and owned by us or root: 0, else TSK_DENIED/TSK_*. */
int file_private(const char *path) TSK_MUST_USE;

#endif

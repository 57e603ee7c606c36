/* NAME
 *	spill - what a check must remember of more records than memory holds
 * SUMMARY
 *	See spill.h.
 * DESCRIPTION
 *	The upper bits of a digest choose its part.  Each part collects a block
 *	in memory (PARTS x BLOCK_BYTES in all) and writes it behind the others
 *	when it is full; owners[] says whose each block of the file is.
 *
 *	A part on its way back is a 1/256 of all: 40,000 entries of ten million.
 *	It is looked through with an open hash table of positions.
 * BUGS
 *	Memory of spill_walk() grows with the file after all, by 28/256 bytes an
 *	entry.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spill.h"

#define PARTS       256
#define BLOCK       128 /* entries */
#define BLOCK_BYTES (BLOCK * sizeof(struct spill_entry))

struct part {
	struct spill_entry block[BLOCK];
	size_t count, written; /* in the block; blocks in the file */
};

struct spill {
	int fd; /* -1: nothing was written yet */
	size_t blocks, cap;
	uint8_t *owners; /* of each block in the file */
	struct part parts[PARTS];
};

static const char *
temp_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && *dir != '\0' ? dir : "/var/tmp";
}

/* Not every file system knows files that never have a name. */
static int
open_nameless(const char *dir)
{
	char path[PATH_MAX];
	int fd = open(dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if (snprintf(path, sizeof path, "%s/tasuki-XXXXXX", dir) >=
	    (int)sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
failed(void)
{
	return errno == ENOSPC || errno == EDQUOT ? TSK_FULL : TSK_SYSTEM;
}

static int
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed();
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
read_all(int fd, void *p, size_t n, off_t offset)
{
	char *at = p;

	while (n > 0) {
		ssize_t done = pread(fd, at, n, offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return TSK_SYSTEM;
		at += done;
		offset += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
flush(struct spill *spill, struct part *part)
{
	int rc;

	if (spill->fd < 0)
		spill->fd = open_nameless(temp_dir());
	if (spill->fd < 0)
		return failed();
	rc = write_all(spill->fd, part->block, BLOCK_BYTES);
	if (rc != 0)
		return rc;
	if (spill->blocks == spill->cap) {
		spill->cap = spill->cap == 0 ? 1024 : spill->cap * 2;
		spill->owners = mem_resize(spill->owners, spill->cap);
	}
	spill->owners[spill->blocks++] = (uint8_t)(part - spill->parts);
	part->written++;
	part->count = 0;
	return 0;
}

int
spill_add(struct spill **spill, uint64_t digest, uint64_t note)
{
	struct part *part;

	if (*spill == NULL) {
		*spill = mem_new(sizeof **spill);
		(*spill)->fd = -1;
	}
	part = &(*spill)->parts[digest >> 56];
	part->block[part->count++] = (struct spill_entry){digest, note};
	return part->count == BLOCK ? flush(*spill, part) : 0;
}

void
spill_free(struct spill **spill)
{
	if (*spill == NULL)
		return;
	if ((*spill)->fd >= 0)
		close((*spill)->fd);
	free((*spill)->owners);
	free(*spill);
	*spill = NULL;
}

/* -- back --------------------------------------------------------------- */

/* All entries of a part, in the order they came. */
static int
load(const struct spill *spill, size_t no, struct spill_entry *out)
{
	const struct part *part = &spill->parts[no];
	size_t at = 0;

	for (size_t i = 0; i < part->written; i++, at++) {
		const uint8_t *owner =
		    memchr(spill->owners + at, (int)no, spill->blocks - at);
		int rc;

		if (owner == NULL)
			panic("spill: block %zu of part %zu is lost", i, no);
		at = (size_t)(owner - spill->owners);
		rc = read_all(spill->fd, out + i * BLOCK, BLOCK_BYTES,
		    (off_t)(at * BLOCK_BYTES));
		if (rc != 0)
			return rc;
	}
	memcpy(out + part->written * BLOCK, part->block,
	    part->count * sizeof *out);
	return 0;
}

static void
look_through(struct spill_entry *entries, size_t count, uint32_t *index,
    size_t slots, const struct spill_walk *walk)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)entries[i].digest & (slots - 1);

		while (index[at] != 0 &&
		       entries[index[at] - 1].digest != entries[i].digest)
			at = (at + 1) & (slots - 1);
		if (index[at] != 0)
			walk->again(
			    &entries[index[at] - 1], &entries[i], walk->arg);
		else
			index[at] = (uint32_t)i + 1;
	}
	for (size_t at = 0; walk->each != NULL && at < slots; at++) {
		if (index[at] != 0)
			walk->each(&entries[index[at] - 1], walk->arg);
	}
}

static int
walk_part(const struct spill *spill, size_t no, const struct spill_walk *walk)
{
	const struct part *part = &spill->parts[no];
	size_t count = part->written * BLOCK + part->count, slots = 64;
	struct spill_entry *entries;
	uint32_t *index;
	int rc;

	if (count == 0)
		return 0;
	if (count >= UINT32_MAX)
		return TSK_TOOBIG;
	while (slots < count * 2)
		slots *= 2;
	entries = mem_new(count * sizeof *entries);
	index = mem_new(slots * sizeof *index);
	rc = load(spill, no, entries);
	if (rc == 0)
		look_through(entries, count, index, slots, walk);
	free(index);
	free(entries);
	return rc;
}

int
spill_walk(struct spill *spill, const struct spill_walk *walk)
{
	int rc = 0;

	for (size_t no = 0; spill != NULL && rc == 0 && no < PARTS; no++)
		rc = walk_part(spill, no, walk);
	return rc;
}

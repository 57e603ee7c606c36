/* NAME
 *	disk - what tests of a store on a disk say again and again
 * SUMMARY
 *	see disk.h
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"

#include "disk.h"
#include "load.h"

int
set_up_disk(void **state)
{
	struct rig *rig = mem_new(sizeof(*rig));

	rig_init(rig, STORE_LMDB);
	*state = rig;
	return 0;
}

int
tear_down_disk(void **state)
{
	struct rig *rig = *state;

	rig_fini(rig);
	free(rig);
	return 0;
}

const char *
disk_path(const struct rig *rig, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", rig->path, name);
	return path;
}

void
do_load(struct rig *rig, uint64_t from, uint64_t to)
{
	for (uint64_t b = from; b < to; b++)
		assert_int_equal(load_batch(rig->store, b, &rig->why), 0);
}

void
assert_load(struct rig *rig, uint64_t done)
{
	struct load_seen seen;

	load_check(rig->store, done, &seen);
	if (seen.refused + seen.missing + seen.wrong != 0)
		fail_msg("after %llu batches: %s", (unsigned long long)done,
		    seen.first);
}

void
disk_line(const char *line, void *arg)
{
	++*(size_t *)arg;
	print_message("           finding: %s\n", line);
}

void
assert_sound(struct rig *rig)
{
	struct store_verify v;
	size_t lines = 0;

	if (store_verify(&rig->settings, &v, disk_line, &lines, &rig->why) != 0)
		fail_msg("%s", rig->why.text);
	assert_int_equal(v.damaged, 0);
	assert_int_equal(lines, 0);
	assert_true(v.records > 0);
}

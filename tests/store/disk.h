/* NAME
 *	disk - what tests of a store on a disk say again and again
 * DESCRIPTION
 *	Included after cmocka.h.
 */
#ifndef TASUKI_TEST_DISK_H
#define TASUKI_TEST_DISK_H

#include "rig.h"

/* The state is a rig with the back end LMDB. */
int set_up_disk(void **state);
int tear_down_disk(void **state);
#define DISK_CASE(f) \
	cmocka_unit_test_setup_teardown(f, set_up_disk, tear_down_disk)

/* A path in the store's folder; until the next call. */
const char *disk_path(const struct rig *rig, const char *name);
/* Batches of load.h, up to but not including the last. */
void do_load(struct rig *rig, uint64_t from, uint64_t to);
/* So many batches are there, whole. */
void assert_load(struct rig *rig, uint64_t done);
/* For store_verify(): prints a finding and counts it in the size_t at arg. */
void disk_line(const char *line, void *arg);
/* Verifying the (closed) store finds nothing. */
void assert_sound(struct rig *rig);

#endif

/* NAME
 *	fill - a store full of open parcels
 */
#ifndef TASUKI_BENCH_FILL_H
#define TASUKI_BENCH_FILL_H

#include <stddef.h>

#include "room.h"

/* fill(room, count, bytes): put count open parcels straight into the store of
 * the room, whose broker must not be running (through the broker it would take
 * minutes), for all its receivers in turn. */
void fill(const struct room *room, unsigned count, size_t bytes);

#endif

/* NAME
 *	bytes_file - bytes as a file with a path, without a disk
 */
#ifndef TASUKI_FUZZ_BYTES_FILE_H
#define TASUKI_FUZZ_BYTES_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES_FILE_PATH 64

/* A descriptor to close; path names it while it is open. */
static inline int
bytes_file(const uint8_t *data, size_t size, char path[BYTES_FILE_PATH])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, BYTES_FILE_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

#endif

/* NAME
 *	fuzz_api_profile - any bytes as a profile of the national interface
 */
#include <stddef.h>
#include <string.h>

#include "bytes_file.h"
#include "profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_profile profile;
	struct why why = {0};
	char path[BYTES_FILE_PATH];
	int fd = bytes_file(data, size, path);
	int rc = api_profile_load(path, &profile, &why);

	if (rc == 0) {
		/* what is taken is https, and of an edition we know */
		if (strncmp(profile.base, "https://", 8) != 0 ||
		    strcmp(profile.payload, "4.1") != 0)
			abort();
		if (api_maintenance(&profile, 1795500000000) < 0)
			abort();
	} else if (why.text[0] == '\0') {
		abort();
	}
	api_profile_fini(&profile);
	(void)close(fd);
	return 0;
}

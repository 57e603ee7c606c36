/* NAME
 *	fuzz_check - any bytes as a file of the standard (T25)
 * DESCRIPTION
 *	The first line of the input is the file's name.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

static struct standard *standard;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
	uint64_t errors, warnings;
};

static void
on_finding(const struct finding *finding, void *arg)
{
	struct tally *tally = arg;

	if (*finding->ja == '\0' || *finding->en == '\0')
		abort();
	if (finding->level == FINDING_ERROR)
		tally->errors++;
	else
		tally->warnings++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t n = end == NULL ? 0 : (size_t)(end - data);
	struct check_result result;
	struct tally tally = {0};
	struct why why;
	char name[256];

	if (standard == NULL && standard_load(standard_dir(), &standard, &why))
		abort();
	if (end == NULL || n >= sizeof name)
		return 0;
	memcpy(name, data, n);
	name[n] = '\0';
	if (check_bytes(standard, name, end + 1, size - n - 1, on_finding,
		&tally, &result) != 0)
		abort();
	if (tally.errors > result.errors ||
	    tally.warnings > result.warnings + 1)
		abort();
	return 0;
}

/* NAME
 *	fuzz_set - any bytes as files of the standard that go together
 * DESCRIPTION
 *	Files stand one after the other, each begun by a line with its name and
 *	ended by a form feed.  Every finding stands at one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "set_check.h"

#define FILES_MAX 8

static struct standard *standard;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
	unsigned files;
	uint64_t errors, warnings;
};

static void
on_finding(const struct finding *finding, void *arg)
{
	struct tally *tally = arg;

	if (*finding->ja == '\0' || *finding->en == '\0' ||
	    finding->member >= tally->files)
		abort();
	if (finding->level == FINDING_ERROR)
		tally->errors++;
	else
		tally->warnings++;
}

/* How many bytes the file took; 0: no name. */
static size_t
add_file(const uint8_t *data, size_t size, struct check_with *with,
    struct tally *tally)
{
	const uint8_t *stop = memchr(data, '\f', size);
	size_t n = stop == NULL ? size : (size_t)(stop - data);
	const uint8_t *end = memchr(data, '\n', n);
	size_t length = end == NULL ? 0 : (size_t)(end - data);
	struct check_result result;
	char name[256];

	if (end == NULL || length >= sizeof name)
		return 0;
	memcpy(name, data, length);
	name[length] = '\0';
	tally->files++;
	if (check_bytes_with(standard, name, end + 1, n - length - 1, with,
		on_finding, tally, &result) != 0)
		abort();
	with->member++;
	return n + (stop != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check_with with = {0};
	struct set_result result;
	struct tally tally = {0};
	struct why why;
	size_t used;

	if (standard == NULL && standard_load(standard_dir(), &standard, &why))
		abort();
	with.set = set_check_new(standard, NULL);
	while (size > 0 && tally.files < FILES_MAX) {
		used = add_file(data, size, &with, &tally);
		if (used == 0)
			break;
		data += used;
		size -= used;
	}
	tally.errors = tally.warnings = 0;
	set_check_judge(
	    with.set, SET_MEMBERS_WHOLE, on_finding, &tally, &result);
	if (tally.errors > result.errors ||
	    tally.warnings > result.warnings + 1)
		abort();
	set_check_free(&with.set);
	return 0;
}

/* NAME
 *	fuzz_convert - any bytes repaired, and taken to another edition and back
 * DESCRIPTION
 *	The first line of the input is the file's name.  Whatever comes in: a
 *	copy that is handed out passes the check, and what goes over without a
 *	loss comes back as it was (T25).
 */
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "layout.h"
#include "quirk.h"

static struct standard *standard;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_finding(const struct finding *finding, void *arg)
{
	(void)arg;
	if (*finding->ja == '\0' || *finding->en == '\0')
		abort();
}

/* Nobody hands out a copy with an error. */
static void
must_pass(const char *name, const struct buf *bytes)
{
	struct check_result result;

	if (check_bytes(standard, name, bytes->data != NULL ? bytes->data : "",
		bytes->len, on_finding, NULL, &result) != 0 ||
	    result.errors != 0)
		abort();
}

static void
repair(const char *name, const char *p, size_t n)
{
	struct quirk_copy copy;
	struct quirk_report report;
	struct quirk_with with = {.fn = on_finding};

	quirk_find(standard, name, p, n, &report);
	quirk_tell(standard, name, &report, NULL, on_finding, NULL);
	if (quirk_repair(standard, name, p, n, &with, &copy, NULL) == 0)
		must_pass(copy.name, &copy.bytes);
	quirk_copy_fini(&copy);
}

static int
go(const char *name, const char *p, size_t n,
    const struct layout_edition *edition, struct convert_copy *copy)
{
	struct convert_to to = {.edition = edition, .fn = on_finding};

	convert_learn(standard, name, p, n, &to.types);
	if (to.types.from[0] == '\0' || to.types.from_two)
		to.types = (struct convert_types){.from = "43", .to = "11"};
	if (to.types.to[0] == '\0' || to.types.to_two)
		to.types = (struct convert_types){.from = "43", .to = "11"};
	return convert_file(standard, name, p, n, &to, copy, NULL);
}

static void
there_and_back(const char *name, const char *p, size_t n, const char *over)
{
	const struct layout_edition *from = convert_from(standard, p, n);
	struct convert_copy there, back, again;

	if (from == NULL)
		return;
	if (go(name, p, n, convert_edition(standard, over), &there) == 0 &&
	    !there.left_out) {
		must_pass(there.name, &there.bytes);
		if (go(there.name, there.bytes.data, there.bytes.len, from,
			&back) == 0 &&
		    !back.left_out && there.losses == 0) {
			/* once written strictly, it stays as it is */
			if (go(back.name, back.bytes.data, back.bytes.len,
				convert_edition(standard, over), &again) != 0 ||
			    again.bytes.len != there.bytes.len ||
			    memcmp(again.bytes.data, there.bytes.data,
				there.bytes.len) != 0)
				abort();
			convert_copy_fini(&again);
		}
		convert_copy_fini(&back);
	}
	convert_copy_fini(&there);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t n = end == NULL ? 0 : (size_t)(end - data);
	const char *bytes;
	struct why why;
	char name[256];

	if (standard == NULL && standard_load(standard_dir(), &standard, &why))
		abort();
	if (end == NULL || n >= sizeof name)
		return 0;
	memcpy(name, data, n);
	name[n] = '\0';
	bytes = (const char *)end + 1;
	repair(name, bytes, size - n - 1);
	there_and_back(name, bytes, size - n - 1, "V3");
	there_and_back(name, bytes, size - n - 1, "V4.1");
	return 0;
}

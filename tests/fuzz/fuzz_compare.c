/* NAME
 *	fuzz_compare - any bytes as files to compare
 * DESCRIPTION
 *	The input is files, one behind the other, with a byte FF between them;
 *	the first line of each is its name.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

static struct standard *standard;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
add_file(struct compare *compare, const uint8_t *p, size_t n)
{
	const uint8_t *end = n == 0 ? NULL : memchr(p, '\n', n);
	size_t length = end == NULL ? 0 : (size_t)(end - p);
	struct why why;
	char name[256];
	int rc;

	if (end == NULL || length >= sizeof name)
		return;
	memcpy(name, p, length);
	name[length] = '\0';
	rc = compare_add(compare, name, end + 1, n - length - 1, &why);
	if (rc != 0 && rc != TSK_NOTFOUND && rc != TSK_INVALID &&
	    rc != TSK_TOOBIG)
		abort();
}

/* Every use stands in one row, and the sums are those of the rows. */
static void
look(const struct compare *compare)
{
	const struct compare_client *clients;
	const struct compare_row *rows;
	size_t count = compare_clients(compare, &clients), seen = 0;
	uint64_t differences = 0;

	for (size_t i = 0; i < count; i++) {
		if (clients[i].first != seen)
			abort();
		seen += clients[i].rows;
	}
	if (compare_rows(compare, &rows) != seen)
		abort();
	for (size_t i = 0; i < seen; i++) {
		if (!rows[i].there[0] && !rows[i].there[1])
			abort();
		differences += rows[i].state != COMPARE_SAME &&
			       rows[i].state != COMPARE_UNREPORTED;
	}
	if (differences != compare_differences(compare))
		abort();
}

static void
print(const struct compare *compare)
{
	struct buf out;

	buf_init(&out, 64 << 20);
	compare_csv(compare, true, true, &out);
	compare_text(compare, 100, false, &out);
	if (!buf_ok(&out) || memcmp(out.data, "\xef\xbb\xbf\"", 4) != 0)
		abort();
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct compare *compare;
	struct why why;

	if (standard == NULL && standard_load(standard_dir(), &standard, &why))
		abort();
	compare = compare_new(standard);
	for (size_t at = 0; at < size;) {
		const uint8_t *end = memchr(data + at, 0xFF, size - at);
		size_t n = end == NULL ? size - at : (size_t)(end - data) - at;

		add_file(compare, data + at, n);
		at += n + 1;
	}
	compare_run(compare);
	look(compare);
	print(compare);
	compare_free(&compare);
	return 0;
}

/* NAME
 *	check_bench - how fast a large file of the standard is checked
 * SUMMARY
 *	check-bench [MEGABYTES]
 * DESCRIPTION
 *	Makes an UPPLAN of that size (20 by default) in memory, checks it five
 *	times and prints the median: MB/s, records/s, and for comparison the
 *	reader alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "check.h"
#include "reader.h"

#define RUNS 5
#define NAME "UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV"

static void
on_finding(const struct finding *finding, void *arg)
{
	(void)arg;
	printf("%s: %s\n", finding->code, finding->en);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* "相談 花子" and "あおぞら訪問介護" in MS932 */
static void
make_file(struct buf *file, size_t bytes)
{
	for (unsigned i = 0; file->len < bytes; i++)
		buf_printf(file,
		    "202407,139998,%010u,20250325,202504,1370100016,"
		    "\"\x91\x8A\x92\x6B \x89\xD4\x8E\x71\",387,0,202504%02u,,"
		    "0900,1000,1,111211,,,,,1370100024,"
		    "\"\x82\xA0\x82\xA8\x82\xBC\x82\xE7\x96\x4B\x96\xE2\x89\xEE"
		    "\x8C\xEC\",,0,1370100016,\r\n",
		    i / 8, i % 8 + 1);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
check_once(
    const struct standard *standard, const struct buf *file, uint64_t *records)
{
	struct check_result result;
	double begin = seconds();

	if (check_bytes(standard, NAME, file->data, file->len, on_finding, NULL,
		&result) != 0)
		exit(1);
	*records = result.records;
	return seconds() - begin;
}

static double
read_once(const struct buf *file)
{
	struct reader *reader = reader_bytes(file->data, file->len);
	struct reader_record record;
	double begin = seconds();

	while (reader_next(reader, &record) == 0)
		;
	reader_close(&reader);
	return seconds() - begin;
}

int
main(int argc, char **argv)
{
	size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 20;
	struct standard *standard;
	struct why why = {0};
	struct buf file;
	double check[RUNS], read[RUNS], mb;
	uint64_t records = 0;

	if (standard_load(standard_dir(), &standard, &why) != 0) {
		fprintf(stderr, "check-bench: %s\n", why.text);
		return 2;
	}
	buf_init(&file, (size_t)1 << 30);
	make_file(&file, megabytes << 20);
	for (int i = 0; i < RUNS; i++) {
		check[i] = check_once(standard, &file, &records);
		read[i] = read_once(&file);
	}
	qsort(check, RUNS, sizeof check[0], by_value);
	qsort(read, RUNS, sizeof read[0], by_value);
	mb = (double)file.len / 1e6;
	printf("check: %.1f MB, %ju records: %.0f MB/s, %.0f records/s; reader "
	       "alone %.0f MB/s\n",
	    mb, (uintmax_t)records, mb / check[RUNS / 2],
	    (double)records / check[RUNS / 2], mb / read[RUNS / 2]);
	buf_fini(&file);
	standard_free(&standard);
	return 0;
}

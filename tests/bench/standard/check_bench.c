/* NAME
 *	check-bench - the reader and the check against libcsv, in one process
 * SUMMARY
 *	check-bench make FILE MEGABYTES [last|none]
 *	check-bench libcsv|reader|check FILE...
 * DESCRIPTION
 *	make writes an UPPLAN as a large care-management office might: clients
 *	with a month of visits, day care and rented things, other offices' rows
 *	in between, names and times that change from client to client.  Its
 *	third record has a wrong time; with "last" the last one has, with "none"
 *	none.
 *
 *	The others read the files with the same window of 256 KiB: "libcsv"
 *	hands the bytes to csv_parse() with callbacks that count, "reader"
 *	fetches records, "check" is the whole check.  Each prints
 *
 *		what bytes records seconds own_kib
 *
 *	own_kib is the largest memory of the process that is no mapped file.
 */
#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "check.h"
#include "reader.h"

#define WINDOW (256 << 10)

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* -- a file ------------------------------------------------------------- */

/* MS932: names with 5C and 7C in second bytes, and what only MS932 has. */
static const char *const staff[] = {"\x91\x8A\x92\x6B \x89\xD4\x8E\x71",
    "\xFB\xFC\x8B\xB4 \x8E\x8A", "\xE0\x56\x93\x63 \x95\x5C\x8E\x71"};
static const struct {
	const char *number, *name;
} offices[] = {
    {"1370100024", "\x82\xA0\x82\xA8\x82\xBC\x82\xE7\x96\x4B\x96\xE2"},
    {"1370100032", "\x83\x66\x83\x43\x94\x5C\x93\x6F\x87\x40\x94\xD4\x8A\xD9"},
    {"1370100016", "\x87\x8A\x83\x5C\x83\x8C\x83\x43\x83\x86\x95\x5C\x92\xAC"},
};
static const struct {
	const char *code;
	unsigned units, start, end, office;
} services[] = {{"111211", 387, 900, 1000, 0}, {"111111", 244, 1730, 1750, 0},
    {"114111", 309, 1030, 1130, 0}, {"152442", 777, 930, 1645, 1},
    {"155301", 40, 930, 1645, 1}, {"171003", 950, 9999, 9999, 2}};

static unsigned
next(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16;
}

static void
put_row(FILE *out, unsigned client, unsigned service, unsigned day, bool wrong)
{
	unsigned i = service % 6, o = services[i].office;
	bool thing = o == 2;
	unsigned late = thing ? 0 : client % 4 * 5;

	fprintf(out,
	    "202407,139998,%010u,20250325,202504,1370100016,\"%s\",%u,0,"
	    "202504%02u,,%04u,%04u,1,%s,%s,,%s,%s,%s,\"%s\",,0,1370100016,\r\n",
	    client, staff[client % 3], services[i].units, thing ? 1 : day,
	    wrong ? 9960 : services[i].start + late, services[i].end,
	    services[i].code, thing ? "99001-000022" : "",
	    thing ? "\"\x93\xC1\x8E\xEA\x90\x51\x91\xE4\"" : "",
	    thing ? "1" : "", offices[o].number, offices[o].name);
}

static int
make(const char *path, size_t bytes, const char *where)
{
	FILE *out = fopen(path, "w");
	unsigned state = 1, row = 0;

	if (out == NULL)
		fail(path);
	for (unsigned client = 1; (size_t)ftell(out) < bytes; client++) {
		unsigned days = 4 + next(&state) % 9;
		unsigned service = next(&state) % 6;

		for (unsigned day = 1; day <= days; day++)
			put_row(out, client, 0, day * 2, ++row == 3 && !where);
		for (unsigned day = 1; day <= days && service > 0; day++)
			put_row(out, client, service == 5 ? 1 : service,
			    day * 2 + 1, false);
		if (service == 5)
			put_row(out, client, 5, 1, false);
	}
	if (where != NULL && strcmp(where, "last") == 0)
		put_row(out, 1, 0, 31, true);
	if (fclose(out) != 0)
		fail(path);
	return 0;
}

/* -- the ways ----------------------------------------------------------- */

struct count {
	uint64_t fields, rows;
};

static void
on_field(void *p, size_t n, void *arg)
{
	struct count *count = arg;

	(void)p;
	(void)n;
	count->fields++;
}

static void
on_row(int c, void *arg)
{
	struct count *count = arg;

	(void)c;
	count->rows++;
}

static uint64_t
by_libcsv(const char *path)
{
	static char window[WINDOW];
	struct csv_parser parser;
	struct count count = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || csv_init(&parser, 0) != 0)
		fail(path);
	while ((n = read(fd, window, sizeof window)) > 0) {
		if (csv_parse(&parser, window, (size_t)n, on_field, on_row,
			&count) != (size_t)n)
			fail("csv_parse");
	}
	csv_fini(&parser, on_field, on_row, &count);
	csv_free(&parser);
	close(fd);
	return count.rows;
}

static uint64_t
by_reader(const char *path)
{
	struct reader_record record;
	struct reader *reader;
	uint64_t rows = 0;

	if (reader_open(path, &reader, NULL) != 0)
		fail(path);
	while (reader_next(reader, &record) == 0)
		rows++;
	reader_close(&reader);
	return rows;
}

static void
on_finding(const struct finding *finding, void *arg)
{
	(void)finding;
	++*(uint64_t *)arg;
}

static uint64_t
by_check(const struct standard *standard, const char *path)
{
	struct check_result result;
	uint64_t findings = 0;

	if (check_file(standard, path,
		"UPPLAN_202504_1370100016_43_1370100024_11_20250325101500.CSV",
		on_finding, &findings, &result) != 0)
		fail(path);
	if (findings > 1)
		fprintf(
		    stderr, "check-bench: %ju findings\n", (uintmax_t)findings);
	return result.records;
}

/* -- figures ------------------------------------------------------------ */

static unsigned long
own_kib(void)
{
	unsigned long peak = 0, file = 0, shared = 0;
	char line[128];
	FILE *in = fopen("/proc/self/status", "r");

	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		sscanf(line, "VmHWM: %lu", &peak);
		sscanf(line, "RssFile: %lu", &file);
		sscanf(line, "RssShmem: %lu", &shared);
	}
	if (in != NULL)
		fclose(in);
	return peak - file - shared;
}

static int
measure(const char *what, const char *path)
{
	struct standard *standard = NULL;
	struct why why = {0};
	struct stat st;
	uint64_t records;
	double begin;

	if (stat(path, &st) != 0)
		fail(path);
	if (strcmp(what, "check") == 0 &&
	    standard_load(standard_dir(), &standard, &why) != 0) {
		fprintf(stderr, "check-bench: %s\n", why.text);
		return 1;
	}
	begin = seconds();
	if (strcmp(what, "libcsv") == 0)
		records = by_libcsv(path);
	else if (strcmp(what, "reader") == 0)
		records = by_reader(path);
	else
		records = by_check(standard, path);
	printf("%s %jd %ju %.6f %lu\n", what, (intmax_t)st.st_size,
	    (uintmax_t)records, seconds() - begin, own_kib());
	standard_free(&standard);
	return 0;
}

int
main(int argc, char **argv)
{
	int rc = 0;

	if (argc >= 4 && strcmp(argv[1], "make") == 0)
		return make(argv[2], strtoul(argv[3], NULL, 10) * 1000000,
		    argc > 4 ? argv[4] : NULL);
	if (argc < 3 ||
	    (strcmp(argv[1], "libcsv") != 0 && strcmp(argv[1], "reader") != 0 &&
		strcmp(argv[1], "check") != 0)) {
		fputs("usage: check-bench make FILE MEGABYTES [last|none]\n"
		      "       check-bench libcsv|reader|check FILE...\n",
		    stderr);
		return 2;
	}
	for (int i = 2; i < argc && rc == 0; i++)
		rc = measure(argv[1], argv[i]);
	return rc;
}

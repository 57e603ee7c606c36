/* NAME
 *	bench-foreign - what it costs to read a PDF in a process of its own
 * SUMMARY
 *	bench-foreign FILE.pdf [TIMES]
 * DESCRIPTION
 *	The same look at the same PDF here (attach_look) and there
 *	(foreign_look), taking turns; medians in milliseconds.  The reader is
 *	this program once more: tasuki-pdf has more libraries to load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "file.h"
#include "foreign.h"

#define TIMES_MAX 10000
#define PDF_MAX   (512u * 1024 * 1024)

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static int
measure(const struct buf *pdf, size_t times)
{
	double *here = mem_new(times * sizeof(*here));
	double *there = mem_new(times * sizeof(*there));
	unsigned traits = 0, other = 0;
	int rc = 0;

	for (size_t i = 0; i < times && rc == 0; i++) {
		double began = now_ms(), half;

		traits = attach_look(pdf->data, pdf->len);
		half = now_ms();
		rc = foreign_look(
		    pdf->data, pdf->len, FOREIGN_SECONDS, &other, NULL);
		here[i] = half - began;
		there[i] = now_ms() - half;
	}
	if (rc == 0 && traits == other)
		printf("%zu bytes, %zu times: here %.2f ms, in a process of "
		       "its own %.2f ms\n",
		    pdf->len, times, median(here, times), median(there, times));
	else
		printf("not the same answer\n");
	free(here);
	free(there);
	return rc == 0 && traits == other ? 0 : 1;
}

int
main(int argc, char **argv)
{
	size_t times = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
	int rc = foreign_main(argc, argv);
	struct buf pdf;

	if (rc >= 0)
		return rc;
	if (argc < 2 || times == 0 || times > TIMES_MAX) {
		fprintf(stderr, "bench-foreign FILE.pdf [TIMES]\n");
		return 2;
	}
	buf_init(&pdf, PDF_MAX);
	rc = file_read_path(argv[1], PDF_MAX, &pdf);
	if (rc != 0)
		fprintf(stderr, "%s: %s\n", argv[1], err_text(rc));
	rc = rc != 0 ? 2 : measure(&pdf, times);
	buf_fini(&pdf);
	return rc;
}

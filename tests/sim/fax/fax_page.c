/* NAME
 *	fax_page - FAX pages on the command line, for tests
 * SUMMARY
 *	fax_page make FILE COUNT HEIGHT SEED [WIDTH]
 *	fax_page same FILE FILE
 *	fax_page look FILE
 * DIAGNOSTICS
 *	same: 0, or 1 and what differs; look: "WIDTH HEIGHT X Y BLACK" a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pages.h"

static int
same(const char *a_path, const char *b_path)
{
	struct pages a, b;
	char text[128] = "a file cannot be read";
	int rc = 1;

	if (pages_read(&a, a_path) == 0 && pages_read(&b, b_path) == 0) {
		rc = pages_differ(&a, &b, text, sizeof(text));
		pages_free(&b);
	}
	pages_free(&a);
	if (rc != 0)
		puts(text);
	return rc;
}

static int
look(const char *path)
{
	struct pages pages;

	if (pages_read(&pages, path) < 0)
		return 1;
	for (size_t i = 0; i < pages.count; i++) {
		const struct fax_page *p = &pages.items[i];
		size_t n = (size_t)(p->width + 7) / 8 * p->height, black = 0;
		for (size_t k = 0; k < n; k++)
			black += (size_t)__builtin_popcount(p->bits[k]);
		printf("%u %u %.0f %.0f %zu\n", p->width, p->height,
		    (double)p->x, (double)p->y, black);
	}
	pages_free(&pages);
	return 0;
}

int
main(int argc, char **argv)
{
	struct pages pages;

	if (argc >= 6 && strcmp(argv[1], "make") == 0) {
		pages_make(&pages, strtoul(argv[3], NULL, 10),
		    argc > 6 ? (unsigned)atoi(argv[6]) : 1728,
		    (unsigned)atoi(argv[4]), (unsigned)atoi(argv[5]));
		int rc = pages_write(&pages, argv[2], 0);
		pages_free(&pages);
		return rc < 0;
	}
	if (argc == 4 && strcmp(argv[1], "same") == 0)
		return same(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "look") == 0)
		return look(argv[2]);
	fputs("usage: see the head of fax_page.c\n", stderr);
	return 2;
}

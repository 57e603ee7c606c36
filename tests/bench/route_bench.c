/* NAME
 *	route_bench - one route decision with a large directory
 * SUMMARY
 *	bench-route [PARTNERS [DECISIONS]]
 * DESCRIPTION
 *	Fills a registry with PARTNERS rows (100,000) of all ways and policies,
 *	then decides DECISIONS (2,000,000) parcels between random ones, and
 *	prints CPU nanoseconds a decision and CPU time to fill.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "digest.h"
#include "registry.h"
#include "route.h"

/* Body of nine characters; the check digit by trying. */
static void
number(unsigned n, char out[NUMBER_OFFICE_BYTES])
{
	int digit;

	for (digit = '0'; digit <= '9'; digit++) {
		snprintf(
		    out, NUMBER_OFFICE_BYTES, "137%06u%c", n % 1000000, digit);
		if (number_office_check(out))
			return;
	}
	panic("no check digit for %u", n);
}

static void
complain(void *arg, const char *column, const char *english)
{
	(void)arg;
	panic("%s: %s", column, english);
}

static void
add(struct registry *r, unsigned n)
{
	static const char *const ways[] = {"pdf", "fax", "national", "hub:a"};
	static const char *const policies[] = {
	    "", "dual", "paper", "dual until 2030-03-31"};
	char text[NUMBER_OFFICE_BYTES];
	struct desk desk;
	json_t *row;

	number(n, text);
	row = json_pack("{s:s,s:s,s:s,s:s,s:s}", "office_number", text,
	    "service_type", "11", "way", ways[n % 4], "policy",
	    policies[n / 4 % 4], "fallback", n % 3 ? "1b" : "off");
	if (n % 20 == 0) {
		json_object_set_new(row, "inside", json_string("1"));
		json_object_set_new(row, "way", json_string("bus"));
		json_object_set_new(row, "folder_agent", json_string("a"));
	}
	if (desk_parse(row, &desk, complain, NULL) != 0 ||
	    desk_resolve(registry_policies_of(r), &desk, row, complain, NULL))
		panic("row %u", n);
	registry_put_desk(r, &desk);
	json_decref(row);
}

/* CPU time: a busy machine does not make the figure worse. */
static int64_t
cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	       (int64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

int
main(int argc, char **argv)
{
	unsigned partners = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	unsigned decisions = argc > 2 ? (unsigned)atoi(argv[2]) : 2000000;
	struct registry *r = registry_new();
	struct wire_document d = {.name = "a", .kind = "UPPLAN"};
	struct wire_parcel p = {
	    .month = "202612", .document_count = 1, .documents = &d};
	char(*numbers)[NUMBER_OFFICE_BYTES];
	struct route route;
	int64_t began = cpu_ns(), filled, ended;
	uint64_t dice = 1, legs = 0;
	unsigned i;

	if (partners == 0 || decisions == 0)
		return 2;
	numbers = mem_new(partners * sizeof(*numbers));
	for (i = 0; i < partners; i++) {
		add(r, i);
		number(i, numbers[i]);
	}
	filled = cpu_ns();
	strcpy(p.from_type, "11");
	strcpy(p.to_type, "11");
	for (i = 0; i < decisions; i++) {
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		memcpy(
		    p.from, numbers[(dice >> 33) % partners], sizeof(p.from));
		memcpy(p.to, numbers[(dice >> 13) % partners], sizeof(p.to));
		route_parcel(&p, r, ~0u, 1795305600000, &route);
		legs += route.leg_count;
	}
	ended = cpu_ns();
	printf("partners=%u fill_ms=%.0f decisions=%u ns_each=%.0f legs=%.2f\n",
	    partners, (double)(filled - began) / 1e6, decisions,
	    (double)(ended - filled) / decisions, (double)legs / decisions);
	free(numbers);
	registry_free(&r);
	return 0;
}

/* NAME
 *	route_bench - one route decision with a large directory
 * SUMMARY
 *	bench-route [PARTNERS [MANDATES [DECISIONS]]]
 * DESCRIPTION
 *	Fills a registry with PARTNERS rows (100,000) of all ways and policies,
 *	one in twenty an office of ours, and gives MANDATES (10,000) for these to
 *	50 agents.  Then it decides DECISIONS (2,000,000) times, for random
 *	partners, what the broker decides of a parcel: may this agent send for
 *	that office, which ways does it go, and how urgent is it.  Every other
 *	agent acts under a mandate.  Prints CPU nanoseconds a decision, of the
 *	mandate alone, and CPU time to fill, and to resolve every row again as a
 *	reload of the policies does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "digest.h"
#include "mandate.h"
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
	static const char *const ways[] = {"pdf",
	    "national 2027-01-01..; fax; pdf", "national; pdf",
	    "hub:a ..2026-12-31; national; pdf"};
	static const char *const policies[] = {
	    "", "dual", "paper", "dual until 2030-03-31"};
	char text[NUMBER_OFFICE_BYTES];
	struct desk desk;
	json_t *row;

	number(n, text);
	row = json_pack("{s:s,s:s,s:s,s:s,s:s}", "office_number", text,
	    "service_type", "11", "ways", ways[n % 4], "policy",
	    policies[n / 4 % 4], "fallback", n % 3 ? "1b" : "off");
	if (n % 7 == 0)
		json_object_set_new(
		    row, "quiet_hours", json_string("20:00-08:00 holidays"));
	if (n % 11 == 0)
		json_object_set_new(row, "max_size", json_string("20 MiB"));
	if (n % 20 == 0) {
		json_object_set_new(row, "inside", json_string("1"));
		json_object_set_new(row, "ways", json_string("bus"));
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

#define NOW    1795305600000 /* 2026-11-22 */
#define AGENTS 50
#define INSIDE 20 /* one office in so many is ours */

struct bench {
	struct registry *r;
	struct mandates *m;
	char (*numbers)[NUMBER_OFFICE_BYTES];
	unsigned partners;
	struct agent agents[AGENTS + 1]; /* the last: the folders' own */
};

static void
give(struct bench *t, unsigned n)
{
	char agent[32];
	struct mandate mandate;
	struct why why = {0};
	char id[MANDATE_ID_BYTES];
	unsigned ours = (t->partners + INSIDE - 1) / INSIDE;
	json_t *o;

	snprintf(agent, sizeof(agent), "proxy%u", n % AGENTS);
	o = json_pack("{s:s,s:s,s:s,s:s,s:[s,s,s],s:s,s:s,s:s,s:s,s:I}", "id",
	    mandates_next_id(t->m, id), "agent", agent, "party", "proxy",
	    "office", t->numbers[n % ours * INSIDE], "rights", "send-plan",
	    "send-result", "receive", "from", "2026-04-01", "until",
	    "2027-03-31", "reason", "bench", "by", "bench", "given_ms",
	    (json_int_t)NOW);
	if (mandate_parse(o, &mandate, &why) != 0)
		panic("mandate: %s", why.text);
	mandates_put(t->m, &mandate, NOW);
	json_decref(o);
}

static uint64_t
next(uint64_t *dice)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return *dice >> 17;
}

/* CPU nanoseconds a decision; ${route}: or only the mandate's question. */
static double
decide(struct bench *t, unsigned decisions, bool route, uint64_t *allowed)
{
	struct wire_document d = {.name = "a", .kind = "UPPLAN"};
	struct wire_parcel p = {
	    .month = "202612", .document_count = 1, .documents = &d};
	struct mandate_act act = {.rights = RIGHT_PLAN};
	const struct desk *to;
	struct route out;
	uint64_t dice = 1;
	int64_t began = cpu_ns();
	unsigned i, from;

	strcpy(p.from_type, "11");
	strcpy(p.to_type, "11");
	for (i = 0; i < decisions; i++) {
		from = (unsigned)(next(&dice) % t->partners);
		from -= from % INSIDE;
		memcpy(p.from, t->numbers[from], sizeof(p.from));
		memcpy(
		    p.to, t->numbers[next(&dice) % t->partners], sizeof(p.to));
		act.agent = &t->agents[i % 2 ? AGENTS : from / INSIDE % AGENTS];
		act.office = p.from;
		act.type = p.from_type;
		act.partner = p.to;
		*allowed += mandate_allows(t->m, &act, NOW, NULL);
		if (!route)
			continue;
		route_parcel(&p, t->r, ~0u, NOW, &out);
		to = registry_match(
		    t->r, p.to, p.to_type, deadline_day(NOW), NULL);
		*allowed += route_priority(t->r, to, out.kinds, p.month) == 0;
	}
	return (double)(cpu_ns() - began) / decisions;
}

/* What a changed table costs: every row is resolved again. */
static double
reload_ms(const struct bench *t)
{
	int64_t began = cpu_ns();
	struct desk *const *desks;
	struct policy policy;
	size_t i, n;
	json_t *row;
	int until;

	desks = registry_desks(t->r, &n);
	for (i = 0; i < n; i++) {
		row = json_loads(desks[i]->json, 0, NULL);
		if (policy_of_row(registry_policies_of(t->r), row, &policy,
			&until, complain, NULL) != 0)
			panic("row %zu", i);
		json_decref(row);
	}
	return (double)(cpu_ns() - began) / 1e6;
}

int
main(int argc, char **argv)
{
	struct bench t = {
	    .partners = argc > 1 ? (unsigned)atoi(argv[1]) : 100000};
	unsigned mandates = argc > 2 ? (unsigned)atoi(argv[2]) : 10000;
	unsigned decisions = argc > 3 ? (unsigned)atoi(argv[3]) : 2000000;
	int64_t began = cpu_ns(), filled;
	uint64_t allowed = 0, again = 0;
	double all, alone;
	unsigned i;

	if (t.partners == 0 || decisions == 0)
		return 2;
	t.r = registry_new();
	t.numbers = mem_new(t.partners * sizeof(*t.numbers));
	for (i = 0; i < t.partners; i++) {
		add(t.r, i);
		number(i, t.numbers[i]);
	}
	filled = cpu_ns();
	t.m = mandates_new(t.r);
	for (i = 0; i < mandates; i++)
		give(&t, i);
	for (i = 0; i <= AGENTS; i++)
		snprintf(t.agents[i].name, sizeof(t.agents[i].name),
		    i < AGENTS ? "proxy%u" : "a", i);
	all = decide(&t, decisions, true, &allowed);
	alone = decide(&t, decisions, false, &again);
	printf("partners=%u fill_ms=%.0f mandates=%u decisions=%u ns_each=%.0f "
	       "ns_mandate=%.0f allowed=%.2f reload_ms=%.0f\n",
	    t.partners, (double)(filled - began) / 1e6, mandates, decisions,
	    all, alone, (double)again / decisions, reload_ms(&t));
	mandates_free(&t.m);
	free(t.numbers);
	registry_free(&t.r);
	return 0;
}

/* NAME
 *	registry_bench - a large directory: loading it at start, importing a list
 * SUMMARY
 *	bench-registry [PARTNERS [DIR]]
 * DESCRIPTION
 *	Keeps PARTNERS rows (100,000) in a real store below DIR (a new folder in
 *	the current one), FAX records for half of them, opens it again and prints the time until the registry
 *	is loaded, then the time to plan a full list that changes nothing, and
 *	one in which every row has another name.  Wall time and CPU time, and the
 *	memory the registry takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "registry.h"

#define BATCH 4096

static void
number(unsigned n, char *out)
{
	snprintf(out, NUMBER_OFFICE_BYTES, "137%06u", n % 1000000);
	out[9] = number_check_digit(out, 9);
	out[10] = '\0';
}

/* A row as a site has them: ways with days, a FAX number, somebody to call. */
static json_t *
row(unsigned n)
{
	static const char *const ways[] = {"pdf", "fax; pdf",
	    "national 2026-04-01..; fax", "hub:kanamic; pdf"};
	char text[NUMBER_OFFICE_BYTES], name[64], fax[32];

	number(n, text);
	snprintf(name, sizeof(name), "居宅介護支援事業所けやき%u", n);
	snprintf(fax, sizeof(fax), "03-3581-%04u", n % 10000);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}",
	    "office_number", text, "service_type", "43", "name", name, "ways",
	    ways[n % 4], "fax_number", fax, "contact", "介護 花子", "phone",
	    "03-3581-0000", "editions", "4.1 3", "insurer_area", "011007");
}

/* Every second partner has a FAX record. */
static json_t *
fax_record(unsigned n)
{
	return json_pack("{s:s,s:s,s:s,s:I,s:s,s:I,s:[{s:I,s:s,s:s}]}",
	    "number", "0335810000", "state", "verified", "entered_by", "a",
	    "entered_ms", (json_int_t)1795305600000 + n, "verified_by", "b",
	    "verified_ms", (json_int_t)1795305600000, "history", "at_ms",
	    (json_int_t)1795305600000, "by", "a", "what", "entered");
}

static void
keep(struct store *store, const char *kind, unsigned partners,
    json_t *(*made)(unsigned n), unsigned every)
{
	struct store_op *ops = mem_new(BATCH * sizeof(*ops)), *list[BATCH];
	char(*keys)[REGISTRY_KEY_BYTES] = mem_new(BATCH * sizeof(*keys));
	struct why why = {0};
	unsigned n, i = 0;

	for (n = 0; n < partners; n += every) {
		json_t *o = made(n);
		struct store_op *op = &ops[i];

		memset(op, 0, sizeof(*op));
		number(n, keys[i]);
		strcat(keys[i], "/43");
		op->type = STORE_REGISTRY;
		op->actor = "bench";
		op->registry.kind = kind;
		op->registry.key = keys[i];
		op->registry.value =
		    json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
		op->registry.bytes = strlen(op->registry.value);
		list[i++] = op;
		json_decref(o);
		if (i < BATCH && n + every < partners)
			continue;
		if (store_apply(store, list, i, &why) != 0)
			panic("%s", why.text);
		while (i > 0)
			free((void *)(uintptr_t)ops[--i].registry.value);
	}
	free(keys);
	free(ops);
}

static int64_t
cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (int64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static long
resident_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void
say(const char *what, int64_t wall_ms, int64_t cpu)
{
	printf("%-22s wall_ms=%lld cpu_ms=%lld\n", what,
	    (long long)(clock_mono_ms() - wall_ms),
	    (long long)(cpu_ms() - cpu));
}

static void
plan(const struct registry *r, unsigned partners, bool other, const char *what)
{
	struct registry_list list = {.mode = REGISTRY_FULL, .today = 20261122};
	struct registry_plan p;
	json_t *rows = json_array();
	int64_t wall, cpu;

	for (unsigned n = 0; n < partners; n++) {
		json_array_append_new(rows, row(n));
		if (other)
			json_object_set_new(json_array_get(rows, n), "name",
			    json_string("another"));
	}
	list.rows = rows;
	wall = clock_mono_ms();
	cpu = cpu_ms();
	registry_plan_list(r, &list, &p);
	say(what, wall, cpu);
	printf("  changed=%zu unchanged=%zu ended=%zu errors=%zu\n", p.changed,
	    p.unchanged, p.ended, json_array_size(p.errors));
	registry_plan_fini(&p);
	json_decref(rows);
}

int
main(int argc, char **argv)
{
	unsigned partners = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	const char *dir = argc > 2 ? argv[2] : "registry-bench.store";
	struct store_settings s = {.path = dir};
	struct registry *r = registry_new();
	struct store *store;
	struct why why = {0};
	int64_t wall, cpu;
	long before;
	size_t count;

	if (store_open(&s, &store, &why) != 0)
		panic("%s", why.text);
	keep(store, "office", partners, row, 1);
	keep(store, "fax", partners, fax_record, 2);
	store_close(&store);
	if (store_open(&s, &store, &why) != 0)
		panic("%s", why.text);
	before = resident_kib();
	wall = clock_mono_ms();
	cpu = cpu_ms();
	if (registry_load(r, store, &why) != 0)
		panic("%s", why.text);
	say("load", wall, cpu);
	(void)registry_desks(r, &count);
	printf("  rows=%zu memory_kib=%ld desk_bytes=%zu\n", count,
	    resident_kib() - before, sizeof(struct desk));
	if (argc > 3)
		plan(r, partners, false, "plan, all unchanged");
	if (argc > 3)
		plan(r, partners, true, "plan, all changed");
	store_close(&store);
	registry_free(&r);
	return file_remove_tree(AT_FDCWD, dir) == 0 ? 0 : 1;
}

/* NAME
 *	turns_bench - what an order costs an office with very many parcels
 * SUMMARY
 *	bench-turns [PARTNERS [DIR]]
 * DESCRIPTION
 *	Gives the national gateway 1,000, then 3,000, then 10,000 parcels of one
 *	office to PARTNERS receivers (200) in a new folder in DIR (/dev/shm), and
 *	takes the CPU time of each order, from one answer to the next send: once
 *	all of them may go, once with those of every second receiver held back.
 *	The other side answers at once.  What grows with the parcels that wait
 *	grows here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

#define START 1790000000000

struct side {
	struct driver_order order;
	bool given;
};

static void
take_order(void *self, const struct driver_order *order)
{
	struct side *side = self;

	side->order = *order;
	side->given = true;
}

static void
health(void *self, const char *office, struct driver_health *out)
{
	(void)self, (void)office;
	memset(out, 0, sizeof(*out));
}

static const struct driver driver = {.name = "bench",
    .traits = DRIVER_LISTS,
    .order = take_order,
    .health = health};

static void
say_nothing(void *arg, struct task *task)
{
	(void)arg, (void)task;
}

static bool
nothing_in(void *arg, const char *office, int64_t now,
    struct driver_order *order, int64_t *when)
{
	(void)arg, (void)office, (void)now, (void)order, (void)when;
	return false;
}

static const struct run_events events = {
    .tell = say_nothing, .step = say_nothing, .inbound_next = nothing_in};

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
add(struct run *run, unsigned i, unsigned partners, bool hold)
{
	struct parcel *p = parcel_new(1);
	struct link_body body = {"one", 3};
	struct task *task;
	struct why why;

	p->id = id_new(START + i);
	p->state = PARCEL_PREPARED;
	snprintf(p->from, sizeof(p->from), "1370100018");
	snprintf(p->to, sizeof(p->to), "13%06u00", i % partners % 1000000);
	p->accepted_ms = p->made_ms = p->due_ms = START + i;
	p->hold = hold && i % partners % 2 == 0;
	snprintf(p->documents[0].name, PARCEL_NAME_BYTES, "%u.CSV", i);
	p->documents[0].bytes = 3;
	if (run_add(run, p, &body, START + i, &task, &why) < 0)
		panic("bench: %s", why.text);
	run_lend(run, task);
}

/* Orders until nothing more goes; how many. */
static unsigned
send_all(struct run *run, struct side *side, unsigned most)
{
	struct driver_result result = {.state = DOCUMENT_HANDED, .ref = "N1"};
	int64_t now = START + most;
	unsigned n = 0;

	while (n <= most) {
		side->given = false;
		(void)run_tick(run, now);
		if (!side->given || side->order.verb != DRIVER_SEND)
			return n;
		struct driver_answer a = {
		    .number = side->order.number, .results = &result};
		run_answer(run, &a, now);
		n++;
	}
	return n;
}

static void
measure(const char *dir, unsigned parcels, unsigned partners, bool hold)
{
	static const struct run_settings settings = {.parallel = 4,
	    .poll_ms = 300000,
	    .soon_ms = 5000,
	    .lag_ms = 120000,
	    .wait_min_ms = 1000,
	    .wait_max_ms = 60000,
	    .listed_ms = 7200000};
	char folder[256], command[300];
	struct side side = {.given = false};
	struct spool *spool;
	struct why why;

	snprintf(folder, sizeof(folder), "%s/bench-turns-XXXXXX", dir);
	if (mkdtemp(folder) == NULL || spool_open(folder, &spool, &why) < 0)
		panic("bench: there is no folder in %s", dir);
	struct run *run = run_new(&settings, spool, &events, NULL);
	run_driver(run, &driver, &side);
	for (unsigned i = 0; i < parcels; i++)
		add(run, i, partners, hold);
	double before = cpu_us();
	unsigned n = send_all(run, &side, parcels);
	double used = cpu_us() - before;
	printf("%6u parcels, %s: %6u orders, %8.1f us each\n", parcels,
	    hold ? "half held" : "all go   ", n, used / (n > 0 ? n : 1));
	run_free(&run);
	spool_close(&spool);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	(void)!system(command);
}

int
main(int argc, char **argv)
{
	static const unsigned counts[] = {1000, 3000, 10000};
	unsigned partners = argc > 1 ? (unsigned)atoi(argv[1]) : 200;
	const char *dir = argc > 2 ? argv[2] : "/dev/shm";

	for (int hold = 0; hold < 2; hold++)
		for (size_t i = 0; i < 3; i++)
			measure(dir, counts[i], partners > 0 ? partners : 1,
			    hold > 0);
	return 0;
}

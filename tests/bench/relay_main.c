/* NAME
 *	bench-relay - what the relay reaches, beside what is possible
 * SYNOPSIS
 *	tests/bench/relay [options]	(builds the release and runs this)
 * DESCRIPTION
 *	Without a mode: load on a real tasukid, on the bare stack and, with
 *	--rabbit, on RabbitMQ, in turns and on the same disk, then the raw LMDB
 *	limit for the same records and batch size.  Medians over --rounds.
 *	With --idle, --backlog or --store: what those cost.
 *	Figures differ from hour to hour by 10 to 25 %: compare within a run.
 * DIAGNOSTICS
 *	Exit code 1 if anything accepted did not arrive, or came twice or
 *	damaged.  A figure that is not reached is printed all the same.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <czmq.h>

#include "clock.h"
#include "digest.h"
#include "err.h"
#include "link.h"
#include "log.h"
#include "wire.h"

#include "fill.h"
#include "limit.h"
#include "load.h"
#ifdef BENCH_RABBIT
#include "rabbit.h"
#endif
#include "room.h"
#include "stack.h"
#include "traffic.h"

#define ROUNDS_MAX 16
#define SAMPLE_MAX (64u * 1024 * 1024)
#define RABBIT_US  156 /* broker CPU a message measured for RabbitMQ, TLS */

struct options {
	struct traffic traffic;
	unsigned rounds, idle, backlog, store;
	const char *program;
	int rabbit_port;
	pid_t rabbit_pid;
	const char *rabbit_folder;
	const char *only; /* one peer's name, or NULL */
};

/* what is kept of each peer, one value a round */
enum figure {
	ACCEPTED_S,
	DELIVERED_S,
	ACCEPT_P50,
	ACCEPT_P99,
	TOTAL_P50,
	TOTAL_P99,
	SERVER_US,
	CLIENT_US,
	RSS,
	OWN,
	WRITTEN,
	FIGURES
};
static const struct {
	const char *name, *unit;
} figure_rows[FIGURES] = {
    {"accepted", "msg/s"},
    {"end to end", "msg/s"},
    {"accept p50", "ms"},
    {"accept p99", "ms"},
    {"end to end p50", "ms"},
    {"end to end p99", "ms"},
    {"server CPU", "us/msg"},
    {"clients' CPU", "us/msg"},
    {"server RSS, peak", "MB"},
    {"server own memory, peak", "MB"},
    {"written", "bytes/msg"},
};

struct peer {
	double values[FIGURES][ROUNDS_MAX];
	size_t rounds;
	bool failed;
};

static void
keep(struct peer *peer, const struct outcome *o, int rc)
{
	double *v[FIGURES];

	for (size_t i = 0; i < FIGURES; i++)
		v[i] = &peer->values[i][peer->rounds];
	*v[ACCEPTED_S] = o->accepted_s;
	*v[DELIVERED_S] = o->delivered_s;
	*v[ACCEPT_P50] = o->accept_p50;
	*v[ACCEPT_P99] = o->accept_p99;
	*v[TOTAL_P50] = o->total_p50;
	*v[TOTAL_P99] = o->total_p99;
	*v[SERVER_US] = o->server_us;
	*v[CLIENT_US] = o->client_us;
	*v[RSS] = o->rss_mb;
	*v[OWN] = o->own_mb;
	*v[WRITTEN] = o->written;
	peer->rounds++;
	if (rc != 0 || o->delivered != o->accepted)
		peer->failed = true;
}

static double
figure(const struct peer *peer, enum figure which)
{
	double copy[ROUNDS_MAX];

	memcpy(copy, peer->values[which], sizeof(copy));
	return median(copy, peer->rounds);
}

/* ---- load ---- */

struct batches {
	double commits, ops;
};

static struct batches
batches_of(struct room *room)
{
	struct batches b;

	b.commits = room_count(room, "counters", "commits");
	b.ops = room_count(room, "counters", "commit_ops");
	return b;
}

static void
tell_threads(const struct outcome *o)
{
	printf("  threads, us/msg:");
	for (size_t i = 0; i < o->thread_count; i++)
		if (o->threads[i].seconds >= 0.1)
			printf(" %s %.1f", o->threads[i].name,
			    o->threads[i].seconds);
	printf("\n");
}

/* one round on a fresh broker; the mean batch (operations a commit) */
static double
round_tasuki(const struct options *opt, struct peer *peer)
{
	struct traffic t = opt->traffic;
	struct driver driver = {.name = "tasukid",
	    .sender = load_sender,
	    .receiver = load_receiver};
	struct batches from, to;
	struct outcome o;
	struct room room;
	double batch;
	int rc;

	room_open(&room, opt->program, t.senders, t.receivers, t.window);
	driver.arg = &room;
	driver.server = room.pid;
	driver.folder = room.folder;
	printf("  tasukid is pid %d\n", (int)room.pid);
	fflush(stdout);
	from = batches_of(&room);
	rc = traffic_run(&t, &driver, &o);
	to = batches_of(&room);
	keep(peer, &o, rc);
	to.commits -= from.commits;
	to.ops -= from.ops;
	batch = to.commits > 0 ? to.ops / to.commits : 0;
	printf("  tasukid: %llu accepted, %llu delivered; %.0f commits, "
	       "%.1f operations a commit, %.1f parcels a commit\n",
	    (unsigned long long)o.accepted, (unsigned long long)o.delivered,
	    to.commits, batch,
	    to.commits > 0 ? (double)o.accepted / to.commits : 0);
	tell_threads(&o);
	room_close(&room);
	return to.commits > 0 ? (double)o.accepted / to.commits : 1;
}

static const char *
scratch(char *out, size_t n)
{
	const char *base = getenv("TMPDIR");

	snprintf(
	    out, n, "%s/tasuki-bench-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(out) == NULL)
		panic("no temporary folder");
	return out;
}

static void
round_stack(const struct options *opt, struct peer *peer)
{
	struct traffic t = opt->traffic;
	struct driver driver = {.name = "bare stack",
	    .sender = stack_sender,
	    .receiver = stack_receiver};
	struct outcome o;
	struct stack stack;
	char folder[256];
	int rc;

	stack_open(&stack, scratch(folder, sizeof(folder)));
	driver.arg = &stack;
	driver.server = stack.pid;
	driver.folder = folder;
	rc = traffic_run(&t, &driver, &o);
	keep(peer, &o, rc);
	printf("  bare stack: %llu accepted, %llu delivered\n",
	    (unsigned long long)o.accepted, (unsigned long long)o.delivered);
	tell_threads(&o);
	stack_close(&stack);
	rmdir(folder);
}

#ifdef BENCH_RABBIT
static void
round_rabbit(const struct options *opt, struct peer *peer)
{
	struct traffic t = opt->traffic;
	struct rabbit rabbit = {opt->rabbit_port};
	struct driver driver = {.name = "RabbitMQ",
	    .sender = rabbit_sender,
	    .receiver = rabbit_receiver,
	    .arg = &rabbit,
	    .server = opt->rabbit_pid,
	    .folder = opt->rabbit_folder};
	struct outcome o;
	int rc;

	rabbit_ready(&rabbit, t.receivers);
	rc = traffic_run(&t, &driver, &o);
	keep(peer, &o, rc);
	printf("  RabbitMQ quorum over TLS: %llu accepted, %llu delivered\n",
	    (unsigned long long)o.accepted, (unsigned long long)o.delivered);
}
#endif

static void
table(const struct peer *ours, const struct peer *stack,
    const struct peer *rabbit)
{
	printf("\n%-26s %10s %12s %8s", "", "tasukid", "bare stack", "ratio");
	printf(rabbit->rounds > 0 ? " %12s %8s\n" : "\n", "RabbitMQ", "ratio");
	for (unsigned i = 0; i < FIGURES; i++) {
		enum figure f = (enum figure)i;
		double a = figure(ours, f), b = figure(stack, f),
		       c = figure(rabbit, f);

		char name[48];

		snprintf(name, sizeof(name), "%s %s", figure_rows[i].name,
		    figure_rows[i].unit);
		printf("%-33s %10.*f", name, a < 100 ? 2 : 0, a);
		if (stack->rounds > 0)
			printf(" %10.*f %8.2f", b < 100 ? 2 : 0, b,
			    b > 0 ? a / b : 0);
		if (rabbit->rounds > 0)
			printf(" %10.*f %8.2f", c < 100 ? 2 : 0, c,
			    c > 0 ? a / c : 0);
		printf("\n");
	}
}

static size_t
kept_bytes(const struct options *opt)
{
	struct traffic t = opt->traffic;
	struct client client = {.traffic = &t};
	uint8_t *body = mem_new(t.bytes);
	enum wire_encoding encoding;
	struct link_body coded;
	_Atomic int64_t *sent = mem_new(TRAFFIC_PENDING * sizeof(*sent));

	t.sent_ns[0] = sent;
	digest_random(body, t.bytes);
	traffic_fill(&client, body);
	encode_body(body, t.bytes, &coded, &encoding);
	if (encoding == WIRE_ENCODING_ZSTD)
		free((void *)(uintptr_t)coded.data);
	free(body);
	free((void *)(uintptr_t)sent);
	return coded.bytes;
}

static void
raw_limit(const struct options *opt, double batch, const struct peer *ours)
{
	struct limit limit;
	char folder[256];
	size_t bytes = kept_bytes(opt);
	unsigned count = batch < 1 ? 1 : (unsigned)(batch + 0.5);

	limit_run(scratch(folder, sizeof(folder)), bytes, count, 2, &limit);
	rmdir(folder);
	printf(
	    "\nraw LMDB, %zu bytes + small records, %u a commit: %.0f msg/s, "
	    "commit p50 %.2f ms p99 %.2f ms; tasukid accepts %.2f of it\n",
	    bytes, count, limit.messages_s, limit.commit_p50, limit.commit_p99,
	    figure(ours, ACCEPTED_S) / limit.messages_s);
}

static bool
wanted(const struct options *opt, const char *peer)
{
	return opt->only == NULL || strcmp(opt->only, peer) == 0;
}

static int
bench_load(const struct options *opt)
{
	struct peer ours = {0}, stack = {0}, rabbit = {0};
	double batch = 1;

	printf("%u senders, %u receivers, window %u, %zu bytes of %s, %.1f s, "
	       "%u rounds\n",
	    opt->traffic.senders, opt->traffic.receivers, opt->traffic.window,
	    opt->traffic.bytes,
	    opt->traffic.content == CONTENT_CSV ? "CSV" : "random",
	    opt->traffic.seconds, opt->rounds);
	for (unsigned i = 0; i < opt->rounds; i++) {
		if (wanted(opt, "tasukid"))
			batch = round_tasuki(opt, &ours);
		fflush(stdout);
		if (wanted(opt, "stack"))
			round_stack(opt, &stack);
		fflush(stdout);
#ifdef BENCH_RABBIT
		if (opt->rabbit_port != 0 && wanted(opt, "rabbit"))
			round_rabbit(opt, &rabbit);
#endif
		fflush(stdout);
	}
	table(&ours, &stack, &rabbit);
	if (rabbit.rounds == 0 && ours.rounds > 0)
		printf("server CPU: %.2f of the %d us measured for RabbitMQ "
		       "quorum over TLS elsewhere\n",
		    figure(&ours, SERVER_US) / RABBIT_US, RABBIT_US);
	if (ours.rounds > 0)
		raw_limit(opt, batch, &ours);
	return ours.failed || stack.failed || rabbit.failed;
}

/* ---- idle, backlog, store ---- */

static int
bench_idle(const struct options *opt)
{
	struct load_idle *idle;
	double own, with, seconds;
	struct room room;

	zsys_set_max_sockets(65536);
	room_make(&room, opt->program, 1, opt->idle, 64);
	room_start(&room);
	printf("ready after start: %.1f ms\n", room.ready_ms);
	room_register(&room);
	room_kill(&room, SIGTERM);
	room_start(&room);
	usleep(500000);
	own = mem_own(room.pid);
	printf("ready after start with %u agents known: %.1f ms\n", opt->idle,
	    room.ready_ms);
	printf("own memory, idle: %.1f MB (RSS %.1f MB)\n", own,
	    mem_rss(room.pid));
	idle = load_idle(&room, opt->idle, &seconds);
	usleep(500000);
	with = mem_own(room.pid);
	printf("%u agents connected in %.2f s; own memory %.1f MB: %.1f MB per "
	       "1,000 idle agents\n",
	    opt->idle, seconds, with, (with - own) * 1000 / opt->idle);
	load_idle_end(&idle);
	room_close(&room);
	return 0;
}

static int
bench_backlog(const struct options *opt)
{
	int64_t first, begin;
	struct room room;

	room_open(&room, opt->program, 1, 1, 256);
	begin = clock_mono_ns();
	if (load_backlog(&room, opt->backlog, opt->traffic.bytes) != 0)
		return 1;
	printf("%u parcels queued in %.1f s\n", opt->backlog,
	    (double)(clock_mono_ns() - begin) / 1e9);
	room_kill(&room, SIGKILL);
	room_start(&room);
	first = load_first(&room, 10000);
	printf("after kill -9 with %u queued: ready in %.1f ms, first delivery "
	       "%.1f ms after start; own memory %.1f MB\n",
	    opt->backlog, room.ready_ms,
	    (double)(first - room.started_ns) / 1e6, mem_own(room.pid));
	room_close(&room);
	return first < 0;
}

static int
bench_store(const struct options *opt)
{
	struct room room;
	int64_t begin, first;

	room_open(&room, opt->program, 1, 100, 64);
	room_kill(&room, SIGTERM);
	begin = clock_mono_ns();
	fill(&room, opt->store, opt->traffic.bytes);
	printf("%u open parcels of %zu bytes put into the store in %.1f s\n",
	    opt->store, opt->traffic.bytes,
	    (double)(clock_mono_ns() - begin) / 1e9);
	room_start(&room);
	first = load_first(&room, 10000);
	printf("ready in %.0f ms, first delivery %.0f ms after start, own "
	       "memory %.1f MB, RSS %.1f MB\n",
	    room.ready_ms, (double)(first - room.started_ns) / 1e6,
	    mem_own(room.pid), mem_rss(room.pid));
	room_close(&room);
	return first < 0;
}

/* ---- options ---- */

static void
usage(FILE *f)
{
	fputs(
	    "usage: relay [--senders N] [--receivers N] [--window N]\n"
	    "             [--bytes N] [--content random|csv] [--sample FILE]\n"
	    "             [--seconds S] [--rounds N] [--only tasukid|stack|rabbit]\n"
	    "       relay --idle N | --backlog N | --store N\n"
	    "also: --tasukid FILE, --rabbit PORT,PID,FOLDER\n",
	    f);
}

static char *
read_sample(const char *path, size_t *bytes)
{
	FILE *f = fopen(path, "re");
	char *p = mem_new(SAMPLE_MAX);

	if (f == NULL) {
		fprintf(stderr, "relay: %s cannot be read\n", path);
		exit(2);
	}
	*bytes = fread(p, 1, SAMPLE_MAX, f);
	fclose(f);
	if (*bytes < 4096) {
		fprintf(stderr, "relay: %s is too small a sample\n", path);
		exit(2);
	}
	return p;
}

static const char *
beside_us(char *out, size_t n)
{
	ssize_t got = readlink("/proc/self/exe", out, n - 1);
	char *slash;

	out[got < 0 ? 0 : got] = '\0';
	slash = strrchr(out, '/');
	if (slash != NULL)
		snprintf(slash, n - (size_t)(slash - out), "/../bin/tasukid");
	return out;
}

static void
rabbit_option(struct options *opt, char *text)
{
	char *comma = strchr(text, ',');
	char *second = comma == NULL ? NULL : strchr(comma + 1, ',');

	if (second == NULL) {
		usage(stderr);
		exit(2);
	}
#ifndef BENCH_RABBIT
	fprintf(stderr, "relay: built without librabbitmq\n");
	exit(2);
#endif
	opt->rabbit_port = atoi(text);
	opt->rabbit_pid = atoi(comma + 1);
	opt->rabbit_folder = second + 1;
}

static const struct option long_options[] = {
    {"senders", 1, NULL, 's'},
    {"receivers", 1, NULL, 'r'},
    {"window", 1, NULL, 'w'},
    {"bytes", 1, NULL, 'b'},
    {"content", 1, NULL, 'c'},
    {"sample", 1, NULL, 'f'},
    {"seconds", 1, NULL, 't'},
    {"rounds", 1, NULL, 'n'},
    {"tasukid", 1, NULL, 'p'},
    {"rabbit", 1, NULL, 'q'},
    {"idle", 1, NULL, 'i'},
    {"backlog", 1, NULL, 'l'},
    {"store", 1, NULL, 'm'},
    {"only", 1, NULL, 'a'},
    {"help", 0, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static unsigned
number(const char *text, unsigned min, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < min || n > max) {
		fprintf(stderr, "relay: %s is not a number from %u to %u\n",
		    text, min, max);
		exit(2);
	}
	return (unsigned)n;
}

static void
options_read(struct options *opt, int argc, char **argv)
{
	struct traffic *t = &opt->traffic;
	const char *sample = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (c) {
		case 's':
			t->senders = number(optarg, 1, TRAFFIC_SENDERS_MAX);
			break;
		case 'r':
			t->receivers = number(optarg, 1, 60);
			break;
		case 'w':
			t->window = number(optarg, 1, 4096);
			break;
		case 'b':
			t->bytes = number(
			    optarg, TRAFFIC_STAMP_BYTES, WIRE_INLINE_BYTES_MAX);
			break;
		case 'c':
			t->content = strcmp(optarg, "csv") == 0
					 ? CONTENT_CSV
					 : CONTENT_RANDOM;
			break;
		case 'f':
			sample = optarg;
			break;
		case 't':
			t->seconds = strtod(optarg, NULL);
			break;
		case 'n':
			opt->rounds = number(optarg, 1, ROUNDS_MAX);
			break;
		case 'p':
			opt->program = optarg;
			break;
		case 'q':
			rabbit_option(opt, optarg);
			break;
		case 'i':
			opt->idle = number(optarg, 1, 20000);
			break;
		case 'l':
			opt->backlog = number(optarg, 1, 1000000);
			break;
		case 'm':
			opt->store = number(optarg, 1, 100000000);
			break;
		case 'a':
			opt->only = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	if (t->content == CONTENT_CSV && sample == NULL) {
		fprintf(stderr, "relay: --content csv wants --sample FILE\n");
		exit(2);
	}
	if (sample != NULL)
		t->sample = read_sample(sample, &t->sample_bytes);
}

int
main(int argc, char **argv)
{
	char program[512];
	struct options opt = {
	    .traffic = {.senders = 8,
		.receivers = 8,
		.window = 64,
		.bytes = 20000,
		.seconds = 10},
	    .rounds = 1,
	};

	if (argc == 4 && strcmp(argv[1], "--serve-stack") == 0)
		stack_serve(argv[2], atoi(argv[3]));
	signal(SIGPIPE, SIG_IGN);
	zsys_handler_set(NULL);
	log_open("bench-relay", LOG_WARN_);
	opt.program = beside_us(program, sizeof(program));
	options_read(&opt, argc, argv);
	if (opt.idle != 0)
		return bench_idle(&opt);
	if (opt.backlog != 0)
		return bench_backlog(&opt);
	if (opt.store != 0)
		return bench_store(&opt);
	return bench_load(&opt);
}

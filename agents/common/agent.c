/* NAME
 *	agent - the skeleton every agent's main() hangs on
 * SUMMARY
 *	agent_main(), see agent.h
 * DESCRIPTION
 *	SIGTERM and SIGINT are blocked before any thread exists and read from a
 *	signalfd in the loop: no code runs in a signal handler, and a stop always
 *	falls between two turns of the loop.  SIGPIPE is ignored.  The limit of
 *	open files is raised to what the system allows: an office takes about
 *	ten descriptors, and one process may serve hundreds of offices.
 * DIAGNOSTICS
 *	Settings that are refused are named on stderr with file and line.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"

#include "agent.h"

enum { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_SETTINGS = 2 };

struct run {
	const struct agent_program *program;
	const char *config;
	bool check_only;
	void *settings;
	struct curve_key own, broker;
	char software[WIRE_SOFTWARE_BYTES_MAX + 1], fallback[256];
	struct agent agent;
};

/* ---- options ---- */

static void
print_help(const struct agent_program *program)
{
	printf("%s - %s\n\n"
	       "usage: %s [-c FILE] [--check-config]\n"
	       "  -c, --config FILE  settings, default /etc/tasuki/%s.conf\n"
	       "      --check-config read and check settings and keys, then "
	       "stop\n"
	       "      --help         this text\n"
	       "      --help-settings  every setting with default and meaning\n"
	       "      --version      version\n\n"
	       "Exit status: 0 ok, 1 trouble at run time, 2 usage or "
	       "settings.\n",
	    program->name, program->summary, program->name, program->name);
}

static void
print_settings(const struct agent_program *program)
{
	struct buf text;

	buf_init(&text, 1024 * 1024);
	conf_describe(program->rows, &text);
	fputs(text.data, stdout);
	buf_fini(&text);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, 'k'},
    {"help", no_argument, NULL, 'h'},
    {"help-settings", no_argument, NULL, 's'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

/* -1: go on; else the exit code. */
static int
read_options(struct run *run, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			run->config = optarg;
			break;
		case 'k':
			run->check_only = true;
			break;
		case 'h':
			print_help(run->program);
			return EXIT_OK;
		case 's':
			print_settings(run->program);
			return EXIT_OK;
		case 'v':
			puts(run->software);
			return EXIT_OK;
		default:
			print_help(run->program);
			return EXIT_SETTINGS;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "%s: %s: not an option\n", run->program->name,
	    argv[optind]);
	return EXIT_SETTINGS;
}

/* ---- settings and keys ---- */

static const struct agent_settings *
common(const struct run *run)
{
	return (const struct agent_settings *)((const char *)run->settings +
					       run->program->common_offset);
}

static int
load_keys(struct run *run, struct why *why)
{
	int rc = curve_load(common(run)->key, &run->own, why);

	if (rc == 0 && run->own.secret_key[0] == '\0') {
		why_set(why, WHY_NEVER, "settings",
		    "%s: holds no secret key (is it a .pub file?)",
		    common(run)->key);
		rc = TSK_INVALID;
	}
	if (rc == 0)
		rc = curve_load(common(run)->broker_key, &run->broker, why);
	return rc;
}

static int
load(struct run *run, struct why *why)
{
	int rc = conf_load(run->config, run->program->rows, run->settings, why);

	if (rc != 0)
		return rc;
	if (log_level_parse(common(run)->log) < 0) {
		why_set(why, WHY_NEVER, "settings",
		    "%s: log: \"%s\" is none of debug, info, warn, error",
		    run->config, common(run)->log);
		return TSK_INVALID;
	}
	rc = load_keys(run, why);
	if (rc == 0 && run->program->check != NULL)
		rc = run->program->check(run->settings, why);
	return rc;
}

/* ---- the loop ---- */

static int
on_signal(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	struct signalfd_siginfo info;

	(void)loop, (void)arg;
	if (read(item->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	log_info("agent: stopping signal=%u", info.ssi_signo);
	return -1;
}

static int
leave(zloop_t *loop, int timer, void *arg)
{
	(void)loop, (void)timer, (void)arg;
	return -1;
}

void
agent_stop(struct agent *agent, int exit_code)
{
	agent->exit_code = exit_code;
	zloop_timer(agent->loop, 0, 1, leave, agent);
}

static int
signals_open(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1)
		panic("signalfd: %s", strerror(errno));
	return fd;
}

static void
raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int
start(struct run *run, void **self)
{
	struct agent *agent = &run->agent;
	struct why why = {0};

	agent->settings = common(run);
	agent->link.endpoint = common(run)->endpoint;
	agent->link.broker_key = run->broker.public_key;
	agent->link.public_key = run->own.public_key;
	agent->link.secret_key = run->own.secret_key;
	agent->link.software = run->software;
	if (run->program->start(agent, run->settings, self, &why) == 0)
		return 0;
	log_error("agent: start failed code=%s why=\"%s\"", why.code, why.text);
	return why.class == WHY_NEVER ? EXIT_SETTINGS : EXIT_TROUBLE;
}

static int
run_loop(struct run *run)
{
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};
	void *self = NULL;
	int rc;

	/* nothing for strangers; what a group may, who started us decides */
	umask(umask(077) | 007);
	raise_limits();
	item.fd = signals_open();
	zsys_handler_set(NULL);
	run->agent.loop = zloop_new();
	zloop_poller(run->agent.loop, &item, on_signal, NULL);
	log_info("agent: started name=%s version=%s pid=%ld", common(run)->name,
	    run->software, (long)getpid());
	rc = start(run, &self);
	if (rc == 0) {
		zloop_start(run->agent.loop);
		rc = run->agent.exit_code;
	}
	run->program->stop(self);
	zloop_destroy(&run->agent.loop);
	close(item.fd);
	zsys_shutdown();
	log_info("agent: stopped code=%d", rc);
	return rc;
}

int
agent_main(int argc, char **argv, const struct agent_program *program)
{
	struct run run = {.program = program};
	struct why why = {0};
	int rc;

	snprintf(run.software, sizeof(run.software), "%s/%s", program->name,
	    TASUKI_VERSION);
	snprintf(run.fallback, sizeof(run.fallback), "/etc/tasuki/%s.conf",
	    program->name);
	run.config = run.fallback;
	rc = read_options(&run, argc, argv);
	if (rc != -1)
		return rc;
	run.settings = mem_new(program->settings_bytes);
	if (load(&run, &why) != 0) {
		fprintf(stderr, "%s: %s\n", program->name, why.text);
		conf_free(program->rows, run.settings);
		free(run.settings);
		return EXIT_SETTINGS;
	}
	log_open(
	    program->name, (enum log_level)log_level_parse(common(&run)->log));
	if (run.check_only)
		printf("%s: settings are good\n", run.config);
	rc = run.check_only ? EXIT_OK : run_loop(&run);
	curve_wipe(&run.own);
	conf_free(program->rows, run.settings);
	free(run.settings);
	return rc;
}

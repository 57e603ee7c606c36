/* NAME
 *	tasukid - the broker of Tasuki
 * SUMMARY
 *	tasukid -c FILE [--check-config | --verify | --restore BACKUP]
 * DESCRIPTION
 *	-c, --config FILE   settings (default /etc/tasuki/tasukid.conf)
 *	--check-config      look at the settings and the key, then leave
 *	--verify            read every record of the store, then leave
 *	--restore BACKUP    make the store from a backup folder; the old store
 *	                    must have been moved away
 *	--help, --help-settings, --version
 *
 *	SIGTERM and SIGINT stop it in order: what was taken in is committed and
 *	answered, agents hear bye.  SIGHUP: policies and holidays are read again
 *	(tasukictl policy reload says whether they were well).  With NOTIFY_SOCKET set, readiness is told to
 *	the supervisor.
 * DIAGNOSTICS
 *	Exit 0: all well; 1: trouble at run time (also: the store gave up, damage
 *	was found); 2: usage or settings.  Log lines go to stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <czmq.h>

#include "clock.h"
#include "file.h"
#include "log.h"

#include "broker.h"

#define EXIT_TROUBLE  1
#define EXIT_SETTINGS 2
#define CONFIG_FILE   "/etc/tasuki/tasukid.conf"

enum act { ACT_RUN, ACT_CHECK, ACT_VERIFY, ACT_RESTORE };

struct options {
	const char *config, *backup;
	enum act act;
};

static void
usage(FILE *to)
{
	fprintf(to,
	    "tasukid - the broker\n\n"
	    "usage: tasukid [-c FILE] [--check-config | --verify | "
	    "--restore BACKUP]\n"
	    "  -c, --config FILE  settings, default %s\n"
	    "      --check-config read and check settings and key, then stop\n"
	    "      --verify       read every record of the store\n"
	    "      --restore BACKUP  make the store from a backup folder\n"
	    "      --help         this text\n"
	    "      --help-settings  every setting with default and meaning\n"
	    "      --version      version\n\n"
	    "Exit status: 0 ok, 1 trouble at run time, 2 usage or "
	    "settings.\n",
	    CONFIG_FILE);
}

static int
help_settings(void)
{
	struct buf out;

	buf_init(&out, 1024 * 1024);
	conf_describe(settings_rows(), &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	return 0;
}

/* -1: go on; else the exit code */
static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"check-config", no_argument, NULL, 'k'},
	    {"verify", no_argument, NULL, 'v'},
	    {"restore", required_argument, NULL, 'r'},
	    {"help", no_argument, NULL, 'h'},
	    {"help-settings", no_argument, NULL, 's'},
	    {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'k':
			o->act = ACT_CHECK;
			break;
		case 'v':
			o->act = ACT_VERIFY;
			break;
		case 'r':
			o->act = ACT_RESTORE;
			o->backup = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 's':
			return help_settings();
		case 'V':
			printf("tasukid %s\n", TASUKI_VERSION);
			return 0;
		default:
			usage(stderr);
			return EXIT_SETTINGS;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return EXIT_SETTINGS;
	}
	return -1;
}

/* ---- verify, restore, check ---- */

static void
report(const char *line, void *arg)
{
	(void)arg;
	log_error("verify: %s", line);
}

static int
verify(const struct settings *s)
{
	char path[PATH_MAX];
	struct store_settings store = {.backend = STORE_LMDB};
	struct store_verify v = {0};
	struct why why = {0};
	int rc;

	snprintf(path, sizeof(path), "%s/store", s->data);
	store.path = path;
	store.map_bytes = s->store.map_bytes;
	store.map_limit_bytes = s->store.map_limit_bytes;
	store.read_only = true;
	rc = store_verify(&store, &v, report, NULL, &why);
	log_line(rc == 0 ? LOG_INFO_ : LOG_ERROR_,
	    "verify: records=%llu damaged=%llu bodies=%llu audit=%llu "
	    "crashed=%s result=%s%s%s%s",
	    (unsigned long long)v.records, (unsigned long long)v.damaged,
	    (unsigned long long)v.bodies, (unsigned long long)v.audit_entries,
	    v.crashed ? "yes" : "no", rc == 0 ? "well" : "damaged",
	    why.text[0] ? " why=\"" : "", why.text, why.text[0] ? "\"" : "");
	return rc == 0 ? 0 : EXIT_TROUBLE;
}

static int
restore(const struct settings *s, const char *backup)
{
	char path[PATH_MAX];
	struct why why = {0};

	if (file_dir_make(AT_FDCWD, s->data, 0700) != 0) {
		log_error("restore: %s: %s", s->data, strerror(errno));
		return EXIT_TROUBLE;
	}
	snprintf(path, sizeof(path), "%s/store", s->data);
	if (store_restore(backup, path, &why) != 0) {
		log_error("restore: result=failed why=\"%s\"", why.text);
		return EXIT_TROUBLE;
	}
	log_info("restore: from=%s result=restored", backup);
	return 0;
}

static int
check_key(const struct settings *s)
{
	struct curve_key key;
	struct why why = {0};

	if (curve_load(s->key, &key, &why) != 0 || key.secret_key[0] == '\0') {
		fprintf(stderr, "tasukid: %s\n",
		    why.text[0] ? why.text : "the key file has no secret key");
		return EXIT_SETTINGS;
	}
	curve_wipe(&key);
	return 0;
}

static int
check_policies(const struct settings *s)
{
	struct policies p;
	struct why why = {0};
	int rc;

	policies_init(&p);
	rc = policies_read(&p, s->policy.file, s->policy.holidays, &why);
	policies_fini(&p);
	if (rc != 0)
		fprintf(stderr, "tasukid: %s\n", why.text);
	return rc == 0 ? 0 : EXIT_SETTINGS;
}

static int
check(const struct settings *s)
{
	int code = check_key(s);

	if (code == 0)
		code = check_policies(s);
	if (code == 0)
		printf("settings are well\n");
	return code;
}

/* ---- running ---- */

/* A datagram, so that no library is needed for it. */
static void
notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = path != NULL ? strlen(path) : 0;
	int fd;

	if (n == 0 || n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	    (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

/* One descriptor an agent, a few of our own. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	/* a cache of freed memory per thread costs more than it gives */
	mallopt(M_ARENA_MAX, 2);
}

static int
signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* blocked here, so in every thread made later */
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(const struct settings *s)
{
	struct broker *b = NULL;
	struct why why = {0};
	int fd, code;

	raise_limits();
	zsys_handler_set(NULL);
	umask(0077);
	if ((fd = signals()) < 0) {
		log_error("broker: signalfd: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	if ((code = check_key(s)) != 0)
		return code;
	if (broker_open(s, &b, &why) != 0) {
		log_error("broker: result=not-started why=\"%s\"", why.text);
		return EXIT_TROUBLE;
	}
	notify("READY=1");
	code = broker_run(b, fd);
	notify("STOPPING=1");
	if (code != 0)
		_exit(code); /* a broken store is not closed in order */
	broker_close(&b);
	close(fd);
	return code;
}

int
main(int argc, char **argv)
{
	struct options o = {.config = CONFIG_FILE};
	struct settings s;
	struct why why = {0};
	int code;

	if ((code = parse(argc, argv, &o)) >= 0)
		return code;
	if (settings_load(o.config, &s, &why) != 0) {
		fprintf(stderr, "tasukid: %s\n", why.text);
		return EXIT_SETTINGS;
	}
	log_open("tasukid", (enum log_level)log_level_parse(s.log_level));
	switch (o.act) {
	case ACT_CHECK:
		code = check(&s);
		break;
	case ACT_VERIFY:
		code = verify(&s);
		break;
	case ACT_RESTORE:
		code = restore(&s, o.backup);
		break;
	case ACT_RUN:
		code = run(&s);
		break;
	}
	settings_free(&s);
	return code;
}

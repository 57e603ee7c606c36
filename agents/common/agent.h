/* NAME
 *	agent - the skeleton every agent's main() hangs on
 * SUMMARY
 *	int main(int argc, char **argv)
 *	{ return agent_main(argc, argv, &program); }
 * DESCRIPTION
 *	Options, settings, keys, log, loop, signals and exit codes are the same
 *	for all agents; a program adds its settings and what it does in the
 *	loop.
 *
 *	    -c, --config FILE   settings (default /etc/tasuki/PROGRAM.conf)
 *	    --check-config      read everything, start nothing
 *	    --help, --help-settings, --version
 *
 *	Exit codes: 0 ok or orderly stop (SIGTERM, SIGINT); 1 trouble at run
 *	time; 2 usage or settings.
 */
#ifndef TASUKI_AGENT_H
#define TASUKI_AGENT_H

#include <czmq.h>

#include "conf.h"
#include "curve.h"
#include "err.h"
#include "link.h"

/* Every agent has these; AGENT_ROWS puts them into its table of settings. */
struct agent_settings {
	char *name, *key, *endpoint, *broker_key, *log;
};

#define AGENT_ROWS(type, member)                                               \
	{"name", CONF_TEXT, offsetof(type, member.name), NULL, 0, 0,           \
	    "Name of this agent as the broker knows it; for the log.", NULL,   \
	    0},                                                                \
	    {"key", CONF_TEXT, offsetof(type, member.key), NULL, 0, 0,         \
		"File with this agent's own key pair, readable by its owner "  \
		"only.",                                                       \
		NULL, 0},                                                      \
	    {"broker/endpoint", CONF_TEXT, offsetof(type, member.endpoint),    \
		NULL, 0, 0, "ZeroMQ endpoint of the broker.", NULL, 0},        \
	    {"broker/key", CONF_TEXT, offsetof(type, member.broker_key), NULL, \
		0, 0, "File with the broker's public key (.pub).", NULL, 0},   \
	{                                                                      \
		"log", CONF_TEXT, offsetof(type, member.log), "info", 0, 0,    \
		    "Least level that is logged: debug, info, warn or error.", \
		    NULL, 0                                                    \
	}

/* What a running program gets from the skeleton. */
struct agent {
	zloop_t *loop;
	const struct agent_settings *settings;
	/* endpoint, keys and software filled in; the program adds windows */
	struct link_settings link;
	int exit_code; /* set it and call agent_stop() for trouble */
};

struct agent_program {
	const char *name;    /* "tasuki-office" */
	const char *summary; /* one line for --help */
	const struct conf_row *rows;
	size_t settings_bytes;
	size_t common_offset; /* of struct agent_settings in the settings */
	/* What rows cannot say; also for --check-config.  May be NULL. */
	int (*check)(const void *settings, struct why *why);
	/* Begin: hang timers and sockets into agent->loop.  *self is handed
	 * to stop().  A failure here is exit code 1, or 2 for WHY_NEVER. */
	int (*start)(struct agent *agent, const void *settings, void **self,
	    struct why *why);
	/* Orderly end, after the loop.  Also after a failed start. */
	void (*stop)(void *self);
};

int agent_main(int argc, char **argv, const struct agent_program *program);
/* agent_stop(agent, exit_code): leave the loop at the end of this turn. */
void agent_stop(struct agent *agent, int exit_code);

#endif

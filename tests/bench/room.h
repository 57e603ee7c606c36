/* NAME
 *	room - a real tasukid on a temporary folder and a loopback port
 */
#ifndef TASUKI_BENCH_ROOM_H
#define TASUKI_BENCH_ROOM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "curve.h"
#include "number.h"

#define ROOM_AGENTS_MAX 4096

struct room {
	char folder[256], program[512];
	pid_t pid;
	char endpoint[128];
	struct curve_key broker;
	struct curve_key *agents; /* 2 * pairs: senders, then receivers */
	unsigned senders, receivers;
	int64_t started_ns; /* just before the last fork */
	double ready_ms;    /* from there until status was answered */
};

/* the office number of the sender or receiver i (valid check digit) */
void room_office(bool sender, unsigned i, char out[NUMBER_OFFICE_BYTES]);

/* room_open(room, program, window): a fresh folder, keys, settings, the broker
 * started, registry and agents told.  Ends the process when that fails: there
 * is nothing to measure. */
void room_open(struct room *room, const char *program, unsigned senders,
    unsigned receivers, unsigned window);
/* room_folder(room): folder, keys and settings only. */
void room_make(struct room *room, const char *program, unsigned senders,
    unsigned receivers, unsigned window);
void room_start(struct room *room); /* again, on the same folder */
void room_register(struct room *room);
void room_kill(struct room *room, int signal); /* and wait for its end */
void room_close(struct room *room);            /* ends it, removes the folder */
/* room_ask(room, request): the answer, owned by the caller; takes request.
 * NULL: no answer within timeout_ms. */
json_t *room_ask(struct room *room, json_t *request, int timeout_ms);
/* a number of the status answer: "counters", "commits"; 0 if absent */
double room_count(struct room *room, const char *group, const char *name);

#endif

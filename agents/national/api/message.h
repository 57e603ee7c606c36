/* NAME
 *	message - what main process and worker say to each other
 * DESCRIPTION
 *	Packets of a socket pair (SOCK_SEQPACKET) between two processes of the
 *	same program file: plain structs.  Descriptors ride along: documents to
 *	read, one anonymous file to write lists and fetched documents to.
 *
 *	    main                          spawner
 *	    spawn (a socket's end)   ->
 *	                             <-   spawned (pidfd)
 *
 *	    main                          worker
 *	    hello (key, container)   ->
 *	                             <-   ready, or answer (it cannot begin)
 *	    order                    ->
 *	                             <-   may I log in?
 *	    login: go | no           ->
 *	                             <-   tried: how it went
 *	    login: counted           ->
 *	                             <-   answer
 *	    end of file              ->   logs out, ends
 *
 *	The main process believes nothing of a worker that it does not look
 *	over: a worker reads what strangers write.
 */
#ifndef TASUKI_NATIONAL_MESSAGE_H
#define TASUKI_NATIONAL_MESSAGE_H

#include "container.h"
#include "driver.h"
#include "judge.h"

#define MESSAGE_FILES_MAX PARCEL_DOCUMENTS_MAX
#define MESSAGE_FDS_MAX   (PARCEL_DOCUMENTS_MAX + 2)
#define MESSAGE_MAX       (96u << 10)

enum message_type {
	MESSAGE_SPAWN = 1,
	MESSAGE_SPAWNED,
	MESSAGE_HELLO,
	MESSAGE_READY,
	MESSAGE_ORDER,
	MESSAGE_MAY_LOGIN,
	MESSAGE_LOGIN, /* go or no; counted */
	MESSAGE_TRIED,
	MESSAGE_ANSWER,
};

/* descriptor 0: the worker's pidfd */
struct message_spawned {
	enum message_type type;
	int pid;
};

/* descriptor 0: the container */
struct message_hello {
	enum message_type type;
	char office[NUMBER_OFFICE_BYTES];
	char id[CONTAINER_ID_BYTES];
	uint8_t key[MASTER_KEY_BYTES];
};

struct message_ready {
	enum message_type type;
	bool landlock, seccomp; /* what guards it */
};

struct message_file {
	char name[PARCEL_NAME_BYTES];
	uint64_t bytes;
	uint8_t sha256[DIGEST_BYTES];
};

/* descriptors: send: one a file; lists and fetch: one to write to */
struct message_order {
	enum message_type type;
	enum driver_verb verb;
	uint64_t number;
	int64_t since_ms;
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char ref[PARCEL_REF_BYTES];
	size_t count;
	struct message_file files[MESSAGE_FILES_MAX];
};

struct message_login {
	enum message_type type;
	bool go;
	struct outcome outcome; /* why not */
};

enum tried {
	TRIED_OK = 1,
	TRIED_REFUSED, /* user or password wrong */
	TRIED_LOCKED,  /* until_ms, 0 = not said */
	TRIED_NOTHING, /* it did not come to that: not counted */
	TRIED_UNKNOWN, /* said, and no answer: counted */
};

struct message_tried {
	enum message_type type;
	enum tried tried;
	int64_t until_ms;
};

/* A document in the anonymous file. */
struct message_piece {
	char name[PARCEL_NAME_BYTES];
	uint64_t at, bytes;
};

struct message_answer {
	enum message_type type;
	uint64_t number;
	struct outcome outcome;
	bool complete;
	char ref[PARCEL_REF_BYTES];
	size_t count; /* results, pieces, or items in the anonymous file */
	union {
		struct driver_result results[MESSAGE_FILES_MAX];
		struct message_piece pieces[MESSAGE_FILES_MAX];
	} u;
};

/* Any of them. */
union message {
	enum message_type type;
	struct message_spawned spawned;
	struct message_hello hello;
	struct message_ready ready;
	struct message_order order;
	struct message_login login;
	struct message_tried tried;
	struct message_answer answer;
};

/* message_send(fd, message, bytes, fds, count): 0 or TSK_CLOSED. */
int message_send(int fd, const void *message, size_t bytes, const int *fds,
    size_t count) TSK_MUST_USE;
/* message_take(fd, out, fds, count): one packet, whose type and length fit;
 * *${count} descriptors, the caller's to close.  TSK_EMPTY: none there (a
 * socket that does not block).  TSK_CLOSED: the other side is gone, or what
 * came is no message. */
int message_take(int fd, union message *out, int fds[MESSAGE_FDS_MAX],
    size_t *count) TSK_MUST_USE;
/* message_bytes(message): as many as it needs. */
size_t message_bytes(const union message *message);

#endif

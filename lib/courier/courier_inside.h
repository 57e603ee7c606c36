/* NAME
 *	courier_inside - what the files of courier share
 */
#ifndef TASUKI_COURIER_INSIDE_H
#define TASUKI_COURIER_INSIDE_H

#include "courier.h"

#define COURIER_FOLDER    "courier"
#define FOLDER_MODE       0700
#define FILE_MODE         0600
#define MEDIUM_FOLDER     "TASUKI"
#define MEDIUM_END        ".TCB"
#define MEDIUM_NAME_BYTES 32
#define HAVE_MAX          CARGO_HAVE_MAX

enum courier_folder {
	COURIER_ROOT, /* courier/ itself */
	COURIER_OUT,
	COURIER_SENT,
	COURIER_CARRIED,
	COURIER_IN,
	COURIER_KNOWN,
	COURIER_GOT,
	COURIER_OWED,
	COURIER_INCOMING,
	COURIER_FOLDERS
};

/* What is remembered between two runs. */
struct memory {
	uint64_t sent;    /* last number given out */
	uint64_t highest; /* imported */
	size_t count;     /* oldest first */
	struct remembered {
		uint64_t number;
		uint8_t serial[SEAL_SERIAL_BYTES];
	} have[HAVE_MAX];
};

struct courier {
	int spool; /* its folder */
	int fds[COURIER_FOLDERS];
	int lock;
	struct seal_secret us;
	struct seal_public peer;
	struct memory memory; /* while locked */
};

/* courier_keys_open(c, why): both sides'; "no-keys", "no-peer". */
int courier_keys_open(struct courier *c, struct why *why) TSK_MUST_USE;
/* courier_lock(c, why): and the memory is read.  With ${why} it waits a while;
 * without it does not. */
int courier_lock(struct courier *c, struct why *why) TSK_MUST_USE;
void courier_unlock(struct courier *c);
int courier_remember(struct courier *c) TSK_MUST_USE;
int courier_fail(int rc, struct why *why, const char *what);
/* The folder of one direction on a medium: 8 hex digits. */
void courier_direction(const uint8_t from[SEAL_ID_BYTES],
    const uint8_t to[SEAL_ID_BYTES], char out[9]);
bool courier_has(
    const struct courier *c, enum courier_folder folder, const char *name);
/* Numbers that never came, in ${list} the first of them. */
unsigned courier_missing(
    const struct memory *memory, uint64_t list[COURIER_MISSING]);
/* A receipt as a file; the later word wins. */
int courier_note(struct courier *c, enum courier_folder folder,
    const struct cargo_receipt *receipt) TSK_MUST_USE;
int courier_note_read(struct courier *c, enum courier_folder folder,
    const char *key, struct cargo_receipt *out) TSK_MUST_USE;
int courier_open_medium(const char *medium, struct why *why);

#endif

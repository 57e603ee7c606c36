/* NAME
 *	rig - a store in a temporary folder, and short words for operations
 * DESCRIPTION
 *	Time in these tests is rig->now_ms, moved by the tests themselves.
 */
#ifndef TASUKI_TEST_RIG_H
#define TASUKI_TEST_RIG_H

#include "store.h"

#define RIG_NOW 1764000000000

struct rig {
	enum store_backend backend;
	char dir[128], path[160]; /* path: the store's folder, in dir */
	struct store_settings settings;
	struct store *store;
	struct why why;
	int64_t now_ms;
};

/* A folder and an open store; ends the program if that fails. */
void rig_init(struct rig *rig, enum store_backend backend);
void rig_fini(struct rig *rig);    /* closes, removes the folder */
void rig_remove(const char *path); /* absolute; absent is fine */
int rig_open(struct rig *rig);     /* again, after rig_close() */
void rig_close(struct rig *rig);

/* bytes that can be recognised: a function of seed and position */
void rig_fill(void *p, size_t n, uint64_t seed);

/* One parcel with one document of bytes[], and the piece of it. */
struct rig_parcel {
	struct store_parcel parcel;
	struct store_piece piece;
	char header[64];
	uint8_t *data;
	struct store_op op; /* the accept of it */
};
void rig_parcel(
    struct rig *rig, struct rig_parcel *p, size_t bytes, uint64_t seed);
void rig_parcel_fini(struct rig_parcel *p);

/* Each applies one operation as a batch of its own; returns op.rc, or what
 * store_apply() said if that failed. */
int rig_one(struct rig *rig, struct store_op *op);
int rig_accept(struct rig *rig, struct rig_parcel *p);
int rig_settle(
    struct rig *rig, const struct id *id, uint8_t leg, enum leg_state state);
int rig_stage(struct rig *rig, const struct id *id, uint16_t document,
    uint32_t chunk, const void *data, size_t bytes);
int rig_registry(
    struct rig *rig, const char *kind, const char *key, const char *value);
struct store_op rig_settle_op(const struct rig *rig, const struct id *id,
    uint8_t leg, enum leg_state state);

#endif

/* NAME
 *	rig - a store in a temporary folder, and short words for operations
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"

#include "rig.h"

void
rig_init(struct rig *rig, enum store_backend backend)
{
	memset(rig, 0, sizeof(*rig));
	rig->backend = backend;
	rig->now_ms = RIG_NOW;
	snprintf(rig->dir, sizeof(rig->dir), "/tmp/tasuki-store-XXXXXX");
	if (mkdtemp(rig->dir) == NULL)
		panic("no temporary folder");
	snprintf(rig->path, sizeof(rig->path), "%s/store", rig->dir);
	rig->settings = (struct store_settings){.backend = backend,
	    .path = rig->path,
	    .map_bytes = 64 * 1024 * 1024,
	    .map_limit_bytes = 1024 * 1024 * 1024};
	if (rig_open(rig) != 0)
		panic("store_open: %s", rig->why.text);
}

int
rig_open(struct rig *rig)
{
	return store_open(&rig->settings, &rig->store, &rig->why);
}

void
rig_close(struct rig *rig)
{
	store_close(&rig->store);
}

void
rig_remove(const char *path)
{
	char *copy = mem_text(path), *name = strrchr(copy, '/');
	int fd;

	if (name == NULL) {
		free(copy);
		return;
	}
	*name++ = '\0';
	fd = file_dir_open(AT_FDCWD, copy);
	if (fd >= 0 && file_remove_tree(fd, name) != 0)
		panic("%s stays behind", path);
	if (fd >= 0)
		close(fd);
	free(copy);
}

void
rig_fini(struct rig *rig)
{
	rig_close(rig);
	rig_remove(rig->dir);
}

void
rig_fill(void *p, size_t n, uint64_t seed)
{
	uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;
	uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = (uint8_t)x;
	}
}

void
rig_parcel(struct rig *rig, struct rig_parcel *p, size_t bytes, uint64_t seed)
{
	memset(p, 0, sizeof(*p));
	p->data = mem_new(bytes + 1);
	rig_fill(p->data, bytes, seed);
	p->piece = (struct store_piece){.data = p->data, .bytes = bytes};
	snprintf(p->header, sizeof(p->header), "header-%llu",
	    (unsigned long long)seed);
	p->parcel = (struct store_parcel){.id = id_new(rig->now_ms),
	    .from = "1370000001",
	    .from_type = "43",
	    .to = "1370000019",
	    .to_type = "15",
	    .month = "202611",
	    .stamp = "20261122090000",
	    .agent = "sender",
	    .accepted_ms = rig->now_ms,
	    .encoded_bytes = bytes,
	    .header = p->header,
	    .header_bytes = strlen(p->header),
	    .leg_count = 1};
	p->parcel.legs[0] = (struct store_leg){.state = LEG_READY,
	    .way = WAY_BUS,
	    .queue = "office/1370000019/15",
	    .due_ms = rig->now_ms,
	    .expires_ms = rig->now_ms + 7000,
	    .state_ms = rig->now_ms};
	p->op = (struct store_op){.type = STORE_ACCEPT,
	    .actor = "sender",
	    .at_ms = rig->now_ms,
	    .accept = {
		.parcel = &p->parcel, .pieces = &p->piece, .piece_count = 1}};
}

void
rig_parcel_fini(struct rig_parcel *p)
{
	free(p->data);
	p->data = NULL;
}

int
rig_one(struct rig *rig, struct store_op *op)
{
	int rc = store_apply(rig->store, &op, 1, &rig->why);

	return rc != 0 ? rc : op->rc;
}

int
rig_accept(struct rig *rig, struct rig_parcel *p)
{
	p->op.accept.parcel = &p->parcel;
	p->op.accept.pieces = &p->piece;
	p->parcel.header = p->header;
	return rig_one(rig, &p->op);
}

struct store_op
rig_settle_op(const struct rig *rig, const struct id *id, uint8_t leg,
    enum leg_state state)
{
	return (struct store_op){.type = STORE_SETTLE,
	    .actor = "receiver",
	    .at_ms = rig->now_ms,
	    .settle = {.id = *id,
		.leg = leg,
		.state = state,
		.code = "",
		.detail = ""}};
}

int
rig_settle(
    struct rig *rig, const struct id *id, uint8_t leg, enum leg_state state)
{
	struct store_op op = rig_settle_op(rig, id, leg, state);

	op.settle.due_ms = rig->now_ms + 1000;
	op.settle.attempts = state == LEG_WAITING;
	return rig_one(rig, &op);
}

int
rig_stage(struct rig *rig, const struct id *id, uint16_t document,
    uint32_t chunk, const void *data, size_t bytes)
{
	struct store_op op = {.type = STORE_STAGE,
	    .actor = "sender",
	    .at_ms = rig->now_ms,
	    .stage = {.id = *id,
		.piece = {.document = document,
		    .chunk = chunk,
		    .data = data,
		    .bytes = bytes}}};

	return rig_one(rig, &op);
}

int
rig_registry(
    struct rig *rig, const char *kind, const char *key, const char *value)
{
	struct store_op op = {.type = STORE_REGISTRY,
	    .actor = "operator",
	    .at_ms = rig->now_ms,
	    .registry = {.kind = kind,
		.key = key,
		.value = value,
		.bytes = value != NULL ? strlen(value) : 0}};

	return rig_one(rig, &op);
}

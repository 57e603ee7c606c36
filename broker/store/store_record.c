/* NAME
 *	store_record - kept records to bytes and back
 * DESCRIPTION
 *	See store_record.h.  Reading goes through struct in, which remembers that
 *	it ran out and then gives zeros, so a record is read straight through and
 *	looked at once at the end.
 * BUGS
 *	An office with a single leg spends about 60 bytes of each record on
 *	padding.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "err.h"

#include "store_record.h"

#define PARCEL_FORMAT 2 /* 1: legs without flags and version */
#define OPEN_FORMAT   2 /* the same */
#define FLAG_DROPPED  1
#define ROOM_STEP     64 /* records are padded to a multiple of this */
#define ROOM_SLACK    96 /* and have this much left for later steps */

struct in {
	const uint8_t *p, *end;
	bool bad;
};

static const uint8_t *
take(struct in *in, size_t n)
{
	static const uint8_t zeros[16];

	if (in->bad || (size_t)(in->end - in->p) < n) {
		in->bad = true;
		return n <= sizeof(zeros) ? zeros : NULL;
	}
	in->p += n;
	return in->p - n;
}

static uint64_t
take_number(struct in *in, size_t n)
{
	const uint8_t *p = take(in, n);
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* a text of n bytes into a field of room bytes, which must hold its NUL */
static void
take_text(struct in *in, size_t n, char *out, size_t room)
{
	const uint8_t *p;

	if (n >= room) {
		in->bad = true;
		n = 0;
	}
	p = take(in, n);
	if (in->bad || memchr(p, '\0', n) != NULL) {
		in->bad = true;
		out[0] = '\0';
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

static void
take_short(struct in *in, char *out, size_t room)
{
	take_text(in, (size_t)take_number(in, 1), out, room);
}

static void
store_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

static void
add_short(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	buf_char(out, (char)(uint8_t)n);
	buf_add(out, s, n);
}

/* ---- tags ---- */

static uint64_t
tag(enum store_table table, struct slice key, const void *p, size_t n)
{
	uint64_t seed = (uint64_t)table << 56 ^ (uint64_t)key.n << 40 ^ n;

	return digest_tag(p, n, digest_tag(key.p, key.n, seed));
}

void
store_record_seal(
    enum store_table table, struct slice key, void *value, size_t bytes)
{
	uint8_t *p = value;

	store_le(p + bytes, tag(table, key, p, bytes), STORE_TAG_BYTES);
}

int
store_record_check(enum store_table table, struct slice key, struct slice value,
    struct slice *payload)
{
	uint8_t want[STORE_TAG_BYTES];
	size_t n;

	if (value.n < STORE_TAG_BYTES)
		return TSK_DAMAGED;
	n = value.n - STORE_TAG_BYTES;
	store_le(want, tag(table, key, value.p, n), STORE_TAG_BYTES);
	if (memcmp(want, (const uint8_t *)value.p + n, sizeof(want)) != 0)
		return TSK_DAMAGED;
	*payload = (struct slice){value.p, n};
	return 0;
}

/* ---- meta ---- */

void
store_record_schema_write(uint8_t out[STORE_SCHEMA_PAYLOAD], uint32_t v)
{
	store_le(out, v, 4);
}

int
store_record_schema_read(struct slice payload, uint32_t *v)
{
	struct in in = {
	    payload.p, (const uint8_t *)payload.p + payload.n, false};

	*v = (uint32_t)take_number(&in, 4);
	return in.bad ? TSK_DAMAGED : 0;
}

void
store_record_state_write(
    uint8_t out[STORE_STATE_PAYLOAD], const struct store_record_state *state)
{
	store_le(out, state->leg_no, 8);
	store_le(out + 8, state->audit_no, 8);
	memcpy(out + 16, state->audit_hash, 32);
}

int
store_record_state_read(struct slice payload, struct store_record_state *out)
{
	struct in in = {
	    payload.p, (const uint8_t *)payload.p + payload.n, false};
	const uint8_t *hash;

	out->leg_no = take_number(&in, 8);
	out->audit_no = take_number(&in, 8);
	hash = take(&in, 32);
	if (in.bad)
		return TSK_DAMAGED;
	memcpy(out->audit_hash, hash, 32);
	return 0;
}

/* ---- parcels ---- */

static void
leg_write(const struct store_leg *leg, struct buf *out)
{
	size_t n = strlen(leg->queue);
	uint8_t p[50];

	p[0] = leg->index;
	p[1] = (uint8_t)leg->state;
	p[2] = (uint8_t)leg->way;
	p[3] = (uint8_t)n;
	store_le(p + 4, leg->attempts, 4);
	store_le(p + 8, leg->no, 8);
	store_le(p + 16, (uint64_t)leg->due_ms, 8);
	store_le(p + 24, (uint64_t)leg->expires_ms, 8);
	store_le(p + 32, (uint64_t)leg->state_ms, 8);
	store_le(p + 40, leg->flags, 2);
	store_le(p + 42, leg->version, 8);
	buf_add(out, p, sizeof(p));
	buf_add(out, leg->queue, n);
}

static void
leg_read(struct in *in, struct store_leg *out, uint64_t format)
{
	size_t n;

	out->index = (uint8_t)take_number(in, 1);
	out->state = (enum leg_state)take_number(in, 1);
	out->way = (enum leg_way)take_number(in, 1);
	n = (size_t)take_number(in, 1);
	out->attempts = (uint32_t)take_number(in, 4);
	out->no = take_number(in, 8);
	out->due_ms = (int64_t)take_number(in, 8);
	out->expires_ms = (int64_t)take_number(in, 8);
	out->state_ms = (int64_t)take_number(in, 8);
	if (format > 1) {
		out->flags = (uint16_t)take_number(in, 2);
		out->version = take_number(in, 8);
	}
	take_text(in, n, out->queue, sizeof(out->queue));
}

static void
names_write(const struct store_parcel *p, struct buf *out)
{
	add_short(out, p->from);
	add_short(out, p->from_type);
	add_short(out, p->to);
	add_short(out, p->to_type);
	add_short(out, p->month);
	add_short(out, p->stamp);
}

void
store_record_parcel_write(
    const struct store_record_parcel *record, size_t room, struct buf *out)
{
	const struct store_parcel *p = &record->parcel;
	size_t start = out->len;
	uint8_t head[28] = {0};

	head[0] = PARCEL_FORMAT;
	head[1] = p->bodies_dropped ? FLAG_DROPPED : 0;
	head[2] = (uint8_t)p->leg_count;
	head[3] = (uint8_t)p->step_count;
	store_le(head + 4, p->header_bytes, 4);
	store_le(head + 8, record->steps.n, 4);
	store_le(head + 12, (uint64_t)p->accepted_ms, 8);
	store_le(head + 20, p->encoded_bytes, 8);
	buf_add(out, head, sizeof(head));
	names_write(p, out);
	add_short(out, p->agent);
	for (size_t i = 0; i < p->leg_count; i++)
		leg_write(&p->legs[i], out);
	buf_add(out, p->header, p->header_bytes);
	buf_add(out, record->steps.p, record->steps.n);
	while (out->len - start < room) {
		static const uint8_t zeros[ROOM_STEP];
		size_t n = room - (out->len - start);

		buf_add(out, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
	}
}

size_t
store_record_parcel_room(const struct store_record_parcel *record)
{
	const struct store_parcel *p = &record->parcel;
	size_t n = 28 + 7 + ROOM_SLACK + record->steps.n + p->header_bytes;

	n += strlen(p->from) + strlen(p->from_type) + strlen(p->to) +
	     strlen(p->to_type) + strlen(p->month) + strlen(p->stamp) +
	     strlen(p->agent);
	for (size_t i = 0; i < p->leg_count; i++)
		n += 50 + strlen(p->legs[i].queue);
	return (n + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
}

int
store_record_parcel_read(
    const struct id *id, struct slice payload, struct store_record_parcel *out)
{
	struct in in = {
	    payload.p, (const uint8_t *)payload.p + payload.n, false};
	struct store_parcel *p = &out->parcel;
	uint64_t flags, format;

	memset(out, 0, sizeof(*out));
	p->id = *id;
	format = take_number(&in, 1);
	if (in.bad || format == 0 || format > PARCEL_FORMAT)
		return in.bad ? TSK_DAMAGED : TSK_VERSION;
	flags = take_number(&in, 1);
	p->bodies_dropped = (flags & FLAG_DROPPED) != 0;
	p->leg_count = (size_t)take_number(&in, 1);
	p->step_count = (size_t)take_number(&in, 1);
	p->header_bytes = (size_t)take_number(&in, 4);
	out->steps.n = (size_t)take_number(&in, 4);
	p->accepted_ms = (int64_t)take_number(&in, 8);
	p->encoded_bytes = take_number(&in, 8);
	take_short(&in, p->from, sizeof(p->from));
	take_short(&in, p->from_type, sizeof(p->from_type));
	take_short(&in, p->to, sizeof(p->to));
	take_short(&in, p->to_type, sizeof(p->to_type));
	take_short(&in, p->month, sizeof(p->month));
	take_short(&in, p->stamp, sizeof(p->stamp));
	take_short(&in, p->agent, sizeof(p->agent));
	if (p->leg_count > STORE_LEGS_MAX || p->step_count > STORE_STEPS_MAX)
		return TSK_DAMAGED;
	for (size_t i = 0; i < p->leg_count; i++)
		leg_read(&in, &p->legs[i], format);
	p->header = take(&in, p->header_bytes);
	out->steps.p = take(&in, out->steps.n);
	return in.bad ? TSK_DAMAGED : 0;
}

void
store_record_step_write(const struct store_step *step, struct buf *out)
{
	size_t a = strlen(step->agent), c = strlen(step->code),
	       d = strlen(step->detail);
	uint8_t p[14];

	store_le(p, (uint64_t)step->at_ms, 8);
	p[8] = step->leg;
	p[9] = (uint8_t)step->state;
	p[10] = (uint8_t)a;
	p[11] = (uint8_t)c;
	store_le(p + 12, d, 2);
	buf_add(out, p, sizeof(p));
	buf_add(out, step->agent, a);
	buf_add(out, step->code, c);
	buf_add(out, step->detail, d);
}

int
store_record_steps_read(
    struct slice steps, size_t count, struct store_step *out)
{
	struct in in = {steps.p, (const uint8_t *)steps.p + steps.n, false};

	for (size_t i = 0; i < count; i++) {
		struct store_step *s = &out[i];
		size_t a, c, d;

		s->at_ms = (int64_t)take_number(&in, 8);
		s->leg = (uint8_t)take_number(&in, 1);
		s->state = (enum leg_state)take_number(&in, 1);
		a = (size_t)take_number(&in, 1);
		c = (size_t)take_number(&in, 1);
		d = (size_t)take_number(&in, 2);
		take_text(&in, a, s->agent, sizeof(s->agent));
		take_text(&in, c, s->code, sizeof(s->code));
		take_text(&in, d, s->detail, sizeof(s->detail));
	}
	return in.bad || in.p != in.end ? TSK_DAMAGED : 0;
}

int
store_record_parcel_unpack(
    const struct store_record_parcel *record, struct store_parcel **out)
{
	const struct store_parcel *from = &record->parcel;
	size_t steps = from->step_count * sizeof(struct store_step);
	struct store_parcel *p =
	    mem_new(sizeof(*p) + steps + from->header_bytes);
	struct store_step *step = (struct store_step *)(void *)(p + 1);

	*p = *from;
	p->steps = step;
	p->header = (char *)step + steps;
	memcpy((char *)step + steps, from->header, from->header_bytes);
	if (store_record_steps_read(record->steps, from->step_count, step) !=
	    0) {
		free(p);
		return TSK_DAMAGED;
	}
	*out = p;
	return 0;
}

/* ---- open legs, staged pieces ---- */

void
store_record_open_write(const struct store_parcel *parcel,
    const struct store_leg *leg, struct buf *out)
{
	uint8_t head[17];

	head[0] = OPEN_FORMAT;
	store_le(head + 1, (uint64_t)parcel->accepted_ms, 8);
	store_le(head + 9, parcel->encoded_bytes, 8);
	buf_add(out, head, sizeof(head));
	buf_add(out, parcel->id.bytes, ID_BYTES);
	leg_write(leg, out);
	names_write(parcel, out);
}

int
store_record_open_read(struct slice payload, struct store_open_leg *out)
{
	struct in in = {
	    payload.p, (const uint8_t *)payload.p + payload.n, false};
	uint64_t format;

	memset(out, 0, sizeof(*out));
	format = take_number(&in, 1);
	if (in.bad || format == 0 || format > OPEN_FORMAT)
		return in.bad ? TSK_DAMAGED : TSK_VERSION;
	out->accepted_ms = (int64_t)take_number(&in, 8);
	out->encoded_bytes = take_number(&in, 8);
	memcpy(out->id.bytes, take(&in, ID_BYTES), ID_BYTES);
	leg_read(&in, &out->leg, format);
	take_short(&in, out->from, sizeof(out->from));
	take_short(&in, out->from_type, sizeof(out->from_type));
	take_short(&in, out->to, sizeof(out->to));
	take_short(&in, out->to_type, sizeof(out->to_type));
	take_short(&in, out->month, sizeof(out->month));
	take_short(&in, out->stamp, sizeof(out->stamp));
	return in.bad || in.p != in.end ? TSK_DAMAGED : 0;
}

void
store_record_staged_write(
    uint8_t out[STORE_STAGED_PAYLOAD], const struct store_record_staged *staged)
{
	store_le(out, (uint64_t)staged->at_ms, 8);
	store_le(out + 8, staged->bytes, 4);
}

int
store_record_staged_read(struct slice payload, struct store_record_staged *out)
{
	struct in in = {
	    payload.p, (const uint8_t *)payload.p + payload.n, false};

	out->at_ms = (int64_t)take_number(&in, 8);
	out->bytes = (uint32_t)take_number(&in, 4);
	return in.bad ? TSK_DAMAGED : 0;
}

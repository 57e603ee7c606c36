/* NAME
 *	frame - one code of a data sheet: part i of n
 * SUMMARY
 *	see frame.h
 */
#include <string.h>

#include "base45.h"

#include "frame.h"

#define VERSION        1u
#define PREFIX_CHARS   (sizeof(FRAME_PREFIX) - 1)
#define CRC_AT         9u
#define CRC_BYTES      4u
#define CRC_POLYNOMIAL 0xedb88320u /* of IEEE 802.3, reflected */

/* Bit by bit: a sheet is a few kilobytes. */
static uint32_t
crc32_add(uint32_t crc, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
	}
	return crc;
}

static uint32_t
checksum(const uint8_t *bytes, size_t n)
{
	uint32_t crc = crc32_add(0xffffffffu, bytes, CRC_AT);

	return ~crc32_add(crc, bytes + FRAME_HEAD_BYTES, n - FRAME_HEAD_BYTES);
}

static void
put(uint8_t *out, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint32_t
get(const uint8_t *p, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

void
frame_write(const struct frame *frame, struct buf *out)
{
	uint8_t bytes[FRAME_BYTES_MAX];

	if (frame->bytes > FRAME_PAYLOAD_MAX || frame->part < 1 ||
	    frame->part > frame->of || frame->of > FRAME_PARTS_MAX)
		panic("frame: part %u of %u with %zu bytes", frame->part,
		    frame->of, frame->bytes);
	bytes[0] = VERSION;
	put(bytes + 1, frame->set, 4);
	put(bytes + 5, frame->part, 2);
	put(bytes + 7, frame->of, 2);
	memcpy(bytes + FRAME_HEAD_BYTES, frame->payload, frame->bytes);
	size_t n = FRAME_HEAD_BYTES + frame->bytes;
	put(bytes + CRC_AT, checksum(bytes, n), CRC_BYTES);
	buf_text(out, FRAME_PREFIX);
	base45_write(bytes, n, out);
}

int
frame_read(const char *text, size_t n, uint8_t room[FRAME_BYTES_MAX],
    struct frame *frame)
{
	if (n < PREFIX_CHARS || memcmp(text, FRAME_PREFIX, PREFIX_CHARS) != 0)
		return TSK_NOTFOUND;
	long bytes = base45_read(
	    text + PREFIX_CHARS, n - PREFIX_CHARS, room, FRAME_BYTES_MAX);
	if (bytes > 0 && room[0] > VERSION)
		return TSK_VERSION;
	if (bytes < (long)FRAME_HEAD_BYTES || room[0] != VERSION ||
	    get(room + CRC_AT, CRC_BYTES) != checksum(room, (size_t)bytes))
		return TSK_DAMAGED;
	frame->set = get(room + 1, 4);
	frame->part = get(room + 5, 2);
	frame->of = get(room + 7, 2);
	frame->payload = room + FRAME_HEAD_BYTES;
	frame->bytes = (size_t)bytes - FRAME_HEAD_BYTES;
	if (frame->part < 1 || frame->part > frame->of ||
	    frame->of > FRAME_PARTS_MAX)
		return TSK_DAMAGED;
	return 0;
}

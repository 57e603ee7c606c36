/* NAME
 *	frame - one code of a data sheet: part i of n
 * DESCRIPTION
 *	    "TASUKI:" base45( version 1 | set 4 | part 2 | of 2 | CRC-32 4 | payload )
 *
 *	Numbers are big-endian; part runs from 1 to of.  set tells the sheets of
 *	two sendings apart, so that their pages may lie in one pile.  The CRC is
 *	over everything else; a code that reads wrongly never gets in.
 */
#ifndef TASUKI_FRAME_H
#define TASUKI_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

#define FRAME_PREFIX      "TASUKI:"
#define FRAME_HEAD_BYTES  13u
#define FRAME_PAYLOAD_MAX 720u /* a code of 105 modules at ECC M */
#define FRAME_BYTES_MAX   (FRAME_HEAD_BYTES + FRAME_PAYLOAD_MAX)
#define FRAME_TEXT_MAX    (sizeof(FRAME_PREFIX) + FRAME_BYTES_MAX * 3 / 2 + 2)
#define FRAME_PARTS_MAX   64u /* eight pages */

struct frame {
	uint32_t set;
	unsigned part, of;
	const uint8_t *payload;
	size_t bytes;
};

/* frame_write(frame, out): append its text; panics over the limits above. */
void frame_write(const struct frame *frame, struct buf *out);
/* frame_read(text, n, room, frame): 0, frame->payload points into ${room};
 * TSK_NOTFOUND no code of ours (another QR code on the page), TSK_VERSION of a
 * later Tasuki, TSK_DAMAGED for what does not match its CRC or breaks a
 * limit. */
int frame_read(const char *text, size_t n, uint8_t room[FRAME_BYTES_MAX],
    struct frame *frame) TSK_MUST_USE;

#endif

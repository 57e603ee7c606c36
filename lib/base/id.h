/* NAME
 *	id - parcel ids
 * DESCRIPTION
 *	16 bytes made by the sender: RFC 9562 version 7 (48 bits of Unix
 *	milliseconds, then random).  Time-ordered ids keep the broker's tree
 *	compact and let every marker folder be found from the id alone.  Text
 *	form: 32 lower-case hex digits, the name of the parcel's folder.
 */
#ifndef TASUKI_ID_H
#define TASUKI_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ID_BYTES      16
#define ID_TEXT_BYTES 33

struct id {
	uint8_t bytes[ID_BYTES];
};

/* id_new(wall_ms): never the same twice in one process, ascending. */
struct id id_new(int64_t wall_ms);
const char *id_text(const struct id *id, char out[ID_TEXT_BYTES]);
int id_parse(const char *text, struct id *out); /* 0 or TSK_INVALID */
int64_t id_wall_ms(const struct id *id);
int id_compare(const struct id *a, const struct id *b);
bool id_is_zero(const struct id *id);

#endif

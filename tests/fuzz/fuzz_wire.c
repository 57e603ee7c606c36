/* NAME
 *	fuzz_wire - any bytes: decoded or refused; what is decoded comes back
 */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* decode, encode, decode, encode: both encodings are the same bytes */
static void
again(const struct wire_msg *msg)
{
	struct buf first, second;
	struct wire_msg back;
	struct why why;

	buf_init(&first, WIRE_BUF_MAX);
	buf_init(&second, WIRE_BUF_MAX);
	wire_encode(msg, &first);
	if (wire_decode(first.data, first.len, &back, &why) != 0)
		panic("our own %s refused: %s", wire_type_name(msg->type),
		    why.text);
	wire_encode(&back, &second);
	if (first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		panic("%s changed", wire_type_name(msg->type));
	wire_fini(&back);
	buf_fini(&first);
	buf_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_msg msg;
	struct why why;
	struct id id;

	if (wire_decode(data, size, &msg, &why) == 0) {
		if (msg.type != WIRE_UNKNOWN)
			again(&msg);
		wire_fini(&msg);
	} else if (msg.arena != NULL || why.class != WHY_NEVER) {
		panic("refused badly: %s", why.text);
	}
	if (wire_submit_id(data, size, &id) && id_is_zero(&id))
		panic("an id of nothing");
	if (wire_parcel_unpack(data, size, &msg, &why) == 0) {
		again(&msg);
		wire_fini(&msg);
	}
	return 0;
}

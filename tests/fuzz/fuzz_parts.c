/* NAME
 *	fuzz_parts - fuzz what codes of a data sheet say
 * DESCRIPTION
 *	The input is the text of one code, and also the payload of a well-made
 *	one: so the unpacking behind the CRC is reached as well.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "handover.h"
#include "parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
unpack(struct parts *parts)
{
	for (size_t i = 0; i < parts_sets(parts); i++) {
		const struct parts_document *documents;
		struct why why;
		size_t count = 0, total = 0;

		if (parts_documents(parts, i, &documents, &count, &why) != 0)
			continue;
		for (size_t k = 0; k < count; k++)
			total += documents[k].bytes + strlen(documents[k].name);
		if (total > PARTS_BYTES_MAX + PARTS_DOCUMENTS_MAX * 512u)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parts *parts = parts_new();
	struct frame frame = {
	    .set = 1,
	    .part = 1,
	    .of = 1,
	    .payload = data,
	    .bytes = size < FRAME_PAYLOAD_MAX ? size : FRAME_PAYLOAD_MAX,
	};
	char code[HANDOVER_CODE_BYTES];
	struct buf text;

	(void)parts_add(parts, (const char *)data, size);
	buf_init(&text, FRAME_TEXT_MAX);
	frame_write(&frame, &text);
	if (parts_add(parts, text.data, text.len) < 0)
		abort();
	unpack(parts);
	buf_clear(&text);
	buf_add(&text, data, frame.bytes);
	if (text.data != NULL && handover_parse(text.data, code) == 0 &&
	    strlen(code) != HANDOVER_CODE_CHARS)
		abort();
	buf_fini(&text);
	parts_free(&parts);
	return 0;
}

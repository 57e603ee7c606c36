/* NAME
 *	link_settle - settlements on their way to the broker
 * SUMMARY
 *	link_settle(), see link.h
 * DESCRIPTION
 *	They are queued and go out together: at the end of a round of hearing,
 *	or of the turn of the loop, in one message with the credit they give
 *	back.  A step under way ("working") says nothing an older broker knows:
 *	to one of before version 3 it is not said.
 */
#include <stdlib.h>
#include <string.h>

#include "inside.h"

#define TEXT_MAX (128u * 1024) /* well below a header frame */

void
settle_clear(struct settle_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (q->items[i].code[0] != '\0')
			free((void *)(uintptr_t)q->items[i].code);
		if (q->items[i].detail[0] != '\0')
			free((void *)(uintptr_t)q->items[i].detail);
	}
	q->count = q->text_bytes = 0;
	memset(&q->credit, 0, sizeof(q->credit));
}

void
settle_flush(struct link *link)
{
	struct settle_queue *q = &link->settles;
	struct wire_msg msg = {.type = WIRE_SETTLE};

	if (q->count == 0)
		return;
	msg.settle.count = q->count;
	msg.settle.items = q->items;
	msg.settle.credit = q->credit;
	link_send(link, &msg, NULL, 0);
	settle_clear(q);
}

/* A copy of at most max bytes, cut at a character, without control characters;
 * "" stays static. */
static const char *
short_text(const char *s, size_t max)
{
	size_t n = s == NULL ? 0 : strlen(s);
	char *copy;

	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
	}
	if (n == 0)
		return "";
	copy = mem_new(n + 1);
	memcpy(copy, s, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
			copy[i] = ' ';
	return copy;
}

void
link_settle(struct link *link, const struct wire_settle_item *item,
    uint64_t credit_bytes)
{
	struct settle_queue *q = &link->settles;
	struct wire_settle_item *copy;

	if (!link_open(link) ||
	    (item->outcome == WIRE_OUTCOME_WORKING && link->protocol < 3))
		return;
	if (q->count == q->cap) {
		q->cap = q->cap == 0 ? 16 : q->cap * 2;
		q->items = mem_resize(q->items, q->cap * sizeof(*q->items));
	}
	copy = &q->items[q->count++];
	*copy = *item;
	copy->code = short_text(item->code, WIRE_CODE_BYTES_MAX);
	copy->detail = short_text(item->detail, WIRE_DETAIL_BYTES_MAX);
	q->text_bytes += strlen(copy->code) + strlen(copy->detail);
	if (item->outcome != WIRE_OUTCOME_PICKED_UP &&
	    item->outcome != WIRE_OUTCOME_WORKING) {
		q->credit.parcels++;
		q->credit.bytes += credit_bytes;
	}
	if (q->count == WIRE_ITEMS_MAX || q->text_bytes > TEXT_MAX)
		settle_flush(link);
	else if (!link->draining) /* hear_drain() flushes at its end */
		link_want_turn(link);
}

/* NAME
 *	sample - one good message of each type, for tests
 */
#include <string.h>

#include "sample.h"

/* clang-format off */
#define ID(first) {.bytes = {first, 0x93, 0xab, 0x10, 0x20, 0x30, 0x70, 0x01, \
	0x80, 2, 3, 4, 5, 6, 7, 8}}
/* clang-format on */

static const struct id ids[] = {ID(1), ID(2), ID(3)};
static struct id listed[] = {ID(1), ID(2), ID(3)};

static struct wire_document documents[] = {
    {.name = "UPPLAN_202611.CSV",
	.kind = "UPPLAN",
	.bytes = 20000,
	.sha256 = {1, 2, 3},
	.encoding = WIRE_ENCODING_ZSTD,
	.encoded_bytes = 4321},
    {.name = "添付 髙﨑①.pdf",
	.kind = "",
	.bytes = 3u * 1024 * 1024,
	.sha256 = {4, 5, 6},
	.encoding = WIRE_ENCODING_NONE,
	.encoded_bytes = 3u * 1024 * 1024},
};
static const char *queues[] = {"office/1370100008/15", "pdf", "hub/east.1"};
static const char *offices[] = {"1370100008", "13A0100016/43"};
static struct wire_accepted_item accepted[] = {
    {ID(1), true, 1763769600123, 1u << WAY_BUS | 1u << WAY_PDF},
    {ID(2), false, 1763769600124, 1u << WAY_FAX},
};
static struct wire_settle_item settles[] = {
    {ID(1), 1, WIRE_OUTCOME_DELIVERED, "", "", 0, 1763769600125},
    {ID(2), 0, WIRE_OUTCOME_LATER, "disk-full", "The disk is full.", 60000,
	1763769600126},
    {ID(3), 2, WIRE_OUTCOME_WORKING, "sending", "", 0, 1763769600127},
};
static struct wire_settled_item settled[] = {{ID(1), 1}, {ID(2), 0}};

static struct wire_receipt receipts[] = {
    {ID(1), 1, LEG_DELIVERED, WAY_BUS, 1763769600003, "", ""},
    {ID(2), 0, LEG_PARKED, WAY_PDF, 1763769600004, "expired", "Too late."},
};

static struct wire_note notes[] = {
    {"qr", "1"},
    {"contact", "係 鈴木"},
};
static struct wire_paper paper = {
    .copy = true,
    .data_ms = 1763769600000,
    .data_way = WAY_NATIONAL,
    .reason = "fallback",
    .fax_number = "0312345678",
    .fax_verified = true,
    .fax_first = true,
    .test_code = "",
    .recalled = true,
    .from_name = "居宅①",
    .to_name = "ヘルパー髙﨑",
    .partner_count = 2,
    .partner = notes,
};

static struct wire_parcel
parcel(void)
{
	struct wire_parcel p = {
	    .id = ids[0],
	    .from = "1370100008",
	    .from_type = "43",
	    .to = "13A0100016",
	    .to_type = "15",
	    .month = "202611",
	    .stamp = "20261122093000",
	    .clients = 40,
	    .repeat_of = ids[2],
	    .clients_mark = {11, 12, 13},
	    .document_count = 2,
	    .documents = documents,
	};

	return p;
}

/* All but submit and deliver, which hold a parcel(). */
static const struct wire_msg samples[WIRE_TYPES] = {
    [WIRE_HELLO] = {.hello = {.protocol_min = 1,
			.protocol_max = 3,
			.software = "tasuki-office/0.1.0",
			.epoch = {9, 8, 7},
			.serve_count = 3,
			.serve = queues,
			.zstd = true}},
    [WIRE_WELCOME] = {.welcome = {1, 15000, 64, 8388608, 1763769600000, 3, 2,
			  queues, offices}},
    [WIRE_RESUME] = {.resume = {ID(1), 0, 1, 3u * 1024 * 1024 - 5}},
    [WIRE_CHUNK] = {.chunk = {ID(1), 2, 1, 2u * 1024 * 1024}},
    [WIRE_ACCEPTED] = {.accepted = {2, accepted}},
    [WIRE_REFUSED] = {.refused = {ID(1), REFUSAL_DISK_FULL, true,
			  "The disk is full.", 5000}},
    [WIRE_CREDIT] = {.credit = {64, 8388608}},
    [WIRE_FETCH] = {.fetch = {ID(1), 2, 1, 2u * 1024 * 1024}},
    [WIRE_SETTLE] = {.settle = {3, settles, {1, 4321}}},
    [WIRE_SETTLED] = {.settled = {2, settled}},
    [WIRE_RECEIPT] = {.receipt = {ID(1), 1, LEG_WAITING, WAY_BUS, 1763769600002,
			  "disk-full", "The disk is full."}},
    [WIRE_RECEIPTS] = {.receipts = {2, receipts}},
    [WIRE_QUERY] = {.query = {2, listed}},
    [WIRE_ANSWER] = {.answer = {1, listed}},
    [WIRE_PING] = {.ping = 42},
    [WIRE_PONG] = {.pong = 42},
    [WIRE_RECALL] = {.recall = {ID(1), 1, "superseded"}},
    [WIRE_READS] = {.reads = {"13A0100016", "15", "3 4.1", "Sakura"}},
    [WIRE_BYE] = {.bye = {REFUSAL_STOPPING, "The broker is stopping."}},
};

struct wire_msg
sample(enum wire_type type)
{
	struct wire_msg msg = samples[type];

	msg.type = type;
	if (type == WIRE_SUBMIT)
		msg.submit = parcel();
	if (type == WIRE_DELIVER)
		msg.deliver = (struct wire_deliver){
		    parcel(), 1, 2, "fax", 1763769600001, &paper};
	return msg;
}

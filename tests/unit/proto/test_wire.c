/* NAME
 *	test_wire - good messages survive the wire unchanged
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pbtext.h"
#include "sample.h"
#include "wire.h"

static void
same_parcel(const struct wire_parcel *a, const struct wire_parcel *b)
{
	assert_memory_equal(&a->id, &b->id, sizeof(a->id));
	assert_string_equal(a->from, b->from);
	assert_string_equal(a->from_type, b->from_type);
	assert_string_equal(a->to, b->to);
	assert_string_equal(a->to_type, b->to_type);
	assert_string_equal(a->month, b->month);
	assert_string_equal(a->stamp, b->stamp);
	assert_int_equal(a->clients, b->clients);
	assert_memory_equal(&a->repeat_of, &b->repeat_of, sizeof(a->repeat_of));
	assert_int_equal(a->document_count, b->document_count);
	for (size_t i = 0; i < a->document_count; i++) {
		const struct wire_document *x = &a->documents[i];
		const struct wire_document *y = &b->documents[i];

		assert_string_equal(x->name, y->name);
		assert_string_equal(x->kind, y->kind);
		assert_int_equal(x->bytes, y->bytes);
		assert_memory_equal(x->sha256, y->sha256, WIRE_DIGEST_BYTES);
		assert_int_equal(x->encoding, y->encoding);
		assert_int_equal(x->encoded_bytes, y->encoded_bytes);
	}
}

static void
same_texts(const char *const *a, const char *const *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(a[i], b[i]);
}

static void
same_hello(const struct wire_hello *a, const struct wire_hello *b)
{
	assert_int_equal(a->protocol_min, b->protocol_min);
	assert_int_equal(a->protocol_max, b->protocol_max);
	assert_string_equal(a->software, b->software);
	assert_memory_equal(a->epoch, b->epoch, WIRE_EPOCH_BYTES);
	assert_int_equal(a->serve_count, b->serve_count);
	same_texts(a->serve, b->serve, a->serve_count);
	assert_int_equal(a->zstd, b->zstd);
}

static void
same_welcome(const struct wire_welcome *a, const struct wire_welcome *b)
{
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->heartbeat_ms, b->heartbeat_ms);
	assert_int_equal(a->submit_parcels, b->submit_parcels);
	assert_int_equal(a->submit_bytes, b->submit_bytes);
	assert_int_equal(a->now_ms, b->now_ms);
	assert_int_equal(a->serve_count, b->serve_count);
	same_texts(a->serve, b->serve, a->serve_count);
	assert_int_equal(a->office_count, b->office_count);
	same_texts(a->offices, b->offices, a->office_count);
}

static void
same_place(const struct wire_place *a, const struct wire_place *b)
{
	assert_memory_equal(&a->id, &b->id, sizeof(a->id));
	assert_int_equal(a->leg, b->leg);
	assert_int_equal(a->document, b->document);
	assert_int_equal(a->offset, b->offset);
}

static void
same_settle(const struct wire_settle *a, const struct wire_settle *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->credit.parcels, b->credit.parcels);
	assert_int_equal(a->credit.bytes, b->credit.bytes);
	for (size_t i = 0; i < a->count; i++) {
		assert_memory_equal(&a->items[i].id, &b->items[i].id, 16);
		assert_int_equal(a->items[i].leg, b->items[i].leg);
		assert_int_equal(a->items[i].outcome, b->items[i].outcome);
		assert_string_equal(a->items[i].code, b->items[i].code);
		assert_string_equal(a->items[i].detail, b->items[i].detail);
		assert_int_equal(a->items[i].retry_ms, b->items[i].retry_ms);
		assert_int_equal(a->items[i].at_ms, b->items[i].at_ms);
	}
}

static void
same_accepted(const struct wire_accepted *a, const struct wire_accepted *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_memory_equal(&a->items[i].id, &b->items[i].id, 16);
		assert_int_equal(a->items[i].duplicate, b->items[i].duplicate);
		assert_int_equal(
		    a->items[i].accepted_ms, b->items[i].accepted_ms);
		assert_int_equal(a->items[i].ways, b->items[i].ways);
	}
}

static void
same_receipt(const struct wire_receipt *a, const struct wire_receipt *b)
{
	assert_memory_equal(&a->id, &b->id, sizeof(a->id));
	assert_int_equal(a->leg, b->leg);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->way, b->way);
	assert_int_equal(a->at_ms, b->at_ms);
	assert_string_equal(a->code, b->code);
	assert_string_equal(a->detail, b->detail);
}

static void
same_refused(const struct wire_refused *a, const struct wire_refused *b)
{
	assert_memory_equal(&a->id, &b->id, sizeof(a->id));
	assert_int_equal(a->refusal, b->refusal);
	assert_int_equal(a->later, b->later);
	assert_string_equal(a->detail, b->detail);
	assert_int_equal(a->retry_ms, b->retry_ms);
}

static void
same_small(const struct wire_msg *a, const struct wire_msg *b)
{
	if (a->type == WIRE_CREDIT) {
		assert_int_equal(a->credit.parcels, b->credit.parcels);
		assert_int_equal(a->credit.bytes, b->credit.bytes);
	} else if (a->type == WIRE_PING || a->type == WIRE_PONG) {
		assert_int_equal(a->ping, b->ping);
	} else if (a->type == WIRE_BYE) {
		assert_int_equal(a->bye.refusal, b->bye.refusal);
		assert_string_equal(a->bye.detail, b->bye.detail);
	} else if (a->type == WIRE_SETTLED) {
		assert_int_equal(a->settled.count, b->settled.count);
		for (size_t i = 0; i < a->settled.count; i++) {
			assert_memory_equal(&a->settled.items[i].id,
			    &b->settled.items[i].id, 16);
			assert_int_equal(
			    a->settled.items[i].leg, b->settled.items[i].leg);
		}
	} else { /* query, answer */
		assert_int_equal(a->query.count, b->query.count);
		assert_memory_equal(
		    a->query.ids, b->query.ids, a->query.count * 16);
	}
}

static void
same_paper(const struct wire_paper *a, const struct wire_paper *b)
{
	assert_non_null(b);
	assert_int_equal(a->copy, b->copy);
	assert_int_equal(a->data_ms, b->data_ms);
	assert_int_equal(a->data_way, b->data_way);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->fax_number, b->fax_number);
	assert_int_equal(a->fax_verified, b->fax_verified);
	assert_int_equal(a->fax_first, b->fax_first);
	assert_string_equal(a->test_code, b->test_code);
	assert_int_equal(a->recalled, b->recalled);
	assert_string_equal(a->from_name, b->from_name);
	assert_string_equal(a->to_name, b->to_name);
	assert_int_equal(a->partner_count, b->partner_count);
	for (size_t i = 0; i < a->partner_count; i++) {
		assert_string_equal(a->partner[i].name, b->partner[i].name);
		assert_string_equal(a->partner[i].value, b->partner[i].value);
	}
}

static void
same(const struct wire_msg *a, const struct wire_msg *b)
{
	assert_int_equal(a->type, b->type);
	switch (a->type) {
	case WIRE_HELLO:
		same_hello(&a->hello, &b->hello);
		break;
	case WIRE_WELCOME:
		same_welcome(&a->welcome, &b->welcome);
		break;
	case WIRE_SUBMIT:
		same_parcel(&a->submit, &b->submit);
		break;
	case WIRE_DELIVER:
		same_parcel(&a->deliver.parcel, &b->deliver.parcel);
		assert_int_equal(a->deliver.leg, b->deliver.leg);
		assert_int_equal(a->deliver.attempt, b->deliver.attempt);
		assert_string_equal(a->deliver.queue, b->deliver.queue);
		assert_int_equal(
		    a->deliver.accepted_ms, b->deliver.accepted_ms);
		same_paper(a->deliver.paper, b->deliver.paper);
		break;
	case WIRE_READS:
		assert_string_equal(a->reads.number, b->reads.number);
		assert_string_equal(a->reads.type, b->reads.type);
		assert_string_equal(a->reads.editions, b->reads.editions);
		assert_string_equal(a->reads.name, b->reads.name);
		break;
	case WIRE_RECALL:
		assert_memory_equal(&a->recall.id, &b->recall.id, 16);
		assert_int_equal(a->recall.leg, b->recall.leg);
		assert_string_equal(a->recall.code, b->recall.code);
		break;
	case WIRE_RESUME:
	case WIRE_CHUNK:
	case WIRE_FETCH:
		same_place(&a->chunk, &b->chunk);
		break;
	case WIRE_ACCEPTED:
		same_accepted(&a->accepted, &b->accepted);
		break;
	case WIRE_RECEIPTS:
		assert_int_equal(a->receipts.count, b->receipts.count);
		for (size_t i = 0; i < a->receipts.count; i++)
			same_receipt(
			    &a->receipts.items[i], &b->receipts.items[i]);
		break;
	case WIRE_REFUSED:
		same_refused(&a->refused, &b->refused);
		break;
	case WIRE_SETTLE:
		same_settle(&a->settle, &b->settle);
		break;
	case WIRE_RECEIPT:
		same_receipt(&a->receipt, &b->receipt);
		break;
	default:
		same_small(a, b);
	}
}

static void
test_round_trip(void **state)
{
	struct buf bytes, again;
	struct wire_msg in, out;
	struct why why;

	(void)state;
	buf_init(&bytes, WIRE_BUF_MAX);
	buf_init(&again, WIRE_BUF_MAX);
	for (int type = WIRE_HELLO; type < WIRE_TYPES; type++) {
		in = sample((enum wire_type)type);
		wire_encode(&in, &bytes);
		assert_int_equal(
		    wire_decode(bytes.data, bytes.len, &out, &why), 0);
		same(&in, &out);
		wire_encode(&out, &again);
		assert_int_equal(bytes.len, again.len);
		assert_memory_equal(bytes.data, again.data, bytes.len);
		wire_fini(&out);
		wire_fini(&out);
	}
	buf_fini(&bytes);
	buf_fini(&again);
}

/* Every shorter piece of a good message: decoded or refused, never worse. */
static void
test_cut_short(void **state)
{
	struct buf bytes;
	struct wire_msg in, out;
	struct why why;
	struct id id;
	char *exact;
	int rc;

	(void)state;
	buf_init(&bytes, WIRE_BUF_MAX);
	for (int type = WIRE_HELLO; type < WIRE_TYPES; type++) {
		in = sample((enum wire_type)type);
		wire_encode(&in, &bytes);
		for (size_t n = 0; n < bytes.len; n++) {
			exact = mem_dup(bytes.data, n); /* for the sanitizer */
			rc = wire_decode(exact, n, &out, &why);
			assert_int_equal(rc, TSK_INVALID);
			assert_string_equal(why.code, "malformed");
			assert_int_equal(out.type, WIRE_UNKNOWN);
			assert_null(out.arena);
			assert_false(wire_submit_id(exact, n, &id));
			free(exact);
		}
	}
	buf_fini(&bytes);
}

static void
test_parcel_alone(void **state)
{
	struct wire_msg in = sample(WIRE_SUBMIT), out;
	struct buf bytes;
	struct why why;

	(void)state;
	buf_init(&bytes, WIRE_BUF_MAX);
	wire_parcel_pack(&in.submit, &bytes);
	assert_int_equal(
	    wire_parcel_unpack(bytes.data, bytes.len, &out, &why), 0);
	same(&in, &out);
	wire_fini(&out);
	assert_int_equal(
	    wire_parcel_unpack(bytes.data, bytes.len - 1, &out, &why),
	    TSK_INVALID);
	assert_int_equal(wire_parcel_unpack("", 0, &out, &why), TSK_INVALID);
	buf_fini(&bytes);
}

static void
test_inline_frames(void **state)
{
	struct wire_document d[4] = {
	    {.encoded_bytes = 5},
	    {.encoded_bytes = WIRE_INLINE_BYTES_MAX + 1},
	    {.encoded_bytes = WIRE_INLINE_BYTES_MAX},
	    {.encoded_bytes = 0},
	};
	struct wire_parcel p = {.document_count = 4, .documents = d};

	(void)state;
	assert_int_equal(wire_inline_count(&p), 3);
	assert_true(wire_frame_check(&p, 0, 5));
	assert_false(wire_frame_check(&p, 0, 4));
	assert_true(wire_frame_check(&p, 1, WIRE_INLINE_BYTES_MAX));
	assert_true(wire_frame_check(&p, 2, 0));
	assert_false(wire_frame_check(&p, 3, 0));
}

/* What a later version may say does no harm. */
static void
test_later_version(void **state)
{
	static const struct {
		const char *text;
		enum wire_type want;
	} cases[] = {
	    {"99{1=1 2'x'}", WIRE_UNKNOWN}, {"99=7", WIRE_UNKNOWN},
	    {"16{1=42 77'new' 78{1=1}} 200'x'", WIRE_PING},
	    {"1{1=1 2=9 3'x/9' 4#16x01 6=1 6=2 6=77}", WIRE_HELLO},
	    {"13{1#16x41 3=11 4=1}", WIRE_UNKNOWN},
	    {"13{1#16x41 3=3 4=6}", WIRE_UNKNOWN},
	    {"6{1{1#16x41 4=1 4=5 4=31 4=32 4=4000000000}}", WIRE_ACCEPTED},
	    {"7{1#16x41 2=4000000000 3=1}", WIRE_REFUSED},
	    {"18{1=77}", WIRE_BYE}, {"19{1{1#16x41 3=11 4=1}}", WIRE_UNKNOWN},
	    {"19{1{1#16x41 3=11 4=1} 1{1#16x42 3=3 4=1}}", WIRE_RECEIPTS},
	    {"16{1=1} 17{1=2}", WIRE_PONG}, /* the last of a oneof counts */
	};
	struct wire_msg msg;
	struct buf bytes;
	struct why why;

	(void)state;
	buf_init(&bytes, WIRE_BUF_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&bytes);
		pbtext(cases[i].text, &bytes);
		if (wire_decode(bytes.data, bytes.len, &msg, &why) != 0)
			fail_msg("%s: %s", cases[i].text, why.text);
		assert_int_equal(msg.type, cases[i].want);
		if (msg.type == WIRE_ACCEPTED)
			assert_int_equal(msg.accepted.items[0].ways,
			    1u << 1 | 1u << 5 | 1u << 31);
		wire_fini(&msg);
	}
	buf_fini(&bytes);
}

static void
test_submit_id(void **state)
{
	struct id id, want;
	struct buf bytes;

	(void)state;
	memset(&want, 0x41, sizeof(want));
	buf_init(&bytes, WIRE_BUF_MAX);
	pbtext("3{1{1#16x41 2'bad' 9{1'../x'}}}", &bytes);
	assert_true(wire_submit_id(bytes.data, bytes.len, &id));
	assert_memory_equal(&id, &want, sizeof(id));
	buf_clear(&bytes);
	pbtext("3{1{1#15x41}}", &bytes);
	assert_false(wire_submit_id(bytes.data, bytes.len, &id));
	buf_clear(&bytes);
	pbtext("3{1{1#16x00}}", &bytes);
	assert_false(wire_submit_id(bytes.data, bytes.len, &id));
	buf_clear(&bytes);
	pbtext("9{1{1#16x41}}", &bytes);
	assert_false(wire_submit_id(bytes.data, bytes.len, &id));
	buf_fini(&bytes);
}

/* The largest of each list: the bounds of wire_encode() must hold them. */
static void
test_encode_at_limits(void **state)
{
	static char names[WIRE_DOCUMENTS_MAX][WIRE_NAME_BYTES_MAX + 1];
	static struct wire_document documents[WIRE_DOCUMENTS_MAX];
	static struct wire_accepted_item accepted[WIRE_ITEMS_MAX];
	static struct wire_settle_item settles[256];
	static struct wire_receipt receipts[256];
	static struct id ids[WIRE_ITEMS_MAX];
	static char code[WIRE_CODE_BYTES_MAX + 1];
	static char detail[WIRE_DETAIL_BYTES_MAX + 1];
	struct wire_msg deliver = sample(WIRE_DELIVER);
	struct wire_msg all[] = {deliver, {.type = WIRE_ACCEPTED},
	    {.type = WIRE_SETTLE}, {.type = WIRE_RECEIPTS},
	    {.type = WIRE_QUERY}};
	struct buf bytes;
	struct wire_msg out;
	struct why why;

	(void)state;
	memset(code, 'c', sizeof(code) - 1);
	memset(detail, 'd', sizeof(detail) - 1);
	for (unsigned i = 0; i < WIRE_DOCUMENTS_MAX; i++) {
		memset(names[i], 'n', WIRE_NAME_BYTES_MAX);
		names[i][0] = (char)('0' + i % 10);
		names[i][1] = (char)('0' + i / 10);
		documents[i].name = names[i];
		documents[i].kind = "ABCDEFGHIJKLMNO";
		documents[i].bytes = documents[i].encoded_bytes = 1024 * 1024;
	}
	for (unsigned i = 0; i < WIRE_ITEMS_MAX; i++) {
		memset(&ids[i], 0xff, sizeof(ids[i]));
		accepted[i] = (struct wire_accepted_item){
		    ids[i], true, UINT64_MAX, UINT32_MAX & ~1u};
	}
	for (unsigned i = 0; i < 256; i++) {
		settles[i] = (struct wire_settle_item){ids[i], WIRE_LEG_MAX,
		    WIRE_OUTCOME_NEVER, code, detail, UINT32_MAX, UINT64_MAX};
		receipts[i] = (struct wire_receipt){ids[i], WIRE_LEG_MAX,
		    LEG_CLOSED, WAY_PDF, UINT64_MAX, code, detail};
	}
	all[0].deliver.parcel.documents = documents;
	all[0].deliver.parcel.document_count = WIRE_DOCUMENTS_MAX;
	all[1].accepted = (struct wire_accepted){WIRE_ITEMS_MAX, accepted};
	all[2].settle = (struct wire_settle){256, settles, {1, 1}};
	all[3].receipts = (struct wire_receipts){256, receipts};
	all[4].query = (struct wire_ids){WIRE_ITEMS_MAX, ids};
	buf_init(&bytes, WIRE_BUF_MAX);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		wire_encode(&all[i], &bytes);
		if (wire_decode(bytes.data, bytes.len, &out, &why) != 0)
			fail_msg(
			    "%s: %s", wire_type_name(all[i].type), why.text);
		same(&all[i], &out);
		wire_fini(&out);
	}
	buf_fini(&bytes);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(wire_type_name(WIRE_SUBMIT), "submit");
	assert_string_equal(wire_type_name((enum wire_type)77), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_cut_short),
	    cmocka_unit_test(test_parcel_alone),
	    cmocka_unit_test(test_inline_frames),
	    cmocka_unit_test(test_later_version),
	    cmocka_unit_test(test_submit_id),
	    cmocka_unit_test(test_encode_at_limits),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* NAME
 *	test_wire_bad - what wire_decode() takes and what it refuses
 * DESCRIPTION
 *	Each limit at its value (taken) and one past it (refused).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pbtext.h"
#include "wire.h"

#define ID          "1#16x41 "
#define FROM        "2'1370100008' "
#define TO          "4'1370100016' "
#define DIGEST      "4#32x07 "
#define DOC         "9{1'a.csv' 3=5 " DIGEST "6=5} "
#define DOCUMENT(x) "3{1{" ID FROM TO "9{" x "}}}"
#define SUBMIT(x)   "3{1{" x "}}"
#define PARCEL(x)   SUBMIT(ID FROM TO DOC x)
#define HELLO(x)    "1{" x "}"
#define GREETING    "1=1 2=1 4#16x01 "
#define WELCOME(x)  "2{1=1 2=15000 3=64 4=1000 " x "}"
#define ITEM        "1#16x41 2=0 3=1 "
#define NAME_254    "1#254x61 "
#define MIB         "1048576"

static const struct {
	const char *name, *text;
	const char *want; /* NULL = taken */
} cases[] = {
    {"nothing", "", "malformed"},
    {"not protobuf", "!ffffffffffffffffffffff", "malformed"},
    {"wrong wire type for a body", "3=1", "malformed"},
    {"group", "!1b", "malformed"},
    /* submit: id */
    {"good", PARCEL(""), NULL},
    {"no parcel", "3{}", "malformed"},
    {"empty parcel", SUBMIT(""), "malformed"},
    {"id of 15", SUBMIT("1#15x41 " FROM TO DOC), "malformed"},
    {"id of 17", SUBMIT("1#17x41 " FROM TO DOC), "malformed"},
    {"id zero", SUBMIT("1#16x00 " FROM TO DOC), "malformed"},
    {"repeat of another", PARCEL("10#16x42"), NULL},
    {"repeat of itself", PARCEL("10#16x41"), "malformed"},
    {"repeat of zero", PARCEL("10#16x00"), "malformed"},
    {"repeat of 15", PARCEL("10#15x42"), "malformed"},
    /* submit: desks, month, stamp */
    {"no sender", SUBMIT(ID TO DOC), "malformed"},
    {"no receiver", SUBMIT(ID FROM DOC), "malformed"},
    {"sender of 9", SUBMIT(ID "2'137010000' " TO DOC), "malformed"},
    {"sender of 11", SUBMIT(ID "2'13701000080' " TO DOC), "malformed"},
    {"small letter", SUBMIT(ID "2'13a0100008' " TO DOC), "malformed"},
    {"wrong check digit is the registry's business",
	SUBMIT(ID "2'1370100009' " TO DOC), NULL},
    {"service types", PARCEL("3'43' 5'A1'"), NULL},
    {"service type of 1", PARCEL("3'4'"), "malformed"},
    {"service type of 3", PARCEL("5'431'"), "malformed"},
    {"service type small", PARCEL("5'a1'"), "malformed"},
    {"month", PARCEL("6'202611'"), NULL},
    {"month of 5", PARCEL("6'20261'"), "malformed"},
    {"month of 7", PARCEL("6'2026111'"), "malformed"},
    {"month of letters", PARCEL("6'2026AA'"), "malformed"},
    {"stamp", PARCEL("7'20261122093000'"), NULL},
    {"stamp of 13", PARCEL("7'2026112209300'"), "malformed"},
    {"stamp of 15", PARCEL("7'202611220930000'"), "malformed"},
    {"stamp with a NUL", PARCEL("7#14x00"), "malformed"},
    /* documents */
    {"no document", SUBMIT(ID FROM TO), "malformed"},
    {"64 documents", SUBMIT(ID FROM TO "64*(9{1'%.csv' 3=1 " DIGEST "6=1})"),
	NULL},
    {"65 documents", SUBMIT(ID FROM TO "65*(9{1'%.csv' 3=1 " DIGEST "6=1})"),
	"too-large"},
    {"one name twice", PARCEL(DOC), "malformed"},
    {"name of 255", DOCUMENT("1#255x61 3=5 " DIGEST "6=5"), NULL},
    {"name of 256", DOCUMENT("1#256x61 3=5 " DIGEST "6=5"), "bad-name"},
    {"name empty", DOCUMENT("3=5 " DIGEST "6=5"), "bad-name"},
    {"name ..", DOCUMENT("1'..' 3=5 " DIGEST "6=5"), "bad-name"},
    {"name with a slash", DOCUMENT("1'a/b' 3=5 " DIGEST "6=5"), "bad-name"},
    {"name with a NUL", DOCUMENT("1#3x00 3=5 " DIGEST "6=5"), "malformed"},
    {"name with a newline", DOCUMENT("1#3x0a 3=5 " DIGEST "6=5"), "bad-name"},
    {"name not UTF-8", DOCUMENT("1#3xff 3=5 " DIGEST "6=5"), "bad-name"},
    {"kind of 15", DOCUMENT("1'a' 2#15x41 3=5 " DIGEST "6=5"), NULL},
    {"kind of 16", DOCUMENT("1'a' 2#16x41 3=5 " DIGEST "6=5"), "malformed"},
    {"kind small", DOCUMENT("1'a' 2'up' 3=5 " DIGEST "6=5"), "malformed"},
    {"digest of 31", DOCUMENT("1'a' 3=5 4#31x07 6=5"), "malformed"},
    {"digest of 33", DOCUMENT("1'a' 3=5 4#33x07 6=5"), "malformed"},
    {"no digest", DOCUMENT("1'a' 3=5 6=5"), "malformed"},
    {"empty document", DOCUMENT("1'a' " DIGEST), NULL},
    {"two sizes", DOCUMENT("1'a' 3=5 " DIGEST "6=4"), "malformed"},
    {"zstd", DOCUMENT("1'a' 3=12800 " DIGEST "5=1 6=1"), NULL},
    {"zstd of nothing", DOCUMENT("1'a' 3=12800 " DIGEST "5=1"), "malformed"},
    {"zstd grown", DOCUMENT("1'a' 3=12800 " DIGEST "5=1 6=13924"), NULL},
    {"zstd grown by one more", DOCUMENT("1'a' 3=12800 " DIGEST "5=1 6=13925"),
	"malformed"},
    {"encoding 2", DOCUMENT("1'a' 3=5 " DIGEST "5=2 6=5"), "malformed"},
    {"encoding -1", DOCUMENT("1'a' 3=5 " DIGEST "5=18446744073709551615 6=5"),
	"malformed"},
    {"64 MiB", DOCUMENT("1'a' 3=67108864 " DIGEST "6=67108864"), NULL},
    {"64 MiB and one", DOCUMENT("1'a' 3=67108865 " DIGEST "6=67108865"),
	"too-large"},
    {"2^64 - 1",
	DOCUMENT(
	    "1'a' 3=18446744073709551615 " DIGEST "6=18446744073709551615"),
	"too-large"},
    {"64 MiB in two",
	SUBMIT(ID FROM TO "2*(9{1'%' 3=33554432 " DIGEST "6=33554432})"), NULL},
    {"over 64 MiB in two",
	SUBMIT(ID FROM TO "2*(9{1'%' 3=33554433 " DIGEST "6=33554433})"),
	"too-large"},
    /* hello */
    {"hello", HELLO(GREETING), NULL},
    {"hello without versions", HELLO("4#16x01"), "malformed"},
    {"hello upside down", HELLO("1=2 2=1 4#16x01"), "malformed"},
    {"epoch of 15", HELLO("1=1 2=1 4#15x01"), "malformed"},
    {"software of 63", HELLO(GREETING "3#63x61"), NULL},
    {"software of 64", HELLO(GREETING "3#64x61"), "malformed"},
    {"software with an escape", HELLO(GREETING "3#2x1b"), "malformed"},
    {"queue of 63", HELLO(GREETING "5#63x61"), NULL},
    {"queue of 64", HELLO(GREETING "5#64x61"), "malformed"},
    {"queue empty", HELLO(GREETING "5''"), "malformed"},
    {"queue with a blank", HELLO(GREETING "5'a b'"), "malformed"},
    {"queue with a NUL", HELLO(GREETING "5#2x00"), "malformed"},
    {"4096 queues", HELLO(GREETING "4096*(5'q%')"), NULL},
    {"4097 queues", HELLO(GREETING "4097*(5'q%')"), "too-large"},
    /* welcome */
    {"welcome", WELCOME("7'1370100008' 7'1370100016/A1'"), NULL},
    {"welcome of version 0", "2{2=15000 3=64 4=1000}", "malformed"},
    {"no window", "2{1=1 2=15000 4=1000}", "malformed"},
    {"no bytes in the window", "2{1=1 2=15000 3=64}", "malformed"},
    {"heartbeat 100", "2{1=1 2=100 3=64 4=1000}", NULL},
    {"heartbeat 99", "2{1=1 2=99 3=64 4=1000}", "malformed"},
    {"heartbeat 3600000", "2{1=1 2=3600000 3=64 4=1000}", NULL},
    {"heartbeat 3600001", "2{1=1 2=3600001 3=64 4=1000}", "malformed"},
    {"office of 9", WELCOME("7'137010000'"), "malformed"},
    {"office with half a type", WELCOME("7'1370100008/A'"), "malformed"},
    {"office with a dash", WELCOME("7'1370100008-A1'"), "malformed"},
    {"4096 offices", WELCOME("4096*(7'1370100008')"), NULL},
    {"4097 offices", WELCOME("4097*(7'1370100008')"), "too-large"},
    /* resume, chunk, fetch */
    {"chunk", "5{" ID "3=" MIB "}", NULL},
    {"chunk off the grid", "5{" ID "3=1048575}", "malformed"},
    {"chunk without id", "5{3=" MIB "}", "malformed"},
    {"chunk of document 63", "5{" ID "2=63}", NULL},
    {"chunk of document 64", "5{" ID "2=64}", "malformed"},
    {"chunk of leg 255", "5{" ID "4=255}", NULL},
    {"chunk of leg 256", "5{" ID "4=256}", "malformed"},
    {"chunk at 64 MiB", "5{" ID "3=67108864}", NULL},
    {"chunk at 65 MiB", "5{" ID "3=68157440}", "malformed"},
    {"fetch", "10{" ID "2=1 3=1 4=" MIB "}", NULL},
    {"fetch off the grid", "10{" ID "4=1}", "malformed"},
    {"fetch of leg 256", "10{" ID "2=256}", "malformed"},
    {"resume anywhere", "4{" ID "3=1048577}", NULL},
    {"resume at the end of the largest", "4{" ID "3=67634176}", NULL},
    {"resume past it", "4{" ID "3=67634177}", "malformed"},
    /* accepted, refused, credit */
    {"accepted none", "6{}", "malformed"},
    {"accepted without id", "6{1{2=1}}", "malformed"},
    {"accepted 1024", "6{1024*(1{" ID "})}", NULL},
    {"accepted 1025", "6{1025*(1{" ID "})}", "too-large"},
    {"refused", "7{" ID "2=4}", NULL},
    {"refused for nothing", "7{" ID "}", "malformed"},
    {"refused nobody", "7{2=4}", "malformed"},
    {"detail of 383", "7{" ID "2=4 4#383x61}", NULL},
    {"detail of 384", "7{" ID "2=4 4#384x61}", "malformed"},
    {"detail with a tab", "7{" ID "2=4 4#1x09}", "malformed"},
    {"detail with C1", "7{" ID "2=4 4'\xc2\x85'}", "malformed"},
    {"detail with DEL", "7{" ID "2=4 4#1x7f}", "malformed"},
    {"detail in Japanese", "7{" ID "2=4 4'満杯'}", NULL},
    {"detail cut in a character", "7{" ID "2=4 4'\xe6\xba'}", "malformed"},
    {"detail overlong", "7{" ID "2=4 4'\xc0\xaf'}", "malformed"},
    {"credit", "8{1=1 2=2}", NULL},
    {"credit of nothing", "8{}", NULL},
    /* deliver */
    {"deliver", "9{1{" ID FROM TO DOC "} 4'pdf'}", NULL},
    {"deliver no parcel", "9{4'pdf'}", "malformed"},
    {"deliver no queue", "9{1{" ID FROM TO DOC "}}", "malformed"},
    {"deliver leg 256", "9{1{" ID FROM TO DOC "} 2=256 4'pdf'}", "malformed"},
    {"deliver a bad parcel", "9{1{" ID FROM DOC "} 4'pdf'}", "malformed"},
    /* settle, settled */
    {"settle", "11{1{" ITEM "}}", NULL},
    {"settle none", "11{2{1=1}}", "malformed"},
    {"settle 1024", "11{1024*(1{" ITEM "})}", NULL},
    {"settle 1025", "11{1025*(1{" ITEM "})}", "too-large"},
    {"settle unspecified", "11{1{" ID "}}", "malformed"},
    {"settle outcome 6", "11{1{" ID "3=6}}", "malformed"},
    {"settle without id", "11{1{3=1}}", "malformed"},
    {"settle leg 256", "11{1{" ID "2=256 3=1}}", "malformed"},
    {"code of 31", "11{1{" ITEM "4#31x61}}", NULL},
    {"code of 32", "11{1{" ITEM "4#32x61}}", "malformed"},
    {"code in capitals", "11{1{" ITEM "4'No'}}", "malformed"},
    {"code with a NUL", "11{1{" ITEM "4#2x00}}", "malformed"},
    {"settled", "12{1{" ID "}}", NULL},
    {"settled none", "12{}", "malformed"},
    {"settled 1025", "12{1025*(1{" ID "})}", "too-large"},
    /* receipt, query, answer, ping, bye */
    {"receipt", "13{" ID "3=3 4=1}", NULL},
    {"receipt without state", "13{" ID "4=1}", "malformed"},
    {"receipt without way", "13{" ID "3=3}", "malformed"},
    {"receipt with a bad code", "13{" ID "3=3 4=1 6'A'}", "malformed"},
    {"receipts", "19{1024*(1{" ID "3=3 4=1})}", NULL},
    {"receipts 1025", "19{1025*(1{" ID "3=3 4=1})}", "too-large"},
    {"receipts none", "19{}", "malformed"},
    {"receipts without id", "19{1{3=3 4=1}}", "malformed"},
    {"query", "14{1024*(" ID ")}", NULL},
    {"query 1025", "14{1025*(" ID ")}", "too-large"},
    {"query nothing", "14{}", "malformed"},
    {"query zero", "14{1#16x00}", "malformed"},
    {"answer nothing", "15{}", NULL},
    {"answer", "15{" ID "}", NULL},
    {"ping", "16{}", NULL},
    {"bye", "18{}", NULL},
    {"bye with a newline", "18{1=1 2#1x0a}", "malformed"},
    /* the frame itself, and what small bytes may unpack to */
    {"header of 256 KiB", "16{} 99#262136x00", NULL},
    {"header of 256 KiB and one", "16{} 99#262137x00", "too-large"},
    {"very many unknown fields", "16{} 80000*(90=1)", "too-large"},
    {"very many empty documents", SUBMIT(ID "100000*(9{})"), "too-large"},
    {"very many empty items", "11{100000*(1{})}", "too-large"},
    {"one string again and again", PARCEL("20000*(6'202611')"), NULL},
};

/* F24 */
static void
test_cases(void **state)
{
	struct wire_msg msg;
	struct buf bytes;
	struct why why;
	char *exact;
	int rc;

	(void)state;
	buf_init(&bytes, 4 * WIRE_BUF_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&bytes);
		pbtext(cases[i].text, &bytes);
		exact = mem_dup(bytes.data, bytes.len);
		memset(&why, 0, sizeof(why));
		rc = wire_decode(exact, bytes.len, &msg, &why);
		free(exact);
		if ((rc == 0) != (cases[i].want == NULL))
			fail_msg("%s: %d %s", cases[i].name, rc, why.text);
		if (rc == 0) {
			wire_fini(&msg);
			continue;
		}
		if (strcmp(why.code, cases[i].want) != 0)
			fail_msg(
			    "%s: %s: %s", cases[i].name, why.code, why.text);
		assert_int_equal(rc, strcmp(why.code, "too-large") == 0
					 ? TSK_TOOBIG
					 : TSK_INVALID);
		assert_int_equal(why.class, WHY_NEVER);
		assert_int_equal(why.text[strlen(why.text) - 1], '.');
		assert_null(msg.arena);
	}
	print_message("%zu cases\n", sizeof(cases) / sizeof(cases[0]));
	buf_fini(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

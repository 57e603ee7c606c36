/* NAME
 *	test_reader - records, lines and limits, from memory and from a file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "reader.h"

/* A record as text: "no@line+offset[field|field]" with ! for faults, and the
 * line end as one letter; "~line" for a blank line. */
static void
describe(const struct reader_record *record, char *out, size_t max)
{
	static const char ends[] = "-NLC"; /* none, CR LF, LF, CR */
	size_t n = strlen(out);

	if (record->blank) {
		snprintf(out + n, max - n, "~%d%c", (int)record->line,
		    ends[record->end]);
		return;
	}
	n += (size_t)snprintf(out + n, max - n, "%d@%d+%d[", (int)record->no,
	    (int)record->line, (int)record->offset);
	for (unsigned i = 0; i < record->kept; i++)
		n += (size_t)snprintf(out + n, max - n, "%s%s", i ? "|" : "",
		    record->fields[i].p);
	n += (size_t)snprintf(out + n, max - n, "]%c", ends[record->end]);
	if (record->faults != 0)
		snprintf(out + n, max - n, "!%u", record->faults);
}

#define BYTES(s) s, sizeof(s) - 1
static const struct {
	const char *name, *p;
	size_t n;
	const char *wanted;
} cases[] = {
    {"empty", BYTES(""), ""},
    {"one", BYTES("a,b\r\n"), "1@1+0[a|b]N"},
    {"no end", BYTES("a,b"), "1@1+0[a|b]-"},
    {"two", BYTES("a\r\nb\r\n"), "1@1+0[a]N2@2+3[b]N"},
    {"lf", BYTES("a\nb\n"), "1@1+0[a]L2@2+2[b]L"},
    {"cr", BYTES("a\rb\r"), "1@1+0[a]C2@2+2[b]C"},
    {"mixed ends", BYTES("a\nb\rc\r\nd"),
	"1@1+0[a]L2@2+2[b]C3@3+4[c]N4@4+7[d]-"},
    {"lf cr", BYTES("a\n\rb"), "1@1+0[a]L~2C2@3+3[b]-"},
    {"blank lines", BYTES("\r\na\r\n\r\n\nb\r\n"),
	"~1N1@2+2[a]N~3N~4L2@5+8[b]N"},
    {"only a comma", BYTES(",\r\n"), "1@1+0[|]N"},
    {"empty fields", BYTES(",,\r\n"), "1@1+0[||]N"},
    {"trailing comma at end", BYTES("a,"), "1@1+0[a|]-"},
    {"spaces stay", BYTES(" a , b \r\n"), "1@1+0[ a | b ]N"},
    {"spaces in quotes stay", BYTES("\" a \"\r\n"), "1@1+0[ a ]N"},
    {"only spaces", BYTES("  \r\n"), "1@1+0[  ]N"},
    {"tab stays", BYTES("\ta\t\r\n"), "1@1+0[\ta\t]N"},
    {"quotes", BYTES("\"a,b\",\"\"\r\n"), "1@1+0[a,b|]N"},
    {"doubled", BYTES("\"\"\"a\"\" b\"\"\"\r\n"), "1@1+0[\"a\" b\"]N"},
    {"only a doubled one", BYTES("\"\"\"\"\r\n"), "1@1+0[\"]N"},
    {"break inside", BYTES("\"a\r\nb\",c\r\nd\r\n"),
	"1@1+0[a\r\nb|c]N2@3+10[d]N"},
    {"lf inside", BYTES("\"a\nb\"\r\nd\r\n"), "1@1+0[a\nb]N2@3+7[d]N"},
    {"cr inside", BYTES("\"a\rb\"\r\nd\r\n"), "1@1+0[a\rb]N2@3+7[d]N"},
    {"blank line inside", BYTES("\"a\r\n\r\nb\"\r\nd"),
	"1@1+0[a\r\n\r\nb]N2@4+10[d]-"},
    {"quoted field ends the file", BYTES("\"a\""), "1@1+0[a]-"},
    {"stray in a plain field", BYTES("a\"b,c\r\nd\r\n"),
	"1@1+0[a\"b|c]N!12@2+7[d]N"},
    {"text after a quote", BYTES("\"a\"b,c\",d\r\n"), "1@1+0[a\"b,c|d]N!1"},
    {"space after a quote", BYTES("\"a\" ,b\"\r\n"), "1@1+0[a\" ,b]N!1"},
    {"space before a quote", BYTES(" \"a\",b\r\n"), "1@1+0[ \"a\"|b]N!1"},
    {"unclosed", BYTES("a\r\n\"b,c\r\nd"), "1@1+0[a]N2@2+3[b,c\r\nd]-!2"},
    {"unclosed at once", BYTES("\""), "1@1+0[]-!2"},
    {"second byte 5C and 7C", BYTES("\x95\x5C,\"\x83\x7C\"\r\n"),
	"1@1+0[\x95\x5C|\x83\x7C]N"},
    {"half a character before a quote", BYTES("\"a\x83\",b\r\n"),
	"1@1+0[a\x83|b]N"},
    {"nul", BYTES("a\0b,c\r\n"), "1@1+0[a|c]N"},
};

static void
read_all(struct reader *reader, char *out, size_t max)
{
	struct reader_record record;

	*out = '\0';
	while (reader_next(reader, &record) == 0)
		describe(&record, out, max);
	assert_int_equal(reader_next(reader, &record), TSK_EMPTY);
}

static void
every_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reader *reader = reader_bytes(cases[i].p, cases[i].n);
		char got[400];

		read_all(reader, got, sizeof got);
		reader_close(&reader);
		assert_null(reader);
		if (strcmp(got, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].name, got);
	}
}

/* What the quick way splits, libcsv splits the same. */
static void
every_case_by_libcsv(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reader *reader = reader_bytes(cases[i].p, cases[i].n);
		char got[400];

		reader_libcsv_only(reader);
		read_all(reader, got, sizeof got);
		reader_close(&reader);
		if (strcmp(got, cases[i].wanted) != 0)
			fail_msg("%s: %s", cases[i].name, got);
	}
}

static char *
temp_file(const char *p, size_t n)
{
	char *path = mem_text("/tmp/tasuki-reader-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
	return path;
}

static void
every_case_as_a_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *path = temp_file(cases[i].p, cases[i].n);
		struct reader *reader;
		char got[400];

		assert_int_equal(reader_open(path, &reader, NULL), 0);
		read_all(reader, got, sizeof got);
		reader_close(&reader);
		assert_string_equal(got, cases[i].wanted);
		unlink(path);
		free(path);
	}
}

/* CR LF, quotes and characters at every place around the end of the window. */
static void
window_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < 24; i++) {
		/* the window's, and the end of what is split quickly */
		const size_t window = i < 12 ? 256 << 10 : 64 << 10;
		const size_t shift = i % 12;
		static const char tail[] = "\"x\r\ny\"\"\",b\r\nc\r\n";
		size_t n = window - shift;
		char *p = mem_new(n + sizeof tail);
		struct reader *reader;
		struct reader_record record;
		char *path;

		for (size_t at = 0; at < n; at++)
			p[at] = at % 100 == 99 ? '\n' : 'a';
		p[n - 1] = ',';
		memcpy(p + n, tail, sizeof tail - 1);
		path = temp_file(p, n + sizeof tail - 1);
		assert_int_equal(reader_open(path, &reader, NULL), 0);
		for (size_t at = 0; at < (n - 1) / 100; at++)
			assert_int_equal(reader_next(reader, &record), 0);
		assert_int_equal(reader_next(reader, &record), 0);
		assert_int_equal(record.count, 3);
		assert_string_equal(record.fields[1].p, "x\r\ny\"");
		assert_string_equal(record.fields[2].p, "b");
		assert_int_equal(record.end, READER_END_CRLF);
		assert_int_equal(record.faults, 0);
		assert_int_equal(reader_next(reader, &record), 0);
		assert_string_equal(record.fields[0].p, "c");
		assert_int_equal(record.line, (n - 1) / 100 + 3);
		assert_int_equal(record.offset, n + sizeof tail - 1 - 3);
		assert_int_equal(reader_next(reader, &record), TSK_EMPTY);
		reader_close(&reader);
		unlink(path);
		free(path);
		free(p);
	}
}

static void
nul_has_a_length(void **state)
{
	struct reader *reader = reader_bytes("a\0b,c", 5);
	struct reader_record record;

	(void)state;
	assert_int_equal(reader_next(reader, &record), 0);
	assert_int_equal(record.fields[0].n, 3);
	assert_memory_equal(record.fields[0].p, "a\0b", 4);
	assert_int_equal(record.text_bytes, 6);
	reader_close(&reader);
}

static int
read_one(const char *p, size_t n, struct reader_record *record)
{
	struct reader *reader = reader_bytes(p, n);
	int rc = reader_next(reader, record);

	if (rc == TSK_TOOBIG) {
		struct reader_record after;

		assert_int_equal(reader_next(reader, &after), TSK_EMPTY);
	}
	reader_close(&reader);
	return rc;
}

static void
limits(void **state)
{
	size_t n = 6 << 20;
	char *p = mem_new(n + 1);
	struct reader_record record;

	(void)state;
	memset(p, 'x', n);
	/* a field of exactly the limit, then one byte more */
	assert_int_equal(read_one(p, READER_FIELD_BYTES_MAX, &record), 0);
	assert_int_equal(
	    read_one(p, READER_FIELD_BYTES_MAX + 1, &record), TSK_TOOBIG);
	assert_int_equal(record.faults, READER_FIELD_HUGE);
	assert_int_equal(record.line, 1);
	assert_int_equal(record.no, 1);
	p[0] = '"';
	assert_int_equal(read_one(p, n, &record), TSK_TOOBIG);
	assert_int_equal(record.faults, READER_FIELD_HUGE);
	/* many large fields */
	memset(p, 'x', n);
	for (size_t i = 1 << 19; i < n; i += 1 << 19)
		p[i] = ',';
	assert_int_equal(read_one(p, n, &record), TSK_TOOBIG);
	assert_int_equal(record.faults, READER_RECORD_HUGE);
	/* a million columns are counted, not kept */
	memset(p, ',', 1000000);
	p[1000000] = '\n';
	assert_int_equal(read_one(p, 1000001, &record), 0);
	assert_int_equal(record.count, 1000001);
	assert_int_equal(record.kept, READER_FIELDS_MAX);
	assert_int_equal(record.faults, 0);
	free(p);
}

static void
not_files(void **state)
{
	struct reader *reader;
	struct why why = {0};

	(void)state;
	assert_int_equal(reader_open("/tmp", &reader, &why), TSK_INVALID);
	assert_int_equal(reader_open("/dev/null", &reader, &why), TSK_INVALID);
	assert_int_equal(
	    reader_open("/nonexistent/x", &reader, &why), TSK_NOTFOUND);
	assert_null(reader);
	reader_close(&reader);
}

static void
sample_and_skip(void **state)
{
	struct reader *reader = reader_bytes("\xEF\xBB\xBF"
					     "a,b\r\n",
	    8);
	struct reader_record record;
	const char *p;
	size_t n;

	(void)state;
	assert_int_equal(reader_sample(reader, &p, &n), 0);
	assert_int_equal(n, 8);
	reader_skip(reader, 3);
	assert_int_equal(reader_next(reader, &record), 0);
	assert_string_equal(record.fields[0].p, "a");
	assert_int_equal(record.offset, 3);
	reader_close(&reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_case),
	    cmocka_unit_test(every_case_as_a_file),
	    cmocka_unit_test(every_case_by_libcsv),
	    cmocka_unit_test(window_edges),
	    cmocka_unit_test(nul_has_a_length),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(not_files),
	    cmocka_unit_test(sample_and_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

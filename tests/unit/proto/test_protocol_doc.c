/* NAME
 *	test_protocol_doc - PROTOCOL.md says what the code does
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dialog.h"
#include "digest.h"
#include "file.h"
#include "sample.h"
#include "wire.h"

static struct buf page;

static int
read_page(void **state)
{
	char path[4096];
	int dir;

	(void)state;
	buf_init(&page, 1024 * 1024);
	snprintf(path, sizeof(path), "%s/proto", getenv("TASUKI_SOURCE"));
	dir = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(dir >= 0);
	assert_int_equal(file_read(dir, "PROTOCOL.md", 1024 * 1024, &page), 0);
	close(dir);
	return 0;
}

static int
free_page(void **state)
{
	(void)state;
	buf_fini(&page);
	return 0;
}

/* the line must stand in the page, once */
static void
has_line(const char *line)
{
	const char *at = strstr(page.data, line);

	if (at == NULL)
		fail_msg("PROTOCOL.md lacks: %s", line);
	if (strstr(at + 1, line) != NULL)
		fail_msg("PROTOCOL.md has it twice: %s", line);
}

static void
row_of(struct buf *row, enum dialog_end end, enum wire_type type)
{
	buf_clear(row);
	buf_printf(row, "| %s |", wire_type_name(type));
	for (int from = 0; from < DIALOG_STATES; from++) {
		enum dialog_state now = (enum dialog_state)from;
		enum dialog_verdict verdict = dialog_step(end, &now, type);

		buf_printf(row, " %s |",
		    verdict == DIALOG_TAKE     ? dialog_state_name(now)
		    : verdict == DIALOG_IGNORE ? "ignore"
					       : "error");
	}
	buf_char(row, '\n');
}

static void
test_dialog(void **state)
{
	static const char *const heads[] = {
	    "| agent says | new | hello | open | closed |\n"
	    "|---|---|---|---|---|\n",
	    "| broker says | new | hello | open | closed |\n"
	    "|---|---|---|---|---|\n",
	};
	struct buf table, row;

	(void)state;
	buf_init(&table, 64 * 1024);
	buf_init(&row, 1024);
	for (int end = DIALOG_AGENT; end <= DIALOG_BROKER; end++) {
		buf_clear(&table);
		buf_text(&table, heads[end]);
		for (int type = WIRE_HELLO; type < WIRE_TYPES; type++) {
			row_of(
			    &row, (enum dialog_end)end, (enum wire_type)type);
			buf_text(&table, row.data);
		}
		has_line(table.data);
	}
	buf_fini(&table);
	buf_fini(&row);
}

static void
test_refusals(void **state)
{
	const struct refusal_row *rows;
	struct buf table;
	unsigned count;

	(void)state;
	rows = refusal_table(&count);
	buf_init(&table, 64 * 1024);
	for (unsigned i = 0; i < count; i++) {
		const struct refusal_row *r = &rows[i];

		assert_ptr_equal(refusal_row(r->number), r);
		assert_int_equal(
		    r->class, r->number < 32 ? WHY_NEVER : WHY_LATER);
		assert_true(strlen(r->name) < sizeof(((struct why *)0)->code));
		buf_printf(&table, "| %d | %s | %s | %s | %s |\n",
		    (int)r->number, r->name,
		    r->class == WHY_LATER ? "later" : "never", r->en, r->ja);
	}
	has_line(table.data);
	assert_int_equal(refusal_row((enum refusal)31)->class, WHY_NEVER);
	assert_int_equal(refusal_row((enum refusal)99)->class, WHY_LATER);
	buf_fini(&table);
}

#define LIMIT(name)         \
	{                   \
#name, name \
	}

static void
test_limits(void **state)
{
	static const struct {
		const char *name;
		unsigned value;
	} limits[] = {
	    LIMIT(WIRE_HEADER_BYTES_MAX),
	    LIMIT(WIRE_INLINE_BYTES_MAX),
	    LIMIT(WIRE_DOCUMENTS_MAX),
	    LIMIT(WIRE_PARCEL_BYTES_MAX),
	    LIMIT(WIRE_NAME_BYTES_MAX),
	    LIMIT(WIRE_KIND_BYTES_MAX),
	    LIMIT(WIRE_QUEUE_BYTES_MAX),
	    LIMIT(WIRE_QUEUES_MAX),
	    LIMIT(WIRE_CODE_BYTES_MAX),
	    LIMIT(WIRE_DETAIL_BYTES_MAX),
	    LIMIT(WIRE_CALLED_BYTES_MAX),
	    LIMIT(WIRE_SOFTWARE_BYTES_MAX),
	    LIMIT(WIRE_ITEMS_MAX),
	    LIMIT(WIRE_EPOCH_BYTES),
	    LIMIT(WIRE_DIGEST_BYTES),
	    LIMIT(WIRE_LEG_MAX),
	    LIMIT(WIRE_CHUNKS_AHEAD),
	    LIMIT(WIRE_HEARTBEAT_MS_MIN),
	    LIMIT(WIRE_HEARTBEAT_MS_MAX),
	    LIMIT(WIRE_PROTOCOL_MIN),
	    LIMIT(WIRE_PROTOCOL_MAX),
	    LIMIT(WIRE_MARK_BYTES),
	    LIMIT(WIRE_FAX_BYTES_MAX),
	    LIMIT(WIRE_NOTES_MAX),
	    LIMIT(WIRE_NOTE_BYTES_MAX),
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		snprintf(line, sizeof(line), " | %u | %s |\n", limits[i].value,
		    limits[i].name);
		has_line(line);
	}
}

/* "name  82 01 02": the sample of that name */
static void
example_line(enum wire_type type, struct buf *line)
{
	struct wire_msg msg = sample(type);
	struct buf bytes;

	buf_init(&bytes, WIRE_BUF_MAX);
	wire_encode(&msg, &bytes);
	buf_clear(line);
	buf_printf(line, "%-8s", wire_type_name(type));
	for (size_t i = 0; i < bytes.len; i++)
		buf_printf(line, "%s%02x",
		    i > 0 && i % 28 == 0 ? "\n         " : " ",
		    (unsigned char)bytes.data[i]);
	buf_char(line, '\n');
	buf_fini(&bytes);
}

static void
test_examples(void **state)
{
	struct buf line;

	(void)state;
	buf_init(&line, 64 * 1024);
	for (int type = WIRE_HELLO; type < WIRE_TYPES; type++) {
		example_line((enum wire_type)type, &line);
		has_line(line.data);
	}
	buf_fini(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_dialog),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}

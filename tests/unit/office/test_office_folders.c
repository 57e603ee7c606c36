/* NAME
 *	test_office_folders - safe names, free names, notices, texts
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "file.h"
#include "folders.h"
#include "office.h"
#include "settings.h"
#include "texts.h"

/* ---- safe names ---- */

static const struct {
	const char *raw, *wanted;
} safe[] = {
    {"plain.pdf", "plain.pdf"},
    {"利用者 一覧.pdf", "利用者 一覧.pdf"},
    {"line\nbreak.txt", "line_break.txt"},
    {"bell\a.pdf", "bell_.pdf"},
    {"a/b", "a_b"},
    {"..", "_"},
    {".hidden", "_.hidden"},
    {"CON.txt", "_CON.txt"},
    {"trailing . ", "trailing"},
    {"rtl\xe2\x80\xaegpj.txt", "rtl_gpj.txt"},
    {"\x83\x5c.txt", "__.txt"},
    {"quote\".pdf", "quote_.pdf"},
    {"", "_"},
};

/* F33 */
static void
test_safe_names(void **state)
{
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++) {
		folders_safe_name(safe[i].raw, "nameless", 16, out);
		assert_true(file_name_safe(out));
		if (i != 10) /* the broken bytes: how many '_' is no matter */
			assert_string_equal(out, safe[i].wanted);
	}
}

static void
test_long_name(void **state)
{
	char raw[256], out[256];

	(void)state;
	memset(raw, 0, sizeof(raw));
	for (size_t i = 0; i < 83; i++)
		memcpy(raw + 3 * i, "あ", 3);
	strcpy(raw + 249, ".pdf");
	folders_safe_name(raw, "nameless", 16, out);
	assert_true(strlen(out) <= 255 - 16);
	assert_true(file_name_safe(out));
	assert_string_equal(out + strlen(out) - 4, ".pdf");
}

/* ---- free names ---- */

static void
touch(int dir, const char *name)
{
	int fd = openat(dir, name, O_CREAT | O_WRONLY | O_EXCL, 0600);

	assert_true(fd >= 0);
	close(fd);
}

struct place {
	char path[64];
	int dir;
};

static void
place_make(struct place *p)
{
	strcpy(p->path, "/tmp/tasuki-office-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->dir = file_dir_open(AT_FDCWD, p->path);
	assert_true(p->dir >= 0);
}

static void
place_drop(struct place *p)
{
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	close(p->dir);
	assert_int_equal(file_remove_tree(tmp, p->path + 5), 0);
	close(tmp);
}

static void
test_free_names(void **state)
{
	struct place p;
	char out[256], full[256];

	(void)state;
	place_make(&p);
	folders_free_name(p.dir, "X.CSV", out);
	assert_string_equal(out, "X.CSV");
	touch(p.dir, "X.CSV");
	folders_free_name(p.dir, "X.CSV", out);
	assert_string_equal(out, "X(2).CSV");
	touch(p.dir, "X(2).CSV");
	folders_free_name(p.dir, "X.CSV", out);
	assert_string_equal(out, "X(3).CSV");
	touch(p.dir, "noext");
	folders_free_name(p.dir, "noext", out);
	assert_string_equal(out, "noext(2)");
	memset(full, 'a', 251);
	strcpy(full + 251, ".pdf");
	touch(p.dir, full);
	folders_free_name(p.dir, full, out);
	assert_true(strlen(out) <= 255);
	assert_true(file_name_safe(out));
	place_drop(&p);
}

static void
test_notice(void **state)
{
	struct place p;
	struct buf text;

	(void)state;
	place_make(&p);
	assert_int_equal(folders_notice(p.dir, "n.txt", "一\n二\n", 8), 0);
	buf_init(&text, 1000);
	assert_int_equal(file_read(p.dir, "n.txt", 999, &text), 0);
	assert_string_equal(text.data, "\xef\xbb\xbf一\r\n二\r\n");
	buf_fini(&text);
	place_drop(&p);
}

/* ---- texts ---- */

/* Which of $1 $2 $3 a sentence uses. */
static unsigned
placeholders(const char *s)
{
	unsigned bits = 0;

	for (; (s = strchr(s, '$')) != NULL; s++)
		if (s[1] >= '1' && s[1] <= '3')
			bits |= 1u << (s[1] - '0');
	return bits;
}

static void
test_texts(void **state)
{
	(void)state;
	for (int i = TEXT_NONE + 1; i < TEXTS; i++) {
		const char *ja = text_of(LANGUAGE_JA, (enum text)i);
		const char *en = text_of(LANGUAGE_EN, (enum text)i);

		assert_true(ja[0] != '\0' && en[0] != '\0');
		assert_int_equal(placeholders(ja), placeholders(en));
		assert_int_equal(
		    ja[strlen(ja) - 1] == '\n', en[strlen(en) - 1] == '\n');
	}
}

/* ---- folders ---- */

static void
test_one_agent_only(void **state)
{
	struct settings s = {.outbox = "送信",
	    .inbox = "受信",
	    .sent = "送信済",
	    .sending = "送信中",
	    .rejected = "エラー",
	    .hold = "保留"};
	struct folders a, b;
	struct why why = {0};
	struct place p;
	struct stat st;

	(void)state;
	place_make(&p);
	assert_int_equal(folders_open(&a, &s, p.path, &why), 0);
	assert_int_equal(fstat(a.outbox, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(folders_open(&b, &s, p.path, &why), TSK_EXIST);
	assert_string_equal(why.code, "folder-in-use");
	assert_int_equal(unlinkat(p.dir, "送信", AT_REMOVEDIR), 0);
	assert_int_equal(folders_remake(&a, &s), 0);
	touch(a.outbox, "again");
	assert_int_equal(faccessat(p.dir, "送信/again", F_OK, 0), 0);
	folders_close(&a);
	assert_int_equal(folders_open(&b, &s, p.path, &why), 0);
	folders_close(&b);
	place_drop(&p);
}

/* ---- who serves a queue ---- */

static const struct {
	const char *queue, *to, *type;
	int wanted; /* index, -1 = nobody */
} queues[] = {
    {"office/1379900010", "1379900010", "", 0},
    {"office/1379900010/43", "1379900010", "", 0},
    {"office/1379900028/11", "1379900028", "", 1},
    {"office/1379900028/15", "1379900028", "", 2},
    {"office/1379900028/17", "1379900028", "", -1},
    {"office/1379900028", "1379900028", "15", 2},
    {"office/1379900028", "1379900028", "", 1},
    {"office/1379900036", "1379900036", "", -1},
    {"else", "1379900010", "", 0},
};

static void
test_queues(void **state)
{
	struct office offices[3] = {{0}};
	struct app app = {.offices = offices, .office_count = 3};
	struct office *found;

	(void)state;
	strcpy(offices[0].number, "1379900010");
	strcpy(offices[1].number, "1379900028");
	strcpy(offices[1].type, "11");
	strcpy(offices[2].number, "1379900028");
	strcpy(offices[2].type, "15");
	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		found = office_for(
		    &app, queues[i].queue, queues[i].to, queues[i].type);
		if (queues[i].wanted < 0)
			assert_null(found);
		else
			assert_ptr_equal(found, &offices[queues[i].wanted]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_safe_names),
	    cmocka_unit_test(test_long_name),
	    cmocka_unit_test(test_free_names),
	    cmocka_unit_test(test_notice),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_queues),
	    cmocka_unit_test(test_one_agent_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Codes of papers: a slip of the pen is noticed, a code comes back once. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "file.h"
#include "handover.h"

struct fixture {
	char path[64];
	int root;
	struct handover *handover;
	struct id id;
	char code[HANDOVER_CODE_BYTES];
};

static int
setup(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));

	strcpy(f->path, "/tmp/tasuki-handover-XXXXXX");
	if (mkdtemp(f->path) == NULL)
		return -1;
	f->root = file_dir_open(AT_FDCWD, f->path);
	assert_int_equal(
	    handover_open(f->root, false, &f->handover), TSK_NOTFOUND);
	assert_int_equal(handover_open(f->root, true, &f->handover), 0);
	assert_int_equal(
	    id_parse("019ab6e4f2017abc8000000000000000", &f->id), 0);
	assert_int_equal(handover_code(f->handover, &f->id, 2, f->code), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char **names;
	int n = file_list(f->root, &names);

	handover_close(&f->handover);
	for (int i = 0; i < n; i++)
		assert_int_equal(file_remove_tree(f->root, names[i]), 0);
	file_list_free(&names);
	close(f->root);
	rmdir(f->path);
	free(f);
	return 0;
}

static void
as_people_type_it(void **state)
{
	struct fixture *f = *state;
	char shown[HANDOVER_SHOW_BYTES], back[HANDOVER_CODE_BYTES];
	char typed[64];

	handover_show(f->code, shown);
	assert_int_equal(handover_parse(shown, back), 0);
	assert_string_equal(back, f->code);
	size_t n = 0;
	typed[n++] = ' ';
	for (size_t i = 0; shown[i] != '\0'; i++) {
		char c = shown[i];
		typed[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	typed[n] = '\0';
	assert_int_equal(handover_parse(typed, back), 0);
	assert_string_equal(back, f->code);
}

/* Every wrong character and every exchange of two neighbours. */
static void
slips_are_noticed(void **state)
{
	static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXY";
	struct fixture *f = *state;
	char slip[HANDOVER_CODE_BYTES], back[HANDOVER_CODE_BYTES];

	for (size_t i = 0; i < HANDOVER_CODE_CHARS; i++) {
		for (size_t k = 0; letters[k] != '\0'; k++) {
			strcpy(slip, f->code);
			if (slip[i] == letters[k])
				continue;
			slip[i] = letters[k];
			assert_int_equal(
			    handover_parse(slip, back), TSK_INVALID);
		}
		strcpy(slip, f->code);
		if (i + 1 == HANDOVER_CODE_CHARS || slip[i] == slip[i + 1])
			continue;
		slip[i] = f->code[i + 1];
		slip[i + 1] = f->code[i];
		assert_int_equal(handover_parse(slip, back), TSK_INVALID);
	}
	static const char *const never[] = {
	    "", "ABCDE", "../../x", "0OI1l-00000", "\xff\xff", "ABCDEFGHJKLMN"};
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(handover_parse(never[i], back), TSK_INVALID);
}

static void
note(void *arg, const struct handover_item *item)
{
	strcat(arg, item->state);
	assert_int_equal(item->leg, 2);
}

static void
once(void **state)
{
	struct fixture *f = *state;
	char again[HANDOVER_CODE_BYTES], text[64] = "";
	static const char *const states[] = {"open", "confirmed", "reported"};

	/* the same leg, the same code; another leg, another one */
	assert_int_equal(handover_code(f->handover, &f->id, 2, again), 0);
	assert_string_equal(again, f->code);
	handover_close(&f->handover);
	assert_int_equal(handover_open(f->root, false, &f->handover), 0);
	assert_int_equal(
	    handover_confirm(f->handover, "2222222222"), TSK_NOTFOUND);
	for (size_t i = 0; i < 3; i++) {
		text[0] = '\0';
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(
			    handover_each(f->handover, states[k], note, text),
			    i == k);
		assert_string_equal(text, states[i]);
		if (i == 0)
			assert_int_equal(
			    handover_confirm(f->handover, f->code), 0);
		if (i == 1)
			assert_int_equal(
			    handover_reported(f->handover, f->code), 0);
	}
	assert_int_equal(handover_confirm(f->handover, f->code), TSK_EXIST);
}

static void
tray(void **state)
{
	struct fixture *f = *state;
	char name[32];
	char **names;

	assert_int_equal(handover_tray(f->handover), 0);
	int dirfd = file_dir_open(f->root, HANDOVER_IN_TRAY);
	assert_true(dirfd >= 0);
	snprintf(name, sizeof(name), "%s.pdf", f->code);
	assert_int_equal(file_create(dirfd, name, "", 0, 0600), 0);
	assert_int_equal(file_create(dirfd, "memo.txt", "", 0, 0600), 0);
	assert_int_equal(handover_tray(f->handover), 1);
	assert_int_equal(handover_confirm(f->handover, f->code), TSK_EXIST);
	/* again: not counted again, and nothing left over */
	assert_int_equal(file_create(dirfd, name, "", 0, 0600), 0);
	assert_int_equal(handover_tray(f->handover), 0);
	assert_int_equal(file_list(dirfd, &names), 2);
	assert_string_equal(names[0], "不明_memo.txt");
	assert_string_equal(names[1], HANDOVER_IN_TRAY_DONE);
	file_list_free(&names);
	close(dirfd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(as_people_type_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(slips_are_noticed, setup, teardown),
	    cmocka_unit_test_setup_teardown(once, setup, teardown),
	    cmocka_unit_test_setup_teardown(tray, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

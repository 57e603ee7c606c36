/* NAME
 *	test_manifest - what is written is read again; what is cut is not taken
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

#include "file.h"
#include "manifest.h"

struct folder {
	char path[64];
	int dir;
};

static void
folder_make(struct folder *f)
{
	strcpy(f->path, "/tmp/tasuki-manifest-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->dir = file_dir_open(AT_FDCWD, f->path);
	assert_true(f->dir >= 0);
}

static void
folder_drop(struct folder *f)
{
	int tmp = file_dir_open(AT_FDCWD, "/tmp");

	close(f->dir);
	assert_int_equal(file_remove_tree(tmp, f->path + 5), 0);
	close(tmp);
}

static struct wire_parcel *
example(void)
{
	struct wire_parcel *p = manifest_new(2);

	p->id = id_new(1795000000000);
	p->repeat_of = id_new(1795000000000);
	memcpy(p->from, "1379900010", 11);
	memcpy(p->from_type, "43", 3);
	memcpy(p->to, "1379900028", 11);
	memcpy(p->month, "202612", 7);
	p->clients = 12;
	manifest_document(p, 0, "UPPLAN X.CSV", "UPPLAN");
	manifest_document(p, 1, "報告 書.pdf", "");
	p->documents[0].bytes = p->documents[0].encoded_bytes = 7;
	p->documents[1].bytes = p->documents[1].encoded_bytes = 0;
	p->documents[0].sha256[3] = 0xab;
	return p;
}

static void
test_round_trip(void **state)
{
	struct wire_parcel *p = example(), *q;
	char a[MANIFEST_CONTENT_BYTES], b[MANIFEST_CONTENT_BYTES];
	struct folder f;

	(void)state;
	folder_make(&f);
	assert_int_equal(manifest_write(f.dir, p), 0);
	assert_int_equal(manifest_read(f.dir, &q), 0);
	assert_int_equal(id_compare(&p->id, &q->id), 0);
	assert_int_equal(id_compare(&p->repeat_of, &q->repeat_of), 0);
	assert_string_equal(q->from_type, "43");
	assert_string_equal(q->to_type, "");
	assert_string_equal(q->stamp, "");
	assert_int_equal(q->clients, 12);
	assert_int_equal(q->document_count, 2);
	assert_string_equal(q->documents[0].name, "UPPLAN X.CSV");
	assert_string_equal(q->documents[1].name, "報告 書.pdf");
	assert_string_equal(q->documents[1].kind, "");
	assert_memory_equal(q->documents[0].sha256, p->documents[0].sha256, 32);
	manifest_content(p, a);
	manifest_content(q, b);
	assert_string_equal(a, b);
	q->to[9] = '0';
	manifest_content(q, b);
	assert_string_not_equal(a, b);
	manifest_free(&p);
	manifest_free(&q);
	folder_drop(&f);
}

/* Cut anywhere: never taken for whole. */
static void
test_cut(void **state)
{
	struct wire_parcel *p = example(), *q = NULL;
	struct folder f;
	struct buf text;

	(void)state;
	folder_make(&f);
	assert_int_equal(manifest_read(f.dir, &q), TSK_NOTFOUND);
	buf_init(&text, 100000);
	manifest_print(p, &text);
	for (size_t n = 0; n + 2 < text.len; n++) {
		assert_int_equal(
		    file_write(f.dir, MANIFEST_NAME, text.data, n, 0600), 0);
		assert_int_equal(manifest_read(f.dir, &q), TSK_INVALID);
		assert_null(q);
	}
	buf_fini(&text);
	manifest_free(&p);
	folder_drop(&f);
}

static const char *const bad[] = {
    "",
    "\n",
    "end\n",
    "tasuki-parcel 2\nend\n",
    "tasuki-parcel 1\nid xx\nend\n",
    "tasuki-parcel 1\nid 01a200c717f17b69ab2f3de3a485715c\nend\n",
    "tasuki-parcel 1\nwhat\nend\n",
    "tasuki-parcel 1\nid 01a200c717f17b69ab2f3de3a485715c\n"
    "document 00 1 - x\nend\n",
    "tasuki-parcel 1\nid 01a200c717f17b69ab2f3de3a485715c\n"
    "document e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    " 1 - ../x\nend\n",
};

static void
test_bad(void **state)
{
	struct wire_parcel *q = NULL;
	struct folder f;

	(void)state;
	folder_make(&f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(file_write(f.dir, MANIFEST_NAME, bad[i],
				     strlen(bad[i]), 0600),
		    0);
		assert_int_equal(manifest_read(f.dir, &q), TSK_INVALID);
	}
	folder_drop(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

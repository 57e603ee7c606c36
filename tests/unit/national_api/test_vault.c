/* NAME
 *	test_vault - containers: who opens which, and what damage does
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "pkcs12.h"
#include "vault.h"

#include "p12.h"
#include "temp.h"

#define MASTER "correct horse battery staple"
#define A      "0310000017"
#define B      "1379900010"

static char folder[300], master[300];

static void
paths(void **state)
{
	snprintf(folder, sizeof(folder), "%s/vault", (char *)*state);
	snprintf(master, sizeof(master), "%s",
	    temp_put(*state, "master", MASTER "\n"));
	assert_int_equal(chmod(master, 0600), 0);
}

static struct vault *
open_it(bool make)
{
	struct vault *v = NULL;
	struct why why = {0};
	int rc = vault_open(folder, master, make, &v, &why);

	if (rc < 0)
		print_message("%s\n", why.text);
	assert_int_equal(rc, 0);
	return v;
}

static void
put(struct vault *v, const char *number, const char *password,
    struct container_facts *facts)
{
	struct buf p12, modern;
	struct secrets s;
	struct why why = {0};

	buf_init(&p12, CONTAINER_P12_MAX);
	buf_init(&modern, CONTAINER_P12_MAX);
	memset(facts, 0, sizeof(*facts));
	snprintf(facts->number, sizeof(facts->number), "%s", number);
	p12_make(number, 40, "open", false, &p12);
	assert_int_equal(
	    pkcs12_look(p12.data, p12.len, "open", facts, &modern, &why), 0);
	assert_int_equal(modern.len, 0);
	assert_int_equal(
	    secrets_make(p12.data, p12.len, "open", "user", password, &s), 0);
	assert_int_equal(vault_put(v, facts, &s, &why), 0);
	secrets_fini(&s);
	buf_fini(&p12);
}

static void
read_file(const char *number, struct buf *out)
{
	char path[400];

	buf_init(out, CONTAINER_MAX);
	snprintf(path, sizeof(path), "%s/%s.office", folder, number);
	assert_int_equal(file_read_path(path, CONTAINER_MAX, out), 0);
}

static void
write_file(const char *number, const struct buf *text)
{
	int dir = file_dir_open(AT_FDCWD, folder);
	char name[32];

	snprintf(name, sizeof(name), "%s.office", number);
	assert_int_equal(file_write(dir, name, text->data, text->len, 0600), 0);
	close(dir);
}

/* ---- cases ---- */

/* T19 */
static void
test_put_and_open(void **state)
{
	struct container_facts facts, seen;
	struct secrets s;
	struct why why = {0};

	paths(state);
	struct vault *v = open_it(true);
	put(v, A, "old password", &facts);
	put(v, A, "new password", &facts);
	assert_int_equal(vault_open_office(v, A, &s, &why), 0);
	assert_string_equal(s.user, "user");
	assert_string_equal(s.password, "new password");
	assert_string_equal(s.p12_password, "open");
	secrets_fini(&s);
	secrets_fini(&s);
	assert_int_equal(vault_facts(v, A, &seen, &why), 0);
	assert_true(seen.authentic);
	assert_string_equal(seen.serial, "4711");
	assert_string_equal(seen.subject, "CN=" A);
	assert_int_equal(vault_open_office(v, B, &s, &why), TSK_NOTFOUND);
	assert_string_equal(why.code, "no-certificate");
	vault_close(&v);
	/* again, after all memory is gone */
	v = open_it(false);
	assert_int_equal(vault_open_office(v, A, &s, &why), 0);
	secrets_fini(&s);
	assert_int_equal(vault_remove(v, A, &why), 0);
	assert_int_equal(vault_facts(v, A, &seen, &why), TSK_NOTFOUND);
	vault_close(&v);
}

/* T35: nothing of a secret can be seen, and one office's key opens no other's
 * container. */
static void
test_each_its_own(void **state)
{
	struct container_facts a, b;
	uint8_t key_a[MASTER_KEY_BYTES], key_b[MASTER_KEY_BYTES];
	struct buf text_a, text_b;
	struct secrets s;

	paths(state);
	struct vault *v = open_it(true);
	put(v, A, "secret-of-a", &a);
	put(v, B, "secret-of-b", &b);
	vault_key(v, &a, key_a);
	vault_key(v, &b, key_b);
	assert_memory_not_equal(key_a, key_b, sizeof(key_a));
	read_file(A, &text_a);
	read_file(B, &text_b);
	assert_null(memmem(text_a.data, text_a.len, "secret-of", 9));
	assert_int_equal(
	    container_open(text_a.data, text_a.len, A, key_a, &s), 0);
	secrets_fini(&s);
	assert_int_equal(
	    container_open(text_b.data, text_b.len, B, key_a, &s), TSK_DAMAGED);
	assert_int_equal(
	    container_open(text_a.data, text_a.len, B, key_a, &s), TSK_DAMAGED);
	assert_null(s.mapping);
	/* B's container under A's name */
	struct container_facts seen;
	write_file(A, &text_b);
	assert_int_equal(vault_facts(v, A, &seen, NULL), TSK_DAMAGED);
	buf_fini(&text_a);
	buf_fini(&text_b);
	vault_close(&v);
}

/* Every single byte counts. */
static void
test_damage(void **state)
{
	struct container_facts facts, seen;
	uint8_t key[MASTER_KEY_BYTES];
	struct secrets s;
	struct buf text;

	paths(state);
	struct vault *v = open_it(true);
	put(v, A, "password", &facts);
	vault_key(v, &facts, key);
	read_file(A, &text);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_true(
		    container_open(text.data, text.len, A, key, &s) < 0);
		text.data[i] ^= 1;
	}
	for (size_t n = 0; n < text.len; n += 7)
		assert_true(container_open(text.data, n, A, key, &s) < 0);
	/* a later date in the part in clear */
	char *at = memmem(text.data, text.len, "not_after_ms\":", 14);
	assert_non_null(at);
	at[14] = '9';
	write_file(A, &text);
	assert_int_equal(vault_facts(v, A, &seen, NULL), TSK_DAMAGED);
	text.data[7] = '2';
	assert_int_equal(
	    container_facts(text.data, text.len, NULL, &seen), TSK_VERSION);
	buf_fini(&text);
	vault_close(&v);
}

static void
test_master(void **state)
{
	struct container_facts facts, *all;
	struct vault *v;
	struct why why = {0};
	size_t count;

	paths(state);
	v = open_it(true);
	put(v, A, "password", &facts);
	vault_close(&v);
	/* another secret is told at once, and changes nothing */
	temp_put(*state, "master", "another twenty characters\n");
	assert_int_equal(
	    vault_open(folder, master, true, &v, &why), TSK_DENIED);
	assert_string_equal(why.code, "master");
	/* too short, readable by others, not there, no credential */
	temp_put(*state, "master", "short\n");
	assert_true(vault_open(folder, master, true, &v, &why) < 0);
	temp_put(*state, "master", MASTER);
	assert_int_equal(chmod(master, 0644), 0);
	assert_true(vault_open(folder, master, true, &v, &why) < 0);
	assert_true(vault_open(folder, "/nowhere", true, &v, &why) < 0);
	assert_true(vault_open(folder, "credential:x", true, &v, &why) < 0);
	assert_true(vault_open(folder, "fd:x", true, &v, &why) < 0);
	/* without it: facts, not proven */
	assert_int_equal(vault_open(folder, "", false, &v, &why), 0);
	assert_int_equal(vault_list(v, &all, &count, &why), 0);
	assert_int_equal(count, 1);
	assert_false(all[0].authentic);
	assert_string_equal(all[0].number, A);
	free(all);
	vault_close(&v);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(vault_open(folder, "", false, &v, &why), TSK_DENIED);
}

static void
test_master_by_descriptor(void **state)
{
	struct vault *v = NULL;
	struct why why = {0};
	char spec[32];
	int pair[2];

	paths(state);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(
	    write(pair[1], MASTER "\n", sizeof(MASTER)), sizeof(MASTER));
	close(pair[1]);
	snprintf(spec, sizeof(spec), "fd:%d", pair[0]);
	assert_int_equal(vault_open(folder, spec, true, &v, &why), 0);
	close(pair[0]);
	vault_close(&v);
	v = open_it(false); /* the same secret from a file */
	vault_close(&v);
	/* systemd's way */
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", *state, 1), 0);
	assert_int_equal(
	    vault_open(folder, "credential:master", false, &v, &why), 0);
	vault_close(&v);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static void
test_pkcs12(void **state)
{
	static const struct {
		const char *made, *tried;
		bool legacy;
		int wanted;
	} rows[] = {
	    {"open", "open", false, 0},
	    {"open", "OPEN", false, TSK_DENIED},
	    {"", "", false, 0},
	    {"open", "open", true, 0},
	    {"open", "no", true, TSK_DENIED},
	};
	struct container_facts facts;
	struct buf p12, modern;
	struct why why = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&p12, CONTAINER_P12_MAX);
		buf_init(&modern, CONTAINER_P12_MAX);
		p12_make("試験事業所", 1, rows[i].made, rows[i].legacy, &p12);
		int rc = pkcs12_look(
		    p12.data, p12.len, rows[i].tried, &facts, &modern, &why);
		assert_int_equal(rc, rows[i].wanted);
		if (rc == 0)
			assert_string_equal(facts.subject, "CN=試験事業所");
		/* the old form is written anew, in one that opens by itself */
		assert_true((modern.len > 0) == (rc == 0 && rows[i].legacy));
		if (modern.len > 0) {
			buf_clear(&p12);
			assert_int_equal(pkcs12_look(modern.data, modern.len,
					     "open", &facts, &p12, &why),
			    0);
			assert_int_equal(p12.len, 0);
		}
		buf_fini(&p12);
		buf_fini(&modern);
	}
	buf_init(&modern, 16);
	assert_int_equal(
	    pkcs12_look("no", 2, "", &facts, &modern, &why), TSK_INVALID);
}

#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_put_and_open),
	    CASE(test_each_its_own),
	    CASE(test_damage),
	    CASE(test_master),
	    CASE(test_master_by_descriptor),
	    CASE(test_pkcs12),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

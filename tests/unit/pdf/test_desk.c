/* NAME
 *	test_desk - a delivery becomes papers, or a reason why not
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "desk.h"
#include "file.h"
#include "form6.h"

#define DOCUMENTS_MAX 4

#define PLAN(name)                                                             \
	"202407,131227,9000000001,20261124,202612,1379900010,\"staff\",300,0," \
	"20261201,,9999,9999,1,171007,99002-000052,,\"x\",,1379900093,\"" name \
	"\",,0,1379900010,\r\n"
#define FORM1                                                                   \
	"202407,131227,9000000001,20261124,000-0001,\"a\",,\"staff\",\"Care\"," \
	"000-0000,\"b\",,1379900010,20261124,20250401,21,2,20250310,20250401,"  \
	"20270331,22,\"a\",\"b\",\"c\",1,,1379900010,\r\n"

static char root[] = "/tmp/tasuki-desk-XXXXXX";

struct fixture {
	struct standard *standard;
	struct forms *forms;
	struct desk desk;
};

struct document {
	const char *name, *kind, *text;
};

static int
setup(void **state)
{
	struct fixture *f = mem_new(sizeof(*f));
	struct why why = {0};
	char dir[4096];

	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &f->standard, &why), 0);
	snprintf(dir, sizeof(dir), "%s/config/forms", getenv("TASUKI_SOURCE"));
	assert_int_equal(forms_load(dir, f->standard, &f->forms, &why), 0);
	assert_int_equal(filing_open(root, &f->desk.filing, &why), 0);
	f->desk.forms = f->forms;
	f->desk.names = names_open(filing_dirfd(f->desk.filing), f->standard);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	int fd = file_dir_open(AT_FDCWD, root);
	char **names;

	names_close(&f->desk.names);
	filing_close(&f->desk.filing);
	forms_free(&f->forms);
	standard_free(&f->standard);
	free(f);
	int n = file_list(fd, &names);
	for (int i = 0; i < n; i++)
		assert_int_equal(file_remove_tree(fd, names[i]), 0);
	file_list_free(&names);
	close(fd);
	return 0;
}

static int
deliver(struct fixture *f, uint8_t no, const struct document *given,
    size_t count, struct why *why)
{
	struct wire_document documents[DOCUMENTS_MAX] = {0};
	struct link_body bodies[DOCUMENTS_MAX] = {0};
	struct wire_deliver deliver = {.accepted_ms = 1795500000000};
	struct link_delivery delivery = {&deliver, bodies};

	assert_int_equal(
	    id_parse("019ab6e4f2007abc8000000000000000", &deliver.parcel.id),
	    0);
	deliver.parcel.id.bytes[5] = no;
	strcpy(deliver.parcel.from, "1379900010");
	strcpy(deliver.parcel.to, "1379900093");
	strcpy(deliver.parcel.month, "202612");
	deliver.parcel.document_count = count;
	deliver.parcel.documents = documents;
	for (size_t i = 0; i < count; i++) {
		documents[i].name = given[i].name;
		documents[i].kind = given[i].kind;
		bodies[i].data = given[i].text;
		bodies[i].bytes = strlen(given[i].text);
	}
	memset(why, 0, sizeof(*why));
	return desk_deliver(&f->desk, &delivery, why);
}

/* The files of the only parcel in the folder, sorted, "|" between. */
static const char *
filed(void)
{
	static char text[2048];
	char command[256];

	snprintf(command, sizeof(command),
	    "cd %s && find . -path './.*' -prune -o -type f -printf '%%f|' | "
	    "tr '|' '\\n' | LC_ALL=C sort | tr '\\n' '|'",
	    root);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	if (fgets(text, sizeof(text), in) == NULL)
		text[0] = '\0';
	pclose(in);
	return text;
}

static void
outcomes(void **state)
{
	static const struct {
		struct document documents[DOCUMENTS_MAX];
		size_t count;
		const char *code;  /* "" = filed */
		const char *filed; /* files, "|" after each */
	} cases[] = {
	    {{{"p.CSV", "UPPLAN", PLAN("Partner")}}, 1, "",
		"p.CSV|サービス提供票_2026-12_予定.pdf|"},
	    {{{"j.CSV", "UPJSK", PLAN("Partner")}}, 1, "",
		"j.CSV|サービス提供票_2026-12_実績.pdf|"},
	    {{{"p.CSV", "UPPLAN", PLAN("A")}, {"j.CSV", "UPJSK", PLAN("A")}}, 2,
		"", "j.CSV|p.CSV|サービス提供票_2026-12_予定実績.pdf|"},
	    {{{"p.CSV", "UPPLAN", PLAN("A")},
		 {"サービス提供票_2026-12_予定.pdf", "", "%PDF"}},
		2, "",
		"p.CSV|サービス提供票_2026-12_予定.pdf|"
		"サービス提供票_2026-12_予定_2.pdf|"},
	    {{{"a.pdf", "", "%PDF"}, {"b.txt", "", "text"}}, 2, "",
		"a.pdf|b.txt|"},
	    {{{"k.CSV", "UP1KYO", FORM1}}, 1, "", "k.CSV|"},
	    /* not ours to draw: it passes, whatever is in it */
	    {{{"k.CSV", "UP1KYO", "rubbish"}}, 1, "", "k.CSV|"},
	    {{{"p.CSV", "UPPLAN", "rubbish"}}, 1, "bad-csv", ""},
	    {{{"p.CSV", "UPPLAN", "\r\n"}}, 1, "no-services", ""},
	    {{{"p.CSV", "UPPLAN", PLAN("A")}, {"h.CSV", "UPHOSOKU", "1\r\n"}},
		2, "bad-csv", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct why why;
		int rc = deliver(
		    *state, 1, cases[i].documents, cases[i].count, &why);
		assert_int_equal(rc == 0, cases[i].code[0] == '\0');
		assert_string_equal(why.code, cases[i].code);
		if (rc < 0)
			assert_int_equal(why.class, WHY_NEVER);
		assert_null(strstr(why.text, "9000000001"));
		assert_string_equal(filed(), cases[i].filed);
		/* again: settled at once, nothing doubled */
		if (rc == 0) {
			assert_int_equal(deliver(*state, 1, cases[i].documents,
					     cases[i].count, &why),
			    0);
			assert_string_equal(filed(), cases[i].filed);
		}
		teardown(state);
		setup(state);
	}
}

static void
learns_names(void **state)
{
	const struct document form1 = {"k.CSV", "UP1KYO", FORM1};
	const struct document plan = {"p.CSV", "UPPLAN", PLAN("Partner/1")};
	struct fixture *f = *state;
	struct why why;
	struct stat st;
	char path[256];

	assert_null(names_find(f->desk.names, "1379900010"));
	assert_int_equal(deliver(f, 1, &form1, 1, &why), 0);
	assert_string_equal(names_find(f->desk.names, "1379900010"), "Care");
	/* a name that is not known yet makes no folder of its own later */
	assert_int_equal(deliver(f, 2, &plan, 1, &why), 0);
	assert_string_equal(
	    names_find(f->desk.names, "1379900093"), "Partner/1");
	snprintf(path, sizeof(path), "%s/1379900093/2026-12", root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_nlink, 4);
	/* kept over a restart */
	names_close(&f->desk.names);
	f->desk.names = names_open(filing_dirfd(f->desk.filing), f->standard);
	assert_string_equal(names_find(f->desk.names, "1379900010"), "Care");
	assert_string_equal(
	    names_find(f->desk.names, "1379900093"), "Partner/1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(outcomes, setup, teardown),
	    cmocka_unit_test_setup_teardown(learns_names, setup, teardown),
	};

	if (mkdtemp(root) == NULL)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(root);
	return failed;
}

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
#include "foreign.h"

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
	struct pdf_settings settings;
	struct desk desk;
	struct wire_paper *paper; /* of the next delivery */
};

static void
not_done(void *arg, const struct desk_outcome *outcome)
{
	(void)arg;
	(void)outcome;
	fail_msg("nothing is under way here");
}

/* As the rows of the settings have them. */
static void
defaults(struct pdf_settings *settings)
{
	settings->language = (char *)"ja";
	settings->out = (char *)"folder";
	settings->documents = (char *)"pass";
	settings->printer = settings->passwords = (char *)"";
	settings->mail.server = "";
}

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
	int fd = filing_dirfd(f->desk.filing);
	defaults(&f->settings);
	f->desk.settings = &f->settings;
	f->desk.forms = f->forms;
	f->desk.names = names_open(fd, f->standard);
	f->desk.done = not_done;
	assert_int_equal(jobs_open(fd, &f->desk.jobs), 0);
	assert_int_equal(handover_open(fd, true, &f->desk.handover), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	int fd = file_dir_open(AT_FDCWD, root);
	char **names;

	handover_close(&f->desk.handover);
	jobs_close(&f->desk.jobs);
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
	struct desk_outcome outcome;

	deliver.paper = f->paper;
	assert_int_equal(desk_deliver(&f->desk, &delivery, &outcome), 0);
	*why = outcome.why;
	return outcome.rc;
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
		"a.pdf|b.txt|添付書類.pdf|"},
	    /* nothing of it has a place on paper: it passes as it is */
	    {{{"a.pdf", "", "%PDF"}}, 1, "", "a.pdf|"},
	    {{{"k.CSV", "UP1KYO", FORM1}}, 1, "",
		"k.CSV|居宅サービス計画書（１）.pdf|"},
	    {{{"k.CSV", "UP1KYO", "rubbish"}}, 1, "bad-csv", ""},
	    {{{"p.CSV", "UPPLAN", "rubbish"}}, 1, "bad-csv", ""},
	    {{{"p.CSV", "UPPLAN", "\r\n"}}, 1, "no-pages", ""},
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

/* ---- documents that are not what they seem ---- */

static void
dubious_documents(void **state)
{
	static const struct {
		struct document document;
		const char *code; /* if they are to be refused */
	} cases[] = {
	    {{"a.txt", "", "text"}, ""},
	    {{"a.jpg", "", "%PDF-1.7"}, "type-lie"},
	    {{"a.pdf", "", "MZ"}, "type-lie"},
	    {{"a.png", "", "GIF89a"}, "type-lie"},
	    {{"a.txt", "", "MZ\x90"}, "type-lie"},
	    {{"a.pdf", "", "%PDF-1.7 rubbish"}, "pdf-damaged"},
	    {{"a.pdf", "",
		 "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R/OpenAction"
		 "<</S/JavaScript/JS(x)>>>> endobj\n"
		 "2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\n"
		 "trailer <</Root 1 0 R/Size 3>>\n"},
		"pdf-active"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = *state;
		struct why why;

		f->settings.documents = (char *)"refuse";
		int rc = deliver(f, 1, &cases[i].document, 1, &why);
		assert_string_equal(why.code, cases[i].code);
		if (cases[i].code[0] != '\0') {
			assert_int_equal(rc, TSK_INVALID);
			assert_int_equal(why.class, WHY_NEVER);
			assert_null(strstr(why.text, cases[i].document.name));
			assert_string_equal(filed(), "");
		}
		/* passed: byte for byte, never opened */
		f->settings.documents = (char *)"pass";
		assert_int_equal(deliver(f, 2, &cases[i].document, 1, &why), 0);
		assert_non_null(strstr(filed(), cases[i].document.name));
		teardown(state);
		setup(state);
	}
}

/* ---- what is known of a leg ---- */

static void
jobs_decide(void **state)
{
	static const struct {
		enum job_state before;
		bool recalled;
		const char *code; /* "" = filed */
		enum job_state after;
	} cases[] = {
	    {JOB_NONE, false, "", JOB_NONE},
	    {JOB_NONE, true, "recalled", JOB_NONE},
	    {JOB_SENT, false, "", JOB_SENT},
	    {JOB_SENT, true, "", JOB_SENT}, /* too late */
	    {JOB_SENDING, false, "unknown", JOB_UNKNOWN},
	    {JOB_SENDING, true, "unknown", JOB_UNKNOWN},
	    {JOB_UNKNOWN, false, "unknown", JOB_UNKNOWN},
	    {JOB_ASKED, false, "", JOB_ASKED},
	};
	const struct document plan = {"p.CSV", "UPPLAN", PLAN("A")};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_paper paper = {
		    .recalled = cases[i].recalled,
		    .reason = "",
		    .fax_number = "",
		    .test_code = "",
		    .from_name = "",
		    .to_name = "",
		};
		struct fixture *f = *state;
		struct why why;
		struct id id;

		assert_int_equal(
		    id_parse("019ab6e4f2017abc8000000000000000", &id), 0);
		f->paper = &paper;
		if (cases[i].before != JOB_NONE)
			assert_int_equal(jobs_note(f->desk.jobs, &id, 0,
					     cases[i].before, 1795500000000),
			    0);
		int rc = deliver(f, 1, &plan, 1, &why);
		assert_string_equal(why.code, cases[i].code);
		assert_int_equal(rc == 0, cases[i].code[0] == '\0');
		assert_int_equal(
		    jobs_state(f->desk.jobs, &id, 0), cases[i].after);
		if (cases[i].after == JOB_UNKNOWN) {
			desk_asked(&f->desk, &id, 0);
			assert_int_equal(
			    jobs_state(f->desk.jobs, &id, 0), JOB_ASKED);
		}
		teardown(state);
		setup(state);
	}
}

static void
handed_over_with_a_code(void **state)
{
	const struct document plan = {"p.CSV", "UPPLAN", PLAN("A")};
	struct fixture *f = *state;
	char code[HANDOVER_CODE_BYTES];
	struct why why;
	struct id id;

	f->settings.out = (char *)"handover";
	assert_int_equal(deliver(f, 1, &plan, 1, &why), 0);
	assert_int_equal(id_parse("019ab6e4f2017abc8000000000000000", &id), 0);
	assert_int_equal(handover_code(f->desk.handover, &id, 0, code), 0);
	assert_int_equal(handover_confirm(f->desk.handover, code), 0);
	assert_int_equal(handover_confirm(f->desk.handover, code), TSK_EXIST);
}

int
main(int argc, char **argv)
{
	int reader = foreign_main(argc, argv);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(outcomes, setup, teardown),
	    cmocka_unit_test_setup_teardown(learns_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(dubious_documents, setup, teardown),
	    cmocka_unit_test_setup_teardown(jobs_decide, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		handed_over_with_a_code, setup, teardown),
	};

	if (reader >= 0)
		return reader;
	if (mkdtemp(root) == NULL)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(root);
	return failed;
}

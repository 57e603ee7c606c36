/* NAME
 *	settings_test - the settings, their checks, and their page
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "file.h"
#include "settings.h"

static void
page_path(char out[512])
{
	snprintf(out, 512, "%s/config/tasukid.conf", getenv("TASUKI_SOURCE"));
}

/* The line of a setting, commented out or not: name = "value" */
static const char *
line_of(const char *page, const char *path)
{
	const char *name = strrchr(path, '/'), *at = page;
	char wanted[64], section[64];

	if (name != NULL) {
		snprintf(section, sizeof(section), "\n%.*s\n",
		    (int)(name - path), path);
		if ((at = strstr(page, section)) == NULL)
			return NULL;
	}
	snprintf(
	    wanted, sizeof(wanted), "%s = \"", name != NULL ? name + 1 : path);
	return strstr(at, wanted);
}

static void
page_documents_every_setting(void **state)
{
	const struct conf_row *row;
	char path[512], quoted[256];
	const char *line;
	struct buf page;

	(void)state;
	page_path(path);
	buf_init(&page, 1 << 20);
	assert_int_equal(file_read_path(path, 1 << 20, &page), 0);
	for (row = settings_rows(); row->path != NULL; row++) {
		line = line_of(page.data, row->path);
		if (line == NULL)
			fail_msg("%s is not in the page", row->path);
		snprintf(quoted, sizeof(quoted), "\"%s\"", row->initial);
		if (strncmp(strchr(line, '"'), quoted, strlen(quoted)) != 0)
			fail_msg("%s: the page says another default than %s",
			    row->path, quoted);
	}
	buf_fini(&page);
}

static void
page_is_read_as_it_stands(void **state)
{
	struct settings s;
	struct why why = {0};
	char path[512];

	(void)state;
	page_path(path);
	if (settings_load(path, &s, &why) != 0)
		fail_msg("%s", why.text);
	assert_int_equal(s.schedule.backoff_count, 6);
	assert_int_equal(s.schedule.backoff_ms[5], 30 * 60 * 1000);
	assert_int_equal(settings_ways(&s), 1u << 1 | 1u << 5);
	settings_free(&s);
}

static void
faults_are_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
	    {"log = \"loud\"\n", "log:"},
	    {"store\n    backend = \"paper\"\n", "store/backend"},
	    {"store\n    map = \"2 GiB\"\n    map_limit = \"1 GiB\"\n",
		"store/map_limit"},
	    {"limits\n    reserve = \"1 GiB\"\n    reserve_large = \"0\"\n",
		"limits/reserve_large"},
	    {"schedule\n    backoff = \"5 parsecs\"\n", "schedule/backoff"},
	    {"schedule\n    backoff = \"1x\"\n", "schedule/backoff"},
	    {"route\n    ways = \"bus pigeon\"\n", "route/ways"},
	    {"session\n    heartbeat = \"1 ms\"\n", ":2:"},
	    {"nonsense = \"1\"\n", ":1:"},
	    {"data = \"\"\n", ""},
	};
	char path[] = "/tmp/tasuki-settings-XXXXXX";
	struct settings s;
	struct why why;
	size_t i;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *f = fopen(path, "w");

		fputs(cases[i].text, f);
		fclose(f);
		memset(&why, 0, sizeof(why));
		assert_int_not_equal(settings_load(path, &s, &why), 0);
		if (strstr(why.text, cases[i].said) == NULL ||
		    strstr(why.text, path) == NULL)
			fail_msg("case %zu: %s", i, why.text);
	}
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(page_documents_every_setting),
	    cmocka_unit_test(page_is_read_as_it_stands),
	    cmocka_unit_test(faults_are_refused),
	};

	return cmocka_run_group_tests_name("settings", cases, NULL, NULL);
}

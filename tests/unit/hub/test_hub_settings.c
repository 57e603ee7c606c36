/* NAME
 *	test_hub_settings - the example file explains every setting; profiles
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "example.h"
#include "profile.h"
#include "settings.h"
#include "standard.h"

static void
explains_every_row(void **state)
{
	struct hub_settings settings = {0};
	struct why why = {0};

	(void)state;
	assert_int_equal(conf_load(example_path("tasuki-hub"),
			     hub_settings_rows, &settings, &why),
	    0);
	assert_string_equal(settings.hub, "keapos");
	assert_int_equal(settings_check(&settings, "courier", &why), 0);
	conf_free(hub_settings_rows, &settings);
	example_explains("tasuki-hub", hub_settings_rows);
}

static const struct {
	const char *driver, *lines, *blamed; /* NULL: fine */
} settings_cases[] = {
    {"folder", "place\n    path = \"/p\"\n", NULL},
    {"folder", "", "place/path"},
    {"courier", "", NULL},
    {"sftp", "", "place/host"},
    {"sftp", "place\n    host = \"h\"\n", "account/user"},
    {"sftp", "place\n    host = \"h\"\naccount\n    user = \"u\"\n",
	"account/key_file"},
    {"sftp",
	"place\n    host = \"h\"\naccount\n    user = \"u\"\n"
	"    key_file = \"k\"\n",
	"place/host_keys"},
    {"sftp",
	"place\n    host = \"h\"\n    host_keys = \"MD5:00\"\naccount\n"
	"    user = \"u\"\n    key_file = \"k\"\n",
	"place/host_keys"},
    {"sftp",
	"place\n    host = \"h\"\n    host_keys = "
	"\"SHA256:0123456789012345678901234567890123456789012\"\naccount\n"
	"    user = \"u\"\n    key_file = \"k\"\n",
	NULL},
};

static char *
temporary(const char *text)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/tasuki-hub.conf-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s", text) >= 0);
	close(fd);
	return path;
}

static void
checks_what_rows_cannot(void **state)
{
	(void)state;
	for (size_t i = 0;
	     i < sizeof(settings_cases) / sizeof(settings_cases[0]); i++) {
		struct hub_settings settings = {0};
		struct why why = {0};
		char text[1024], *path;

		snprintf(text, sizeof(text),
		    "name = \"n\"\nkey = \"k\"\nhub = \"a\"\nprofile = \"p\"\n"
		    "folder = \"f\"\nbroker\n    endpoint = \"e\"\n"
		    "    key = \"k\"\n%s",
		    settings_cases[i].lines);
		path = temporary(text);
		assert_int_equal(
		    conf_load(path, hub_settings_rows, &settings, &why), 0);
		unlink(path);
		int rc =
		    settings_check(&settings, settings_cases[i].driver, &why);
		if (settings_cases[i].blamed == NULL) {
			assert_int_equal(rc, 0);
		} else {
			assert_int_equal(rc, TSK_INVALID);
			assert_ptr_equal(
			    strstr(why.text, settings_cases[i].blamed),
			    why.text);
		}
		conf_free(hub_settings_rows, &settings);
	}
}

static const char *const profiles[] = {"keapos", "kanamic", "fujitsu-shikoku",
    "denden", "mamenet", "generic", "courier"};

static void
all_profiles_load(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		struct hub_profile profile;
		struct why why = {0};
		char path[4096];

		snprintf(path, sizeof(path), "%s/config/hub/%s.conf",
		    getenv("TASUKI_SOURCE"), profiles[i]);
		if (profile_load(path, &profile, &why) != 0)
			fail_msg("%s", why.text);
		assert_true(profile.name[0] != '\0');
		profile_fini(&profile);
	}
}

static const struct {
	const char *lines, *blamed;
} profile_cases[] = {
    {"driver = \"folder\"\n", NULL},
    {"driver = \"ftp\"\n", "driver"},
    {"driver = \"folder\"\nstatus\n    delivered = \"sent\"\n",
	"status/delivered"},
    {"driver = \"folder\"\nstatus\n    seen = \"moved\"\n", "status/folder"},
    {"driver = \"folder\"\nsend\n    editions = \"V5\"\n", "send/editions"},
    {"driver = \"folder\"\nsend\n    folder = \"a/{nobody}\"\n", "send/folder"},
    {"driver = \"folder\"\nsend\n    folder = \"../{to}\"\n", "send/folder"},
    {"driver = \"folder\"\nsend\n    folder = \"/{to}\"\n", "send/folder"},
    {"driver = \"folder\"\nsend\n    name = \"a/{name}\"\n", "send/name"},
    {"driver = \"folder\"\nfetch\n    attachment = \"^([0-9]+)_\"\n",
	"fetch/attachment"},
    {"driver = \"folder\"\nfetch\n    attachment = \"(\"\n",
	"fetch/attachment"},
};

static void
profiles_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(profile_cases) / sizeof(profile_cases[0]);
	     i++) {
		struct hub_profile profile;
		struct why why = {0};
		char text[512];

		snprintf(text, sizeof(text), "name = \"n\"\n%s",
		    profile_cases[i].lines);
		char *path = temporary(text);
		int rc = profile_load(path, &profile, &why);
		unlink(path);
		if (profile_cases[i].blamed == NULL) {
			assert_int_equal(rc, 0);
			profile_fini(&profile);
		} else {
			assert_int_equal(rc, TSK_INVALID);
			assert_non_null(
			    strstr(why.text, profile_cases[i].blamed));
		}
	}
}

#define PLAN "UPPLAN_202612_1379900010_43_1379900028_15_20261124150000.CSV"
#define OLD  "UPPLAN_202612_1379900010_1379900028_20261124150000.CSV"

static const struct {
	const char *lines, *name, *code;
	uint64_t bytes;
} takes_cases[] = {
    {"", PLAN, NULL, 10},
    {"", OLD, NULL, 10},
    {"    editions = \"V4.1\"\n", OLD, "hub-edition", 10},
    {"    editions = \"V3\"\n", PLAN, "hub-edition", 10},
    {"    kinds = \"UPJSK\"\n", PLAN, "hub-kind", 10},
    {"    bytes = \"5\"\n", PLAN, "hub-size", 10},
    {"", "a.pdf", "hub-attachment", 10},
    {"    attachments = \"yes\"\n", "a.pdf", NULL, 10},
};

static void
takes_what_the_profile_says(void **state)
{
	struct standard *standard = NULL;
	struct why why = {0};
	char dir[4096];

	(void)state;
	snprintf(
	    dir, sizeof(dir), "%s/config/standard", getenv("TASUKI_SOURCE"));
	assert_int_equal(standard_load(dir, &standard, &why), 0);
	for (size_t i = 0; i < sizeof(takes_cases) / sizeof(takes_cases[0]);
	     i++) {
		struct wire_document d = {.name = takes_cases[i].name,
		    .kind = "",
		    .bytes = takes_cases[i].bytes};
		struct wire_parcel parcel = {
		    .document_count = 1, .documents = &d};
		struct hub_profile profile;
		char text[512];

		snprintf(text, sizeof(text),
		    "driver = \"folder\"\nname = \"n\"\nsend\n"
		    "    ready = \"\"\n%s",
		    takes_cases[i].lines);
		char *path = temporary(text);
		assert_int_equal(profile_load(path, &profile, &why), 0);
		unlink(path);
		int rc = profile_takes(&profile, standard, &parcel, &why);
		if (takes_cases[i].code == NULL) {
			assert_int_equal(rc, 0);
		} else {
			assert_int_equal(rc, TSK_INVALID);
			assert_string_equal(why.code, takes_cases[i].code);
		}
		profile_fini(&profile);
	}
	standard_free(&standard);
}

static const struct {
	const char *folder, *name, *wanted_folder, *wanted_name;
} place_cases[] = {
    {"{to}", "{name}", "1379900028", "a b.pdf"},
    {"out/{to}/{month}", "{from}_{name}", "out/1379900028/202612",
	"1379900010_a b.pdf"},
    {"", "{to_type}{stamp}", "", "-20261124150000"},
    {"{to}", "{from}/x", NULL, NULL},
    {"{to}", "CON", NULL, NULL},
};

static void
places_by_template(void **state)
{
	struct wire_parcel parcel = {.from = "1379900010",
	    .from_type = "43",
	    .to = "1379900028",
	    .month = "202612",
	    .stamp = "20261124150000"};

	(void)state;
	for (size_t i = 0; i < sizeof(place_cases) / sizeof(place_cases[0]);
	     i++) {
		struct hub_profile p = {0};
		struct buf text;
		int rc;

		p.send.folder = (char *)(uintptr_t)place_cases[i].folder;
		p.send.name = (char *)(uintptr_t)place_cases[i].name;
		buf_init(&text, 1024);
		assert_int_equal(profile_folder(&p, &parcel, &text), 0);
		if (place_cases[i].wanted_folder != NULL)
			assert_string_equal(text.len > 0 ? text.data : "",
			    place_cases[i].wanted_folder);
		buf_clear(&text);
		rc = profile_file(&p, &parcel, "a b.pdf", &text);
		if (place_cases[i].wanted_name == NULL) {
			assert_int_equal(rc, TSK_INVALID);
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(
			    text.data, place_cases[i].wanted_name);
		}
		buf_fini(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explains_every_row),
	    cmocka_unit_test(checks_what_rows_cannot),
	    cmocka_unit_test(all_profiles_load),
	    cmocka_unit_test(profiles_are_checked),
	    cmocka_unit_test(takes_what_the_profile_says),
	    cmocka_unit_test(places_by_template),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

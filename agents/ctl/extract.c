/* NAME
 *	extract - tasukictl extract: the files inside a PDF
 * SUMMARY
 *	tasukictl extract FILE.pdf [--out DIR] [--password-file FILE]
 * DESCRIPTION
 *	The CSV files that rode inside a paper come out byte for byte.  The
 *	password stands on the first line of a file: on the command line other
 *	users of the machine could read it.  The PDF is read by a process of its
 *	own (foreign.h): who knows who made it.
 * DIAGNOSTICS
 *	0 done, 1 nothing inside or the PDF cannot be read, 2 usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "foreign.h"
#include "file.h"

#include "ctl.h"
#include "save.h"

#define PDF_MAX      (512u * 1024 * 1024)
#define PASSWORD_MAX 1024u

static int
unreadable(const struct ctl *ctl, const char *path, int rc)
{
	struct why why = {0};

	why_set(&why, WHY_NEVER, "unreadable", "%s: %s.", path,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	(void)ctl_fail(ctl, &why);
	return CTL_USAGE;
}

static int
found(void *arg, const struct attach_file *file, struct why *why)
{
	return save_file(arg, file->name, file->data, file->bytes, why);
}

static int
report(struct ctl *ctl, struct save *save)
{
	json_t *answer = json_pack("{sb, sO}", "ok",
	    json_array_size(save->files) > 0, "files", save->files);

	if (!ctl_json(ctl, answer))
		save_show(ctl, save->files);
	int rc = json_array_size(save->files) > 0 ? CTL_OK : CTL_TROUBLE;
	json_decref(answer);
	return rc;
}

static int
extract(struct ctl *ctl, const struct buf *pdf, const char *password,
    const char *folder)
{
	struct save save = {0};
	struct why why = {0};
	int rc = save_open(&save, folder, &why);

	if (rc == 0)
		rc = foreign_each(
		    pdf->data, pdf->len, password, found, &save, &why);
	rc = rc < 0 ? ctl_fail(ctl, &why) : report(ctl, &save);
	save_close(&save);
	return rc;
}

/* The first line; NULL without a file. */
static int
read_password(const char *path, struct buf *text, const char **password)
{
	int rc = 0;

	*password = NULL;
	if (path == NULL)
		return 0;
	rc = file_read_path(path, PASSWORD_MAX, text);
	if (rc == 0) {
		buf_char(text, '\n');
		text->data[strcspn(text->data, "\r\n")] = '\0';
		*password = text->data;
	}
	return rc;
}

int
extract_verb(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"out", required_argument, NULL, 'o'},
	    {"password-file", required_argument, NULL, 'p'},
	    {NULL, 0, NULL, 0},
	};
	const char *folder = NULL, *secret = NULL, *password;
	struct buf pdf, text;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return CTL_USAGE;
		*(option == 'o' ? &folder : &secret) = optarg;
	}
	if (optind != argc - 1)
		return ctl_usage("extract takes one PDF");
	buf_init(&pdf, PDF_MAX);
	buf_init(&text, PASSWORD_MAX + 1);
	int rc = read_password(secret, &text, &password);
	if (rc < 0) {
		rc = unreadable(ctl, secret, rc);
	} else {
		rc = file_read_path(argv[optind], PDF_MAX, &pdf);
		rc = rc < 0 ? unreadable(ctl, argv[optind], rc)
			    : extract(ctl, &pdf, password, folder);
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_fini(&text);
	buf_fini(&pdf);
	return rc;
}

/* NAME
 *	standard-write - files of the standard from UTF-8 rows
 * SUMMARY
 *	standard-write [--out DIR] [--standard DIR] [--unchecked] < STREAM
 * DESCRIPTION
 *	For generators and tests: lib/standard/writer.h as a program.  The
 *	stream is UTF-8; a line ends with LF, words and cells are separated by
 *	one TAB.  A line that begins with '@' steers, any other is a record:
 *
 *	@file NAME VERSION	begin a file: its strict name and the CSV
 *				version ("202407", "202208"); ends the one
 *				before
 *	@fields F F ...		which fields the cells of the following
 *				records are: 4.1 numbers or English names of
 *				the layout ("insured_number"), in any order;
 *				without this line: 1, 2, 3, ...
 *	@out DIR		the folder of the files from here on; made if
 *				absent
 *	@end			end the file (also: @file, end of the stream)
 *
 *	In a cell \n, \r, \t and \\ stand for line feed, carriage return, tab
 *	and backslash; \@ for '@', needed where a record begins with one.  Missing
 *	cells are empty.  Field 1 need not be given: the writer fills it.
 *
 *	Each file is judged as tasukictl check judges it, and written only
 *	without an error; its path goes to stdout, findings go to stderr:
 *	NAME:RECORD:FIELD: LEVEL: CODE: SENTENCE.  --unchecked: written whatever it
 *	is; only what the rows themselves say is told.
 *
 *	python:
 *	    p = subprocess.Popen(["standard-write", "--out", d],
 *	        stdin=subprocess.PIPE, encoding="utf-8")
 *	    p.stdin.write("@file\t%s\t202407\n" % name)
 *	    p.stdin.write("\t".join(cells) + "\n")
 * DIAGNOSTICS
 *	Exit code 0: all written; 1: a file has errors or its name is taken; 2:
 *	the command line or the stream is wrong (stops there).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#include "layout.h"
#include "writer.h"

struct job {
	struct standard *standard;
	struct writer *writer;
	const struct layout *layout;
	char *name;
	char *folder;
	int dirfd;
	bool unchecked, failed;
	unsigned fields[LAYOUT_FIELDS_MAX];
	size_t field_count; /* 0: 1, 2, 3, ... */
	struct writer_cell cells[LAYOUT_FIELDS_MAX];
	uint64_t line;
};

static void
on_finding(const struct finding *f, void *arg)
{
	(void)arg;
	fprintf(stderr, "%s:%ju:%u: %s: %s: %s\n", f->file,
	    (uintmax_t)f->record, f->field_no,
	    f->level == FINDING_ERROR ? "error" : "warning", f->code, f->en);
}

static bool
bad(const struct job *job, const char *what, const char *which)
{
	fprintf(stderr, "standard-write: line %ju: %s %s\n",
	    (uintmax_t)job->line, what, which);
	return false;
}

/* -- words -------------------------------------------------------------- */

/* The next word of *line, unescaped in place; NULL behind the last. */
static char *
next_word(char **line, size_t *n)
{
	char *word = *line, *to = word, *from = word;

	if (word == NULL)
		return NULL;
	for (; *from != '\0' && *from != '\t'; from++) {
		if (*from == '\\' && from[1] != '\0') {
			from++;
			*to++ = *from == 'n'   ? '\n'
				: *from == 'r' ? '\r'
				: *from == 't' ? '\t'
					       : *from;
		} else {
			*to++ = *from;
		}
	}
	*line = *from == '\t' ? from + 1 : NULL;
	*to = '\0';
	*n = (size_t)(to - word);
	return word;
}

static unsigned
field_of(const struct job *job, const char *word)
{
	unsigned long no = strtoul(word, NULL, 10);

	if (no >= 1 && no <= job->layout->count)
		return (unsigned)no;
	return layout_field(job->layout, word);
}

/* -- steering ----------------------------------------------------------- */

static void
end_file(struct job *job)
{
	struct check_result result;
	int rc;

	if (job->writer == NULL)
		return;
	rc = job->unchecked
		 ? writer_save_unchecked(
		       job->writer, job->dirfd, job->name, 0644)
		 : writer_save(job->writer, job->dirfd, 0644, &result);
	if (rc == 0)
		printf("%s/%s\n", job->folder, job->name);
	else {
		fprintf(
		    stderr, "%s: not written: %s\n", job->name, err_text(rc));
		job->failed = true;
	}
	writer_free(&job->writer);
	free(job->name);
	job->name = NULL;
}

static bool
begin_file(struct job *job, char *line)
{
	size_t n;
	char *name = next_word(&line, &n), *version = next_word(&line, &n);
	struct why why = {0};
	struct name parsed;

	end_file(job);
	if (name == NULL || version == NULL)
		return bad(job, "@file wants NAME and", "VERSION");
	if (writer_new(job->standard, name, version, on_finding, NULL,
		&job->writer, &why) != 0)
		return bad(job, "@file:", why.text);
	if (name_parse(job->standard, name, &parsed, &why) != 0)
		return bad(job, "@file:", why.text);
	job->layout = layout_find(job->standard, parsed.kind);
	job->name = mem_text(name);
	job->field_count = 0;
	return true;
}

static bool
take_fields(struct job *job, char *line)
{
	char *word;
	size_t n;

	if (job->writer == NULL)
		return bad(job, "@fields stands before", "@file");
	job->field_count = 0;
	while ((word = next_word(&line, &n)) != NULL) {
		unsigned no = field_of(job, word);

		if (no == 0 || job->field_count == LAYOUT_FIELDS_MAX)
			return bad(job, "there is no field", word);
		job->fields[job->field_count++] = no;
	}
	return true;
}

static bool
take_folder(struct job *job, const char *path)
{
	int rc =
	    path == NULL ? TSK_INVALID : file_dir_make(AT_FDCWD, path, 0755);

	end_file(job);
	if (rc == 0) {
		rc = file_dir_open(AT_FDCWD, path);
		if (rc >= 0) {
			if (job->dirfd >= 0)
				close(job->dirfd);
			job->dirfd = rc;
			free(job->folder);
			job->folder = mem_text(path);
			return true;
		}
	}
	return bad(job, "the folder cannot be used:", err_text(rc));
}

static bool
steer(struct job *job, char *line)
{
	size_t n;
	char *word = next_word(&line, &n);

	if (strcmp(word, "@file") == 0)
		return begin_file(job, line);
	if (strcmp(word, "@fields") == 0)
		return take_fields(job, line);
	if (strcmp(word, "@out") == 0)
		return take_folder(job, next_word(&line, &n));
	if (strcmp(word, "@end") == 0) {
		end_file(job);
		return true;
	}
	return bad(job, "there is no", word);
}

/* -- records ------------------------------------------------------------ */

static bool
take_record(struct job *job, char *line)
{
	size_t at = 0, n;
	char *word;

	if (job->writer == NULL)
		return bad(job, "a record stands before", "@file");
	memset(job->cells, 0, sizeof job->cells);
	while ((word = next_word(&line, &n)) != NULL) {
		size_t no = job->field_count == 0   ? at + 1
			    : at < job->field_count ? job->fields[at]
						    : 0;

		if (no == 0 || no > job->layout->count)
			return bad(
			    job, "the record has more cells than", "fields");
		job->cells[no - 1] = (struct writer_cell){.p = word, .n = n};
		at++;
	}
	writer_row(job->writer, job->cells, job->layout->count);
	return true;
}

static int
read_stream(struct job *job)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool good = true;

	while (good && (n = getline(&line, &cap, stdin)) > 0) {
		job->line++;
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		good =
		    line[0] == '@' ? steer(job, line) : take_record(job, line);
	}
	free(line);
	if (good)
		end_file(job);
	writer_free(&job->writer);
	free(job->name);
	return good ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct job job = {.dirfd = -1};
	const char *tables = standard_dir(), *out = ".";
	struct why why = {0};
	int rc;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--unchecked") == 0)
			job.unchecked = true;
		else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc)
			out = argv[++i];
		else if (strcmp(argv[i], "--standard") == 0 && i + 1 < argc)
			tables = argv[++i];
		else {
			fprintf(stderr, "usage: standard-write [--out DIR] "
					"[--standard DIR] [--unchecked]\n");
			return 2;
		}
	}
	if (standard_load(tables, &job.standard, &why) != 0) {
		fprintf(stderr, "standard-write: %s\n", why.text);
		return 2;
	}
	rc = take_folder(&job, out) ? read_stream(&job) : 2;
	standard_free(&job.standard);
	free(job.folder);
	if (job.dirfd >= 0)
		close(job.dirfd);
	if (fflush(stdout) != 0)
		rc = 2;
	return rc != 0 ? rc : job.failed;
}

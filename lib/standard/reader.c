/* NAME
 *	reader - records of a CSV file, byte by byte as they are
 * SUMMARY
 *	See reader.h.
 * DESCRIPTION
 *	libcsv pushes, callers want to pull: so the bytes go to libcsv in pieces
 *	that end at a CR or LF, and a piece ends at most one record.  That also
 *	gives the exact line and offset of each record, which libcsv does not
 *	know.
 *
 *	libcsv trims spaces unless told otherwise; it is told that there is no
 *	space.  It runs in strict mode to hear of stray quotes; the byte that
 *	offends is then parsed again leniently, and reading goes on.
 *
 *	libcsv goes from byte to byte through a machine of states, and most of
 *	the time of a check went there.  So a record without a slip (quotes only
 *	around fields, doubled inside, the line end in sight) is split by
 *	quick_record() at a few times that speed.  At the first thing that is
 *	out of order it steps back to the record's beginning and leaves all of
 *	it to libcsv: what a broken record means is decided in one place.
 * BUGS
 *	After a stray quote the field may run on to the next quote, as in any
 *	reader of such a file.
 */
#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

#include "reader.h"

#define WINDOW_BYTES (256UL << 10)
#define QUICK_BYTES  (64UL << 10) /* longer records are libcsv's */
#define ENTRY_BLOCK  4096
#define LENIENT      CSV_APPEND_NULL
#define OPTIONS      (CSV_STRICT | CSV_STRICT_FINI | LENIENT)

struct reader {
	struct csv_parser parser;
	int fd;         /* -1: bytes in memory */
	char *window;   /* owned if fd >= 0 */
	const char *at; /* unread bytes */
	size_t left;
	bool end;      /* nothing more to read */
	bool finished; /* the last record was given */
	int failed;    /* errno of read(2), or 0 */
	uint64_t line, offset, records;
	/* the record being built */
	bool begun, complete;
	struct reader_record record;
	struct buf text;
	struct reader_field fields[READER_FIELDS_MAX];
	bool libcsv_only;
	char quick[QUICK_BYTES]; /* text of a record split here */
};

static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

/* libcsv's own buffer holds one field and a NUL: its limit is the field's. */
static void *
limited_realloc(void *p, size_t n)
{
	return n > READER_FIELD_BYTES_MAX + 1 ? NULL : realloc(p, n);
}

static struct reader *
reader_new(int fd)
{
	struct reader *r = mem_new(sizeof *r);

	if (csv_init(&r->parser, OPTIONS) != 0)
		panic("csv_init refused its options");
	csv_set_space_func(&r->parser, no_space);
	csv_set_realloc_func(&r->parser, limited_realloc);
	csv_set_blk_size(&r->parser, ENTRY_BLOCK);
	buf_init(&r->text, READER_RECORD_BYTES_MAX);
	r->fd = fd;
	r->line = 1;
	return r;
}

int
reader_open(const char *path, struct reader **out, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	*out = NULL;
	if (fd < 0) {
		why_system(why, WHY_LATER, path);
		return errno == ENOENT ? TSK_NOTFOUND : TSK_SYSTEM;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		why_set(why, WHY_NEVER, "file-unreadable",
		    "%s is not a regular file.", path);
		return TSK_INVALID;
	}
	*out = reader_new(fd);
	(*out)->window = mem_new(WINDOW_BYTES);
	(*out)->at = (*out)->window;
	return 0;
}

struct reader *
reader_bytes(const void *p, size_t n)
{
	struct reader *r = reader_new(-1);

	r->at = p;
	r->left = n;
	r->end = true;
	return r;
}

void
reader_libcsv_only(struct reader *reader)
{
	reader->libcsv_only = true;
}

void
reader_close(struct reader **reader)
{
	struct reader *r = *reader;

	if (r == NULL)
		return;
	csv_free(&r->parser);
	buf_fini(&r->text);
	if (r->fd >= 0) {
		close(r->fd);
		free(r->window);
	}
	free(r);
	*reader = NULL;
}

/* Read until the window is full or the file ends. */
static void
fill(struct reader *r)
{
	if (r->end)
		return;
	if (r->left > 0)
		memmove(r->window, r->at, r->left);
	r->at = r->window;
	while (r->left < WINDOW_BYTES) {
		ssize_t n =
		    read(r->fd, r->window + r->left, WINDOW_BYTES - r->left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r->failed = errno;
		if (n <= 0) {
			r->end = true;
			return;
		}
		r->left += (size_t)n;
	}
}

/* The next byte without taking it, or -1. */
static int
peek(struct reader *r)
{
	if (r->left == 0)
		fill(r);
	return r->left == 0 ? -1 : (unsigned char)*r->at;
}

static void
take(struct reader *r, size_t n)
{
	r->at += n;
	r->left -= n;
	r->offset += n;
}

int
reader_sample(struct reader *reader, const char **p, size_t *n)
{
	fill(reader);
	*p = reader->at;
	*n = reader->left;
	if (reader->failed != 0) {
		errno = reader->failed;
		return TSK_SYSTEM;
	}
	return 0;
}

void
reader_skip(struct reader *reader, size_t n)
{
	take(reader, n < reader->left ? n : reader->left);
}

/* -- libcsv's two callbacks --------------------------------------------- */

static void
on_field(void *p, size_t n, void *arg)
{
	struct reader *r = arg;
	struct reader_record *record = &r->record;

	record->count++;
	if (record->kept == READER_FIELDS_MAX)
		return;
	r->fields[record->kept++].n = n;
	buf_add(&r->text, p, n + 1); /* with libcsv's NUL */
}

static void
on_row(int c, void *arg)
{
	struct reader *r = arg;

	(void)c;
	r->complete = true;
}

/* -- records without a slip --------------------------------------------- */

/* Where a scan stands: bytes in, text out. */
struct scan {
	const char *in, *end;
	char *out;
	uint64_t breaks; /* line ends inside quotes */
};

/* Line ends in quoted text; what follows it is a quote, no LF. */
static uint64_t
count_breaks(const char *p, size_t n)
{
	uint64_t breaks = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' ||
		    (p[i] == '\r' && (i + 1 == n || p[i + 1] != '\n')))
			breaks++;
	}
	return breaks;
}

static bool
scan_quoted(struct scan *scan)
{
	for (;;) {
		const char *from = ++scan->in;
		size_t n;

		scan->in = memchr(from, '"', (size_t)(scan->end - from));
		if (scan->in == NULL || scan->in + 1 == scan->end)
			return false;
		n = (size_t)(scan->in - from);
		memcpy(scan->out, from, n);
		scan->out += n;
		scan->breaks += count_breaks(from, n);
		if (*++scan->in != '"')
			return true;
		*scan->out++ = '"';
	}
}

static bool
scan_plain(struct scan *scan)
{
	static const bool ends[256] = {
	    [','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};
	const char *in = scan->in, *end = scan->end;
	char *out = scan->out;

	while (in < end && !ends[(unsigned char)*in])
		*out++ = *in++;
	scan->in = in;
	scan->out = out;
	return in < end && *in != '"';
}

/* The fields of a record; scan->in is then its CR or LF. */
static bool
scan_fields(struct reader *r, struct scan *scan, unsigned *count)
{
	for (*count = 0; *count < READER_FIELDS_MAX; scan->in++) {
		char *from = scan->out;

		if (scan->in == scan->end ||
		    !(*scan->in == '"' ? scan_quoted(scan) : scan_plain(scan)))
			return false;
		r->fields[(*count)++] = (struct reader_field){
		    .p = from, .n = (size_t)(scan->out - from)};
		*scan->out++ = '\0';
		if (*scan->in == '\r' || *scan->in == '\n')
			return true;
		if (*scan->in != ',')
			return false;
	}
	return false;
}

/* False: nothing was taken, libcsv shall have it. */
static bool
quick_record(struct reader *r, struct reader_record *out)
{
	struct scan scan = {.out = r->quick};
	size_t n;

	if (r->left < QUICK_BYTES)
		fill(r);
	if (r->left == 0 || *r->at == '\r' || *r->at == '\n')
		return false;
	scan.in = r->at;
	scan.end = r->at + (r->left < QUICK_BYTES ? r->left : QUICK_BYTES - 1);
	if (!scan_fields(r, &scan, &out->count))
		return false;
	/* unless the file ends here, a byte after scan.end is in the window */
	n = (size_t)(scan.in - r->at) + 1;
	out->end = *scan.in == '\n' ? READER_END_LF : READER_END_CR;
	if (*scan.in == '\r' && n < r->left && scan.in[1] == '\n') {
		out->end = READER_END_CRLF;
		n++;
	}
	out->no = ++r->records;
	out->line = r->line;
	out->offset = r->offset;
	out->blank = false;
	out->faults = 0;
	out->kept = out->count;
	out->fields = r->fields;
	out->text = r->quick;
	out->text_bytes = (size_t)(scan.out - r->quick);
	r->line += scan.breaks + 1;
	take(r, n);
	return true;
}

/* -- records ------------------------------------------------------------ */

static void
begin(struct reader *r)
{
	buf_clear(&r->text);
	r->record = (struct reader_record){
	    .no = r->records + 1,
	    .line = r->line,
	    .offset = r->offset,
	    .fields = r->fields,
	};
	r->complete = false;
	r->begun = true;
}

/* Length of the next piece: up to and with the first CR or LF. */
static size_t
piece_length(const struct reader *r)
{
	const char *lf = memchr(r->at, '\n', r->left);
	size_t n = lf != NULL ? (size_t)(lf - r->at) + 1 : r->left;
	const char *cr = memchr(r->at, '\r', n);

	return cr != NULL ? (size_t)(cr - r->at) + 1 : n;
}

/* Give a piece to libcsv; 0 or TSK_TOOBIG. */
static int
parse(struct reader *r, const char *p, size_t n)
{
	while (n > 0) {
		size_t done = csv_parse(&r->parser, p, n, on_field, on_row, r);

		p += done;
		n -= done;
		if (n == 0)
			break;
		if (csv_error(&r->parser) != CSV_EPARSE) {
			r->record.faults |= READER_FIELD_HUGE;
			return TSK_TOOBIG;
		}
		/* once more, leniently, the byte that strict mode refused */
		r->record.faults |= READER_STRAY_QUOTE;
		csv_set_opts(&r->parser, LENIENT);
		if (csv_parse(&r->parser, p, 1, on_field, on_row, r) != 1) {
			r->record.faults |= READER_FIELD_HUGE;
			return TSK_TOOBIG;
		}
		csv_set_opts(&r->parser, OPTIONS);
		p++;
		n--;
	}
	return 0;
}

/* The piece ended in CR or LF: count the line, and swallow the LF of a CR LF
 * that ended a record (libcsv would take it for a blank line). */
static void
line_ended(struct reader *r, char last, bool record_ended)
{
	bool crlf = last == '\r' && peek(r) == '\n';

	if (last != '\r' && last != '\n')
		return;
	if (!record_ended) {
		if (!crlf) /* else the LF is a piece of its own */
			r->line++;
		return;
	}
	if (crlf)
		take(r, 1);
	r->record.end = crlf           ? READER_END_CRLF
			: last == '\n' ? READER_END_LF
				       : READER_END_CR;
	r->line++;
}

static int
give(struct reader *r, struct reader_record *out)
{
	const char *text = r->text.data;
	int rc = 0;

	r->begun = false;
	if (r->record.blank)
		r->record.no = r->records;
	else
		r->records++;
	if (!buf_ok(&r->text)) {
		r->record.faults |= READER_RECORD_HUGE;
		r->record.kept = 0;
		r->finished = true;
		rc = TSK_TOOBIG;
	}
	r->record.text = text;
	r->record.text_bytes = r->text.len;
	for (unsigned i = 0; i < r->record.kept; i++) {
		r->fields[i].p = text;
		text += r->fields[i].n + 1;
	}
	*out = r->record;
	return rc;
}

static int
give_up(struct reader *r, struct reader_record *out)
{
	r->finished = true;
	r->record.kept = 0;
	*out = r->record;
	return TSK_TOOBIG;
}

/* The file ends: what libcsv still holds is the last record. */
static int
finish(struct reader *r, struct reader_record *out)
{
	r->finished = true;
	if (r->failed != 0) {
		errno = r->failed;
		return TSK_SYSTEM;
	}
	if (!r->begun)
		return TSK_EMPTY;
	if (csv_fini(&r->parser, on_field, on_row, r) != 0) {
		r->record.faults |= READER_UNCLOSED_QUOTE;
		csv_set_opts(&r->parser, LENIENT);
		if (csv_fini(&r->parser, on_field, on_row, r) != 0)
			return give_up(r, out);
	}
	return give(r, out);
}

int
reader_next(struct reader *reader, struct reader_record *out)
{
	struct reader *r = reader;

	if (!r->libcsv_only && !r->begun && !r->finished &&
	    quick_record(r, out))
		return 0;
	while (!r->finished) {
		int first = peek(r);
		size_t n;
		char last;

		if (first < 0)
			return finish(r, out);
		if (!r->begun)
			begin(r);
		n = piece_length(r);
		last = r->at[n - 1];
		r->record.blank = r->record.offset == r->offset && n == 1 &&
				  (last == '\r' || last == '\n');
		if (!r->record.blank && parse(r, r->at, n) != 0)
			return give_up(r, out);
		take(r, n);
		line_ended(r, last, r->complete || r->record.blank);
		if (r->complete || r->record.blank)
			return give(r, out);
		if (!buf_ok(&r->text))
			return give(r, out);
	}
	return TSK_EMPTY;
}

static bool
has_digit(const struct reader_field *field)
{
	for (size_t i = 0; i < field->n; i++) {
		if (field->p[i] >= '0' && field->p[i] <= '9')
			return true;
	}
	return false;
}

bool
reader_heading(const struct reader_record *record)
{
	if (record->no != 1 || record->kept < 3)
		return false;
	for (unsigned i = 0; i < 3; i++) {
		if (record->fields[i].n == 0 || has_digit(&record->fields[i]))
			return false;
	}
	return true;
}

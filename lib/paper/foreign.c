/* NAME
 *	foreign - PDFs that strangers made, read by a process of their own
 * SUMMARY
 *	see foreign.h
 * DESCRIPTION
 *	The reader gets one file: the size of the password (or ~0 for none), the
 *	password, the PDF.  It answers with records, each a struct head and its
 *	bytes; the last one says how it went.  The answer comes from a process
 *	that read a stranger's file, so each size in it is compared with what is
 *	there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foreign.h"
#include "limited.h"

#define VERB           "--read-pdf"
#define NO_PASSWORD    UINT32_MAX
#define NAME_MAX_BYTES 4096u
#define ROOM_BYTES     (1024u * 1024) /* heads and names */

enum what { FOREIGN_TRAITS = 1, FOREIGN_FILE, FOREIGN_END };

/* One record of the answer; name and bytes follow. */
struct head {
	uint32_t what;
	int32_t value; /* traits, or how it ended */
	uint32_t name_bytes;
	uint32_t bytes;
};

/* ---- the reader ---- */

static int
put(const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, at, n);

		if (done <= 0)
			return TSK_SYSTEM;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
say(enum what what, int value, const char *name, const void *data, size_t bytes)
{
	size_t n = strlen(name);
	struct head head = {.what = (uint32_t)what, .value = value};

	head.name_bytes = (uint32_t)(n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES);
	head.bytes = (uint32_t)bytes;
	if (put(&head, sizeof(head)) != 0 || put(name, head.name_bytes) != 0)
		return TSK_SYSTEM;
	return put(data, bytes);
}

static int
pass_on(void *arg, const struct attach_file *file, struct why *why)
{
	size_t *total = arg;

	*total += file->bytes;
	if (*total <= FOREIGN_BYTES_MAX)
		return say(
		    FOREIGN_FILE, 0, file->name, file->data, file->bytes);
	why_set(why, WHY_NEVER, "attach-too-big",
	    "The files inside the PDF are over %u bytes together.",
	    FOREIGN_BYTES_MAX);
	return TSK_TOOBIG;
}

static int
read_files(const char *pdf, size_t bytes, const char *password)
{
	struct why why = {0};
	size_t total = 0;
	int rc = attach_each(pdf, bytes, password, pass_on, &total, &why);

	return say(FOREIGN_END, rc, rc < 0 ? why.code : "", "", 0);
}

/* The password is copied: it needs an end. */
static int
read_input(const char *verb, const char *in, size_t bytes)
{
	char *password = NULL;
	uint32_t n;
	int rc;

	if (bytes < sizeof(n))
		return TSK_INVALID;
	memcpy(&n, in, sizeof(n));
	in += sizeof(n);
	bytes -= sizeof(n);
	if (n != NO_PASSWORD && n > bytes)
		return TSK_INVALID;
	if (n != NO_PASSWORD) {
		password = strndup(in, n);
		in += n;
		bytes -= n;
	}
	rc = strcmp(verb, "look") == 0
		 ? say(FOREIGN_TRAITS, (int)attach_look(in, bytes), "", "", 0)
		 : read_files(in, bytes, password);
	free(password);
	return rc;
}

int
foreign_main(int argc, char **argv)
{
	struct stat st;
	void *in;

	if (argc != 3 || strcmp(argv[1], VERB) != 0)
		return -1;
	if (fstat(STDIN_FILENO, &st) == -1 || st.st_size <= 0)
		return 2;
	in = mmap(
	    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (in == MAP_FAILED)
		return 2;
	return read_input(argv[2], in, (size_t)st.st_size) == 0 ? 0 : 1;
}

/* ---- the one that asks ---- */

static int
ask(const char *verb, const void *pdf, size_t bytes, const char *password,
    unsigned seconds, size_t most, struct buf *out, struct why *why)
{
	const char *const argv[] = {"/proc/self/exe", VERB, verb, NULL};
	uint32_t n =
	    password == NULL ? NO_PASSWORD : (uint32_t)strlen(password);
	const struct limited_part parts[] = {
	    {&n, sizeof(n)},
	    {password, password == NULL ? 0 : n},
	    {pdf, bytes},
	};
	struct limited l = {.argv = argv,
	    .parts = parts,
	    .part_count = 3,
	    .out_max = most,
	    .seconds = seconds,
	    .ours = true};

	return limited_run(&l, out, why);
}

struct answer {
	const char *at, *end;
	struct head head;
	const char *name, *data;
};

/* The next record; false: there is none, or it's not whole. */
static bool
next(struct answer *a)
{
	if ((size_t)(a->end - a->at) < sizeof(a->head))
		return false;
	memcpy(&a->head, a->at, sizeof(a->head));
	a->at += sizeof(a->head);
	if (a->head.name_bytes > (size_t)(a->end - a->at))
		return false;
	a->name = a->at;
	a->at += a->head.name_bytes;
	if (a->head.bytes > (size_t)(a->end - a->at))
		return false;
	a->data = a->at;
	a->at += a->head.bytes;
	return true;
}

static int
damaged(struct why *why)
{
	why_set(why, WHY_NEVER, "pdf-damaged",
	    "The PDF cannot be read, or not within the limits.");
	return TSK_DAMAGED;
}

int
foreign_look(const void *pdf, size_t bytes, unsigned seconds, unsigned *traits,
    struct why *why)
{
	struct answer a = {0};
	struct buf out;
	int rc;

	*traits = PDF_DAMAGED;
	buf_init(&out, ROOM_BYTES);
	rc = ask("look", pdf, bytes, NULL, seconds, ROOM_BYTES, &out, why);
	a.at = out.data;
	a.end = out.data + out.len;
	if (rc == 0 && next(&a) && a.head.what == FOREIGN_TRAITS)
		*traits = (unsigned)a.head.value &
			  (PDF_DAMAGED | PDF_ENCRYPTED | PDF_ACTIVE);
	buf_fini(&out);
	return rc == TSK_LATER ? rc : 0;
}

/* A file as it was found; its name gets an end. */
static int
hand_over(const struct answer *a, attach_fn *found, void *arg, struct why *why)
{
	char *name = strndup(a->name, a->head.name_bytes);
	struct attach_file file = {
	    .name = name, .data = a->data, .bytes = a->head.bytes};
	int rc;

	if (name == NULL)
		panic("no memory");
	rc = found(arg, &file, why);
	free(name);
	return rc;
}

/* How the reader ended.  Its words are not repeated: who can make it say what
 * he likes would speak to people through us. */
static const struct {
	const char *code;
	int rc;
	const char *sentence;
} ends[] = {
    {"pdf-password", TSK_DENIED,
	"The PDF is closed with a password, and none or a wrong one was given."},
    {"attach-filter", TSK_INVALID,
	"A file inside the PDF is packed in a way that is not read here."},
    {"attach-too-big", TSK_TOOBIG,
	"The files inside the PDF are too many, or over 64 MiB, or over 256 MiB "
	"together."},
};

static int
take_end(const struct answer *a, int count, struct why *why)
{
	if (a->head.value >= 0)
		return count;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (a->head.name_bytes == strlen(ends[i].code) &&
		    memcmp(a->name, ends[i].code, a->head.name_bytes) == 0) {
			why_set(why, WHY_NEVER, ends[i].code, "%s",
			    ends[i].sentence);
			return ends[i].rc;
		}
	}
	return damaged(why);
}

static int
take_all(const struct buf *out, attach_fn *found, void *arg, struct why *why)
{
	struct answer a = {.at = out->data, .end = out->data + out->len};
	int count = 0, rc = 0;

	while (rc == 0 && next(&a)) {
		if (a.head.what == FOREIGN_END)
			return take_end(&a, count, why);
		if (a.head.what != FOREIGN_FILE ||
		    count == (int)ATTACH_FILES_MAX)
			break;
		rc = hand_over(&a, found, arg, why);
		count++;
	}
	return rc < 0 ? rc : damaged(why);
}

int
foreign_each(const void *pdf, size_t bytes, const char *password,
    attach_fn *found, void *arg, struct why *why)
{
	const size_t most = FOREIGN_BYTES_MAX + 8 * ROOM_BYTES;
	struct buf out;
	int rc;

	buf_init(&out, most);
	rc = ask(
	    "files", pdf, bytes, password, FOREIGN_SECONDS, most, &out, why);
	if (rc == 0)
		rc = take_all(&out, found, arg, why);
	else if (rc != TSK_LATER)
		rc = damaged(why);
	buf_fini(&out);
	return rc;
}

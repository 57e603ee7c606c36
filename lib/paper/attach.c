/* NAME
 *	attach - files inside a PDF
 * SUMMARY
 *	see attach.h
 * DESCRIPTION
 *	The one door to libqpdf.  The library keeps errors until they are asked
 *	for; after each group of calls that happens once.  Embedded streams are
 *	taken as they are stored and unpacked here with zlib, because the
 *	library would unpack a small file into any amount of memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qpdf/qpdf-c.h>
#include <zlib.h>

#include "digest.h"

#include "attach.h"

#define DEPTH_MAX   32u
#define NODES_MAX   8192u
#define OBJECTS_MAX 200000
#define OWNER_BYTES 16u

static int
fail(qpdf_data pdf, int rc, struct why *why)
{
	qpdf_error error = qpdf_has_error(pdf) ? qpdf_get_error(pdf) : NULL;

	if (error != NULL &&
	    qpdf_get_error_code(pdf, error) == qpdf_e_password) {
		why_set(why, WHY_NEVER, "pdf-password",
		    "The PDF is closed with a password, and none or a wrong "
		    "one was given.");
		return TSK_DENIED;
	}
	/* the library's own sentence may quote the document: not told */
	why_set(why, WHY_NEVER, "pdf-damaged",
	    "The PDF cannot be read: its structure is damaged.");
	return rc;
}

static qpdf_data
open_pdf(const void *data, size_t bytes, const char *password, int *rc,
    struct why *why)
{
	qpdf_data pdf = qpdf_init();

	qpdf_silence_errors(pdf);
	qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
	QPDF_ERROR_CODE code =
	    qpdf_read_memory(pdf, "PDF", data, bytes, password);
	*rc = 0;
	if ((code & QPDF_ERRORS) != 0) {
		*rc = fail(pdf, TSK_DAMAGED, why);
		qpdf_cleanup(&pdf);
	}
	return pdf;
}

/* ---- in ---- */

static qpdf_oh
embedded_stream(qpdf_data pdf, const struct attach_file *file)
{
	qpdf_oh stream = qpdf_oh_new_stream(pdf);
	qpdf_oh dict = qpdf_oh_get_dict(pdf, stream);
	qpdf_oh params = qpdf_oh_new_dictionary(pdf);

	qpdf_oh_replace_stream_data(pdf, stream, file->data, file->bytes,
	    qpdf_oh_new_null(pdf), qpdf_oh_new_null(pdf));
	qpdf_oh_replace_key(
	    pdf, dict, "/Type", qpdf_oh_new_name(pdf, "/EmbeddedFile"));
	qpdf_oh_replace_key(pdf, params, "/Size",
	    qpdf_oh_new_integer(pdf, (long long)file->bytes));
	qpdf_oh_replace_key(pdf, dict, "/Params", params);
	return stream;
}

static qpdf_oh
file_spec(qpdf_data pdf, const struct attach_file *file)
{
	qpdf_oh spec = qpdf_oh_new_dictionary(pdf);
	qpdf_oh ef = qpdf_oh_new_dictionary(pdf);
	qpdf_oh stream = embedded_stream(pdf, file);

	qpdf_oh_replace_key(
	    pdf, spec, "/Type", qpdf_oh_new_name(pdf, "/Filespec"));
	qpdf_oh_replace_key(
	    pdf, spec, "/F", qpdf_oh_new_unicode_string(pdf, file->name));
	qpdf_oh_replace_key(
	    pdf, spec, "/UF", qpdf_oh_new_unicode_string(pdf, file->name));
	qpdf_oh_replace_key(
	    pdf, spec, "/AFRelationship", qpdf_oh_new_name(pdf, "/Source"));
	qpdf_oh_replace_key(pdf, ef, "/F", stream);
	qpdf_oh_replace_key(pdf, ef, "/UF", stream);
	qpdf_oh_replace_key(pdf, spec, "/EF", ef);
	return qpdf_make_indirect_object(pdf, spec);
}

/* Keys of a name tree are sorted by their bytes; names in two encodings would
 * not be, so the keys are numbers. */
static void
add_files(qpdf_data pdf, const struct attach_file *files, size_t count)
{
	qpdf_oh root = qpdf_get_root(pdf);
	qpdf_oh names = qpdf_oh_new_dictionary(pdf);
	qpdf_oh tree = qpdf_oh_new_dictionary(pdf);
	qpdf_oh list = qpdf_oh_new_array(pdf);
	qpdf_oh related = qpdf_oh_new_array(pdf);

	for (size_t i = 0; i < count; i++) {
		char key[24];
		qpdf_oh spec = file_spec(pdf, &files[i]);

		snprintf(key, sizeof(key), "%04zu", i);
		qpdf_oh_append_item(pdf, list, qpdf_oh_new_string(pdf, key));
		qpdf_oh_append_item(pdf, list, spec);
		qpdf_oh_append_item(pdf, related, spec);
	}
	qpdf_oh_replace_key(pdf, tree, "/Names", list);
	qpdf_oh_replace_key(pdf, names, "/EmbeddedFiles", tree);
	qpdf_oh_replace_key(pdf, root, "/Names", names);
	qpdf_oh_replace_key(pdf, root, "/AF", related);
}

/* Who has the password may do everything; the owner's is nobody's. */
static void
encrypt(qpdf_data pdf, const char *password)
{
	uint8_t random[OWNER_BYTES];
	char owner[2 * OWNER_BYTES + 1];

	digest_random(random, sizeof(random));
	digest_hex(random, sizeof(random), owner);
	qpdf_set_r6_encryption_parameters2(pdf, password, owner, QPDF_TRUE,
	    QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE,
	    qpdf_r3p_full, QPDF_TRUE);
}

static int
write_pdf(qpdf_data pdf, const char *password, struct buf *out, struct why *why)
{
	if (qpdf_init_write_memory(pdf) & QPDF_ERRORS)
		return fail(pdf, TSK_SYSTEM, why);
	qpdf_set_object_stream_mode(pdf, qpdf_o_generate);
	if (password != NULL)
		encrypt(pdf, password);
	else
		qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
	if (qpdf_has_error(pdf) || (qpdf_write(pdf) & QPDF_ERRORS) != 0)
		return fail(pdf, TSK_SYSTEM, why);
	buf_add(out, qpdf_get_buffer(pdf), qpdf_get_buffer_length(pdf));
	if (buf_ok(out))
		return 0;
	why_set(why, WHY_NEVER, "attach-too-big",
	    "The PDF with its files is over %zu bytes.", out->max);
	return TSK_TOOBIG;
}

int
attach_put(const void *data, size_t bytes, const struct attach_file *files,
    size_t count, const char *password, struct buf *out, struct why *why)
{
	int rc;

	if (count > ATTACH_FILES_MAX) {
		why_set(why, WHY_NEVER, "attach-too-big",
		    "%zu files are too many for one PDF.", count);
		return TSK_TOOBIG;
	}
	qpdf_data pdf = open_pdf(data, bytes, NULL, &rc, why);
	if (pdf == NULL)
		return rc;
	if (count > 0)
		add_files(pdf, files, count);
	rc = write_pdf(pdf, password, out, why);
	qpdf_cleanup(&pdf);
	return rc;
}

/* ---- out ---- */

struct walk {
	qpdf_data pdf;
	attach_fn *found;
	void *arg;
	struct why *why;
	size_t nodes;
	int count;
};

static int
too_big(struct why *why)
{
	why_set(why, WHY_NEVER, "attach-too-big",
	    "A file inside the PDF is over %u bytes, or there are too many.",
	    ATTACH_BYTES_MAX);
	return TSK_TOOBIG;
}

static int
inflate_bounded(const uint8_t *data, size_t bytes, struct buf *out)
{
	static const size_t step = 65536;
	z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)bytes};
	uint8_t *room = mem_new(step);
	int rc = inflateInit(&z) == Z_OK ? Z_OK : Z_MEM_ERROR;

	while (rc == Z_OK && buf_ok(out)) {
		z.next_out = room;
		z.avail_out = (uInt)step;
		rc = inflate(&z, Z_NO_FLUSH);
		buf_add(out, room, step - z.avail_out);
	}
	inflateEnd(&z);
	free(room);
	if (!buf_ok(out))
		return TSK_TOOBIG;
	return rc == Z_STREAM_END ? 0 : TSK_DAMAGED;
}

/* 0 stored as it is, 1 Flate, -1 anything else. */
static int
packing(qpdf_data pdf, qpdf_oh dict)
{
	qpdf_oh filter = qpdf_oh_get_key(pdf, dict, "/Filter");
	qpdf_oh params = qpdf_oh_get_key(pdf, dict, "/DecodeParms");

	if (qpdf_oh_is_array(pdf, filter)) {
		int n = qpdf_oh_get_array_n_items(pdf, filter);
		if (n > 1)
			return -1;
		filter = n == 0 ? qpdf_oh_new_null(pdf)
				: qpdf_oh_get_array_item(pdf, filter, 0);
	}
	if (qpdf_oh_is_null(pdf, filter))
		return 0;
	if (!qpdf_oh_is_null(pdf, params) ||
	    !qpdf_oh_is_name_and_equals(pdf, filter, "/FlateDecode"))
		return -1;
	return 1;
}

static int
unpack(struct walk *w, qpdf_oh stream, struct buf *out)
{
	unsigned char *raw = NULL;
	size_t bytes = 0;
	int how = packing(w->pdf, qpdf_oh_get_dict(w->pdf, stream));

	if (how < 0) {
		why_set(w->why, WHY_NEVER, "attach-filter",
		    "A file inside the PDF is packed in a way that is not "
		    "read here.");
		return TSK_INVALID;
	}
	if (qpdf_oh_get_stream_data(
		w->pdf, stream, qpdf_dl_none, NULL, &raw, &bytes) &
	    QPDF_ERRORS) {
		free(raw);
		return fail(w->pdf, TSK_DAMAGED, w->why);
	}
	int rc = 0;
	if (how == 0 || bytes == 0) /* nothing stays nothing */
		buf_add(out, raw, bytes);
	else if (bytes < ATTACH_BYTES_MAX)
		rc = inflate_bounded(raw, bytes, out);
	free(raw);
	if (!buf_ok(out) || bytes >= ATTACH_BYTES_MAX)
		return too_big(w->why);
	return rc == 0 ? 0 : fail(w->pdf, TSK_DAMAGED, w->why);
}

static const char *
last_component(const char *name)
{
	const char *last = name;

	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '/' || *p == '\\')
			last = p + 1;
	}
	return last;
}

static char *
name_of(qpdf_data pdf, qpdf_oh spec)
{
	qpdf_oh name = qpdf_oh_get_key(pdf, spec, "/UF");

	if (!qpdf_oh_is_string(pdf, name))
		name = qpdf_oh_get_key(pdf, spec, "/F");
	if (!qpdf_oh_is_string(pdf, name))
		return mem_text("");
	return mem_text(last_component(qpdf_oh_get_utf8_value(pdf, name)));
}

static int
take_spec(struct walk *w, qpdf_oh spec)
{
	if (!qpdf_oh_is_dictionary(w->pdf, spec))
		return 0;
	qpdf_oh ef = qpdf_oh_get_key(w->pdf, spec, "/EF");
	if (!qpdf_oh_is_dictionary(w->pdf, ef))
		return 0; /* a file elsewhere: never fetched */
	qpdf_oh stream = qpdf_oh_get_key(w->pdf, ef, "/UF");
	if (!qpdf_oh_is_stream(w->pdf, stream))
		stream = qpdf_oh_get_key(w->pdf, ef, "/F");
	if (!qpdf_oh_is_stream(w->pdf, stream))
		return 0;
	if (w->count == (int)ATTACH_FILES_MAX)
		return too_big(w->why);
	struct buf data;
	buf_init(&data, ATTACH_BYTES_MAX);
	int rc = unpack(w, stream, &data);
	if (rc == 0) {
		char *name = name_of(w->pdf, spec);
		struct attach_file file = {
		    .name = name,
		    .data = data.data != NULL ? data.data : "",
		    .bytes = data.len,
		};
		rc = w->found(w->arg, &file, w->why);
		w->count++;
		free(name);
	}
	buf_fini(&data);
	return rc;
}

/* NOLINTNEXTLINE(misc-no-recursion): the depth is limited */
static int
walk_tree(struct walk *w, qpdf_oh node, unsigned depth)
{
	int rc = 0;

	if (!qpdf_oh_is_dictionary(w->pdf, node))
		return 0;
	if (depth > DEPTH_MAX || ++w->nodes > NODES_MAX)
		return too_big(w->why);
	qpdf_oh names = qpdf_oh_get_key(w->pdf, node, "/Names");
	int count = qpdf_oh_is_array(w->pdf, names)
			? qpdf_oh_get_array_n_items(w->pdf, names)
			: 0;
	for (int i = 1; i < count && rc == 0; i += 2)
		rc = take_spec(w, qpdf_oh_get_array_item(w->pdf, names, i));
	qpdf_oh kids = qpdf_oh_get_key(w->pdf, node, "/Kids");
	count = qpdf_oh_is_array(w->pdf, kids)
		    ? qpdf_oh_get_array_n_items(w->pdf, kids)
		    : 0;
	for (int i = 0; i < count && rc == 0; i++)
		rc = walk_tree(
		    w, qpdf_oh_get_array_item(w->pdf, kids, i), depth + 1);
	return rc;
}

int
attach_each(const void *data, size_t bytes, const char *password,
    attach_fn *found, void *arg, struct why *why)
{
	int rc;
	struct walk w = {.found = found, .arg = arg, .why = why};

	w.pdf = open_pdf(data, bytes, password, &rc, why);
	if (w.pdf == NULL)
		return rc;
	qpdf_oh names =
	    qpdf_oh_get_key_if_dict(w.pdf, qpdf_get_root(w.pdf), "/Names");
	rc = walk_tree(
	    &w, qpdf_oh_get_key_if_dict(w.pdf, names, "/EmbeddedFiles"), 0);
	if (rc == 0 && qpdf_has_error(w.pdf))
		rc = fail(w.pdf, TSK_DAMAGED, why);
	qpdf_cleanup(&w.pdf);
	return rc < 0 ? rc : w.count;
}

/* ---- looking ---- */

/* Names that make a reader do something by itself or with one click. */
static const char *const active[] = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/RichMedia",
    "/Movie",
    "/XFA",
};

static bool
has_name(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = strstr(text, name); at != NULL;
	     at = strstr(at + n, name)) {
		if (strchr(" \t\r\n/<>[]()", at[n]) != NULL)
			return true;
	}
	return false;
}

static bool
is_active(const char *text)
{
	for (size_t i = 0; i < sizeof(active) / sizeof(active[0]); i++) {
		if (has_name(text, active[i]))
			return true;
	}
	return false;
}

/* Objects in compressed streams are seen as well; text in strings that only
 * looks like a name counts, too: better once too often. */
static unsigned
look_inside(qpdf_data pdf)
{
	qpdf_oh size = qpdf_oh_get_key(pdf, qpdf_get_trailer(pdf), "/Size");
	long long objects = qpdf_oh_is_integer(pdf, size)
				? qpdf_oh_get_int_value(pdf, size)
				: -1;

	if (objects < 1 || objects > OBJECTS_MAX)
		return PDF_DAMAGED;
	for (int id = 1; id < (int)objects; id++) {
		qpdf_oh object = qpdf_get_object_by_id(pdf, id, 0);
		if (qpdf_oh_is_stream(pdf, object))
			object = qpdf_oh_get_dict(pdf, object);
		if (is_active(qpdf_oh_unparse_resolved(pdf, object)))
			return PDF_ACTIVE;
		qpdf_oh_release_all(pdf);
	}
	return qpdf_has_error(pdf) ? PDF_DAMAGED : 0;
}

unsigned
attach_look(const void *data, size_t bytes)
{
	struct why why = {0};
	int rc;
	qpdf_data pdf = open_pdf(data, bytes, NULL, &rc, &why);

	if (pdf == NULL)
		return rc == TSK_DENIED ? PDF_ENCRYPTED : PDF_DAMAGED;
	/* restrictions without a password to open it do not hinder a reader */
	unsigned traits = look_inside(pdf);
	qpdf_cleanup(&pdf);
	return traits;
}

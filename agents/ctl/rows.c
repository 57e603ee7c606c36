/* NAME
 *	rows - a registry CSV file as JSON rows, and back
 * SUMMARY
 *	See rows.h.
 * DESCRIPTION
 *	Only the form of the file is looked at here; whether a number or a day
 *	is right is the broker's business, who reports it by row and column.
 *	The first mistake of form ends reading: after a stray quote the rows
 *	behind it mean nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cell.h"
#include "charset.h"
#include "digest.h"
#include "err.h"
#include "file.h"
#include "reader.h"

#include "rows.h"

#define ROWS_NUMBER "office_number"

static const char *const columns_first[] = {ROWS_NUMBER, "service_type", "name",
    "inside", "way", "fax_number", "folder_agent", "valid_from", "valid_to"};
#define COLUMNS_FIRST (sizeof(columns_first) / sizeof(*columns_first))

/* Reading one file. */
struct load {
	const char *path;
	const struct rows_wish *wish;
	size_t skipped;
	struct rows *rows;
	struct why *why;
	struct reader *reader;
	struct charset *charset; /* NULL: the file is UTF-8 */
	char *columns[ROWS_COLUMNS_MAX];
	unsigned count;
	size_t room;
};

static int
fault(struct load *load, uint64_t line, const char *sentence, const char *what)
{
	why_set(load->why, WHY_NEVER, "registry-file", "%s:%llu: %s%s%s",
	    load->path, (unsigned long long)line, sentence,
	    *what == '\0' ? "" : ": ", what);
	return TSK_INVALID;
}

/* A field as UTF-8 text. */
static int
field_text(struct load *load, const struct reader_record *record, unsigned i,
    char **out)
{
	const struct reader_field *field = &record->fields[i];
	struct buf text;
	size_t at;
	bool good;

	if (load->charset == NULL)
		good = charset_is_utf8(field->p, field->n);
	else
		good = charset_check(load->charset, field->p, field->n, &at) ==
		       CHARSET_GOOD;
	if (!good || memchr(field->p, '\0', field->n) != NULL)
		return fault(load, record->line,
		    load->charset == NULL
			? "a character is not UTF-8 in column"
			: "a character is not MS932 in column",
		    i < load->count ? load->columns[i] : "?");
	buf_init(&text, 3 * READER_FIELD_BYTES_MAX);
	if (load->charset == NULL)
		buf_add(&text, field->p, field->n);
	else
		charset_to_utf8(load->charset, field->p, field->n, &text);
	*out = mem_text(text.len > 0 ? text.data : "");
	buf_fini(&text);
	return 0;
}

/* Blanks around a column's name are a slip of the hand. */
static void
trim(char *text)
{
	size_t n = strlen(text), begin = strspn(text, " \t");

	while (n > begin && strchr(" \t\r", text[n - 1]) != NULL)
		n--;
	memmove(text, text + begin, n - begin);
	text[n - begin] = '\0';
}

/* Without the apostrophe that write_cell() puts before a formula. */
static const char *
plain(const char *text)
{
	return text[0] == '\'' && cell_formula(text + 1) ? text + 1 : text;
}

static int
take_heading(struct load *load, const struct reader_record *record)
{
	bool number = false;

	if (record->count > ROWS_COLUMNS_MAX)
		return fault(load, record->line, "too many columns", "");
	for (unsigned i = 0; i < record->count; i++) {
		char *name = NULL;
		int rc = field_text(load, record, i, &name);

		if (rc != 0 || name == NULL)
			return rc;
		trim(name);
		memmove(name, plain(name), strlen(plain(name)) + 1);
		load->columns[load->count++] = name;
		number = number || strcmp(name, ROWS_NUMBER) == 0;
		for (unsigned j = 0; j < i; j++)
			if (*name != '\0' &&
			    strcmp(load->columns[j], name) == 0)
				return fault(load, record->line,
				    "a column is there twice", name);
	}
	for (unsigned i = 0; i < load->count; i++)
		json_array_append_new(
		    load->rows->columns, json_string(load->columns[i]));
	if (!number && !load->wish->foreign)
		return fault(load, record->line,
		    "the first line must name the columns, among them",
		    ROWS_NUMBER);
	return 0;
}

static void
add_row(struct load *load, json_t *row, uint64_t line)
{
	struct rows *rows = load->rows;

	if (rows->count == load->room) {
		load->room = load->room == 0 ? 256 : load->room * 2;
		rows->lines =
		    mem_resize(rows->lines, load->room * sizeof(*rows->lines));
	}
	rows->lines[rows->count++] = (size_t)line;
	json_array_append_new(rows->array, row);
}

/* An empty cell is no cell: so a column that only some rows use does not make
 * the others look changed after export and import. */
static void
take_cell(json_t *row, const char *column, const char *text)
{
	if (*column == '\0' ||
	    (*text == '\0' && strcmp(column, ROWS_NUMBER) != 0))
		return;
	json_object_set_new(row, column, json_string(text));
}

static int
take_row(struct load *load, const struct reader_record *record)
{
	json_t *row;
	int rc = 0;

	if (record->count > load->count)
		return fault(load, record->line,
		    "the row has more cells than there are columns", "");
	if (load->rows->count == ROWS_MAX)
		return fault(load, record->line, "too many rows", "");
	row = json_object();
	for (unsigned i = 0; rc == 0 && i < load->count; i++) {
		char *text = NULL;

		if (i < record->count)
			rc = field_text(load, record, i, &text);
		if (rc == 0)
			take_cell(row, load->columns[i],
			    text == NULL ? "" : plain(text));
		free(text);
	}
	if (rc != 0)
		json_decref(row);
	else
		add_row(load, row, record->line);
	return rc;
}

static int
take_record(struct load *load, const struct reader_record *record)
{
	if (record->faults & READER_UNCLOSED_QUOTE)
		return fault(load, record->line,
		    "a quote is opened here and never closed", "");
	if (record->faults != 0)
		return fault(load, record->line,
		    "a quote stands where none belongs, or a cell is too long",
		    "");
	if (record->blank)
		return 0;
	if (load->skipped < load->wish->skip) {
		load->skipped++;
		return 0;
	}
	if (record->end == READER_END_NONE &&
	    (load->wish->whole || record->count < load->count))
		return fault(load, record->line,
		    "the file ends in the middle of a row: is it whole?", "");
	return load->count == 0 ? take_heading(load, record)
				: take_row(load, record);
}

static int
read_all(struct load *load)
{
	struct reader_record record;
	int rc;

	while ((rc = reader_next(load->reader, &record)) == 0) {
		rc = take_record(load, &record);
		if (rc != 0)
			return rc;
	}
	if (rc == TSK_TOOBIG)
		return fault(
		    load, record.line, "a cell or a row is too long", "");
	if (rc != TSK_EMPTY) {
		why_system(load->why, WHY_LATER, load->path);
		return rc;
	}
	return load->count == 0 ? fault(load, 1, "the file is empty", "") : 0;
}

static int
other_encoding(struct load *load, enum charset_kind kind)
{
	const char *wanted = load->wish->encoding;
	bool utf8 = kind == CHARSET_UTF8 || kind == CHARSET_UTF8_BOM;

	if (kind == CHARSET_UTF16)
		return fault(load, 1,
		    "the file is UTF-16; save it as CSV UTF-8 or as CSV", "");
	if (wanted == NULL || strcmp(wanted, utf8 ? "utf-8" : "ms932") == 0)
		return 0;
	return fault(load, 1, "the file is not written in", wanted);
}

static int
choose_encoding(struct load *load, const struct buf *bytes)
{
	enum charset_kind kind = charset_guess(bytes->data, bytes->len);
	bool ascii = charset_ascii(bytes->data, bytes->len);

	if (!ascii && other_encoding(load, kind) != 0)
		return TSK_INVALID;
	if (kind == CHARSET_UTF8_BOM)
		reader_skip(load->reader, 3);
	if (kind != CHARSET_MS932)
		return 0;
	return charset_new(&load->charset, load->why);
}

static void
hash_of(const struct buf *bytes, char out[ROWS_HASH_BYTES])
{
	uint8_t hash[DIGEST_BYTES];

	digest_sha256(bytes->data, bytes->len, hash);
	digest_hex(hash, sizeof(hash), out);
}

static int
read_file(struct load *load, struct buf *bytes)
{
	int rc = file_read_path(load->path, ROWS_BYTES_MAX, bytes);

	if (rc == TSK_TOOBIG)
		return fault(load, 1, "the file is larger than 64 MiB", "");
	if (rc != 0)
		why_system(load->why, WHY_LATER, load->path);
	return rc;
}

int
rows_load_as(const char *path, const struct rows_wish *wish, struct rows *rows,
    struct why *why)
{
	struct load load = {
	    .path = path, .wish = wish, .rows = rows, .why = why};
	struct buf bytes;
	int rc;

	memset(rows, 0, sizeof(*rows));
	rows->array = json_array();
	rows->columns = json_array();
	buf_init(&bytes, ROWS_BYTES_MAX + 1);
	buf_text(&bytes, "");
	rc = read_file(&load, &bytes);
	if (rc == 0) {
		hash_of(&bytes, rows->sha256);
		load.reader = reader_bytes(bytes.data, bytes.len);
		rc = choose_encoding(&load, &bytes);
	}
	if (rc == 0)
		rc = read_all(&load);
	for (unsigned i = 0; i < load.count; i++)
		free(load.columns[i]);
	charset_free(&load.charset);
	reader_close(&load.reader);
	buf_fini(&bytes);
	if (rc != 0)
		rows_fini(rows);
	return rc;
}

int
rows_load(const char *path, struct rows *rows, struct why *why)
{
	static const struct rows_wish any = {0};

	return rows_load_as(path, &any, rows, why);
}

void
rows_fini(struct rows *rows)
{
	json_decref(rows->array);
	json_decref(rows->columns);
	free(rows->lines);
	memset(rows, 0, sizeof(*rows));
}

size_t
rows_line(const struct rows *rows, size_t row)
{
	return row < rows->count ? rows->lines[row] : 1;
}

/* ---- writing ---- */

/* A name comes from a list of others, and somebody opens the file in a
 * spreadsheet: it is not to calculate anything. */
static void
write_cell(FILE *out, const char *text)
{
	bool formula = cell_formula(text);

	if (!formula && strpbrk(text, "\",\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	if (formula)
		fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* All columns that occur: those of the registry first, others by name. */
static json_t *
all_columns(const json_t *array)
{
	json_t *columns = json_array(), *seen = json_object(), *row, *value;
	const char *name;
	size_t i;

	for (i = 0; i < COLUMNS_FIRST; i++) {
		json_array_append_new(columns, json_string(columns_first[i]));
		json_object_set_new(seen, columns_first[i], json_true());
	}
	json_array_foreach((json_t *)array, i, row)
	{
		json_object_foreach(row, name, value)
		{
			if (json_object_get(seen, name) != NULL)
				continue;
			json_array_append_new(columns, json_string(name));
			json_object_set_new(seen, name, json_true());
		}
	}
	json_decref(seen);
	return columns;
}

static void
write_row(FILE *out, const json_t *row, const json_t *columns)
{
	json_t *column;
	size_t i;

	json_array_foreach((json_t *)columns, i, column)
	{
		const char *name = json_string_value(column);
		const json_t *value =
		    row == NULL ? column : json_object_get(row, name);

		if (i > 0)
			fputc(',', out);
		if (json_is_string(value))
			write_cell(out, json_string_value(value));
		else if (json_is_integer(value))
			fprintf(out, "%" JSON_INTEGER_FORMAT,
			    json_integer_value(value));
		else if (json_is_boolean(value))
			fputc(json_is_true(value) ? '1' : '0', out);
	}
	fputs("\r\n", out);
}

void
rows_write(const json_t *array, FILE *out)
{
	json_t *columns = all_columns(array), *row;
	size_t i;

	write_row(out, NULL, columns);
	json_array_foreach((json_t *)array, i, row)
	    write_row(out, row, columns);
	json_decref(columns);
}

/* The first row with a character that MS932 lacks, by trying one by one. */
static void
blame(const struct charset *charset, const json_t *array, struct why *why)
{
	json_t *row, *cell;
	const char *column;
	size_t i;

	json_array_foreach((json_t *)array, i, row)
	{
		json_object_foreach(row, column, cell)
		{
			struct buf scratch;
			int rc = 0;

			buf_init(&scratch, 64 * 1024);
			if (json_is_string(cell))
				rc = charset_from_utf8(charset,
				    json_string_value(cell),
				    json_string_length(cell), &scratch, NULL);
			buf_fini(&scratch);
			if (rc == 0)
				continue;
			why_set(why, WHY_NEVER, "charset",
			    "%s: the column %s has a character that MS932 "
			    "does not have: export as utf-8.",
			    json_string_value(
				json_object_get(row, ROWS_NUMBER)),
			    column);
			return;
		}
	}
}

int
rows_print(const json_t *array, bool ms932, struct buf *out, struct why *why)
{
	struct charset *charset = NULL;
	char *text = NULL;
	size_t bytes = 0;
	FILE *file = open_memstream(&text, &bytes);
	int rc = 0;

	if (file == NULL)
		panic("no memory for a list");
	rows_write(array, file);
	fclose(file);
	if (!ms932)
		buf_add(out, text, bytes);
	else if ((rc = charset_new(&charset, why)) == 0 &&
		 (rc = charset_from_utf8(charset, text, bytes, out, NULL)) != 0)
		blame(charset, array, why);
	charset_free(&charset);
	free(text);
	return rc;
}

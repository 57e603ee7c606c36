/* NAME
 *	conf - settings files (ZPL, read with zconfig) against a typed table
 * SUMMARY
 *	see conf.h
 * DESCRIPTION
 *	The file is read once; conf_scan() checks its grammar and notes the line
 *	of every node; zconfig makes the tree of the same bytes; the tree is
 *	walked in preorder beside the noted lines.  What the file does not say
 *	is filled from the rows' defaults by the same parsers (conf_value.h).
 * DIAGNOSTICS
 *	The first mistake is reported as "path:line: sentence" with the remedy.
 *	A default that its own row refuses is a panic.
 */
#include <czmq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_scan.h"
#include "file.h"

#include "conf_value.h"

#define CONF_BYTES_MAX (1UL << 20)
#define PATH_BYTES     256

struct reading {
	const char *path;
	struct conf_lines lines;
	size_t node; /* preorder number of the node at hand */
	struct why *why;
};

/* One struct being filled: the whole file or one item of a section. */
struct scope {
	const struct conf_row *rows;
	char *out;
	unsigned long *seen; /* per row: the line that set it, 0 = not yet */
	unsigned long line;  /* where the scope begins */
};

static int refuse(const struct reading *r, unsigned long line,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static int
refuse(const struct reading *r, unsigned long line, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	why_set(r->why, WHY_NEVER, "bad-settings", "%s:%lu: %s", r->path, line,
	    text);
	return TSK_INVALID;
}

/* ---- the tree against the rows ---- */

/* The row of a path, or NULL. */
static const struct conf_row *
row_of(const struct conf_row *rows, const char *path)
{
	for (; rows->path != NULL; rows++) {
		if (strcmp(rows->path, path) == 0)
			return rows;
	}
	return NULL;
}

/* "store" is a section because "store/batch_max" is a row. */
static bool
is_prefix(const struct conf_row *rows, const char *path)
{
	size_t n = strlen(path);

	for (; rows->path != NULL; rows++) {
		if (strncmp(rows->path, path, n) == 0 && rows->path[n] == '/')
			return true;
	}
	return false;
}

/* Letters that differ, compared place by place from both ends: enough to find
 * the name meant in a typing mistake. */
static size_t
difference(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), head = 0, tail = 0;
	size_t least = n < m ? n : m;

	while (head < least && a[head] == b[head])
		head++;
	while (tail < least - head && a[n - 1 - tail] == b[m - 1 - tail])
		tail++;
	return (n > m ? n : m) - head - tail;
}

static int
refuse_unknown(const struct reading *r, unsigned long line,
    const struct conf_row *rows, const char *path)
{
	const char *nearest = NULL;
	size_t least = 3;

	for (; rows->path != NULL; rows++) {
		size_t d = difference(rows->path, path);
		if (d < least) {
			least = d;
			nearest = rows->path;
		}
	}
	if (nearest != NULL)
		return refuse(r, line,
		    "there is no setting \"%.100s\": did you mean \"%s\"?",
		    path, nearest);
	return refuse(r, line,
	    "there is no setting \"%.100s\": remove it, or look at "
	    "--help-settings for its right name and section",
	    path);
}

static int
read_value(const struct reading *r, const struct scope *s,
    const struct conf_row *row, zconfig_t *node, unsigned long line)
{
	unsigned long *seen = &s->seen[row - s->rows];
	const char *text = zconfig_value(node);
	char reason[CONF_REASON_BYTES];

	if (zconfig_child(node) != NULL)
		return refuse(r, line,
		    "\"%s\" is a setting and no section: move the lines below "
		    "it out of it",
		    row->path);
	if (*seen != 0)
		return refuse(r, line,
		    "\"%s\" was set in line %lu already: remove one of the "
		    "two",
		    row->path, *seen);
	*seen = line;
	if (conf_value(row, text == NULL ? "" : text, s->out + row->offset,
		reason) != 0)
		return refuse(r, line, "\"%s\" %s", row->path, reason);
	return 0;
}

static int read_scope(struct reading *r, zconfig_t *parent,
    const struct conf_row *rows, char *out, unsigned long line);
static int read_children(struct reading *r, zconfig_t *parent,
    const struct scope *s, const char *prefix);

/* A repeated section without rows holds what others put there for themselves;
 * it is passed over, but its nodes count. */
static void
skip_children(struct reading *r, zconfig_t *parent)
{
	for (zconfig_t *node = zconfig_child(parent); node != NULL;
	     node = zconfig_next(node)) {
		r->node++;
		skip_children(r, node);
	}
}

static int
read_item(struct reading *r, const struct scope *s, const struct conf_row *row,
    zconfig_t *node, unsigned long line)
{
	struct conf_sections *sections =
	    (struct conf_sections *)(void *)(s->out + row->offset);
	size_t bytes = row->item_bytes;

	if (row->rows == NULL) {
		skip_children(r, node);
		return 0;
	}
	sections->item_bytes = bytes;
	sections->items =
	    mem_resize(sections->items, (sections->count + 1) * bytes);
	char *item = (char *)sections->items + sections->count * bytes;
	memset(item, 0, bytes);
	sections->count++;
	return read_scope(r, node, row->rows, item, line);
}

static int
read_node(struct reading *r, zconfig_t *node, const struct scope *s,
    const char *prefix)
{
	char path[PATH_BYTES];
	unsigned long line = r->lines.numbers[r->node++];
	const char *value = zconfig_value(node);
	int n =
	    snprintf(path, sizeof(path), "%s%s", prefix, zconfig_name(node));

	const struct conf_row *row = row_of(s->rows, path);
	bool section = row == NULL || row->type == CONF_SECTION;
	if (n >= (int)sizeof(path) ||
	    (row == NULL && !is_prefix(s->rows, path)))
		return refuse_unknown(r, line, s->rows, path);
	if (section && value != NULL && *value != '\0')
		return refuse(r, line,
		    "\"%s\" is a section and has no value: put its settings "
		    "below it, indented by 4 spaces",
		    path);
	if (!section)
		return read_value(r, s, row, node, line);
	if (row != NULL)
		return read_item(r, s, row, node, line);
	if (n + 1 >= (int)sizeof(path))
		return refuse_unknown(r, line, s->rows, path);
	path[n] = '/';
	path[n + 1] = '\0';
	return read_children(r, node, s, path);
}

static int
read_children(struct reading *r, zconfig_t *parent, const struct scope *s,
    const char *prefix)
{
	int rc = 0;

	for (zconfig_t *node = zconfig_child(parent); rc == 0 && node != NULL;
	     node = zconfig_next(node))
		rc = read_node(r, node, s, prefix);
	return rc;
}

/* Rows the file did not mention: their default, or a refusal. */
static int
fill_defaults(const struct reading *r, const struct scope *s)
{
	char reason[CONF_REASON_BYTES];

	for (const struct conf_row *row = s->rows; row->path != NULL; row++) {
		if (row->type == CONF_SECTION || s->seen[row - s->rows] != 0)
			continue;
		if (row->initial == NULL)
			return refuse(r, s->line,
			    "\"%s\" is not set: add it (%s)", row->path,
			    row->meaning);
		if (conf_value(
			row, row->initial, s->out + row->offset, reason) != 0)
			panic("default of \"%s\" %s", row->path, reason);
	}
	return 0;
}

static int
read_scope(struct reading *r, zconfig_t *parent, const struct conf_row *rows,
    char *out, unsigned long line)
{
	struct scope s = {.rows = rows, .out = out, .line = line};
	size_t count = 0;

	while (rows[count].path != NULL)
		count++;
	s.seen = mem_new((count + 1) * sizeof(*s.seen));
	int rc = read_children(r, parent, &s, "");
	if (rc == 0)
		rc = fill_defaults(r, &s);
	free(s.seen);
	return rc;
}

/* ---- the file ---- */

static int
read_text(struct reading *r, const struct buf *text,
    const struct conf_row *rows, void *out)
{
	/* the mark Windows editors put in front of UTF-8 */
	size_t mark = strncmp(text->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	const char *bytes = text->data + mark;
	int rc = conf_scan(r->path, bytes, text->len - mark, &r->lines, r->why);

	if (rc != 0)
		return rc;
	zconfig_t *root = zconfig_str_load(bytes);
	if (root == NULL) {
		rc = refuse(r, 1, "the file cannot be read as ZPL");
	} else {
		rc = read_scope(r, root, rows, out, 1);
		zconfig_destroy(&root);
	}
	conf_scan_free(&r->lines);
	return rc;
}

int
conf_load(
    const char *path, const struct conf_row *rows, void *out, struct why *why)
{
	struct reading r = {.path = path, .why = why};
	struct buf text;

	buf_init(&text, CONF_BYTES_MAX);
	int rc = file_read_path(path, CONF_BYTES_MAX, &text);
	if (rc == TSK_SYSTEM)
		why_system(why, WHY_NEVER, path);
	else if (rc != 0)
		why_set(why, WHY_NEVER, "no-settings",
		    "%s: the settings file cannot be read: %s", path,
		    err_text(rc));
	else
		rc = read_text(&r, &text, rows, out);
	/* key files come this way too */
	if (text.cap > 0)
		explicit_bzero(text.data, text.cap);
	buf_fini(&text);
	if (rc != 0)
		conf_free(rows, out);
	return rc;
}

static void
free_list(char ***list)
{
	if (*list == NULL)
		return;
	for (char **word = *list; *word != NULL; word++)
		free(*word);
	free(*list);
	*list = NULL;
}

static void
free_sections(const struct conf_row *row, struct conf_sections *sections)
{
	if (row->rows == NULL)
		return;
	for (size_t i = 0; i < sections->count; i++)
		conf_free(row->rows,
		    (char *)sections->items + i * sections->item_bytes);
	free(sections->items);
	*sections = (struct conf_sections){0};
}

void
conf_free(const struct conf_row *rows, void *out)
{
	for (const struct conf_row *row = rows; row->path != NULL; row++) {
		void *field = (char *)out + row->offset;
		if (row->type == CONF_TEXT) {
			free(*(char **)field);
			*(char **)field = NULL;
		} else if (row->type == CONF_LIST) {
			free_list(field);
		} else if (row->type == CONF_SECTION) {
			free_sections(row, field);
		}
	}
}

static void
describe_row(const struct conf_row *row, const char *indent, struct buf *out)
{
	char low[40], high[40];

	buf_printf(out, "%s%s", indent, row->path);
	if (row->initial != NULL)
		buf_printf(out, " = %s%s%s", row->type == CONF_TEXT ? "\"" : "",
		    row->initial, row->type == CONF_TEXT ? "\"" : "");
	else if (row->type != CONF_SECTION)
		buf_text(out, " (must be set)");
	buf_printf(out, "\n%s    %s", indent, conf_type_name(row->type));
	if (conf_has_range(row)) {
		conf_print_amount(row, row->min, low, sizeof(low));
		conf_print_amount(row, row->max, high, sizeof(high));
		buf_printf(out, " from %s to %s", low, high);
	}
	buf_printf(out, ": %s\n", row->meaning);
}

static void
describe_rows(const struct conf_row *rows, const char *indent, struct buf *out)
{
	for (const struct conf_row *row = rows; row->path != NULL; row++) {
		describe_row(row, indent, out);
		if (row->type == CONF_SECTION && row->rows != NULL)
			describe_rows(row->rows, "    ", out);
	}
}

void
conf_describe(const struct conf_row *rows, struct buf *out)
{
	describe_rows(rows, "", out);
}

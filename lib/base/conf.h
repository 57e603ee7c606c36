/* NAME
 *	conf - settings files (ZPL, read with zconfig) against a typed table
 * DESCRIPTION
 *	A program states its settings as rows: path, type, default text, range,
 *	unit and one English sentence.  conf_load() reads the file, refuses
 *	unknown names, repeated names, wrong types and values out of range with
 *	"file:line: sentence", and fills a struct of the program's own.  A section
 *	that may come several times ("office") is a row of type CONF_SECTION with
 *	rows of its own.  The same rows print --help-settings and check that
 *	each annotated file in config/ documents every one.
 */
#ifndef TASUKI_CONF_H
#define TASUKI_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

enum conf_type {
	CONF_TEXT, /* char *, malloced */
	CONF_INT,  /* int64_t, min..max */
	CONF_BOOL, /* bool: yes/no/true/false/1/0 */
	CONF_DURATION, /* int64_t milliseconds: "250 ms" "15 s" "5 min" "2 h" "7 d" */
	CONF_SIZE,    /* int64_t bytes: "64 MiB" "1 GiB" "4096" */
	CONF_LIST,    /* char **, NULL-terminated: words separated by spaces */
	CONF_SECTION, /* struct conf_sections */
};

struct conf_sections {
	void *items; /* count structs of item_bytes each */
	size_t count, item_bytes;
};

struct conf_row {
	const char *path; /* "store/batch_max"; ends the table when NULL */
	enum conf_type type;
	size_t offset;       /* offsetof(struct settings, field) */
	const char *initial; /* default as text; NULL = must be set */
	int64_t min, max;    /* CONF_INT, CONF_DURATION (ms), CONF_SIZE (bytes);
				min == max: no range */
	const char *meaning; /* one English sentence, with the unit */
	const struct conf_row *rows; /* CONF_SECTION: rows of one item; NULL:
					whatever it holds is passed over */
	size_t item_bytes;           /* CONF_SECTION */
};

/* conf_load(path, rows, out, why): fill *out (zeroed by the caller); 0, or
 * TSK_* with why->text = "path:line: ..." .  On failure *out is released. */
int conf_load(const char *path, const struct conf_row *rows, void *out,
    struct why *why) TSK_MUST_USE;
/* conf_free(rows, out): release what conf_load() put into *out. */
void conf_free(const struct conf_row *rows, void *out);
/* conf_describe(rows, out): every setting with default, range and meaning, for
 * --help-settings. */
void conf_describe(const struct conf_row *rows, struct buf *out);

#endif

/* NAME
 *	show - the broker's JSON as tables, by tables
 * DESCRIPTION
 *	A listing is an array of rows {key in the JSON, form, heading in English
 *	and Japanese}; the same rows print a table or one record.
 */
#ifndef TASUKI_SHOW_H
#define TASUKI_SHOW_H

#include <jansson.h>

#include "ctl.h"

enum show_form {
	SHOW_TEXT,   /* a string as it is */
	SHOW_COUNT,  /* a number */
	SHOW_BYTES,  /* "1.4 MB" */
	SHOW_TIME,   /* wall milliseconds: "2026-11-22 09:00:31" in JST */
	SHOW_STATE,  /* name of a leg's state */
	SHOW_WAY,    /* name of a way */
	SHOW_FLAG,   /* a boolean: yes, or nothing */
	SHOW_ALARM,  /* a boolean that is bad news when true */
	SHOW_LIST,   /* an array of strings or numbers */
	SHOW_FEW,    /* the same, the first few and how many more */
	SHOW_OFFICE, /* key and key_type: "NUMBER/TYPE" */
	SHOW_ID,     /* hex id */
	SHOW_DAY,    /* a number: 20261231 as 2026-12-31 */
	SHOW_SAID,   /* a word or sentence of a program: in both languages */
	SHOW_STATES, /* an array of names of states */
};

struct show_column {
	const char *key; /* ends the table when NULL */
	enum show_form form;
	const char *en, *ja;
};

/* A heading or a sentence in both languages. */
struct show_words {
	const char *en, *ja;
};

const char *show_word(const struct ctl *ctl, const struct show_words *words);
/* show_title(ctl, words): a heading line with a blank line above. */
void show_title(const struct ctl *ctl, const struct show_words *words);
/* show_list(ctl, rows, columns, none): ${rows} (array) as a table; if it is
 * empty the sentence ${none}. */
void show_list(const struct ctl *ctl, const json_t *rows,
    const struct show_column *columns, const struct show_words *none);
/* show_record(ctl, object, columns): one line a column: heading and value. */
void show_record(const struct ctl *ctl, const json_t *object,
    const struct show_column *columns);
/* show_pairs(ctl, object): every member of an object of numbers and texts. */
void show_pairs(const struct ctl *ctl, const json_t *object);

#endif

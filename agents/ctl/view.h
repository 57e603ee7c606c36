/* NAME
 *	view - what tasukictl standard shows: tables, edition, words
 */
#ifndef TASUKI_VIEW_H
#define TASUKI_VIEW_H

#include "layout.h"
#include "table.h"

#include "ctl.h"

#define TABLES 5

enum fact { FILES, EDITIONS, BUNDLES, LINKS, ROLES };

struct view {
	struct ctl *ctl;
	struct standard *standard;
	struct table *facts[TABLES];
	const struct layout_edition *edition;
	bool codes;
};

/* view_cell(view, fact, row, column): "" if the table has none. */
const char *view_cell(
    const struct view *v, enum fact fact, size_t row, const char *column);
/* view_word(view, en, ja): the one of the reader's language. */
const char *view_word(const struct view *v, const char *en, const char *ja);
const char *view_type_word(enum layout_type type, bool ja);
const char *view_need_word(enum layout_need need, bool ja);
/* view_role_word(view, code): of "CM", "SP", "SC". */
const char *view_role_word(const struct view *v, const char *code);
/* view_translated(view, text): words of the tables that are seen often. */
const char *view_translated(const struct view *v, const char *text);
/* view_format_text(view, field, out): append what a field may hold. */
void view_format_text(
    const struct view *v, const struct layout_field *f, struct buf *out);
/* view_columns_of(view, kind): in the edition shown; 0 of an image. */
unsigned view_columns_of(const struct view *v, const char *kind);
/* view_in_edition(view, row): the edition shown has this kind of FILES. */
bool view_in_edition(const struct view *v, size_t row);
/* view_listed(list, kind): ${kind} is one of "UPPLAN,UPSIKYU". */
bool view_listed(const char *list, const char *kind);

/* view_list_json(view), view_show_json(view, row, layout): print all kinds, or
 * the one of row ${row} of FILES; layout NULL: an image. */
void view_list_json(const struct view *v);
void view_show_json(
    const struct view *v, size_t row, const struct layout *layout);

#endif

/* NAME
 *	quirk_cells - deviations of the values of a record
 * DESCRIPTION
 *	A single value is quirk_value.c; here every row of the packs has its turn
 *	with every cell.  Cells that nothing is wrong with keep their MS932 bytes:
 *	some characters have two codes, and decoding and encoding would swap them.
 */
#include <string.h>

#include "quirk_walk.h"

/* A cell as UTF-8, without a copy if it is so already. */
static const char *
as_utf8(struct quirk_walk *walk, const struct reader_field *field, size_t *n)
{
	*n = field->n;
	if (!walk->ms932 || charset_ascii(field->p, field->n))
		return field->p;
	buf_clear(&walk->text);
	charset_to_utf8(
	    walk->standard->charset, field->p, field->n, &walk->text);
	*n = walk->text.len;
	return walk->text.data;
}

/* Every test on one cell in the order of the packs.  True: it was mended, and
 * walk->text has it. */
static bool
mend(struct quirk_walk *walk, const struct layout_field *field,
    const struct reader_field *cell, uint64_t line)
{
	size_t n;
	const char *text = as_utf8(walk, cell, &n);
	bool mended = false;

	for (size_t i = 0; i < walk->standard->quirk_count; i++) {
		const struct quirk *quirk = &walk->standard->quirks[i];

		if (quirk->test < QUIRK_FIRST_VALUE ||
		    !quirk_value(quirk->test, field, text, n, &walk->fixed))
			continue;
		if (walk->fixed.len == 0 && strcmp(quirk->repair, "-") != 0)
			continue; /* it looks so, but means nothing */
		quirk_see(walk, quirk, line);
		if (strcmp(quirk->repair, "-") == 0)
			continue;
		buf_clear(&walk->text);
		buf_add(&walk->text, walk->fixed.data, walk->fixed.len);
		text = walk->text.data;
		n = walk->text.len;
		mended = true;
	}
	return mended;
}

/* Mended cells lie in walk->cells, which must not move: it has room for all from
 * the beginning. */
void
quirk_fill_cells(struct quirk_walk *walk, const struct reader_record *record,
    struct writer_cell *cells)
{
	const struct layout *layout = &walk->kind->layout;
	size_t offsets[LAYOUT_FIELDS_MAX + 1] = {0};

	buf_clear(&walk->cells);
	for (unsigned no = 1; no <= layout->count; no++) {
		unsigned at = layout_position(layout, walk->shape, no);
		const struct reader_field *cell;

		cells[no - 1] = (struct writer_cell){.p = ""};
		if (at == 0 || at > record->kept)
			continue;
		cell = &record->fields[at - 1];
		cells[no - 1] = (struct writer_cell){
		    .p = cell->p, .n = cell->n, .ms932 = walk->ms932};
		if (no == 1 ||
		    !mend(walk, &layout->fields[no - 1], cell, record->line))
			continue;
		cells[no - 1] =
		    (struct writer_cell){.p = NULL, .n = walk->text.len};
		offsets[no] = walk->cells.len;
		buf_add(&walk->cells, walk->text.data, walk->text.len);
	}
	for (unsigned no = 1; no <= layout->count; no++) {
		if (cells[no - 1].p == NULL)
			cells[no - 1].p = walk->cells.data + offsets[no];
	}
}

void
quirk_look_for_text(struct quirk_walk *walk, const struct writer_cell *cells)
{
	const struct layout *layout = &walk->kind->layout;

	for (unsigned no = 1; no <= layout->count && !walk->has_text; no++) {
		enum layout_type type = layout->fields[no - 1].type;

		walk->has_text = (type == TYPE_TEXT || type == TYPE_KANA) &&
				 cells[no - 1].n > 0;
	}
}

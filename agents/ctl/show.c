/* NAME
 *	show - the broker's JSON as tables, by tables
 * SUMMARY
 *	See show.h.
 * DESCRIPTION
 *	A member that is absent or null is an empty cell: a broker of another
 *	version may send more or less than we know.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "err.h"
#include "leg.h"

#include "japanese.h"
#include "show.h"
#include "term.h"

#define FEW                 4
#define SHOW_CELL_BYTES_MAX ((size_t)16 * 1024)

static const struct show_words yes = {"yes", "はい"};

static const struct {
	enum leg_state state;
	enum term_colour colour;
} colours[] = {
    {LEG_READY, TERM_BUSY},
    {LEG_WAITING, TERM_BUSY},
    {LEG_DELIVERED, TERM_GOOD},
    {LEG_PICKED_UP, TERM_GOOD},
    {LEG_ANSWERED, TERM_GOOD},
    {LEG_PARKED, TERM_BAD},
    {LEG_SUPERSEDED, TERM_DIM},
    {LEG_RECALLED, TERM_DIM},
    {LEG_CLOSED, TERM_DIM},
    {LEG_WORKING, TERM_BUSY},
};

const char *
show_word(const struct ctl *ctl, const struct show_words *words)
{
	return ctl->ja ? words->ja : words->en;
}

static const char *
heading(const struct ctl *ctl, const struct show_column *column)
{
	return ctl->ja ? column->ja : column->en;
}

void
show_title(const struct ctl *ctl, const struct show_words *words)
{
	fputc('\n', ctl->term.out);
	term_text(&ctl->term, show_word(ctl, words), TERM_PLAIN);
	fputc('\n', ctl->term.out);
}

static void
add_scalar(struct buf *out, const json_t *value)
{
	if (json_is_string(value))
		buf_text(out, json_string_value(value));
	else if (json_is_integer(value))
		buf_printf(
		    out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		buf_printf(out, "%.3f", json_real_value(value));
	else if (json_is_boolean(value))
		buf_text(out, json_is_true(value) ? "true" : "false");
}

static void
add_bytes(struct buf *out, double bytes)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	size_t unit = 0;

	while (bytes >= 1000.0 && unit + 1 < sizeof(units) / sizeof(*units)) {
		bytes /= 1000.0;
		unit++;
	}
	buf_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void
add_time(struct buf *out, json_int_t wall_ms)
{
	char text[CLOCK_TEXT_BYTES];

	if (wall_ms <= 0)
		return;
	clock_text(wall_ms, text);
	text[10] = ' '; /* the T of ISO 8601 is for machines */
	buf_add(out, text, 19);
}

static void
add_day(struct buf *out, long day)
{
	if (day > 0)
		buf_printf(out, "%04ld-%02ld-%02ld", day / 10000,
		    day / 100 % 100, day % 100);
}

static void
add_list(struct buf *out, const json_t *value, size_t most)
{
	json_t *item;
	size_t i, n = json_array_size(value);

	json_array_foreach((json_t *)value, i, item)
	{
		if (i >= most)
			break;
		if (i > 0)
			buf_text(out, ", ");
		add_scalar(out, item);
	}
	if (n > most)
		buf_printf(out, ", … (%zu)", n);
}

static void
add_office(struct buf *out, const json_t *object, const char *key)
{
	char type_key[64];
	const json_t *type;

	snprintf(type_key, sizeof(type_key), "%s_type", key);
	add_scalar(out, json_object_get(object, key));
	type = json_object_get(object, type_key);
	if (json_string_length(type) > 0)
		buf_printf(out, "/%s", json_string_value(type));
}

/* A state by its name; the Japanese word needs its number. */
static enum term_colour
add_state(const struct ctl *ctl, struct buf *out, const char *name)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
		enum leg_state state = colours[i].state;

		if (strcmp(leg_state_name(state), name) != 0)
			continue;
		buf_text(out, ctl->ja ? leg_state_ja(state) : name);
		return colours[i].colour;
	}
	buf_text(out, name); /* "leased", or one of a later version */
	return TERM_BUSY;
}

/* Those of a parcel's legs; the colour of the worst. */
static enum term_colour
add_states(const struct ctl *ctl, struct buf *out, const json_t *value)
{
	enum term_colour colour = TERM_PLAIN;
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)value, i, item)
	{
		const char *name = json_string_value(item);
		enum term_colour one;

		if (i > 0)
			buf_text(out, ctl->ja ? "・" : ", ");
		one = add_state(ctl, out, name == NULL ? "?" : name);
		if (i == 0 || one == TERM_BAD)
			colour = one;
	}
	return colour;
}

static void
add_said(const struct ctl *ctl, struct buf *out, const char *text)
{
	char *said = ctl->ja ? japanese(text) : mem_text(text);

	buf_text(out, said);
	free(said);
}

static void
add_way(const struct ctl *ctl, struct buf *out, const char *name)
{
	int way = ctl->ja ? leg_way_parse(name) : -1;

	buf_text(out, way < 0 ? name : leg_way_ja((enum leg_way)way));
}

static enum term_colour
add_cell(const struct ctl *ctl, struct buf *out, const json_t *object,
    const struct show_column *column)
{
	const json_t *value = json_object_get(object, column->key);
	const char *text = json_string_value(value);
	enum term_colour colour = TERM_PLAIN;

	if (value == NULL || json_is_null(value))
		return colour;
	switch (column->form) {
	case SHOW_BYTES:
		add_bytes(out, json_number_value(value));
		break;
	case SHOW_TIME:
		add_time(out, (json_int_t)json_number_value(value));
		break;
	case SHOW_DAY:
		add_day(out, (long)json_integer_value(value));
		break;
	case SHOW_STATE:
		colour = add_state(ctl, out, text == NULL ? "?" : text);
		break;
	case SHOW_WAY:
		add_way(ctl, out, text == NULL ? "?" : text);
		break;
	case SHOW_FLAG:
	case SHOW_ALARM:
		if (!json_is_true(value))
			break;
		buf_text(out, show_word(ctl, &yes));
		colour = column->form == SHOW_FLAG ? TERM_GOOD : TERM_BAD;
		break;
	case SHOW_LIST:
		add_list(out, value, SIZE_MAX);
		break;
	case SHOW_FEW:
		add_list(out, value, FEW);
		break;
	case SHOW_OFFICE:
		add_office(out, object, column->key);
		break;
	case SHOW_SAID:
		add_said(ctl, out, text == NULL ? "?" : text);
		break;
	case SHOW_STATES:
		colour = add_states(ctl, out, value);
		break;
	case SHOW_TEXT:
	case SHOW_COUNT:
	case SHOW_ID:
		add_scalar(out, value);
		break;
	}
	return colour;
}

static void
grid_row(const struct ctl *ctl, struct term_grid *grid, const json_t *object,
    const struct show_column *columns)
{
	for (size_t i = 0; columns[i].key != NULL; i++) {
		struct buf text;
		enum term_colour colour;
		bool right = columns[i].form == SHOW_COUNT ||
			     columns[i].form == SHOW_BYTES;

		buf_init(&text, SHOW_CELL_BYTES_MAX);
		colour = add_cell(ctl, &text, object, &columns[i]);
		term_grid_add(
		    grid, text.len > 0 ? text.data : "", colour, right);
		buf_fini(&text);
	}
}

void
show_list(const struct ctl *ctl, const json_t *rows,
    const struct show_column *columns, const struct show_words *none)
{
	struct term_grid *grid;
	size_t count = 0, i;
	json_t *row;

	if (json_array_size(rows) == 0) {
		term_text(&ctl->term, show_word(ctl, none), TERM_DIM);
		fputc('\n', ctl->term.out);
		return;
	}
	while (columns[count].key != NULL)
		count++;
	grid = term_grid_new(count);
	for (i = 0; i < count; i++)
		term_grid_add(grid, heading(ctl, &columns[i]), TERM_PLAIN,
		    columns[i].form == SHOW_COUNT ||
			columns[i].form == SHOW_BYTES);
	json_array_foreach((json_t *)rows, i, row)
	    grid_row(ctl, grid, row, columns);
	term_grid_print(grid, &ctl->term);
	term_grid_free(&grid);
}

static void
print_line(const struct ctl *ctl, const char *name, unsigned width,
    const char *value, enum term_colour colour)
{
	term_text(&ctl->term, name, TERM_PLAIN);
	fprintf(ctl->term.out, "%*s", (int)(width - term_width(name) + 2), "");
	term_text(&ctl->term, value, colour);
	fputc('\n', ctl->term.out);
}

void
show_record(const struct ctl *ctl, const json_t *object,
    const struct show_column *columns)
{
	unsigned width = 0;

	for (size_t i = 0; columns[i].key != NULL; i++) {
		unsigned n = term_width(heading(ctl, &columns[i]));

		width = n > width ? n : width;
	}
	for (size_t i = 0; columns[i].key != NULL; i++) {
		struct buf text;
		enum term_colour colour;

		buf_init(&text, SHOW_CELL_BYTES_MAX);
		colour = add_cell(ctl, &text, object, &columns[i]);
		if (text.len > 0)
			print_line(ctl, heading(ctl, &columns[i]), width,
			    text.data, colour);
		buf_fini(&text);
	}
}

void
show_pairs(const struct ctl *ctl, const json_t *object)
{
	const char *key;
	unsigned width = 0;
	json_t *value;

	json_object_foreach((json_t *)object, key,
	    value) if (term_width(key) > width) width = term_width(key);
	json_object_foreach((json_t *)object, key, value)
	{
		struct buf text;

		buf_init(&text, SHOW_CELL_BYTES_MAX);
		if (json_is_array(value))
			add_list(&text, value, SIZE_MAX);
		else
			add_scalar(&text, value);
		print_line(
		    ctl, key, width, text.len > 0 ? text.data : "", TERM_PLAIN);
		buf_fini(&text);
	}
}

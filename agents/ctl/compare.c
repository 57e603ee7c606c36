/* NAME
 *	compare - tasukictl compare: planned against done
 * SUMMARY
 *	tasukictl compare [--all] [--csv OUT] [--standard DIR] FILE...
 * DESCRIPTION
 *	The names of the files say which are planned (UPPLAN), actual (UPJSK) and
 *	which give the clients' names (UPHOSOKU); see lib/standard/compare.h.
 *
 *	For people: a table a client, differences only (--all: every service).
 *	--json: one document: sum, clients, rows, notes.  --csv OUT: the rows for
 *	Excel, beside what is printed.  It is replaced at once and whole.
 * DIAGNOSTICS
 *	Exit code 0: no difference; 1: differences, or something was left out
 *	that may be one; 2: the command line is wrong, a file cannot be read or
 *	there is nothing to compare.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "compare.h"
#include "file.h"

#include "ctl.h"
#include "options.h"

#define CSV_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define DIFFERENT     1
#define UNUSABLE      2

struct view {
	struct ctl *ctl;
	const struct compare *compare;
	bool all;
};

static bool
shown(const struct view *view, const struct compare_row *row)
{
	return view->all ||
	       (row->state != COMPARE_SAME && row->state != COMPARE_UNREPORTED);
}

/* -- tables --------------------------------------------------------------- */

static enum term_colour
colour_of(enum compare_state state)
{
	switch (state) {
	case COMPARE_SAME:
		return TERM_GOOD;
	case COMPARE_MISSING:
	case COMPARE_ADDED:
		return TERM_BAD;
	case COMPARE_CHANGED:
	case COMPARE_MOVED:
		return TERM_BUSY;
	case COMPARE_UNREPORTED:
	case COMPARE_STATES:
		break;
	}
	return TERM_DIM;
}

/* "4/2(水) 09:00-10:00 ×1" */
static void
use_text(const struct view *view, const struct compare_client *client,
    const struct compare_use *use, struct buf *out)
{
	static const char *const days[2][7] = {
	    {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	    {"日", "月", "火", "水", "木", "金", "土"}};
	int year = (int)strtol(client->month, NULL, 10) / 100;
	int month = (int)strtol(client->month, NULL, 10) % 100;

	buf_printf(out, "%d/%u(%s)", month, use->day,
	    days[view->ctl->ja][clock_weekday(year, month, (int)use->day)]);
	if (use->start != COMPARE_NO_TIME)
		buf_printf(out, " %02u:%02u-%02u:%02u", use->start / 100,
		    use->start % 100, use->end / 100, use->end % 100);
	buf_printf(out, " ×%" PRIu32, use->count);
	if (*use->satellite != '\0')
		buf_printf(out, " /%s", use->satellite);
}

static void
add_text(struct term_grid *grid, struct buf *text, enum term_colour colour,
    bool right)
{
	term_grid_add(grid, text->len > 0 ? text->data : "", colour, right);
	buf_clear(text);
}

static void
add_number(struct term_grid *grid, struct buf *text, int64_t value)
{
	if (value != 0)
		buf_printf(text, "%+" PRId64, value);
	add_text(grid, text, TERM_PLAIN, true);
}

static void
add_head(const struct view *view, struct term_grid *grid)
{
	static const char *const words[2][5] = {
	    {"result", "service", "times", "units", "remark"},
	    {"区分", "サービス", "回数", "単位", "備考"}};
	bool ja = view->ctl->ja;

	term_grid_add(grid, words[ja][0], TERM_PLAIN, false);
	term_grid_add(grid, words[ja][1], TERM_PLAIN, false);
	for (unsigned side = 0; side < COMPARE_SIDES; side++)
		term_grid_add(grid,
		    compare_side_word(
			view->compare, (enum compare_side)side, ja),
		    TERM_PLAIN, false);
	term_grid_add(grid, words[ja][2], TERM_PLAIN, true);
	term_grid_add(grid, words[ja][3], TERM_PLAIN, true);
	term_grid_add(grid, words[ja][4], TERM_PLAIN, false);
}

static void
add_row(const struct view *view, struct term_grid *grid, struct buf *text,
    const struct compare_client *client, const struct compare_row *row)
{
	bool ja = view->ctl->ja;

	term_grid_add(grid, compare_state_word(view->compare, row->state, ja),
	    colour_of(row->state), false);
	buf_printf(text, "%s %s", row->code, row->service);
	if (*row->office_name != '\0')
		buf_printf(text, ja ? "（%s）" : " (%s)", row->office_name);
	add_text(grid, text, TERM_PLAIN, false);
	for (unsigned side = 0; side < COMPARE_SIDES; side++) {
		if (row->there[side])
			use_text(view, client, &row->use[side], text);
		add_text(grid, text, TERM_PLAIN, false);
	}
	add_number(grid, text, row->count_difference);
	add_number(grid, text, row->units_difference);
	compare_row_remark(view->compare, row, ja, text);
	add_text(grid, text, TERM_PLAIN, false);
}

static void
print_sum(const struct view *view, const struct compare_sum *sum)
{
	FILE *out = view->ctl->term.out;
	bool ja = view->ctl->ja;

	for (unsigned side = 0; side < COMPARE_SIDES; side++)
		fprintf(out,
		    ja ? "%s %" PRIu64 "回 %" PRId64 "単位  "
		       : "%s %" PRIu64 " times %" PRId64 " units  ",
		    compare_side_word(
			view->compare, (enum compare_side)side, ja),
		    sum->count[side], sum->units[side]);
	for (unsigned i = 0; i < COMPARE_STATES; i++) {
		if (sum->rows[i] > 0)
			fprintf(out, "%s %" PRIu64 "  ",
			    compare_state_word(
				view->compare, (enum compare_state)i, ja),
			    sum->rows[i]);
	}
	fputc('\n', out);
}

static void
print_client(const struct view *view, const struct compare_client *client)
{
	const struct compare_row *rows;
	struct term_grid *grid = term_grid_new(7);
	struct buf text;
	size_t count = 0;

	(void)compare_rows(view->compare, &rows);
	buf_init(&text, 16384);
	add_head(view, grid);
	for (size_t i = 0; i < client->rows; i++) {
		if (!shown(view, &rows[client->first + i]))
			continue;
		add_row(view, grid, &text, client, &rows[client->first + i]);
		count++;
	}
	if (count > 0) {
		buf_printf(&text,
		    view->ctl->ja ? "%s%s%s（保険者%s）%.4s/%s"
				  : "%s%s%s (insurer %s) %.4s-%s",
		    client->name, *client->name == '\0' ? "" : " ",
		    client->insured, client->insurer, client->month,
		    client->month + 4);
		term_text(&view->ctl->term, text.data, TERM_PLAIN);
		fputc('\n', view->ctl->term.out);
		term_grid_print(grid, &view->ctl->term);
		print_sum(view, &client->sum);
		fputc('\n', view->ctl->term.out);
	}
	buf_fini(&text);
	term_grid_free(&grid);
}

static void
print_notes(const struct view *view)
{
	const struct compare_note *notes;
	size_t n = compare_notes(view->compare, &notes);
	struct buf text;

	buf_init(&text, 16384);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&text, "%s: ", notes[i].file);
		compare_note_text(&notes[i], view->ctl->ja, &text);
		term_text(&view->ctl->term, text.data, TERM_BUSY);
		fputc('\n', view->ctl->term.out);
		buf_clear(&text);
	}
	buf_fini(&text);
}

static void
print_tables(const struct view *view)
{
	const struct compare_client *clients;
	size_t n = compare_clients(view->compare, &clients);

	for (size_t i = 0; i < n; i++)
		print_client(view, &clients[i]);
	print_notes(view);
	printf(view->ctl->ja ? "差異 %" PRIu64 "件（利用者 %zu人）\n"
			     : "%" PRIu64 " differences (%zu clients)\n",
	    compare_differences(view->compare), n);
	print_sum(view, compare_sum(view->compare));
}

/* -- JSON ----------------------------------------------------------------- */

static const char *const state_names[COMPARE_STATES] = {
    [COMPARE_SAME] = "same",
    [COMPARE_CHANGED] = "changed",
    [COMPARE_MOVED] = "moved",
    [COMPARE_MISSING] = "missing",
    [COMPARE_ADDED] = "added",
    [COMPARE_UNREPORTED] = "unreported",
};

static void
put_time(json_t *object, const char *key, unsigned time)
{
	char text[16];

	if (time == COMPARE_NO_TIME)
		return;
	snprintf(text, sizeof text, "%02u:%02u", time / 100, time % 100);
	json_object_set_new(object, key, json_string(text));
}

static json_t *
json_use(const struct compare_client *client, const struct compare_use *use)
{
	char date[32];
	json_t *o;

	snprintf(date, sizeof date, "%.4s-%.2s-%02u", client->month,
	    client->month + 4, use->day % 100);
	o = json_pack("{s:s, s:I, s:s, s:I}", "date", date, "count",
	    (json_int_t)use->count, "file", use->file, "record",
	    (json_int_t)use->record);
	put_time(o, "start", use->start);
	put_time(o, "end", use->end);
	if (use->units_given)
		json_object_set_new(
		    o, "units", json_integer((json_int_t)use->amount));
	if (*use->satellite != '\0')
		json_object_set_new(
		    o, "satellite", json_string(use->satellite));
	return o;
}

static json_t *
json_sum(const struct compare_sum *sum)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < COMPARE_STATES; i++)
		json_object_set_new(
		    o, state_names[i], json_integer((json_int_t)sum->rows[i]));
	json_object_set_new(o, "planned_count",
	    json_integer((json_int_t)sum->count[COMPARE_LEFT]));
	json_object_set_new(o, "done_count",
	    json_integer((json_int_t)sum->count[COMPARE_RIGHT]));
	json_object_set_new(o, "planned_units",
	    json_integer((json_int_t)sum->units[COMPARE_LEFT]));
	json_object_set_new(o, "done_units",
	    json_integer((json_int_t)sum->units[COMPARE_RIGHT]));
	return o;
}

static json_t *
json_row(const struct view *view, const struct compare_client *client,
    const struct compare_row *row)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}",
	    "state", state_names[row->state], "insurer_number", client->insurer,
	    "insured_number", client->insured, "month", client->month, "office",
	    row->office, "code", row->code, "service", row->service,
	    "count_difference", (json_int_t)row->count_difference,
	    "units_difference", (json_int_t)row->units_difference);
	struct buf remark;

	if (row->there[COMPARE_LEFT])
		json_object_set_new(
		    o, "planned", json_use(client, &row->use[COMPARE_LEFT]));
	if (row->there[COMPARE_RIGHT])
		json_object_set_new(
		    o, "done", json_use(client, &row->use[COMPARE_RIGHT]));
	if (*row->equipment != '\0')
		json_object_set_new(
		    o, "equipment", json_string(row->equipment));
	buf_init(&remark, 4096);
	compare_row_remark(view->compare, row, view->ctl->ja, &remark);
	if (remark.len > 0)
		json_object_set_new(o, "remark", json_string(remark.data));
	buf_fini(&remark);
	return o;
}

static json_t *
json_clients(const struct view *view)
{
	const struct compare_client *clients;
	size_t n = compare_clients(view->compare, &clients);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    array, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o}",
			       "insurer_number", clients[i].insurer,
			       "insured_number", clients[i].insured, "month",
			       clients[i].month, "name", clients[i].name,
			       "in_planned", clients[i].there[COMPARE_LEFT],
			       "in_done", clients[i].there[COMPARE_RIGHT],
			       "sum", json_sum(&clients[i].sum)));
	return array;
}

static json_t *
json_rows(const struct view *view)
{
	const struct compare_client *clients;
	const struct compare_row *rows;
	size_t n = compare_rows(view->compare, &rows);
	json_t *array = json_array();

	(void)compare_clients(view->compare, &clients);
	for (size_t i = 0; i < n; i++) {
		if (shown(view, &rows[i]))
			json_array_append_new(array,
			    json_row(view, &clients[rows[i].client], &rows[i]));
	}
	return array;
}

static json_t *
json_notes(const struct view *view)
{
	const struct compare_note *notes;
	size_t n = compare_notes(view->compare, &notes);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		struct buf text;

		buf_init(&text, 4096);
		compare_note_text(&notes[i], view->ctl->ja, &text);
		json_array_append_new(array,
		    json_pack("{s:s, s:s, s:I, s:I, s:s}", "code",
			compare_note_code(notes[i].kind), "file", notes[i].file,
			"record", (json_int_t)notes[i].record, "count",
			(json_int_t)notes[i].count, "message", text.data));
		buf_fini(&text);
	}
	return array;
}

static void
print_json(const struct view *view)
{
	bool versions = compare_mode(view->compare) == COMPARE_VERSIONS;
	json_t *o = json_pack("{s:s, s:I, s:b, s:o, s:o, s:o, s:o}", "mode",
	    versions ? "versions" : "plan-actual", "differences",
	    (json_int_t)compare_differences(view->compare), "doubtful",
	    compare_doubtful(view->compare), "sum",
	    json_sum(compare_sum(view->compare)), "clients", json_clients(view),
	    "rows", json_rows(view), "notes", json_notes(view));

	if (o == NULL)
		panic("a comparison does not fit into JSON");
	(void)ctl_json(view->ctl, o);
	json_decref(o);
}

/* -- the command ---------------------------------------------------------- */

/* "dir/name" into a folder and a name: file_write() wants them apart. */
static int
write_csv(const struct view *view, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = mem_text(slash != NULL ? path : ".");
	struct buf out;
	int fd, rc = TSK_TOOBIG;

	if (slash != NULL)
		dir[slash - path + (slash == path)] = '\0';
	buf_init(&out, CSV_BYTES_MAX);
	compare_csv(view->compare, view->all, view->ctl->ja, &out);
	fd = file_dir_open(AT_FDCWD, dir);
	if (fd < 0)
		rc = fd;
	else if (buf_ok(&out))
		rc = file_write(fd, slash != NULL ? slash + 1 : path, out.data,
		    out.len, 0600);
	if (fd >= 0)
		close(fd);
	buf_fini(&out);
	free(dir);
	if (rc != 0)
		fprintf(stderr, "tasukictl: %s: %s\n", path, err_text(rc));
	return rc;
}

static int
add_files(struct compare *compare, int count, char **paths)
{
	for (int i = 0; i < count; i++) {
		struct why why = {0};
		char *safe;

		if (compare_add_file(compare, paths[i], &why) == 0)
			continue;
		safe = term_safe(paths[i]);
		fprintf(stderr, "tasukictl: %s: %s\n", safe,
		    *why.text == '\0' ? "it cannot be read" : why.text);
		free(safe);
		/* a drawing in the folder spoils nothing */
		if (strcmp(why.code, "name-not-standard") != 0)
			return UNUSABLE;
	}
	return CTL_OK;
}

static int
finish(
    struct ctl *ctl, const struct compare *compare, bool all, const char *csv)
{
	struct view view = {ctl, compare, all};

	if (compare_mode(compare) == COMPARE_NONE) {
		print_notes(&view);
		return ctl_usage("there is nothing to compare: give UPPLAN "
				 "and UPJSK files, or two versions");
	}
	/* first: a pager that ends early ends us */
	if (csv != NULL && write_csv(&view, csv) != 0)
		return UNUSABLE;
	if (ctl->json)
		print_json(&view);
	else
		print_tables(&view);
	return compare_differences(compare) > 0 || compare_doubtful(compare)
		   ? DIFFERENT
		   : CTL_OK;
}

int
compare_verb(struct ctl *ctl, int argc, char **argv)
{
	const char *csv = NULL, *dir = standard_dir();
	bool all = false;
	const struct option options[] = {{"--all", NULL, &all},
	    {"--csv", &csv, NULL}, {"--standard", &dir, NULL},
	    {NULL, NULL, NULL}};
	int files = options_take(options, argc, argv), rc;
	struct standard *standard = NULL;
	struct compare *compare;
	struct why why = {0};

	if (files < 0)
		return CTL_USAGE;
	if (files < 2)
		return ctl_usage("compare needs two files or more");
	if (standard_load(dir, &standard, &why) != 0) {
		fprintf(stderr, "tasukictl: %s\n", why.text);
		return UNUSABLE;
	}
	compare = compare_new(standard);
	rc = add_files(compare, files, argv + 1);
	if (rc == CTL_OK) {
		compare_run(compare);
		rc = finish(ctl, compare, all, csv);
	}
	compare_free(&compare);
	standard_free(&standard);
	return rc;
}

/* NAME
 *	reconcile - planned against done (予実突合), beside a received 実績
 * DESCRIPTION
 *	A received UPJSK is compared with the UPPLAN that this office sent to the
 *	same partner for the same month (送信済); what came out lies in
 *
 *	    突合/予実突合_<month>_<partner>[_<type>].csv   for Excel
 *	    突合/予実突合_<month>_<partner>[_<type>].txt   to read
 *
 *	Beside 受信 and not in it: whatever lies there is imported, moved away or
 *	counted by the care software.  A corrected 実績 of the same partner and month writes the same
 *	names again; so does the same one, if it is delivered once more.
 *
 *	When.  The delivery is committed in .incoming, its files are not in 受信
 *	yet: first the comparison, then the files move.  So a clerk who sees a
 *	実績 sees its comparison too, and whatever a crash interrupts is done
 *	again from the same bytes; if the 実績 has moved already, its comparison
 *	was written before.  Both files are replaced whole.
 *
 *	The newest of the sent parcels gets the number of differences as a cell
 *	of the status file, kept in 送信済/<month>/<id>/.compare.
 *
 *	Sent parcels are found by their manifests.  A month's folder is walked
 *	once, when the first 実績 asks for it; what is sent later is added.
 * DIAGNOSTICS
 *	compare: parcel=... office=... plans=... differences=... doubtful=...
 *	Neither names nor numbers of clients are logged.
 * BUGS
 *	A 予定 that was sent more than SPAN months before or after its service
 *	month is not found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "file.h"
#include "log.h"

#include "compare.h"
#include "manifest.h"
#include "reconcile.h"
#include "status.h"

#define SPAN      3
#define PLANS_MAX 64 /* corrections of one month to one partner */
#define ROWS_MAX  2000
#define CSV_MAX   (64u * 1024 * 1024)
#define PAGE_MAX  (512u * 1024)
#define STATE_MAX 256

struct plan {
	struct id id;
	char to[NUMBER_OFFICE_BYTES], to_type[NUMBER_TYPE_BYTES];
	char month[WIRE_MONTH_BYTES];
};

struct reconcile {
	struct plan *plans;
	size_t count, room;
	zhashx_t *walked; /* names of folders of 送信済 */
};

struct reconcile *
reconcile_new(void)
{
	struct reconcile *r = mem_new(sizeof(*r));

	r->walked = zhashx_new();
	return r;
}

void
reconcile_free(struct reconcile **reconcile)
{
	struct reconcile *r = *reconcile;

	if (r == NULL)
		return;
	*reconcile = NULL;
	zhashx_destroy(&r->walked);
	free(r->plans);
	free(r);
}

/* ---- the plans that were sent ---- */

static bool
has_kind(const struct wire_parcel *p, const char *kind)
{
	for (size_t i = 0; i < p->document_count; i++)
		if (strcmp(p->documents[i].kind, kind) == 0)
			return true;
	return false;
}

static void
add_plan(struct reconcile *r, const struct wire_parcel *p)
{
	struct plan *plan;

	if (!has_kind(p, "UPPLAN"))
		return;
	if (r->count == r->room) {
		r->room = r->room == 0 ? 64 : 2 * r->room;
		r->plans = mem_resize(r->plans, r->room * sizeof(*r->plans));
	}
	plan = &r->plans[r->count++];
	plan->id = p->id;
	memcpy(plan->to, p->to, sizeof(plan->to));
	memcpy(plan->to_type, p->to_type, sizeof(plan->to_type));
	memcpy(plan->month, p->month, sizeof(plan->month));
}

void
reconcile_sent(struct office *office, const struct wire_parcel *parcel)
{
	char month[CLOCK_TEXT_BYTES];
	struct reconcile *r = office->reconcile;

	clock_month(id_wall_ms(&parcel->id), month);
	if (r == NULL || zhashx_lookup(r->walked, month) == NULL)
		return;
	/* accepted twice, if the first answer was lost */
	for (size_t i = 0; i < r->count; i++)
		if (id_compare(&r->plans[i].id, &parcel->id) == 0)
			return;
	add_plan(r, parcel);
}

static void
walk_folder(struct reconcile *r, int month)
{
	char **names;
	int n = file_list(month, &names);

	for (int i = 0; i < n; i++) {
		struct wire_parcel *parcel = NULL;
		struct id id;
		int dir = id_parse(names[i], &id) == 0
			      ? file_dir_open(month, names[i])
			      : -1;

		if (dir >= 0 && manifest_read(dir, &parcel) == 0)
			add_plan(r, parcel);
		manifest_free(&parcel);
		if (dir >= 0)
			close(dir);
	}
	if (n >= 0)
		file_list_free(&names);
}

/* The folder "2025-04" of 送信済, unless that was done before. */
static void
walk_month(struct office *office, const char *name)
{
	struct reconcile *r = office->reconcile;
	int month;

	if (zhashx_lookup(r->walked, name) != NULL)
		return;
	month = file_dir_open(office->folders.sent, name);
	if (month >= 0) {
		walk_folder(r, month);
		close(month);
	}
	/* also if it is not there: what comes will be told */
	(void)zhashx_insert(r->walked, name, r);
}

static void
walk_around(struct office *office, const char *service_month)
{
	int year, month;

	if (sscanf(service_month, "%4d%2d", &year, &month) != 2)
		return;
	for (int i = -SPAN; i <= SPAN; i++) {
		int at = year * 12 + month - 1 + i;
		char name[32];

		snprintf(name, sizeof(name), "%04d-%02d", at / 12, at % 12 + 1);
		walk_month(office, name);
	}
}

static bool
same_type(const char *a, const char *b)
{
	return *a == '\0' || *b == '\0' || strcmp(a, b) == 0;
}

static int
newest_first(const void *a, const void *b)
{
	const struct id *x = a, *y = b;

	return id_compare(y, x);
}

/* The ids of the plans for the partner that sent ${actual}, newest first. */
static size_t
find_plans(struct office *office, const struct wire_parcel *from,
    const struct name *actual, struct id **out)
{
	const struct reconcile *r = office->reconcile;
	size_t n = 0;

	walk_around(office, actual->month);
	*out = mem_new((r->count + 1) * sizeof(**out));
	for (size_t i = 0; i < r->count; i++) {
		const struct plan *plan = &r->plans[i];

		if (strcmp(plan->to, from->from) == 0 &&
		    same_type(plan->to_type, from->from_type) &&
		    strcmp(plan->month, actual->month) == 0)
			(*out)[n++] = plan->id;
	}
	qsort(*out, n, sizeof(**out), newest_first);
	return n < PLANS_MAX ? n : PLANS_MAX;
}

/* ---- comparing ---- */

static bool
add_document(
    struct compare *compare, int dir, const struct wire_document *document)
{
	struct why why = {0};
	struct buf bytes;
	int rc;

	buf_init(&bytes, WIRE_PARCEL_BYTES_MAX + 1u);
	rc = file_read(dir, document->name, WIRE_PARCEL_BYTES_MAX, &bytes);
	if (rc == 0)
		rc = compare_add(compare, document->name,
		    bytes.data == NULL ? "" : bytes.data, bytes.len, &why);
	buf_fini(&bytes);
	return rc == 0;
}

static int
open_sent(struct office *office, const struct id *id)
{
	char month_name[CLOCK_TEXT_BYTES], name[ID_TEXT_BYTES];
	int month, dir;

	clock_month(id_wall_ms(id), month_name);
	month = file_dir_open(office->folders.sent, month_name);
	if (month < 0)
		return month;
	dir = file_dir_open(month, id_text(id, name));
	close(month);
	return dir;
}

/* Planned uses and names of clients; false: the folder is gone. */
static bool
add_plan_of(struct office *office, struct compare *compare, const struct id *id)
{
	struct wire_parcel *parcel = NULL;
	int dir = open_sent(office, id);
	bool any = false;

	if (dir < 0)
		return false;
	if (manifest_read(dir, &parcel) != 0) {
		close(dir);
		return false;
	}
	for (size_t i = 0; i < parcel->document_count; i++) {
		const struct wire_document *d = &parcel->documents[i];

		if (strcmp(d->kind, "UPPLAN") == 0)
			any = add_document(compare, dir, d) || any;
		else if (strcmp(d->kind, "UPHOSOKU") == 0)
			(void)add_document(compare, dir, d);
	}
	manifest_free(&parcel);
	close(dir);
	return any;
}

/* ---- writing ---- */

static int
open_folder(struct office *office)
{
	const char *name = office->app->settings->compare_folder;
	int dir = file_dir_below(office->folders.root, name, 0700);

	if (dir >= 0)
		(void)file_tidy(dir);
	return dir;
}

static int
write_csv(struct office *office, int dir, const char *stem,
    const struct compare *compare)
{
	struct buf out;
	char name[256];
	int rc = TSK_TOOBIG;

	buf_init(&out, CSV_MAX);
	compare_csv(compare, false, office->app->language == LANGUAGE_JA, &out);
	snprintf(name, sizeof(name), "%s.csv", stem);
	if (buf_ok(&out))
		rc = file_write(dir, name, out.data, out.len, 0600);
	buf_fini(&out);
	CRASH_POINT("office-compare-csv");
	return rc;
}

static int
write_page(struct office *office, int dir, const char *stem,
    const struct compare *compare, const struct name *actual)
{
	enum language language = office->app->language;
	struct buf out;
	char name[256];
	int rc;

	buf_init(&out, PAGE_MAX);
	text_add(&out, language, TEXT_COMPARE_HEAD, actual->month, actual->from,
	    actual->stamp);
	compare_text(compare, ROWS_MAX, language == LANGUAGE_JA, &out);
	snprintf(name, sizeof(name), "%s.txt", stem);
	rc = folders_notice(dir, name, out.data, out.len);
	buf_fini(&out);
	CRASH_POINT("office-compare-page");
	return rc;
}

static int
write_both(struct office *office, const struct wire_parcel *parcel,
    const struct name *actual, const struct compare *compare)
{
	int dir = open_folder(office), rc;
	char stem[200];

	if (dir < 0)
		return dir;
	snprintf(stem, sizeof(stem), "%s%s_%s%s%s",
	    text_of(office->app->language, TEXT_PREFIX_COMPARE), actual->month,
	    parcel->from, *parcel->from_type == '\0' ? "" : "_",
	    parcel->from_type);
	rc = write_csv(office, dir, stem, compare);
	if (rc == 0)
		rc = write_page(office, dir, stem, compare, actual);
	close(dir);
	return rc;
}

/* ---- the status cell ---- */

static void
show(struct office *office, const struct id *id, unsigned long long differences,
    bool doubtful)
{
	enum language language = office->app->language;
	struct buf text;
	char number[24];

	buf_init(&text, 1024);
	snprintf(number, sizeof(number), "%llu", differences);
	text_add(&text, language,
	    differences > 0 ? TEXT_STATUS_DIFFERENCES
	    : doubtful      ? TEXT_STATUS_DOUBTFUL
			    : TEXT_STATUS_NO_DIFFERENCE,
	    number, NULL, NULL);
	status_compared(office->status, id, text.data);
	buf_fini(&text);
}

/* Not worth a failure: the cell can be made again, the files are there. */
static void
keep(struct office *office, const struct id *id, const struct compare *compare)
{
	unsigned long long differences = compare_differences(compare);
	bool doubtful = compare_doubtful(compare);
	int dir = open_sent(office, id), n;
	char text[STATE_MAX];

	n = snprintf(text, sizeof(text), "differences %llu doubtful %d\n",
	    differences, doubtful);
	if (dir < 0 ||
	    file_write(dir, RECONCILE_NAME, text, (size_t)n, 0600) != 0)
		log_warn("compare: office=%s the status is not kept: %s",
		    office->label, strerror(errno));
	if (dir >= 0)
		close(dir);
	CRASH_POINT("office-compare-kept");
	show(office, id, differences, doubtful);
}

void
reconcile_load(struct office *office, int dir, const struct id *id)
{
	unsigned long long differences;
	struct buf text;
	int doubtful;

	buf_init(&text, STATE_MAX);
	if (file_read(dir, RECONCILE_NAME, STATE_MAX - 1, &text) == 0 &&
	    text.len > 0 &&
	    sscanf(text.data, "differences %llu doubtful %d", &differences,
		&doubtful) == 2)
		show(office, id, differences, doubtful != 0);
	buf_fini(&text);
}

/* ---- one delivery ---- */

static void
compare_one(struct office *office, int dir, const struct wire_parcel *parcel,
    const struct wire_document *document, const struct name *actual)
{
	struct compare *compare = compare_new(office->app->standard);
	struct id *plans, newest = {0};
	size_t n = find_plans(office, parcel, actual, &plans), used = 0;
	char id[ID_TEXT_BYTES];
	int rc = 0;

	/* who sent the plan may have been away when the broker said that it is
	 * answered; what is picked up is not asked for any more */
	if (n > 0)
		(void)!link_query(office->app->link, plans, n);
	for (size_t i = 0; i < n; i++) {
		if (!add_plan_of(office, compare, &plans[i]))
			continue;
		if (used++ == 0)
			newest = plans[i];
	}
	if (used > 0 && add_document(compare, dir, document)) {
		compare_run(compare);
		rc = write_both(office, parcel, actual, compare);
		log_info("compare: parcel=%s office=%s plans=%zu "
			 "differences=%llu doubtful=%d result=%s",
		    id_text(&parcel->id, id), office->label, used,
		    (unsigned long long)compare_differences(compare),
		    compare_doubtful(compare), rc == 0 ? "ok" : err_text(rc));
		if (rc == 0)
			keep(office, &newest, compare);
	}
	free(plans);
	compare_free(&compare);
}

void
reconcile_received(
    struct office *office, int dir, const struct wire_parcel *parcel)
{
	if (office->reconcile == NULL || !office->app->settings->compare)
		return;
	for (size_t i = 0; i < parcel->document_count; i++) {
		const struct wire_document *d = &parcel->documents[i];
		struct name actual;
		struct why why;

		if (strcmp(d->kind, "UPJSK") == 0 &&
		    faccessat(dir, d->name, R_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
		    name_parse(office->app->standard, d->name, &actual, &why) ==
			0)
			compare_one(office, dir, parcel, d, &actual);
	}
}

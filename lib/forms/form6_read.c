/* NAME
 *	form6_read - the documents of a parcel, read for form 6
 */
#include <string.h>

#include "inside.h"
#include "rows.h"

/* In the order of struct pivot_use. */
static const char *const use_fields[] = {
    "insurer_number",
    "insured_number",
    "created_date",
    "target_month",
    "plan_office_number",
    "plan_staff_name",
    "short_stay_days_to_previous_month",
    "service_date",
    "per_diem_days",
    "service_start_time",
    "service_end_time",
    "service_count",
    "service_code",
    "tais_code",
    "equipment_notice_code",
    "equipment_name",
    "detail_no",
    "service_office_number",
    "service_office_name",
    "satellite_no",
};
#define USE_FIELDS (sizeof(use_fields) / sizeof(use_fields[0]))

static struct pivot_use
use_of(const char *const *cells)
{
	struct pivot_use use = {
	    .insurer_number = cells[0],
	    .insured_number = cells[1],
	    .created_date = cells[2],
	    .target_month = cells[3],
	    .plan_office_number = cells[4],
	    .plan_staff_name = cells[5],
	    .short_stay_days = cells[6],
	    .service_date = cells[7],
	    .per_diem_days = cells[8],
	    .service_start_time = cells[9],
	    .service_end_time = cells[10],
	    .service_count = cells[11],
	    .service_code = cells[12],
	    .tais_code = cells[13],
	    .equipment_notice_code = cells[14],
	    .equipment_name = cells[15],
	    .detail_no = cells[16],
	    .service_office_number = cells[17],
	    .service_office_name = cells[18],
	    .satellite_no = cells[19],
	};

	return use;
}

static const char *
name_of(const struct draw_document *doc)
{
	return doc->name != NULL ? doc->name : "the file";
}

static int
read_use(const struct standard *standard, const struct draw_document *doc,
    const char *kind, struct pivot *pivot, struct why *why)
{
	enum pivot_side side =
	    strcmp(kind, "UPJSK") == 0 ? PIVOT_ACTUAL : PIVOT_PLANNED;
	const char *cells[USE_FIELDS];
	struct rows *rows = rows_open(standard, kind, name_of(doc), doc->data,
	    doc->bytes, use_fields, USE_FIELDS, why);
	int rc = 0;

	if (rows == NULL)
		return TSK_INVALID;
	while (rc == 0 && (rc = rows_next(rows, cells, why)) == 0) {
		struct pivot_use use = use_of(cells);
		rc = pivot_add(pivot, side, &use, rows_record(rows), why);
	}
	rows_close(&rows);
	return rc == TSK_EMPTY ? 0 : rc;
}

static int
read_persons(const struct standard *standard, const struct draw_document *doc,
    struct pivot *pivot, struct why *why)
{
	const char *cells[PERSON_FIELDS];
	struct rows *rows = rows_open(standard, "UPHOSOKU", name_of(doc),
	    doc->data, doc->bytes, pivot_person_fields, PERSON_FIELDS, why);
	int rc = 0;

	if (rows == NULL)
		return TSK_INVALID;
	while ((rc = rows_next(rows, cells, why)) == 0)
		pivot_person(pivot, cells);
	rows_close(&rows);
	return rc == TSK_EMPTY ? 0 : rc;
}

int
form6_read(const struct standard *standard, const struct draw_set *set,
    const struct forms *forms, struct pivot *pivot, struct why *why)
{
	char kind[NAME_KIND_BYTES];
	int rc = 0;

	for (size_t i = 0; i < set->count && rc == 0; i++) {
		bundle_document_kind(forms, &set->documents[i], kind);
		if (strcmp(kind, "UPPLAN") == 0 || strcmp(kind, "UPJSK") == 0)
			rc = read_use(
			    standard, &set->documents[i], kind, pivot, why);
	}
	/* persons join clients, so they come last */
	for (size_t i = 0; i < set->count && rc == 0; i++) {
		bundle_document_kind(forms, &set->documents[i], kind);
		if (strcmp(kind, "UPHOSOKU") == 0)
			rc = read_persons(
			    standard, &set->documents[i], pivot, why);
	}
	return rc;
}

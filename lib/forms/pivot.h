/* NAME
 *	pivot - from a record for every service date to a row for every service
 * DESCRIPTION
 *	UPPLAN and UPJSK hold one record a day, form 6 one row a service with the
 *	days of the month as columns.  Records with the same client, month,
 *	office, code, times and equipment make one row; planned and actual counts
 *	of one row stand below each other.  Clients and services keep the order
 *	in which they first came: it is the order of the care software.
 *
 *	Cells come as UTF-8 and are copied.  No text of a record ever goes into a
 *	${why}: it names the record, not the person.
 * DIAGNOSTICS
 *	TSK_INVALID "bad-month", "bad-date", "bad-count"; TSK_TOOBIG
 *	"too-many-clients", "too-many-services".
 */
#ifndef TASUKI_PIVOT_H
#define TASUKI_PIVOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define PIVOT_CLIENTS_MAX  10000
#define PIVOT_SERVICES_MAX 1000 /* of one client */
#define PIVOT_DAYS         31

enum pivot_side { PIVOT_PLANNED, PIVOT_ACTUAL, PIVOT_SIDES };

/* One record of UPPLAN or UPJSK; names as in the layout, never NULL. */
struct pivot_use {
	const char *insurer_number, *insured_number, *created_date;
	const char *target_month, *plan_office_number, *plan_staff_name;
	const char *short_stay_days, *service_date, *per_diem_days;
	const char *service_start_time, *service_end_time, *service_count;
	const char *service_code, *tais_code, *equipment_notice_code;
	const char *equipment_name, *detail_no, *service_office_number;
	const char *service_office_name, *satellite_no;
};

/* One record of UPHOSOKU, in the order of pivot_person_fields[]. */
enum pivot_person_field {
	PERSON_INSURER,
	PERSON_INSURED,
	PERSON_MONTH,
	PERSON_KANA,
	PERSON_NAME,
	PERSON_SEX,
	PERSON_BIRTH,
	PERSON_STATUS,
	PERSON_LEVEL,
	PERSON_LEVEL_BEFORE,
	PERSON_LEVEL_CHANGED,
	PERSON_LIMIT,
	PERSON_LIMIT_START,
	PERSON_LIMIT_END,
	PERSON_FIELDS,
};
/* English names of the layout. */
extern const char *const pivot_person_fields[PERSON_FIELDS];

struct pivot_service {
	char *office_number, *office_name, *satellite_no;
	char *start, *end, *code;
	char *tais_code, *notice_code, *equipment_name, *detail_no;
	unsigned per_diem; /* days billed per diem; 0: not per diem */
	uint16_t count[PIVOT_SIDES][PIVOT_DAYS + 1]; /* [side][1..31] */
	uint32_t total[PIVOT_SIDES];
	uint64_t tag;
};

struct pivot_client {
	char *insurer_number, *insured_number, *month;
	char *created_date, *plan_office_number, *plan_staff_name;
	char *short_stay_days;
	char *person[PERSON_FIELDS]; /* "" where UPHOSOKU says nothing */
	struct pivot_service *services;
	size_t service_count, service_room;
	uint64_t tag;
};

struct pivot {
	struct pivot_client *clients;
	size_t count, room;
	uint32_t *slots; /* hash of clients: index + 1; 0 = free */
	size_t slot_count;
	bool side[PIVOT_SIDES]; /* such records came */
};

void pivot_init(struct pivot *pivot);
void pivot_fini(struct pivot *pivot);
/* pivot_add(pivot, side, use, record, why): record (1..) is for the message. */
int pivot_add(struct pivot *pivot, enum pivot_side side,
    const struct pivot_use *use, uint64_t record, struct why *why) TSK_MUST_USE;
/* pivot_person(pivot, fields): join a record of UPHOSOKU; ignored if its client
 * and month are not there.  Call after the pivot_add()s. */
void pivot_person(struct pivot *pivot, const char *const fields[PERSON_FIELDS]);

#endif

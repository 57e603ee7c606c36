/* NAME
 *	status - 送信状況.csv, what became of each parcel, for Excel
 */
#ifndef TASUKI_OFFICE_STATUS_H
#define TASUKI_OFFICE_STATUS_H

#include "office.h"
#include "wire.h"

enum status_state {
	STATUS_SENDING,  /* in our folder, not accepted */
	STATUS_WAITING,  /* refused for now */
	STATUS_ACCEPTED, /* the broker has it; then the legs say more */
	STATUS_REJECTED,
};

struct status;

struct status *status_new(struct office *office);
void status_free(struct status **status);

/* status_parcel(s, parcel, state, at_ms, note): make or change the parcel's
 * row; note "" keeps the old one. */
void status_parcel(struct status *s, const struct wire_parcel *parcel,
    enum status_state state, int64_t at_ms, const char *note);
/* status_set(s, id, state, at_ms, note): the same for a row that is there. */
void status_set(struct status *s, const struct id *id, enum status_state state,
    int64_t at_ms, const char *note);
/* status_rejected(s, parcel): it never left; the reason lies with the files. */
void status_rejected(struct status *s, const struct wire_parcel *parcel);
void status_ways(struct status *s, const struct id *id, uint32_t ways);
void status_leg(struct status *s, const struct id *id, uint32_t leg,
    enum leg_state state, enum leg_way way, const char *code, int64_t at_ms);
/* status_compared(s, id, text): what the comparison with the 実績 that came back
 * says. */
void status_compared(struct status *s, const struct id *id, const char *text);
/* status_flush(s, now_ms): write the file if something changed and the last
 * time was a second ago; returns when to come again or INT64_MAX. */
int64_t status_flush(struct status *s, int64_t now_ms);

#endif

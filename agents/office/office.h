/* NAME
 *	office - one office in this process, and the process around it
 */
#ifndef TASUKI_OFFICE_OFFICE_H
#define TASUKI_OFFICE_OFFICE_H

#include <czmq.h>

#include "agent.h"
#include "link.h"
#include "standard.h"

#include "folders.h"
#include "settings.h"
#include "texts.h"
#include "watch.h"

struct app;
struct incoming;
struct listed;
struct outbox;
struct outgoing;
struct pickup;
struct receipts;
struct reconcile;
struct status;

struct office {
	struct app *app;
	char number[NUMBER_OFFICE_BYTES], type[NUMBER_TYPE_BYTES];
	char label[NUMBER_OFFICE_BYTES + NUMBER_TYPE_BYTES + 1]; /* for logs */
	const struct office_settings *settings;
	struct folders folders;
	unsigned spares;             /* place.c */
	struct outbox *outbox;       /* outbox.h */
	struct pickup *pickup;       /* pickup.h */
	struct receipts *receipts;   /* receipts.h */
	struct reconcile *reconcile; /* reconcile.h */
	struct status *status;       /* status.h */
	zhashx_t *latest;            /* latest.h */
	int64_t recall_ms;           /* recall.h: next look */
	/* desks.h */
	bool listed;                  /* the broker named it in this run */
	bool resting;                 /* it may not be acted for now */
	struct office_settings *made; /* not of the settings file */
};

struct app {
	struct agent *agent;
	zloop_t *loop;
	const struct settings *settings;
	enum language language;
	struct standard *standard;
	const struct profile *profile; /* how severe findings are */
	struct watch *watch;
	struct link *link;
	struct listed *listed;     /* listed.h */
	struct outgoing *outgoing; /* outgoing.h */
	struct incoming *incoming; /* incoming.h */
	struct office *offices;
	size_t office_count, office_room;
	zloop_timer_fn *work; /* main.c */
	int work_timer;
	int64_t work_at_ms;
};

/* app_wake(app, at_ms): work() runs then (monotonic), or earlier. */
void app_wake(struct app *app, int64_t at_ms);
/* office_for(app, queue, number, type): who serves that queue; NULL. */
struct office *office_for(
    struct app *app, const char *queue, const char *number, const char *type);

#endif

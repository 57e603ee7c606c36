/* NAME
 *	writer - the one thread that changes the store
 * DESCRIPTION
 *	Two lists under one mutex: what waits, and what is finished; an eventfd
 *	wakes the net thread.  The thread takes the whole waiting list when it is
 *	idle, so batches grow by themselves when the disk is the slow part and
 *	stay at one when it is not.
 *
 *	A batch that is more than one transaction takes is cut in two until it
 *	fits (run_parts()): a large import must not end the broker.
 *
 *	Two waits, both of a few milliseconds and only where nobody feels them,
 *	because a commit costs the same whatever is in it (gather()):
 *	- settlements alone wait for the next intake to ride along: no person
 *	  and no window waits for "settled", while a sender with a window of one
 *	  would wait behind their commit;
 *	- under load, as long as works keep coming in, a batch is allowed to
 *	  grow.  The senders' windows are then open anyway.
 * DIAGNOSTICS
 *	The store's own words for a broken store, once, as an error.  warn: works
 *	that are more than a transaction takes even by themselves.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "crash.h"
#include "log.h"

#include "writer.h"

/* One transaction is bounded, or a flood would make everybody wait. */
#define PATIENT_WORKS 64u
#define BATCH_WORKS   4096u
#define BATCH_BYTES   (64u * 1024 * 1024)

#define PATIENT_NS (4 * 1000000) /* settlements wait that long for company */
#define LOADED     16            /* works in the last batch: there is load */
#define SLICE_NS   1000000       /* nothing new for that long: go */
#define SLICES     5
#define ENOUGH     256

struct works {
	struct work *first, *last;
	size_t count, urgent; /* urgent: somebody waits for the answer */
};

struct writer {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int fd;
	bool started, stop, broken;
	struct why why;
	struct works waiting, finished;
	uint64_t commits, ops, full;
	/* net thread only */
	struct works gathered, stalled;
	size_t bytes, count, handed;
	bool hurry;         /* something gathered is not patient */
	int64_t patient_ms; /* since when the gathered wait; -1: not yet */
	/* writer thread only */
	struct store_op **batch;
	size_t batch_room;
	size_t last_count;
};

static bool
urgent(const struct work *work)
{
	return work->op.type != STORE_SETTLE && work->op.type != STORE_PURGE;
}

static void
append(struct works *list, struct work *work)
{
	work->next = NULL;
	if (list->last != NULL)
		list->last->next = work;
	else
		list->first = work;
	list->last = work;
	list->count++;
	list->urgent += urgent(work) ? 1 : 0;
}

static void
append_all(struct works *to, struct works *from)
{
	if (from->first == NULL)
		return;
	if (to->last != NULL)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->count += from->count;
	to->urgent += from->urgent;
	memset(from, 0, sizeof(*from));
}

static struct work *
shift(struct works *list)
{
	struct work *work = list->first;

	if (work == NULL)
		return NULL;
	list->first = work->next;
	if (list->first == NULL)
		list->last = NULL;
	list->count--;
	list->urgent -= urgent(work) ? 1 : 0;
	return work;
}

/* ---- the thread ---- */

static bool
is_intake(const struct store_op *op)
{
	return op->type == STORE_ACCEPT || op->type == STORE_STAGE;
}

static int
apply(struct writer *w, size_t count)
{
	struct why why = {0};
	int rc;

	if (count == 0)
		return 0;
	CRASH_POINT("writer-before-apply");
	rc = store_apply(w->store, w->batch, count, &why);
	CRASH_POINT("writer-after-apply");
	pthread_mutex_lock(&w->lock);
	if (rc == 0) {
		w->commits++;
		w->ops += count;
	} else if (rc == TSK_FULL) {
		w->full++;
	} else if (rc != TSK_TOOBIG) {
		w->broken = true;
		w->why = why;
	}
	pthread_mutex_unlock(&w->lock);
	if (rc != 0 && rc != TSK_FULL && rc != TSK_TOOBIG)
		log_error("writer: result=broken why=\"%s\"",
		    why.text[0] ? why.text : err_text(rc));
	return rc;
}

/* Works [first, end) of a list. */
static void
mark(struct work *first, const struct work *end, int rc, bool intake_only)
{
	struct work *work;

	for (work = first; work != end; work = work->next) {
		if (!intake_only || is_intake(&work->op))
			work->op.rc = rc;
	}
}

static int
apply_range(struct writer *w, struct work *first, const struct work *end)
{
	struct work *work;
	size_t n = 0;

	for (work = first; work != end; work = work->next)
		w->batch[n++] = &work->op;
	return apply(w, n);
}

static int
apply_without_intake(
    struct writer *w, struct work *first, const struct work *end)
{
	struct work *work;
	size_t n = 0, count = 0;

	for (work = first; work != end; work = work->next, count++) {
		if (!is_intake(&work->op))
			w->batch[n++] = &work->op;
	}
	return n < count ? apply(w, n) : TSK_FULL;
}

/* The first work behind the cut: as near to the middle as works that belong
 * together allow; ${end} if they all do. */
static struct work *
middle(struct work *first, struct work *end)
{
	struct work *work, *cut = end;
	size_t i = 0, half, count = 0;

	for (work = first; work != end && work != NULL; work = work->next)
		count++;
	half = count / 2;
	for (work = first; i + 1 < count; work = work->next) {
		i++;
		if (!work->joined && (i <= half || cut == end))
			cut = work->next;
		if (i >= half && cut != end)
			break;
	}
	return cut;
}

static int run(struct writer *w, struct work *first, struct work *end);

/* More than one transaction takes: in two, and so on.  Works that belong together
 * and are too many by themselves are refused: nobody else has to suffer for
 * them. */
static int
run_parts(struct writer *w, struct work *first, struct work *end)
{
	struct work *cut = middle(first, end);
	int rc;

	if (first == NULL)
		return 0;
	if (cut == end) {
		log_warn("writer: result=too-big type=%d actor=%s",
		    (int)first->op.type, first->op.actor);
		mark(first, end, TSK_TOOBIG, false);
		return 0;
	}
	rc = run(w, first, cut);
	CRASH_POINT("writer-between-parts");
	if (rc != TSK_BROKEN)
		return run(w, cut, end);
	mark(cut, end, TSK_BROKEN, false);
	return rc;
}

/* Works [first, end) in one transaction if it takes them; on a full disk once more
 * without intake, since settlements make room.  TSK_BROKEN: nothing more may be
 * run. */
static int
run(struct writer *w, struct work *first, struct work *end)
{
	int rc = apply_range(w, first, end);

	if (rc == TSK_FULL) {
		mark(first, end, TSK_FULL, false);
		rc = apply_without_intake(w, first, end);
		if (rc == TSK_FULL)
			mark(first, end, TSK_FULL, false);
	}
	if (rc == TSK_TOOBIG)
		return run_parts(w, first, end);
	if (rc != 0 && rc != TSK_FULL) {
		mark(first, end, rc, false);
		return TSK_BROKEN;
	}
	return 0;
}

static void
signal_net(struct writer *w)
{
	uint64_t one = 1;

	while (write(w->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Joined works may be more than a batch is meant to have. */
static void
make_room(struct writer *w, size_t count)
{
	if (count <= w->batch_room)
		return;
	w->batch_room = count;
	w->batch = mem_resize(w->batch, count * sizeof(*w->batch));
}

static void
take_batch(struct writer *w, struct works *list)
{
	size_t bytes = 0;

	while (w->waiting.first != NULL &&
	       ((list->count < BATCH_WORKS && bytes < BATCH_BYTES) ||
		   (list->last != NULL && list->last->joined))) {
		bytes += w->waiting.first->bytes;
		append(list, shift(&w->waiting));
	}
	make_room(w, list->count);
}

/* Sleep until ${until_ns} or until something was put. */
static bool
sleep_until(struct writer *w, int64_t until_ns)
{
	struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};

	return pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0;
}

static void
wait_for_company(struct writer *w)
{
	int64_t until_ns = clock_mono_ns() + PATIENT_NS;

	while (!w->stop && w->waiting.urgent == 0 &&
	       w->waiting.count < ENOUGH && sleep_until(w, until_ns))
		;
}

static void
let_it_grow(struct writer *w)
{
	int64_t until_ns = clock_mono_ns();
	size_t before;
	int i;

	for (i = 0; i < SLICES && !w->stop; i++) {
		before = w->waiting.count;
		until_ns += SLICE_NS;
		while (!w->stop && w->waiting.count < ENOUGH &&
		       sleep_until(w, until_ns))
			;
		if (w->waiting.count == before || w->waiting.count >= ENOUGH)
			return;
	}
}

/* Something waits: is it worth a commit already? */
static void
gather(struct writer *w)
{
	if (w->waiting.urgent == 0)
		wait_for_company(w);
	if (w->last_count >= LOADED)
		let_it_grow(w);
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	struct works list;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->waiting.first == NULL && !w->stop)
			pthread_cond_wait(&w->wake, &w->lock);
		if (!w->stop)
			gather(w);
		if (w->stop)
			break;
		memset(&list, 0, sizeof(list));
		take_batch(w, &list);
		w->last_count = list.count;
		if (w->broken) {
			mark(list.first, NULL, TSK_BROKEN, false);
		} else {
			pthread_mutex_unlock(&w->lock);
			(void)run(w, list.first, NULL);
			pthread_mutex_lock(&w->lock);
		}
		append_all(&w->finished, &list);
		/* without the lock: whom it wakes wants it at once */
		pthread_mutex_unlock(&w->lock);
		signal_net(w);
		pthread_mutex_lock(&w->lock);
	}
	mark(w->waiting.first, NULL, TSK_CLOSED, false);
	append_all(&w->finished, &w->waiting);
	signal_net(w);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- the net thread's side ---- */

int
writer_start(struct store *store, struct writer **out, struct why *why)
{
	struct writer *w = mem_new(sizeof(*w));
	pthread_condattr_t monotonic;
	int rc;

	w->store = store;
	w->patient_ms = -1;
	w->batch_room = BATCH_WORKS;
	w->batch = mem_new(w->batch_room * sizeof(struct store_op *));
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0) {
		why_system(why, WHY_LATER, "eventfd");
		writer_free(&w);
		return TSK_SYSTEM;
	}
	if ((rc = pthread_create(&w->thread, NULL, writer_main, w)) != 0) {
		errno = rc;
		why_system(why, WHY_LATER, "writer thread");
		writer_free(&w);
		return TSK_SYSTEM;
	}
	w->started = true;
	*out = w;
	return 0;
}

void
writer_registry(struct work *work, const char *actor, int64_t at_ms,
    const char *kind, const char *key, const char *value, const char *note)
{
	struct store_op *op = &work->op;

	op->type = STORE_REGISTRY;
	op->actor = actor;
	op->at_ms = at_ms;
	op->registry.kind = kind;
	op->registry.key = key;
	op->registry.value = value;
	op->registry.bytes = value != NULL ? strlen(value) : 0;
	op->registry.note = note;
}

void
writer_put(struct writer *w, struct work *work)
{
	append(&w->gathered, work);
	w->hurry |= !work->patient;
	w->bytes += work->bytes;
	w->count++;
}

void
writer_later(struct writer *w, struct work *work)
{
	append(&w->stalled, work);
	w->bytes += work->bytes;
	w->count++;
}

void
writer_retry(struct writer *w)
{
	append_all(&w->gathered, &w->stalled);
	w->hurry = true;
}

/* While a commit runs there is nothing to wait for: what is handed over joins
 * the next one anyway. */
static bool
may_wait(struct writer *w, int64_t now_ms)
{
	if (w->hurry || w->handed > 0 || w->gathered.count >= PATIENT_WORKS ||
	    now_ms < 0)
		return false;
	if (w->patient_ms < 0)
		w->patient_ms = now_ms;
	return now_ms - w->patient_ms < WRITER_PATIENCE_MS;
}

void
writer_flush(struct writer *w, int64_t now_ms)
{
	if (w->gathered.first == NULL || may_wait(w, now_ms))
		return;
	w->handed += w->gathered.count;
	w->hurry = false;
	w->patient_ms = -1;
	pthread_mutex_lock(&w->lock);
	append_all(&w->waiting, &w->gathered);
	if (w->stop) { /* nobody will run them any more */
		mark(w->waiting.first, NULL, TSK_CLOSED, false);
		append_all(&w->finished, &w->waiting);
		signal_net(w);
	}
	pthread_mutex_unlock(&w->lock);
	/* not before: the writer would wake to wait for the lock */
	pthread_cond_signal(&w->wake);
}

int
writer_fd(const struct writer *w)
{
	return w->fd;
}

struct work *
writer_take(struct writer *w)
{
	struct works list = {0};
	struct work *work;
	uint64_t n;

	while (read(w->fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&w->lock);
	append_all(&list, &w->finished);
	pthread_mutex_unlock(&w->lock);
	for (work = list.first; work != NULL; work = work->next) {
		w->bytes -= work->bytes;
		w->count--;
		w->handed--;
	}
	return list.first;
}

int64_t
writer_due(const struct writer *w)
{
	return w->patient_ms < 0 ? -1 : w->patient_ms + WRITER_PATIENCE_MS;
}

bool
writer_busy(const struct writer *w)
{
	return w->handed > 0;
}

size_t
writer_bytes(const struct writer *w)
{
	return w->bytes;
}

size_t
writer_count(const struct writer *w)
{
	return w->count;
}

size_t
writer_stalled(const struct writer *w)
{
	return w->stalled.count;
}

bool
writer_broken(const struct writer *cw, struct why *why)
{
	struct writer *w = (struct writer *)(uintptr_t)cw;
	bool broken;

	pthread_mutex_lock(&w->lock);
	broken = w->broken;
	if (broken && why != NULL)
		*why = w->why;
	pthread_mutex_unlock(&w->lock);
	return broken;
}

void
writer_commits(
    const struct writer *cw, uint64_t *commits, uint64_t *ops, uint64_t *full)
{
	struct writer *w = (struct writer *)(uintptr_t)cw;

	pthread_mutex_lock(&w->lock);
	*commits = w->commits;
	*ops = w->ops;
	*full = w->full;
	pthread_mutex_unlock(&w->lock);
}

void
writer_stop(struct writer *w)
{
	if (!w->started)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->started = false;
}

void
writer_free(struct writer **w_p)
{
	struct writer *w = *w_p;

	if (w == NULL)
		return;
	writer_stop(w);
	if (w->fd >= 0)
		close(w->fd);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w->batch);
	free(w);
	*w_p = NULL;
}

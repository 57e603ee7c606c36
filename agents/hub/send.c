/* NAME
 *	send - all parcels for a hub, and what is done with each next
 * SUMMARY
 *	see send.h
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#include "lay.h"
#include "send_inside.h"

#define FAILED_KEEP_MS (90LL * 24 * 3600 * 1000)
/* At once: each waits for the disk, and the broker for our heartbeat. */
#define STEPS_MAX 200

/* ---- the list ---- */

/* What is not there yet stands in the line of its sender and receiver. */
static void
append(struct send *s, struct job *job)
{
	char pair[2 * NUMBER_OFFICE_BYTES];

	leg_list_add(s->jobs, &job->entry, job, &job->id, job->leg);
	if (job->state >= JOB_HANDED)
		return;
	snprintf(pair, sizeof(pair), "%s>%s", job->from, job->to);
	leg_list_line_up(s->jobs, &job->entry, pair);
}

static void
drop(struct send *s, struct job *job)
{
	leg_list_remove(s->jobs, &job->entry);
	job_free(&job);
}

struct send *
send_new(const struct hub_settings *settings, const struct hub_profile *profile,
    struct spool *spool, struct worker *worker, send_told_fn *tell, void *arg)
{
	struct send *s = mem_new(sizeof(*s));

	s->settings = settings;
	s->profile = profile;
	s->spool = spool;
	s->worker = worker;
	s->tell = tell;
	s->arg = arg;
	s->jobs = leg_list_new();
	return s;
}

void
send_free(struct send **send_p)
{
	struct send *s = *send_p;
	struct job *job;

	if (s == NULL)
		return;
	while ((job = send_next(s, NULL)) != NULL)
		drop(s, job);
	leg_list_free(&s->jobs);
	free(s);
	*send_p = NULL;
}

struct job *
send_find(struct send *s, const struct id *id, unsigned leg)
{
	return leg_list_find(s->jobs, id, leg);
}

struct job *
send_next(struct send *s, const struct job *job)
{
	return leg_list_next(s->jobs, job == NULL ? NULL : &job->entry);
}

static void
load_one(void *arg, struct job *job)
{
	append(arg, job);
}

int
send_load(struct send *s, struct why *why)
{
	return spool_load(s->spool, load_one, s, why);
}

/* ---- states ---- */

static void
log_job(const struct job *job, enum log_level level, const char *result)
{
	char id[ID_TEXT_BYTES];

	log_line(level,
	    "job: parcel=%s leg=%u from=%s to=%s tries=%u result=%s code=%s "
	    "why=\"%s\"",
	    id_text(&job->id, id), job->leg, job->from, job->to, job->tries,
	    result, job->code, job->text);
}

int
send_save(struct send *s, struct job *job)
{
	struct why why = {0};
	int rc = spool_save(s->spool, job, &why);

	job->dirty = rc < 0;
	if (rc < 0)
		log_error("job: result=not-saved code=%s why=\"%s\"", why.code,
		    why.text);
	return rc;
}

/* A state the broker is to hear of; told again when it is on the disk. */
static void
enter(struct send *s, struct job *job, enum job_state state)
{
	job->state = state;
	leg_list_leave(s->jobs, &job->entry); /* another may go now */
	job->waiting = false;
	job->told = false;
	if (send_save(s, job) == 0)
		s->tell(s->arg, job);
}

static void
end(struct send *s, struct job *job)
{
	struct why why = {0};

	if (spool_end(s->spool, job, &why) == 0) {
		drop(s, job);
		return;
	}
	log_error(
	    "job: result=not-ended code=%s why=\"%s\"", why.code, why.text);
	job->waiting = true;
	job->next_ms = clock_wall_ms() + SEND_SAVE_RETRY_MS;
}

static int64_t
backoff(const struct send *s, unsigned tries)
{
	int64_t ms = s->settings->retry_ms;

	while (tries-- > 1 && ms < s->settings->retry_max_ms)
		ms *= 2;
	return ms < s->settings->retry_max_ms ? ms : s->settings->retry_max_ms;
}

void
send_wait(struct send *s, struct job *job, const struct why *why)
{
	job->tries++;
	job->waiting = true;
	job->next_ms = clock_wall_ms() + backoff(s, job->tries);
	job_say(job, why->code, "%s", why->text);
	log_job(job, LOG_WARN_, "later");
	(void)send_save(s, job);
}

void
send_fail(struct send *s, struct job *job, const char *code,
    const char *sentence, int64_t now_ms)
{
	job->ended_ms = now_ms;
	job_say(job, code, "%s", sentence);
	log_job(job, LOG_WARN_, "failed");
	enter(s, job, JOB_FAILED);
}

int
send_handed(struct send *s, struct job *job, int64_t now_ms)
{
	if (job->state >= JOB_HANDED)
		return TSK_INVALID;
	job->handed_ms = now_ms;
	job_say(job, "handed-over", "It lies at the hub.");
	log_job(job, LOG_INFO_, "handed");
	enter(s, job, JOB_HANDED);
	return 0;
}

int
send_seen(struct send *s, struct job *job, const char *by, int64_t now_ms)
{
	if (job->state != JOB_HANDED || job->busy)
		return TSK_INVALID;
	job->seen_ms = job->ended_ms = now_ms;
	snprintf(job->by, sizeof(job->by), "%s", by);
	job_say(job, "seen", "It was seen at the hub.");
	log_job(job, LOG_INFO_, "seen");
	enter(s, job, JOB_SEEN);
	return 0;
}

int
send_retry(struct send *s, struct job *job, int64_t now_ms)
{
	(void)s;
	if (!job->waiting)
		return TSK_INVALID;
	job->next_ms = now_ms;
	return 0;
}

void
send_recall(struct send *s, struct job *job, int64_t now_ms)
{
	job->recall = true;
	if (job->busy)
		return; /* the answer says how far it is */
	if (job->state == JOB_QUEUED ||
	    (job->state == JOB_LAYING && s->worker != NULL)) {
		if (job->state == JOB_LAYING)
			send_clear(s, job);
		job->ended_ms = now_ms;
		job_say(job, "recalled", "It was taken back in time.");
		enter(s, job, JOB_RECALLED);
	} else {
		s->tell(s->arg, job);
	}
}

void
send_delivered(struct send *s, struct job *job)
{
	if (!job->told) {
		job->told = true;
		(void)send_save(s, job);
	}
}

/* ---- a new job ---- */

int
send_add(struct send *s, const struct wire_parcel *parcel, unsigned leg,
    const struct link_body *bodies, int64_t now_ms, struct job **out,
    struct why *why)
{
	struct job *old = send_find(s, &parcel->id, leg);
	struct job *job = mem_new(sizeof(*job));
	int rc;

	job->id = parcel->id;
	job->leg = leg;
	job->state = JOB_QUEUED;
	memcpy(job->from, parcel->from, sizeof(job->from));
	memcpy(job->to, parcel->to, sizeof(job->to));
	memcpy(job->month, parcel->month, sizeof(parcel->month));
	job->made_ms = now_ms;
	job_say(job, "queued", "It waits for its turn.");
	rc = spool_put(s->spool, job, parcel, bodies, why);
	if (rc < 0) {
		job_free(&job);
		return rc;
	}
	if (old != NULL)
		drop(s, old);
	append(s, job);
	*out = job;
	return 0;
}

/* ---- watching ---- */

static void
on_watched(struct order *done)
{
	struct watch *watch = (struct watch *)done;
	struct send *s = done->arg;
	unsigned steps = 0;

	s->watching = false;
	s->watch_ms = clock_wall_ms() + s->settings->interval_ms;
	if (done->rc < 0 && done->rc != TSK_CLOSED)
		log_warn("watch: result=later code=%s why=\"%s\"",
		    done->why.code, done->why.text);
	for (size_t i = 0; done->rc == 0 && i < watch->count; i++) {
		struct watch_item *item = &watch->items[i];
		struct job *job =
		    item->seen ? send_find(s, &item->id, item->leg) : NULL;

		if (job == NULL || send_seen(s, job, "", clock_wall_ms()) < 0 ||
		    ++steps < STEPS_MAX)
			continue;
		s->watch_ms = clock_wall_ms(); /* the others */
		break;
	}
	watch_free(&watch);
}

static void
watch(struct send *s)
{
	bool moved = strcmp(s->profile->status.seen, "moved") == 0;
	struct watch *w = watch_new(moved, on_watched, s);

	for (struct job *job = NULL; (job = send_next(s, job)) != NULL;)
		if (job->state == JOB_HANDED && job->folder != NULL)
			watch_add(w, job,
			    moved ? s->profile->status.folder : job->folder);
	if (w->count == 0) {
		watch_free(&w);
		s->watch_ms = clock_wall_ms() + s->settings->interval_ms;
		return;
	}
	s->watching = true;
	worker_put(s->worker, &w->order);
}

/* ---- the tick ---- */

/* One before it, of the same pair, is not there yet. */
static bool
pair_waits(const struct job *job)
{
	return leg_list_line_first(&job->entry) != job;
}

bool
send_over(const struct send *s, const struct job *job, int64_t now_ms)
{
	switch (job->state) {
	case JOB_SEEN:
	case JOB_RECALLED:
		return job->told;
	case JOB_FAILED:
		return job->told && now_ms - job->ended_ms > FAILED_KEEP_MS;
	case JOB_HANDED:
		if (!job->told || profile_waits(s->profile))
			return false;
		return !profile_watches(s->profile) ||
		       now_ms - job->handed_ms > s->profile->status.wait_ms;
	default:
		return false;
	}
}

/* True if it is a step further, or waits for another try. */
static bool
look(struct send *s, struct job *job, int64_t now_ms)
{
	if (job->dirty && send_save(s, job) == 0 && job->state >= JOB_HANDED)
		s->tell(s->arg, job);
	if (send_over(s, job, now_ms)) {
		if (s->worker == NULL && !job->forgotten)
			return false;
		end(s, job);
		return true;
	}
	if (s->worker == NULL || (job->recall && job->state < JOB_LAID))
		return false;
	bool turn = job->lent && !pair_waits(job);
	if (job->state == JOB_LAID)
		send_name(s, job);
	else if (job->state == JOB_QUEUED && turn)
		send_begin(s, job, now_ms);
	else if (job->state == JOB_LAYING && turn)
		send_lay(s, job);
	else
		return false;
	return true;
}

int64_t
send_tick(struct send *s, int64_t now_ms)
{
	int64_t wake = now_ms + 60000;
	struct job *job, *next;
	unsigned steps = 0;

	for (job = send_next(s, NULL); job != NULL; job = next) {
		next = send_next(s, job);
		if (job->busy)
			continue;
		if (job->waiting && job->next_ms > now_ms)
			wake = job->next_ms < wake ? job->next_ms : wake;
		else if (look(s, job, now_ms) && ++steps == STEPS_MAX)
			return now_ms; /* the heartbeat, then the rest */
	}
	if (s->worker == NULL || !profile_watches(s->profile) || s->watching)
		return wake;
	if (s->watch_ms <= now_ms)
		watch(s);
	return s->watch_ms < wake && !s->watching ? s->watch_ms : wake;
}

/* NAME
 *	worker - the thread that talks to the provider
 * SUMMARY
 *	see worker.h
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crash.h"

#include "worker.h"

struct list {
	struct worker_order *first, **last;
};

struct worker {
	const struct driver *driver;
	void *self; /* the driver's; the thread's after the start */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct list orders, results; /* guarded */
	bool stop;                   /* guarded */
	bool started;
	int fd;
};

static void
list_init(struct list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void
list_add(struct list *list, struct worker_order *order)
{
	order->next = NULL;
	*list->last = order;
	list->last = &order->next;
}

static struct worker_order *
list_take(struct list *list)
{
	struct worker_order *order = list->first;

	if (order != NULL && (list->first = order->next) == NULL)
		list->last = &list->first;
	return order;
}

void
worker_order_free(struct worker_order **order)
{
	if (*order == NULL)
		return;
	free((*order)->job.tiff);
	free(*order);
	*order = NULL;
}

static void
work(struct worker *w, struct worker_order *o)
{
	const struct driver *d = w->driver;

	switch (o->verb) {
	case WORKER_SUBMIT:
		o->rc = d->submit(w->self, &o->job, o->job.ref, &o->why);
		CRASH_POINT("fax-submitted");
		break;
	case WORKER_FIND:
		o->rc = d->find(w->self, &o->job, o->job.ref, &o->why);
		break;
	case WORKER_POLL:
		o->rc = d->poll(w->self, &o->job, &o->report, &o->why);
		break;
	case WORKER_CANCEL:
		o->rc = d->cancel(w->self, &o->job, &o->why);
		CRASH_POINT("fax-cancelled");
		break;
	case WORKER_FORGET:
		if (d->forget != NULL)
			d->forget(w->self, &o->job);
		break;
	}
}

static void
ring(struct worker *w)
{
	uint64_t one = 1;

	while (write(w->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct worker_order *order = list_take(&w->orders);
		if (order == NULL && w->stop)
			break;
		if (order == NULL) {
			pthread_cond_wait(&w->work, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		work(w, order);
		pthread_mutex_lock(&w->lock);
		list_add(&w->results, order);
		ring(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int
worker_new(
    const struct fax_profile *profile, struct worker **out, struct why *why)
{
	struct worker *w = mem_new(sizeof(*w));
	int rc;

	w->driver = driver_find(profile->driver);
	list_init(&w->orders);
	list_init(&w->results);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = w->fd < 0 ? TSK_SYSTEM : w->driver->open(profile, &w->self, why);
	if (w->fd < 0)
		why_system(why, WHY_LATER, "eventfd");
	if (rc == 0 && pthread_create(&w->thread, NULL, worker_main, w) != 0) {
		why_system(why, WHY_LATER, "starting a thread");
		rc = TSK_SYSTEM;
	}
	w->started = rc == 0;
	if (rc < 0)
		worker_free(&w);
	*out = w;
	return rc;
}

/* Orders not begun are dropped: their jobs are on disk as they were. */
static void
drop(struct list *list)
{
	for (struct worker_order *o; (o = list_take(list)) != NULL;)
		worker_order_free(&o);
}

void
worker_free(struct worker **worker_p)
{
	struct worker *w = *worker_p;

	if (w == NULL)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->stop = true;
		drop(&w->orders);
		pthread_cond_signal(&w->work);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	if (w->self != NULL)
		w->driver->close(w->self);
	drop(&w->results);
	if (w->fd >= 0)
		close(w->fd);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*worker_p = NULL;
}

int
worker_fd(const struct worker *w)
{
	return w->fd;
}

void
worker_put(struct worker *w, struct worker_order *order)
{
	pthread_mutex_lock(&w->lock);
	list_add(&w->orders, order);
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
}

struct worker_order *
worker_take(struct worker *w)
{
	struct worker_order *order;
	uint64_t n;

	pthread_mutex_lock(&w->lock);
	order = list_take(&w->results);
	if (order == NULL) /* all taken: no longer readable */
		while (read(w->fd, &n, sizeof(n)) < 0 && errno == EINTR)
			;
	pthread_mutex_unlock(&w->lock);
	return order;
}

/* NAME
 *	worker - the thread that talks to the hub
 * SUMMARY
 *	see worker.h
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "worker.h"

struct orders {
	struct order *first, **last;
};

struct worker {
	struct place place;
	const struct hub_settings *settings;
	pthread_t thread;
	bool started, stop; /* stop: under the lock */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct orders todo, done; /* under the lock */
	int event;
};

static void
add(struct orders *list, struct order *order)
{
	order->next = NULL;
	*list->last = order;
	list->last = &order->next;
}

static struct order *
take(struct orders *list)
{
	struct order *order = list->first;

	if (order == NULL)
		return NULL;
	list->first = order->next;
	if (list->first == NULL)
		list->last = &list->first;
	return order;
}

/* ---- the thread ---- */

static void
work(struct worker *w, struct order *order)
{
	order->rc = 0;
	if (w->place.self == NULL)
		order->rc = w->place.driver->open(
		    w->settings, &w->place.self, &order->why);
	if (order->rc == 0)
		order->rc = order->work(order, &w->place);
	if (order->rc == TSK_LATER || order->rc == TSK_DENIED) {
		w->place.driver->close(w->place.self);
		w->place.self = NULL;
	}
}

static void
say_done(struct worker *w, struct order *order)
{
	uint64_t one = 1;

	add(&w->done, order);
	if (write(w->event, &one, sizeof(one)) < 0 && errno != EAGAIN)
		panic("eventfd: %s", strerror(errno));
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	struct order *order;

	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		order = take(&w->todo);
		if (order == NULL) {
			pthread_cond_wait(&w->wake, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		work(w, order);
		pthread_mutex_lock(&w->lock);
		say_done(w, order);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- the owner ---- */

int
worker_new(const struct driver *driver, const struct hub_settings *settings,
    struct worker **out, struct why *why)
{
	struct worker *w = mem_new(sizeof(*w));
	sigset_t all, old;

	w->place.driver = driver;
	w->settings = settings;
	w->todo.last = &w->todo.first;
	w->done.last = &w->done.first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*out = w;
	if (w->event >= 0) {
		sigfillset(&all); /* signals are the loop's */
		pthread_sigmask(SIG_SETMASK, &all, &old);
		w->started = pthread_create(&w->thread, NULL, run, w) == 0;
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	if (w->started)
		return 0;
	why_set(why, WHY_LATER, "thread", "The worker cannot be started.");
	worker_free(out);
	return TSK_SYSTEM;
}

int
worker_fd(const struct worker *w)
{
	return w->event;
}

void
worker_put(struct worker *w, struct order *order)
{
	pthread_mutex_lock(&w->lock);
	add(&w->todo, order);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

static struct order *
take_done(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	struct order *order = take(&w->done);
	pthread_mutex_unlock(&w->lock);
	return order;
}

void
worker_done(struct worker *w)
{
	struct order *order;
	uint64_t count;

	if (read(w->event, &count, sizeof(count)) < 0 && errno != EAGAIN)
		panic("eventfd: %s", strerror(errno));
	while ((order = take_done(w)) != NULL)
		order->done(order);
}

void
worker_free(struct worker **worker_p)
{
	struct worker *w = *worker_p;
	struct order *order;

	if (w == NULL)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->stop = true;
		pthread_cond_signal(&w->wake);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	while ((order = take(&w->done)) != NULL)
		order->done(order);
	while ((order = take(&w->todo)) != NULL) {
		order->rc = TSK_CLOSED;
		order->done(order);
	}
	w->place.driver->close(w->place.self);
	if (w->event >= 0)
		close(w->event);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*worker_p = NULL;
}

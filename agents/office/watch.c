/* NAME
 *	watch - tells when something happens in a folder
 * DESCRIPTION
 *	A folder is watched through its descriptor (/proc/self/fd), so that
 *	moving a path cannot lead us elsewhere.  The interval compares the
 *	folder's mtime with the last one; a change in the last two seconds
 *	counts once more, because time stamps are coarse.  Every sixth interval
 *	each folder is looked through without regard to its mtime, since a share
 *	may not keep it.
 * BUGS
 *	Without inotify (too many watches) changes are seen at the interval.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#include "watch.h"

#define EVENT_BYTES (64 * 1024)
#define LOOK_ANYWAY 6
#define COARSE_NS   2000000000LL
#define MASK                                                        \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
	    IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR)

struct folder {
	bool used;
	int dir, descriptor; /* descriptor -1: no inotify for this one */
	watch_fn *fn;
	void *arg;
	int64_t mtime_ns, looked_ns;
};

struct watch {
	zloop_t *loop;
	int inotify, timer;
	struct folder *folders;
	size_t count;
	unsigned rounds;
	int *by_descriptor; /* inotify's number -> folder */
	size_t descriptors;
};

static void
tell(struct watch *w, size_t index, enum watch_what what, const char *name)
{
	struct folder *f = &w->folders[index];

	if (f->used)
		f->fn(what, name, f->arg);
}

/* ---- inotify ---- */

static int
folder_of(const struct watch *w, int descriptor)
{
	if (descriptor < 0 || (size_t)descriptor >= w->descriptors)
		return -1;
	return w->by_descriptor[descriptor];
}

static void
remember(struct watch *w, int descriptor, int folder)
{
	size_t wanted = (size_t)descriptor + 1;

	if (wanted > w->descriptors) {
		wanted += 64;
		w->by_descriptor =
		    mem_resize(w->by_descriptor, wanted * sizeof(int));
		for (size_t i = w->descriptors; i < wanted; i++)
			w->by_descriptor[i] = -1;
		w->descriptors = wanted;
	}
	w->by_descriptor[descriptor] = folder;
}

static void
look_everywhere(struct watch *w)
{
	for (size_t i = 0; i < w->count; i++)
		tell(w, i, WATCH_LOOK, NULL);
}

static void
forget(struct watch *w, size_t index)
{
	struct folder *f = &w->folders[index];

	if (f->descriptor >= 0) {
		w->by_descriptor[f->descriptor] = -1;
		(void)inotify_rm_watch(w->inotify, f->descriptor);
	}
	f->used = false;
}

static void
take_event(struct watch *w, const struct inotify_event *e)
{
	int index = folder_of(w, e->wd);

	if (e->mask & IN_Q_OVERFLOW) {
		log_warn("watch: too many events at once, looking everywhere");
		look_everywhere(w);
		return;
	}
	if (index < 0)
		return;
	if (e->mask & (IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT)) {
		watch_fn *fn = w->folders[index].fn;
		void *arg = w->folders[index].arg;

		forget(w, (size_t)index);
		fn(WATCH_END, NULL, arg);
	} else if (e->len == 0) {
		return;
	} else if (e->mask & (IN_DELETE | IN_MOVED_FROM)) {
		tell(w, (size_t)index, WATCH_GONE, e->name);
	} else if (e->mask & IN_ISDIR) {
		tell(w, (size_t)index, WATCH_FOLDER, e->name);
	} else if (e->mask & IN_MOVED_TO) {
		tell(w, (size_t)index, WATCH_ARRIVED, e->name);
	} else if (e->mask & IN_CLOSE_WRITE) {
		tell(w, (size_t)index, WATCH_CLOSED, e->name);
	}
}

static int
on_events(zloop_t *loop, zmq_pollitem_t *item, void *arg)
{
	static const size_t head = sizeof(struct inotify_event);
	struct watch *w = arg;
	char *bytes = mem_new(EVENT_BYTES);
	ssize_t n = read(item->fd, bytes, EVENT_BYTES);

	(void)loop;
	for (size_t at = 0; n > 0 && at + head <= (size_t)n;) {
		const struct inotify_event *e =
		    (const struct inotify_event *)(const void *)(bytes + at);

		take_event(w, e);
		at += head + e->len;
	}
	free(bytes);
	return 0;
}

/* ---- the interval ---- */

static int64_t
nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool
changed(struct folder *f, bool anyway)
{
	int64_t now_ns = clock_wall_ms() * 1000000, mtime_ns;
	struct stat st;
	bool fresh;

	if (fstat(f->dir, &st) == -1)
		return true;
	mtime_ns = nanoseconds(st.st_mtim);
	fresh = mtime_ns != f->mtime_ns ||
		(f->looked_ns != 0 && mtime_ns > f->looked_ns - COARSE_NS);
	f->mtime_ns = mtime_ns;
	f->looked_ns = now_ns;
	return fresh || anyway;
}

static int
on_interval(zloop_t *loop, int timer, void *arg)
{
	struct watch *w = arg;
	bool anyway = ++w->rounds % LOOK_ANYWAY == 0;

	(void)loop, (void)timer;
	for (size_t i = 0; i < w->count; i++)
		if (w->folders[i].used && changed(&w->folders[i], anyway))
			tell(w, i, WATCH_LOOK, NULL);
	return 0;
}

/* ---- life ---- */

struct watch *
watch_new(zloop_t *loop, int64_t interval_ms)
{
	struct watch *w = mem_new(sizeof(*w));
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};

	w->loop = loop;
	w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->inotify == -1) {
		log_warn("watch: no inotify (%s), looking every %lld ms only",
		    strerror(errno), (long long)interval_ms);
	} else {
		item.fd = w->inotify;
		zloop_poller(loop, &item, on_events, w);
	}
	w->timer = zloop_timer(loop, (size_t)interval_ms, 0, on_interval, w);
	return w;
}

void
watch_free(struct watch **w_p)
{
	struct watch *w = *w_p;
	zmq_pollitem_t item = {.events = ZMQ_POLLIN};

	if (w == NULL)
		return;
	*w_p = NULL;
	if (w->inotify != -1) {
		item.fd = w->inotify;
		zloop_poller_end(w->loop, &item);
		close(w->inotify);
	}
	zloop_timer_end(w->loop, w->timer);
	free(w->folders);
	free(w->by_descriptor);
	free(w);
}

int
watch_add(struct watch *w, int dir, watch_fn *fn, void *arg)
{
	struct folder *f;
	char path[64];
	size_t i;

	for (i = 0; i < w->count && w->folders[i].used; i++)
		;
	if (i == w->count)
		w->folders =
		    mem_resize(w->folders, ++w->count * sizeof(*w->folders));
	f = &w->folders[i];
	memset(f, 0, sizeof(*f));
	f->used = true;
	f->dir = dir;
	f->fn = fn;
	f->arg = arg;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	f->descriptor =
	    w->inotify == -1 ? -1 : inotify_add_watch(w->inotify, path, MASK);
	if (f->descriptor >= 0)
		remember(w, f->descriptor, (int)i);
	else
		log_warn("watch: a folder has no notice: %s", strerror(errno));
	return (int)i;
}

void
watch_remove(struct watch *w, int handle)
{
	if (handle >= 0 && (size_t)handle < w->count && w->folders[handle].used)
		forget(w, (size_t)handle);
}

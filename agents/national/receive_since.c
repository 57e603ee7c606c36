/* NAME
 *	receive_since - how far back the list of received things is asked for
 * DESCRIPTION
 *	The whole window at every poll would be weeks of things that were done
 *	long ago.  So a list goes back to a mark less the overlap:
 *
 *	    mark = the newest thing of the last list that was complete
 *
 *	by the other side's own clock, never later than ours when we asked: two
 *	clocks are not compared, and one thing with a time to come does not hide
 *	the others.  Where lists say no times there is no mark.
 *
 *	Nothing is lost by it.  The mark is in memory only: after a start the
 *	whole window is asked.  A thing that is not safe on our disk yet (before
 *	KEPT) holds the mark back, so that it stays in the lists until it is.
 *	What appears later than the overlap comes with the next whole list.  A
 *	list that failed or was cut off is followed by a whole one.
 *
 *	The desk is a folder, no window; its times are of files, which may have
 *	been copied with an old one.  There a list is always whole.
 */
#include "receive_inside.h"

/* The newest that everything older is safe, or not in the lists any more; 0:
 * nobody can say. */
static int64_t
mark_of(const struct box *b)
{
	const struct thing *t;
	int64_t mark = b->newest_ms;

	TAILQ_FOREACH(t, &b->things, entry)
	{
		if (t->stage < KEPT && t->at_ms < mark)
			mark = t->at_ms;
	}
	return mark;
}

/* Also due when our clock was set back. */
static bool
whole_due(const struct receive *r, const struct box *b, int64_t now)
{
	return r->settings.moves || b->whole_ms <= now ||
	       b->whole_ms > now + r->settings.whole_ms;
}

int64_t
receive_since(const struct receive *r, struct box *b, int64_t now)
{
	int64_t window = now - r->settings.window_ms;
	int64_t since = mark_of(b) - r->settings.overlap_ms;

	if (window < 0)
		window = 0;
	b->whole = whole_due(r, b, now) || since <= window;
	b->asked_ms = now;
	return b->whole ? window : since;
}

void
receive_listed(const struct receive *r, struct box *b,
    const struct driver_answer *a, int64_t now)
{
	int64_t newest = b->whole ? 0 : b->newest_ms;

	if (a->rc != 0 || !a->complete) {
		b->whole_ms = 0;
		return;
	}
	for (size_t i = 0; i < a->count; i++) {
		if (a->items[i].at_ms > newest)
			newest = a->items[i].at_ms;
	}
	b->newest_ms = newest < b->asked_ms ? newest : b->asked_ms;
	if (b->whole)
		b->whole_ms = now + r->settings.whole_ms;
}

/* NAME
 *	spool - the parcels of the gateway on disk
 * SUMMARY
 *	see spool.h
 */
#include <stdlib.h>
#include <string.h>

#include "shelf.h"

#include "spool.h"

struct spool {
	struct shelf *shelf;
	spool_fn *each; /* while loading */
	void *arg;
};

int
spool_open(const char *path, struct spool **out, struct why *why)
{
	struct spool *s = mem_new(sizeof(*s));
	int rc = shelf_open(path, "national", "parcels", &s->shelf, why);

	*out = s;
	if (rc < 0)
		spool_close(out);
	return rc;
}

void
spool_close(struct spool **spool_p)
{
	struct spool *s = *spool_p;

	if (s == NULL)
		return;
	shelf_close(&s->shelf);
	free(s);
	*spool_p = NULL;
}

int
spool_dirfd(const struct spool *s)
{
	return shelf_dirfd(s->shelf);
}

char *
spool_folder(const struct spool *s, const struct parcel *parcel)
{
	return shelf_path(s->shelf, &parcel->id, parcel->leg);
}

/* ---- loading ---- */

/* It may have been sent: nobody knows any more. */
static struct parcel *
damaged(const struct id *id, unsigned leg)
{
	struct parcel *p = parcel_new(0);

	p->id = *id;
	p->leg = leg;
	p->state = PARCEL_UNKNOWN;
	parcel_say(p, "record-damaged",
	    "What was written down about this parcel cannot be read.");
	return p;
}

static void
load_one(void *arg, const struct id *id, unsigned leg, const char *text,
    size_t n, int rc)
{
	struct spool *s = arg;
	struct parcel *p = NULL;

	if (rc == 0)
		rc = parcel_read(text, n, &p);
	s->each(s->arg, rc < 0 ? damaged(id, leg) : p);
}

int
spool_load(struct spool *s, spool_fn *each, void *arg, struct why *why)
{
	s->each = each;
	s->arg = arg;
	return shelf_load(s->shelf, load_one, s, why);
}

/* ---- writing ---- */

int
spool_put(struct spool *s, const struct parcel *parcel,
    const struct link_body *bodies, struct why *why)
{
	struct shelf_file files[PARCEL_DOCUMENTS_MAX];
	char names[PARCEL_DOCUMENTS_MAX][PARCEL_FILE_BYTES];
	struct buf text;

	for (size_t i = 0; i < parcel->count; i++)
		files[i] = (struct shelf_file){parcel_file(i, names[i]),
		    bodies[i].data, bodies[i].bytes, NULL};
	buf_init(&text, PARCEL_RECORD_MAX);
	parcel_write(parcel, &text);
	int rc = shelf_put(s->shelf, &parcel->id, parcel->leg, &text, files,
	    parcel->count, why);
	buf_fini(&text);
	return rc;
}

int
spool_save(struct spool *s, const struct parcel *parcel, struct why *why)
{
	struct buf text;

	buf_init(&text, PARCEL_RECORD_MAX);
	parcel_write(parcel, &text);
	int rc = shelf_save(s->shelf, &parcel->id, parcel->leg, &text, why);
	buf_fini(&text);
	return rc;
}

int
spool_strip(struct spool *s, const struct parcel *parcel, struct why *why)
{
	return shelf_strip(s->shelf, &parcel->id, parcel->leg, why);
}

int
spool_end(struct spool *s, const struct parcel *parcel, struct why *why)
{
	struct buf text;

	buf_init(&text, PARCEL_RECORD_MAX);
	parcel_write(parcel, &text);
	int rc = shelf_end(s->shelf, &parcel->id, parcel->leg, &text, why);
	buf_fini(&text);
	return rc;
}

int
spool_ended(
    struct spool *s, const struct id *id, unsigned leg, struct parcel **out)
{
	struct buf text;

	*out = NULL;
	buf_init(&text, PARCEL_RECORD_MAX);
	int rc = shelf_ended(s->shelf, id, leg, &text);
	if (rc == 1) {
		rc = parcel_read(text.data, text.len, out);
		rc = rc < 0 ? rc : 1;
	}
	buf_fini(&text);
	return rc;
}

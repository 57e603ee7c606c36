/* NAME
 *	job - one parcel on its way to a hub, and what became of it
 * SUMMARY
 *	see job.h
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "digest.h"
#include "file.h"

#include "job.h"

#define TAG_CHARS 16

static const char *const state_names[] = {
    NULL, "queued", "laying", "laid", "handed", "seen", "failed", "recalled"};
#define STATES (sizeof(state_names) / sizeof(state_names[0]))

const char *
job_state_name(enum job_state state)
{
	return state >= JOB_QUEUED && (size_t)state < STATES
		   ? state_names[state]
		   : "?";
}

static enum job_state
state_parse(const char *name)
{
	for (size_t i = 1; i < STATES; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum job_state)i;
	return (enum job_state)0;
}

const char *
job_key(const struct id *id, unsigned leg, char out[JOB_KEY_BYTES])
{
	char text[ID_TEXT_BYTES];

	snprintf(out, JOB_KEY_BYTES, "%s-%u", id_text(id, text), leg & 0xff);
	return out;
}

const char *
job_key_of(const struct job *job, char out[JOB_KEY_BYTES])
{
	return job_key(&job->id, job->leg, out);
}

int
job_key_parse(const char *text, struct id *id, unsigned *leg)
{
	char head[ID_TEXT_BYTES], again[JOB_KEY_BYTES];
	unsigned long n;

	if (strlen(text) < ID_TEXT_BYTES + 1 || text[ID_TEXT_BYTES - 1] != '-')
		return TSK_INVALID;
	memcpy(head, text, ID_TEXT_BYTES - 1);
	head[ID_TEXT_BYTES - 1] = '\0';
	n = strtoul(text + ID_TEXT_BYTES, NULL, 10);
	if (id_parse(head, id) != 0 || n > 255)
		return TSK_INVALID;
	*leg = (unsigned)n;
	return strcmp(job_key(id, *leg, again), text) == 0 ? 0 : TSK_INVALID;
}

const char *
job_part(const struct job *job, size_t i, char out[JOB_PART_BYTES])
{
	char key[JOB_KEY_BYTES];

	snprintf(out, JOB_PART_BYTES, ".%s-%02u.part", job_key_of(job, key),
	    (unsigned)(i % 100));
	return out;
}

void
job_say(struct job *job, const char *code, const char *format, ...)
{
	va_list args;

	snprintf(job->code, sizeof(job->code), "%s", code);
	va_start(args, format);
	vsnprintf(job->text, sizeof(job->text), format, args);
	va_end(args);
}

void
job_free(struct job **job_p)
{
	struct job *job = *job_p;

	if (job == NULL)
		return;
	free(job->folder);
	for (size_t i = 0; i < job->name_count; i++)
		free(job->names[i]);
	free(job);
	*job_p = NULL;
}

/* ---- the record ---- */

void
job_write(const struct job *job, struct buf *out)
{
	char key[JOB_KEY_BYTES];
	json_t *names = json_array();
	json_t *record = json_pack(
	    "{s:i,s:s,s:s,s:s,s:s,s:s,s:i,s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:b,s:s*,"
	    "s:o}",
	    "tasuki-hub-job", 1, "key", job_key_of(job, key), "state",
	    job_state_name(job->state), "from", job->from, "to", job->to,
	    "month", job->month, "tries", (int)job->tries, "made_ms",
	    (json_int_t)job->made_ms, "handed_ms", (json_int_t)job->handed_ms,
	    "seen_ms", (json_int_t)job->seen_ms, "ended_ms",
	    (json_int_t)job->ended_ms, "code", job->code, "text", job->text,
	    "by", job->by, "told", job->told, "folder", job->folder, "names",
	    names);
	char *text;

	for (size_t i = 0; i < job->name_count; i++)
		json_array_append_new(names, json_string(job->names[i]));
	text = record == NULL ? NULL : json_dumps(record, JSON_INDENT(1));
	json_decref(record);
	if (text == NULL)
		panic("a job that cannot be written");
	buf_text(out, text);
	buf_printf(
	    out, "\n%016" PRIx64 "\n", digest_tag(text, strlen(text), 0));
	free(text);
}

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

static int
fill(struct job *job, json_t *record)
{
	const char *key, *state, *from, *to, *month, *code, *text, *by,
	    *folder = NULL;
	json_int_t made, handed, seen, ended;
	json_t *names, *name;
	int version, tries, told;
	size_t i;

	if (json_unpack(record,
		"{s:i,s:s,s:s,s:s,s:s,s:s,s:i,s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:b,"
		"s?s,s:o}",
		"tasuki-hub-job", &version, "key", &key, "state", &state,
		"from", &from, "to", &to, "month", &month, "tries", &tries,
		"made_ms", &made, "handed_ms", &handed, "seen_ms", &seen,
		"ended_ms", &ended, "code", &code, "text", &text, "by", &by,
		"told", &told, "folder", &folder, "names", &names) != 0 ||
	    version != 1 || job_key_parse(key, &job->id, &job->leg) != 0 ||
	    json_array_size(names) > JOB_FILES_MAX)
		return TSK_DAMAGED;
	job->state = state_parse(state);
	copy(job->from, sizeof(job->from), from);
	copy(job->to, sizeof(job->to), to);
	copy(job->month, sizeof(job->month), month);
	copy(job->code, sizeof(job->code), code);
	copy(job->text, sizeof(job->text), text);
	copy(job->by, sizeof(job->by), by);
	job->tries = (unsigned)tries;
	job->made_ms = made;
	job->handed_ms = handed;
	job->seen_ms = seen;
	job->ended_ms = ended;
	job->told = told != 0;
	job->folder = folder != NULL ? mem_text(folder) : NULL;
	json_array_foreach(names, i, name)
	{
		const char *word = json_string_value(name);

		if (word == NULL || !file_name_safe(word))
			return TSK_DAMAGED;
		job->names[job->name_count++] = mem_text(word);
	}
	return job->state == 0 ? TSK_DAMAGED : 0;
}

int
job_read(const char *text, size_t n, struct job **out)
{
	char tag[TAG_CHARS + 3];
	size_t body;
	json_t *record;
	int rc;

	*out = NULL;
	if (n < TAG_CHARS + 2 || n > JOB_RECORD_MAX)
		return TSK_DAMAGED;
	body = n - TAG_CHARS - 2;
	snprintf(
	    tag, sizeof(tag), "\n%016" PRIx64 "\n", digest_tag(text, body, 0));
	if (memcmp(tag, text + body, TAG_CHARS + 2) != 0)
		return TSK_DAMAGED;
	record = json_loadb(text, body, JSON_REJECT_DUPLICATES, NULL);
	*out = mem_new(sizeof(**out));
	rc = record == NULL ? TSK_DAMAGED : fill(*out, record);
	json_decref(record);
	if (rc < 0)
		job_free(out);
	return rc;
}

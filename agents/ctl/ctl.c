/* NAME
 *	ctl - what the verbs share: asking the broker, telling trouble
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"

#include "control.h"
#include "ctl.h"
#include "japanese.h"
#include "term.h"

int
ctl_usage(const char *format, ...)
{
	va_list args;

	fputs("tasukictl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(" (see tasukictl help)\n", stderr);
	return CTL_USAGE;
}

static void
complain(const struct ctl *ctl, const struct why *why)
{
	char *said = ctl->ja ? japanese(why->text) : mem_text(why->text);
	char *text = term_safe(said);

	fprintf(stderr, "tasukictl: %s\n", text);
	free(text);
	free(said);
}

int
ctl_fail(const struct ctl *ctl, const struct why *why)
{
	json_t *answer = json_pack(
	    "{sbssss}", "ok", 0, "code", why->code, "error", why->text);

	complain(ctl, why);
	(void)ctl_json(ctl, answer);
	json_decref(answer);
	return CTL_TROUBLE;
}

bool
ctl_json(const struct ctl *ctl, const json_t *answer)
{
	if (!ctl->json)
		return false;
	json_dumpf(answer, ctl->term.out, JSON_INDENT(1));
	fputc('\n', ctl->term.out);
	return true;
}

static int
ask(const struct ctl *ctl, json_t *request, int ms, json_t **answer,
    struct why *why)
{
	struct control *control = NULL;
	int rc;

	*answer = NULL;
	if (request == NULL)
		panic("a request could not be built");
	rc = control_open(ctl->socket, &control, why);
	if (rc == 0)
		control_patience(control, ms);
	if (rc == 0)
		rc = control_ask(control, request, answer, why);
	control_close(&control);
	json_decref(request);
	return rc;
}

int
ctl_ask(const struct ctl *ctl, json_t *request, json_t **answer)
{
	struct why why = {0};
	int rc = ask(ctl, request, CONTROL_TIMEOUT_MS, answer, &why);

	if (rc == 0)
		return CTL_OK;
	if (rc == TSK_INVALID && ctl->json && *answer != NULL) {
		/* the broker's own document may hold more than its sentence */
		complain(ctl, &why);
		(void)ctl_json(ctl, *answer);
	} else {
		(void)ctl_fail(ctl, &why);
	}
	json_decref(*answer);
	*answer = NULL;
	return CTL_TROUBLE;
}

int
ctl_ask_rows(const struct ctl *ctl, json_t *request, json_t **answer)
{
	struct why why = {0};
	int rc = ask(ctl, request, CONTROL_LIST_MS, answer, &why);

	if (rc == 0)
		return CTL_OK;
	if (rc == TSK_INVALID &&
	    json_array_size(json_object_get(*answer, "errors")) > 0) {
		complain(ctl, &why);
		return CTL_OK;
	}
	json_decref(*answer);
	*answer = NULL;
	return ctl_fail(ctl, &why);
}

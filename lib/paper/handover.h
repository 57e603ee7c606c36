/* NAME
 *	handover - codes that come back when a paper was handed over
 * DESCRIPTION
 *	A paper that goes by post or by hand carries a code of ten characters on
 *	its cover.  Who received it says the code by telephone, sends the cover
 *	back, or has it signed; then the code is confirmed:
 *
 *	    tasukictl handover confirm CODE --folder DIR
 *	    or a file of that name put into DIR/受領コード
 *
 *	and the sender sees the leg picked up.  Below the agent's folder:
 *
 *	    .handover/secret		what codes are made with
 *	    .handover/open/CODE		waits; holds the id and the leg
 *	    .handover/confirmed/CODE	came back, the broker does not know yet
 *	    .handover/reported/CODE	the broker knows
 *
 *	A code is made from the secret and the leg, so that the same leg gets the
 *	same code after a crash; its last character is a check on the others.
 */
#ifndef TASUKI_HANDOVER_H
#define TASUKI_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "id.h"

#define HANDOVER_CODE_CHARS   10u
#define HANDOVER_CODE_BYTES   (HANDOVER_CODE_CHARS + 1)
#define HANDOVER_SHOW_BYTES   (HANDOVER_CODE_CHARS + 2)
#define HANDOVER_IN_TRAY      "受領コード"
#define HANDOVER_IN_TRAY_DONE "済"

struct handover;

/* handover_open(root, make, out): ${root} is borrowed; with ${make} what is
 * missing is made, else TSK_NOTFOUND. */
int handover_open(int root, bool make, struct handover **out) TSK_MUST_USE;
void handover_close(struct handover **handover);
/* handover_code(handover, id, leg, out): durable when it returns 0. */
int handover_code(struct handover *handover, const struct id *id, uint32_t leg,
    char out[HANDOVER_CODE_BYTES]) TSK_MUST_USE;
/* handover_show(code, out): "ABCDE-FGHIJ"; returns out. */
const char *handover_show(const char *code, char out[HANDOVER_SHOW_BYTES]);
/* handover_parse(text, out): as people type it: small letters, full-width
 * ones, hyphens and spaces anywhere; 0 or TSK_INVALID (a slip of the pen). */
int handover_parse(
    const char *text, char out[HANDOVER_CODE_BYTES]) TSK_MUST_USE;
/* handover_confirm(handover, code): 0, TSK_EXIST it was already, TSK_NOTFOUND
 * no paper has this code.  Durable when it returns 0; after a crash the code
 * is in the old state or the new one and can be confirmed again. */
int handover_confirm(struct handover *handover, const char *code) TSK_MUST_USE;

struct handover_item {
	char code[HANDOVER_CODE_BYTES];
	struct id id;
	uint32_t leg;
	const char *state; /* "open", "confirmed", "reported" */
};
typedef void handover_fn(void *arg, const struct handover_item *item);
/* handover_each(handover, state, found, arg): every code in that state; item is
 * valid during the call.  How many files lie there (what cannot be read is
 * counted, not given), or TSK_*. */
int handover_each(struct handover *handover, const char *state,
    handover_fn *found, void *arg) TSK_MUST_USE;
/* handover_reported(handover, code): confirmed -> reported, once the broker has
 * settled it; durable as handover_confirm(). */
int handover_reported(struct handover *handover, const char *code) TSK_MUST_USE;
/* handover_tray(handover): confirm what lies in the tray for people; how many
 * were, or TSK_*.  What is no code that waits is left with "不明_" before its
 * name. */
int handover_tray(struct handover *handover);

#endif

/* NAME
 *	fuzz_dialog - any order of messages leaves a session in a lawful state
 * DESCRIPTION
 *	One byte a message: the top bit is the speaker, the rest the type.
 */
#include "dialog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum dialog_state state = DIALOG_NEW, before;
	enum dialog_verdict verdict;
	bool greeted = false;

	for (size_t i = 0; i < size; i++) {
		enum dialog_end end =
		    (data[i] & 0x80) != 0 ? DIALOG_BROKER : DIALOG_AGENT;
		enum wire_type type = (enum wire_type)(data[i] & 0x7f);

		before = state;
		verdict = dialog_step(end, &state, type);
		if (verdict != DIALOG_TAKE && state != before)
			panic("moved without taking");
		if (before == DIALOG_CLOSED && verdict != DIALOG_IGNORE)
			panic("closed is not the end");
		if (state == DIALOG_HELLO)
			greeted = true;
		if (state == DIALOG_OPEN && !greeted)
			panic("open without hello");
		if (verdict == DIALOG_TAKE && type == WIRE_SUBMIT &&
		    before != DIALOG_OPEN)
			panic("submit before welcome");
	}
	return 0;
}

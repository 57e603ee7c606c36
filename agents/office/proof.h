/* NAME
 *	proof - which editions each partner reads
 * DESCRIPTION
 *	One small file a partner, .partners/<office number>, made of what came
 *	from it (lib/standard/partner_edition.h).
 */
#ifndef TASUKI_OFFICE_PROOF_H
#define TASUKI_OFFICE_PROOF_H

#include "office.h"
#include "wire.h"

/* proof_received(office, dir, parcel): remember the editions of its files, which
 * lie in ${dir}.  May be called again after a crash. */
void proof_received(
    struct office *office, int dir, const struct wire_parcel *parcel);
/**
 * proof_judge(office, dir, parcel, listed, may_stay, text):
 * Can the partner read the files of this parcel, which lie in ${dir}, as far as
 * is known?  ${listed}: what the registry says (listed.h).  0: yes, or nobody
 * knows, or it was told before a crash.  TSK_DENIED: no, and the settings say
 * not to send it, which only happens if ${may_stay}: what may have been handed in
 * already is never called back.  ${text} explains, and where nothing would be lost
 * copies in the partner's edition lie in エラー/変換.  TSK_LATER: no, but it is
 * sent; the same is told in a notice, and proof_note() has a line for the status
 * file.
 */
int proof_judge(struct office *office, int dir,
    const struct wire_parcel *parcel, const char *listed, bool may_stay,
    struct buf *text);
/* proof_note(dir, out, size): the line for the status file of the parcel whose
 * folder is ${dir}; "" if there is none.  Returns out. */
#define PROOF_NOTE_NAME  ".warning"
#define PROOF_NOTE_BYTES 512
const char *proof_note(int dir, char out[PROOF_NOTE_BYTES]);
/* proof_note_keep(dir, note): that line, written once; TSK_EXIST: there is one. */
int proof_note_keep(int dir, const struct buf *note);

#endif

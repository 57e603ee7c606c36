/* NAME
 *	texts - every sentence this agent says to office staff
 * SUMMARY
 *	text_add(&buf, LANGUAGE_JA, TEXT_HELD, a, b, c);
 * DESCRIPTION
 *	One table, a Japanese and an English column.  $1 $2 $3 in a sentence
 *	stand for the texts handed in.  Refusals of the broker bring their own
 *	sentences (refusal.h), findings of the checker theirs (check.h).
 */
#ifndef TASUKI_OFFICE_TEXTS_H
#define TASUKI_OFFICE_TEXTS_H

#include "buf.h"

enum language { LANGUAGE_JA, LANGUAGE_EN };

enum text {
	TEXT_NONE,
	/* explanations in the folder of rejected files */
	TEXT_REJECTED, /* $1 = file name */
	TEXT_FINDING,  /* $1 = record, $2 = line, $3 = field */
	TEXT_FINDING_FILE,
	TEXT_MORE_FINDINGS,
	TEXT_CULPRIT, /* $1 = the file that has the errors */
	TEXT_REMEDY,
	TEXT_NOT_STANDARD,
	TEXT_BAD_NAME,
	TEXT_NAME_GRAMMAR,
	TEXT_EMPTY,
	TEXT_TOO_LARGE,
	TEXT_TOO_MANY,
	TEXT_KIND_NOT_ALLOWED,
	TEXT_MAGIC, /* $1 = extension */
	TEXT_UNREADABLE,
	TEXT_NOT_OUR_OFFICE, /* $1 = number in the name, $2 = ours */
	TEXT_STANDARD_IN_PARTNER_FOLDER,
	TEXT_SAME_NAME_TWICE,
	TEXT_REFUSED, /* $1 = receiver, $2 = the broker's sentence */
	TEXT_CHANGED_WHILE_SENDING,
	TEXT_INCOMPLETE_REJECTED, /* $1 = missing kinds */
	TEXT_REPLACED_HELD,
	/* the notice beside held files */
	TEXT_HELD_TITLE,
	TEXT_HELD_MISSING, /* $1 = missing kinds */
	TEXT_HELD_UNKNOWN,
	TEXT_HELD_FIRST, /* $1 = number, $2 = name or "" */
	TEXT_HELD_FILES,
	TEXT_HELD_MISSING_REMEDY, /* $1 = outbox */
	TEXT_HELD_REMEDY,         /* $1 = outbox, $2 = hold */
	TEXT_FIRST_ATTACH,        /* $1 = number, $2 = name, $3 = outbox */
	TEXT_STATUS_FIRST,        /* $1 = number, $2 = name */
	/* notices */
	TEXT_LINK_IN_OUTBOX,
	TEXT_FOLDER_IN_OUTBOX,
	TEXT_CONFLICT, /* $1 = name wanted, $2 = name given, $3 = inbox */
	/* status file */
	TEXT_DEFAULT_DESK, /* $1 = name, $2 = service type, $3 = sender */
	TEXT_RESTING,      /* $1 = office, $2 = outbox, $3 = inbox */
	TEXT_RESTING_NAME, /* of that notice's file */

	TEXT_STATUS_HEAD,
	TEXT_STATUS_SENDING,
	TEXT_STATUS_WAITING,
	TEXT_STATUS_ACCEPTED,
	TEXT_STATUS_REJECTED,
	TEXT_STATUS_REPEAT,
	TEXT_STATUS_SEE_REJECTED, /* $1 = folder */
	/* repaired copies */
	TEXT_QUIRKS,
	TEXT_MENDED, /* $1 = rejected, $2 = folder in it, $3 = outbox */
	TEXT_MENDED_RECEIVED, /* $1 = file, $2 = inbox, $3 = folder in it */
	/* editions of partners */
	TEXT_UNREAD,        /* $1 = partner, $2 = edition, $3 = theirs */
	TEXT_CONVERTED,     /* $1 = edition, $2 = rejected, $3 = folder in it */
	TEXT_WOULD_BE_LOST, /* $1 = edition */
	TEXT_STATUS_UNREAD, /* $1 = edition, $2 = theirs */
	TEXT_LISTED_UNREAD, /* $1 = partner, $2 = edition, $3 = theirs */
	TEXT_LISTED_REMEDY, /* $1 = partner, $2 = edition, $3 = outbox */
	TEXT_STATUS_LISTED, /* $1 = edition, $2 = theirs */
	TEXT_CONVERTED_PUT, /* $1 = edition, $2 = folder, $3 = outbox */
	TEXT_NOT_CONVERTED, /* $1 = edition */
	TEXT_WITHDRAWN,     /* $1 = edition */
	/* planned against done */
	TEXT_STATUS_DIFFERENCES, /* $1 = how many */
	TEXT_STATUS_NO_DIFFERENCE,
	TEXT_STATUS_DOUBTFUL,
	TEXT_COMPARE_HEAD,   /* $1 = month, $2 = partner, $3 = 連番 */
	TEXT_PREFIX_COMPARE, /* file names */
	TEXT_ATTACHMENT,
	TEXT_AND_MORE, /* $1 = how many */
	TEXT_PARTNER_TYPE,
	TEXT_RECALL_DONE,  /* $1, $2 = way, ja and en */
	TEXT_RECALL_ASKED, /* the same */
	TEXT_RECALL_LATE,  /* the same */
	TEXT_RECALL_PAPER, /* the same */
	TEXT_PREFIX_HELD,  /* file names of notices */
	TEXT_PREFIX_NOTICE,
	TEXT_NAMELESS, /* a name that cannot be shown */
	TEXTS
};

const char *text_of(enum language language, enum text text);
/* text_add(out, language, text, a, b, c): append the sentence; NULL = "". */
void text_add(struct buf *out, enum language language, enum text text,
    const char *a, const char *b, const char *c);

#endif

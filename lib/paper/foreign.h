/* NAME
 *	foreign - PDFs that strangers made, read by a process of their own
 * DESCRIPTION
 *	What attach.h does with a PDF, done by this program started once more:
 *	with the PDF as its only input, without keys, descriptors, network or
 *	rights, and with little time and memory (limited.h).  A PDF that crashes,
 *	hangs or fills the memory is a damaged one, and nothing else happens.
 *
 *	A program that calls foreign_look() or foreign_each() begins its main()
 *	with foreign_main().
 * DIAGNOSTICS
 *	As attach.h; tool (later): the reader could not be started.
 */
#ifndef TASUKI_FOREIGN_H
#define TASUKI_FOREIGN_H

#include "attach.h"

#define FOREIGN_BYTES_MAX (256u * 1024 * 1024) /* all files of one PDF */
#define FOREIGN_SECONDS   20

/* foreign_main(argc, argv): the other half.  -1: this process is not a reader;
 * else it is done and leaves with that exit code. */
int foreign_main(int argc, char **argv);

/* foreign_look(pdf, bytes, seconds, traits, why): 0 with *traits, bits of enum
 * pdf_trait; TSK_LATER (code "tool"). */
int foreign_look(const void *pdf, size_t bytes, unsigned seconds,
    unsigned *traits, struct why *why) TSK_MUST_USE;
/* foreign_each(): as attach_each(); more than FOREIGN_BYTES_MAX in all is
 * attach-too-big. */
int foreign_each(const void *pdf, size_t bytes, const char *password,
    attach_fn *found, void *arg, struct why *why) TSK_MUST_USE;

#endif

/* NAME
 *	japanese - what broker and agents say, in Japanese
 * DESCRIPTION
 *	Broker and agents speak English: one wording for logs, JSON and
 *	engineers.  Office staff read Japanese (--lang ja); the sentences and
 *	words they meet are translated here, by a table of patterns.  What is
 *	not in the table stays English: nothing is ever left out.
 */
#ifndef TASUKI_JAPANESE_H
#define TASUKI_JAPANESE_H

/* japanese(text): the word or sentence in Japanese, or itself; the caller's. */
char *japanese(const char *text);

#endif

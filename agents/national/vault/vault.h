/* NAME
 *	vault - the folder of containers
 * DESCRIPTION
 *	    vault.json		salt of the master secret, and a check of it
 *	    NUMBER.office	one container (container.h), mode 0600
 *
 *	The folder has mode 0700.  Opened without the master secret it shows the
 *	facts of every certificate, not authenticated; with it they are, and
 *	containers can be added.  What opens secrets is an office's own key,
 *	which the main process derives and hands to that office's worker;
 *	vault_open_office() is for tasukictl and tests.
 */
#ifndef TASUKI_NATIONAL_VAULT_H
#define TASUKI_NATIONAL_VAULT_H

#include "container.h"

#define VAULT_FILE_BYTES 32

struct vault;

/* vault_open(folder, master, make, out, why): ${master} as master.h says, "" =
 * without.  ${make}: folder and salt if absent.  TSK_NOTFOUND: no such folder.
 * TSK_DENIED: others may look into it, or the master secret is another one. */
int vault_open(const char *folder, const char *master, bool make,
    struct vault **out, struct why *why) TSK_MUST_USE;
void vault_close(struct vault **vault);

/* vault_put(vault, facts, secrets, why): a new container for ${facts}->number;
 * id, salt are made here.  What was there is replaced as a whole. */
int vault_put(struct vault *vault, struct container_facts *facts,
    const struct secrets *secrets, struct why *why) TSK_MUST_USE;
int vault_remove(
    struct vault *vault, const char *number, struct why *why) TSK_MUST_USE;
/* vault_facts(vault, number, out, why): TSK_NOTFOUND, TSK_DAMAGED. */
int vault_facts(struct vault *vault, const char *number,
    struct container_facts *out, struct why *why) TSK_MUST_USE;
/* vault_list(vault, out, count, why): facts of all, by number; free(*out).
 * A damaged one has ->authentic false and not_after_ms 0. */
int vault_list(struct vault *vault, struct container_facts **out, size_t *count,
    struct why *why) TSK_MUST_USE;
/* vault_stamp(vault): changes when containers come, go or are replaced; 0 if it
 * cannot be told. */
int64_t vault_stamp(struct vault *vault);
/* vault_key(vault, facts, key): the office's own key. */
void vault_key(const struct vault *vault, const struct container_facts *facts,
    uint8_t key[MASTER_KEY_BYTES]);
/* vault_file(vault, number): the container, open for reading; or TSK_*. */
int vault_file(struct vault *vault, const char *number);
int vault_open_office(struct vault *vault, const char *number,
    struct secrets *out, struct why *why) TSK_MUST_USE;

#endif

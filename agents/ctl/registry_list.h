/* NAME
 *	registry_list - registry verbs about whole lists: import, diff, export,
 *	quarantine, history, joined
 */
#ifndef TASUKI_CTL_REGISTRY_LIST_H
#define TASUKI_CTL_REGISTRY_LIST_H

#include "ctl.h"

/* registry_who(): who sits here: $SUDO_USER or the user's name. */
const char *registry_who(void);
/* registry_show_changes(ctl, changes): a line a column. */
void registry_show_changes(const struct ctl *ctl, const json_t *changes);
/* registry_import.c */
int registry_import(struct ctl *ctl, int argc, char **argv);
int registry_diff(struct ctl *ctl, int argc, char **argv);
/* registry_editions.c: tell of editions nobody here knows, also in ${answer}. */
struct rows;
void registry_editions(
    const char *file, const struct rows *rows, json_t *answer);
/* registry_past.c */
int registry_history(struct ctl *ctl, int argc, char **argv);
int registry_joined(struct ctl *ctl, int argc, char **argv);
int registry_quarantine(struct ctl *ctl, int argc, char **argv);

#endif

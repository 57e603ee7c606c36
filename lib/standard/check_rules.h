/* NAME
 *	check_rules - rules of rules.tsv beside those of check_record.c (this
 *	folder only)
 */
#ifndef TASUKI_CHECK_RULES_H
#define TASUKI_CHECK_RULES_H

#include "check_run.h"

/* rule_listed(list, word, n): is ${word} in a list like "17,67", which ends with
 * its NUL or a '/'? */
bool rule_listed(const char *list, const char *word, size_t n);

/* check_rows.c: a row, and the row before it */
void rule_range(struct check_run *run, const struct layout_rule *rule);
void rule_only_for(struct check_run *run, const struct layout_rule *rule);
void rule_not_both(struct check_run *run, const struct layout_rule *rule);
void rule_not_less(struct check_run *run, const struct layout_rule *rule);
void rule_birth(struct check_run *run, const struct layout_rule *rule);
void rule_days_any(struct check_run *run, const struct layout_rule *rule);
void rule_slot_over(struct check_run *run, const struct layout_rule *rule);
void rule_slot_type(struct check_run *run, const struct layout_rule *rule);
void rule_one_of(struct check_run *run, const struct layout_rule *rule);
void rule_in_order(struct check_run *run, const struct layout_rule *rule);
void rule_repeat_empty(struct check_run *run, const struct layout_rule *rule);
void rule_detail(struct check_run *run, const struct layout_rule *rule);
void check_rows_free(struct check_run *run);

#endif

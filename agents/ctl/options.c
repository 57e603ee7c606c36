/* NAME
 *	options - the options of one verb, as rows
 * SUMMARY
 *	See options.h.
 */
#include <stddef.h>
#include <string.h>

#include "ctl.h"
#include "options.h"

int
option_take(const struct option *o, int argc, char **argv, int i)
{
	for (; o->name != NULL; o++) {
		size_t n = strlen(o->name);

		if (strncmp(argv[i], o->name, n) != 0)
			continue;
		if (argv[i][n] == '\0' && o->flag != NULL) {
			*o->flag = true;
			return 1;
		}
		if (argv[i][n] == '=' && o->text != NULL) {
			*o->text = argv[i] + n + 1;
			return 1;
		}
		if (argv[i][n] != '\0' || o->text == NULL)
			continue;
		if (i + 1 >= argc)
			return -1;
		*o->text = argv[i + 1];
		return 2;
	}
	return 0;
}

int
options_take(const struct option *options, int argc, char **argv)
{
	bool over = false;
	int kept = 0;

	for (int i = 1; i < argc;) {
		int n;

		if (over || strncmp(argv[i], "--", 2) != 0) {
			argv[++kept] = argv[i++];
			continue;
		}
		if (argv[i][2] == '\0') {
			over = true;
			i++;
			continue;
		}
		n = option_take(options, argc, argv, i);
		if (n < 0)
			(void)ctl_usage("%s needs a value", argv[i]);
		if (n == 0)
			(void)ctl_usage(
			    "%s has no option %s", argv[0], argv[i]);
		if (n <= 0)
			return -1;
		i += n;
	}
	return kept;
}

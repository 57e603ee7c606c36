/* NAME
 *	settings - the settings of tasuki-pdf
 */
#ifndef TASUKI_PDF_SETTINGS_H
#define TASUKI_PDF_SETTINGS_H

#include "agent.h"

struct pdf_settings {
	struct agent_settings common;
	char *standard, *forms, *folder;
};

extern const struct conf_row pdf_settings_rows[];

#endif

/* NAME
 *	crash - named points at which a test build kills itself
 * DESCRIPTION
 *	TASUKI_CRASH=NAME:N in the environment: the N-th pass through the point
 *	NAME is a kill -9 of the own process.  TASUKI_CRASH_LOG=FILE: every point
 *	passed is appended to FILE once, so that a test finds all points that
 *	exist.  In builds without TASUKI_CRASH_POINTS this is nothing.
 */
#ifndef TASUKI_CRASH_H
#define TASUKI_CRASH_H

#ifdef TASUKI_CRASH_POINTS
void crash_point(const char *name);
#define CRASH_POINT(name) crash_point(name)
#else
#define CRASH_POINT(name) ((void)0)
#endif

#endif

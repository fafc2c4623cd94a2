/*
 * sanitized.h - whether this build watches itself: with the address or the
 * thread sanitizer code is some times slower, and maps memory by the terabyte.
 * For limits that a build such as that would reach in health.
 */
#ifndef BASE_SANITIZED_H
#define BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED_HAS_SHADOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED_HAS_SHADOW 1
#endif
#endif
#ifndef SANITIZED_HAS_SHADOW
#define SANITIZED_HAS_SHADOW 0
#endif

/* Times more CPU for the same work, at most. */
#define SANITIZED_SLOWER (SANITIZED_HAS_SHADOW ? 4u : 1u)

/* When all is done it looks for leaks, which takes its time. */
#define SANITIZED_LAST_LOOK_MS 10000u

#endif

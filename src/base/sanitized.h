/* SPDX-License-Identifier: ISC */
/*
 * base/sanitized.h - whether this is built with a sanitizer, which makes calls of its own: SANITIZED is 1 or 0
 */
#ifndef BATON_BASE_SANITIZED_H
#define BATON_BASE_SANITIZED_H
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif
#endif

/* SPDX-License-Identifier: ISC */
/*
 * net/curl.h - libcurl, loaded when the first page is fetched: it brings thirty libraries with it
 */
#ifndef BATON_NET_CURL_H
#define BATON_NET_CURL_H
#include <curl/curl.h>

/* Named as libcurl names them. */
struct net_curl {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t fd, int events, int *running);
    CURLMcode (*multi_assign)(CURLM *multi, curl_socket_t fd, void *of_socket);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
    CURLU *(*url)(void);
    void (*url_cleanup)(CURLU *url);
    CURLUcode (*url_set)(CURLU *url, CURLUPart what, const char *text, unsigned flags);
    CURLUcode (*url_get)(const CURLU *url, CURLUPart what, char **text, unsigned flags);
    void (*free)(void *text);
};

/* NULL: the library is not installed, or older than 7.85. Good until the program ends. */
const struct net_curl *net_curl(void);
#endif

/* SPDX-License-Identifier: ISC */
#include "net/curl.h"
#include "net/library.h"

static struct net_curl curl;
static const struct net_symbol SYMBOLS[] = {
    { "curl_global_init", &curl.global_init, sizeof(curl.global_init) },
    { "curl_easy_init", &curl.easy_init, sizeof(curl.easy_init) },
    { "curl_easy_cleanup", &curl.easy_cleanup, sizeof(curl.easy_cleanup) },
    { "curl_easy_setopt", &curl.easy_setopt, sizeof(curl.easy_setopt) },
    { "curl_easy_getinfo", &curl.easy_getinfo, sizeof(curl.easy_getinfo) },
    { "curl_multi_init", &curl.multi_init, sizeof(curl.multi_init) },
    { "curl_multi_cleanup", &curl.multi_cleanup, sizeof(curl.multi_cleanup) },
    { "curl_multi_setopt", &curl.multi_setopt, sizeof(curl.multi_setopt) },
    { "curl_multi_add_handle", &curl.multi_add_handle, sizeof(curl.multi_add_handle) },
    { "curl_multi_remove_handle", &curl.multi_remove_handle, sizeof(curl.multi_remove_handle) },
    { "curl_multi_socket_action", &curl.multi_socket_action, sizeof(curl.multi_socket_action) },
    { "curl_multi_assign", &curl.multi_assign, sizeof(curl.multi_assign) },
    { "curl_multi_info_read", &curl.multi_info_read, sizeof(curl.multi_info_read) },
    { "curl_slist_append", &curl.slist_append, sizeof(curl.slist_append) },
    { "curl_slist_free_all", &curl.slist_free_all, sizeof(curl.slist_free_all) },
    { "curl_url", &curl.url, sizeof(curl.url) },
    { "curl_url_cleanup", &curl.url_cleanup, sizeof(curl.url_cleanup) },
    { "curl_url_set", &curl.url_set, sizeof(curl.url_set) },
    { "curl_url_get", &curl.url_get, sizeof(curl.url_get) },
    { "curl_free", &curl.free, sizeof(curl.free) },
};

const struct net_curl *net_curl(void)
{
    static enum { NOT_TRIED, THERE, MISSING } state;
    if (state == NOT_TRIED) {
        bool ok = net_library_load("libcurl.so.4", SYMBOLS, COUNT_OF(SYMBOLS)) &&
                  curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
        state = ok ? THERE : MISSING;
    }
    return state == THERE ? &curl : NULL;
}

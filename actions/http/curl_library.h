#pragma once

#include "base/result.h"

#include <curl/curl.h>

namespace rung::actions {

// The functions of libcurl that we call, found at the first use of an HTTP action: loading the
// library with its TLS costs more than the whole start of a program that needs none.
struct CurlLibrary {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&curl_multi_setopt) multi_setopt = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_socket_action) multi_socket_action = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;
};

// Loads libcurl.so.4 and initialises it; later calls are cheap. The library is never unloaded.
// unavailable: it is not installed, or lacks a function; the message names the package.
Result<CurlLibrary> load_curl();

}  // namespace rung::actions

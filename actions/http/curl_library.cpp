#include "actions/http/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace rung::actions {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";

Error missing(const std::string& what) {
  return {ErrorCode::unavailable, "HTTP needs " + std::string(kLibrary) + ": " + what +
                                      "; on Debian: apt install libcurl4"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

Result<CurlLibrary> load_curl() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(::dlerror());
  CurlLibrary curl;
  decltype(&curl_global_init) global_init = nullptr;
  const bool has_all = find(library, "curl_global_init", global_init) &&
                       find(library, "curl_easy_init", curl.easy_init) &&
                       find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                       find(library, "curl_easy_setopt", curl.easy_setopt) &&
                       find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                       find(library, "curl_easy_strerror", curl.easy_strerror) &&
                       find(library, "curl_slist_append", curl.slist_append) &&
                       find(library, "curl_slist_free_all", curl.slist_free_all) &&
                       find(library, "curl_multi_init", curl.multi_init) &&
                       find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
                       find(library, "curl_multi_setopt", curl.multi_setopt) &&
                       find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                       find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                       find(library, "curl_multi_socket_action", curl.multi_socket_action) &&
                       find(library, "curl_multi_info_read", curl.multi_info_read);
  if (!has_all) return missing("a function is missing");
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return missing("it does not initialise");
  return curl;
}

}  // namespace rung::actions

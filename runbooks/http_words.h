#pragma once

#include <array>
#include <string_view>

namespace rung::runbooks {

// `uses: http.get` is short for http.request with this method.
struct HttpWord {
  std::string_view action;
  std::string_view method;
};
inline constexpr std::array kHttpWords{
    HttpWord{"http.get", "GET"},     HttpWord{"http.head", "HEAD"},
    HttpWord{"http.post", "POST"},   HttpWord{"http.put", "PUT"},
    HttpWord{"http.patch", "PATCH"}, HttpWord{"http.delete", "DELETE"}};

// "" where the action is no such word.
constexpr std::string_view http_method_of(std::string_view action) {
  for (const auto& word : kHttpWords) {
    if (word.action == action) return word.method;
  }
  return "";
}

}  // namespace rung::runbooks

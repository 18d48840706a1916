#pragma once

#include "base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace rung {

// A piece of a URL: as the author wrote it, or a value that an expression yielded.
struct UrlPart {
  std::string text;
  bool is_value = false;
};

// Joins the pieces of a URL so that no value can leave its place:
//   at the very start          a value is the base of the URL and stays as it is,
//   in the host and port       letters, digits and `-._~:[]` stay, the rest is percent-encoded,
//   in path, query, fragment   only letters, digits and `-._~` stay (a slash becomes %2F).
// A URL that is one expression is not joined: its value is the URL.
//
// invalid: a path segment that would be "." or ".." because of a value, or empty because a value
// is (DELETE /users/{{ id }} must not become DELETE /users/).
Result<std::string> join_url(std::span<const UrlPart> parts);

// Every byte but letters, digits and `-._~` as %XX.
std::string percent_encode(std::string_view text);

// What may be shown of a URL that may hold secrets: without user, password, query and fragment.
std::string url_for_people(std::string_view url);
// Only scheme, host and port: "https://hooks.example.org". What it shows of a secret URL.
std::string url_origin(std::string_view url);

}  // namespace rung

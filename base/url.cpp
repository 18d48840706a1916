#include "base/url.h"

#include <algorithm>
#include <vector>

namespace rung {
namespace {

constexpr std::string_view kAlsoInAuthority = ":[]";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text, std::string_view also_kept) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || also_kept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
}

// Where the host begins; npos where there is no scheme.
std::size_t authority_begin(std::string_view url) {
  const auto colon = url.find("://");
  return colon == std::string_view::npos ? colon : colon + 3;
}

std::size_t authority_end(std::string_view url) {
  const auto begin = authority_begin(url);
  if (begin == std::string_view::npos) return begin;
  return std::min(url.find_first_of("/?#", begin), url.size());
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool touches(const std::vector<Range>& values, Range segment) {
  for (const auto& value : values) {
    if (value.begin <= segment.end && value.end >= segment.begin) return true;
  }
  return false;
}

Error bad_segment(std::string_view url, Range segment) {
  const auto before = std::string(url.substr(0, segment.begin));
  if (segment.begin == segment.end) {
    return Error(ErrorCode::invalid, "the value after \"" + url_for_people(before) +
                                         "\" in the URL is empty: the request would go to "
                                         "another resource; guard the step with `when:`");
  }
  return Error(ErrorCode::invalid,
               "the value after \"" + url_for_people(before) + "\" in the URL is \"" +
                   std::string(url.substr(segment.begin, segment.end - segment.begin)) +
                   "\", which servers read as another folder; use a value without dots alone");
}

// Each segment of the path that a value helped to build must name something.
Result<void> check_path(std::string_view url, const std::vector<Range>& values) {
  const auto start = authority_end(url);
  if (start == std::string_view::npos) return success();
  const auto end = std::min(url.find_first_of("?#", start), url.size());
  for (auto slash = start; slash < end && url[slash] == '/';) {
    const auto next = std::min(url.find('/', slash + 1), end);
    const Range segment{slash + 1, next};
    const auto text = url.substr(segment.begin, segment.end - segment.begin);
    const bool names_nothing = text.empty() || text == "." || text == "..";
    if (names_nothing && touches(values, segment)) return bad_segment(url, segment);
    slash = next;
  }
  return success();
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_encoded(out, text, {});
  return out;
}

Result<std::string> join_url(std::span<const UrlPart> parts) {
  std::string out;
  std::vector<Range> values;
  for (const auto& part : parts) {
    const auto begin = out.size();
    const bool is_base = out.empty();
    const bool in_authority =
        authority_begin(out) != std::string::npos && authority_end(out) == out.size();
    if (!part.is_value || is_base) {
      out += part.text;
      continue;
    }
    append_encoded(out, part.text, in_authority ? kAlsoInAuthority : std::string_view{});
    values.push_back({begin, out.size()});
  }
  TRY(check_path(out, values));
  return out;
}

std::string url_origin(std::string_view url) {
  const auto begin = authority_begin(url);
  if (begin == std::string_view::npos) return "(a URL without a scheme)";
  const auto authority = url.substr(begin, authority_end(url) - begin);
  const auto at = authority.rfind('@');
  const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  return std::string(url.substr(0, begin)) + std::string(host);
}

std::string url_for_people(std::string_view url) {
  const auto begin = authority_end(url);
  if (begin == std::string_view::npos) return url_origin(url);
  const auto end = std::min(url.find_first_of("?#", begin), url.size());
  return url_origin(url) + std::string(url.substr(begin, end - begin));
}

}  // namespace rung

#include "runbooks/calendar.h"

#include <date/tz.h>

#include <cctype>
#include <exception>

namespace rung::runbooks {
namespace {

bool is_number_below(std::string_view two, int limit) {
  if (two.size() != 2) return false;
  for (const char c : two) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return (two[0] - '0') * 10 + (two[1] - '0') < limit;
}

}  // namespace

bool is_local_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!is_number_below(text.substr(0, 2), 100) || !is_number_below(text.substr(2, 2), 100) ||
      !is_number_below(text.substr(5, 2), 100) || !is_number_below(text.substr(8, 2), 100)) {
    return false;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    int n = 0;
    for (const char c : text.substr(at, length)) n = n * 10 + (c - '0');
    return n;
  };
  return (date::year(number(0, 4)) / number(5, 2) / number(8, 2)).ok();
}

bool is_time_of_day(std::string_view text) {
  if (text.size() != 5 && text.size() != 8) return false;
  if (text[2] != ':' || (text.size() == 8 && text[5] != ':')) return false;
  return is_number_below(text.substr(0, 2), 24) && is_number_below(text.substr(3, 2), 60) &&
         (text.size() == 5 || is_number_below(text.substr(6, 2), 60));
}

bool is_timezone(const std::string& name) {
  try {
    return date::locate_zone(name) != nullptr;
  } catch (const std::exception&) {
    return false;  // how this library says that there is none
  }
}

}  // namespace rung::runbooks

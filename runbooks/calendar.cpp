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

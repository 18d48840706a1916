#include "runbooks/calendar_reader.h"

#include "runbooks/calendar.h"
#include "runbooks/fields.h"

#include <algorithm>
#include <array>

namespace rung::runbooks {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

class CalendarReader {
 public:
  CalendarReader(const Member& member, const Table& table, Report& report)
      : fields_(member.value, table, report), report_(report) {
    entry_.freeze.name = member.key;
  }

  CalendarEntry read() {
    FreezeSpec& freeze = entry_.freeze;
    freeze.say = fields_.text("say");
    read_timezone();
    read_weekdays();
    read_span();
    freeze.modes = fields_.texts("modes");
    if (freeze.modes.empty()) freeze.modes = {"planned", "drill"};
    entry_.runbooks = fields_.texts("runbooks");
    entry_.except = fields_.texts("except");
    return std::move(entry_);
  }

 private:
  void read_timezone() {
    std::string& timezone = entry_.freeze.timezone;
    timezone = fields_.text("timezone");
    if (timezone.empty() || is_timezone(timezone)) return;
    report_.error(fields_.place("timezone"), "there is no time zone `" + timezone + "`",
                  "write one of the IANA database, such as Europe/Berlin");
  }

  void read_weekdays() {
    const Node* days = fields_.get("weekdays");
    if (days == nullptr) return;
    for (const Node& day : days->items) {
      const auto found = std::find(kDays.begin(), kDays.end(), day.text);
      if (found == kDays.end()) {
        report_.error(place_of(day), "there is no weekday `" + day.text + "`",
                      "write some of  [mon, tue, wed, thu, fri, sat, sun]");
        continue;
      }
      entry_.freeze.weekdays.push_back(static_cast<int>(found - kDays.begin()));
    }
  }

  void read_span() {
    FreezeSpec& freeze = entry_.freeze;
    freeze.from = fields_.text("from");
    freeze.to = fields_.text("to");
    if (freeze.from.empty() || freeze.to.empty()) return;  // was reported
    freeze.is_daily = is_time_of_day(freeze.from);
    if (freeze.is_daily) return check_day();
    const bool has_from = normalise("from", freeze.from, " 00:00");
    const bool has_to = normalise("to", freeze.to, " 24:00");
    if (has_from && has_to && freeze.to <= freeze.from) {
      report_.error(fields_.place("to"), "this period ends before it begins",
                    "write a `to` that is later than `from`");
    }
    if (!freeze.weekdays.empty()) {
      report_.error(fields_.place("weekdays"), "a period from one date to another has no weekdays",
                    "remove it, or write times of day:  from: \"09:00\"");
    }
  }

  void check_day() {
    const FreezeSpec& freeze = entry_.freeze;
    if (!is_time_of_day(freeze.to)) {
      report_.error(fields_.place("to"), "`from` is a time of day, and `to` is none",
                    "write one such as  to: \"17:30\"");
    } else if (freeze.to == freeze.from) {
      report_.error(fields_.place("to"), "this part of a day is empty",
                    "write a later `to`; one before `from` is of the next day");
    }
  }

  // To "2026-12-20 00:00", so that times compare as texts.
  bool normalise(std::string_view key, std::string& text, std::string_view midnight) {
    const bool is_date = is_local_date(text);
    const bool has_time = text.size() > 11 && is_local_date(text.substr(0, 10)) &&
                          (text[10] == ' ' || text[10] == 'T') && is_time_of_day(text.substr(11));
    if (is_date) text += midnight;
    if (has_time) text[10] = ' ';
    if (is_date || has_time) return true;
    report_.error(fields_.place(key), "`" + text + "` is no date and no time of day",
                  "write  \"2026-12-20\"  or  \"2026-12-20 18:00\"  or  \"18:00\"");
    return false;
  }

  const Fields fields_;
  Report& report_;
  CalendarEntry entry_;
};

}  // namespace

std::vector<CalendarEntry> read_calendars(const Node& map, const Table& table, Report& report) {
  std::vector<CalendarEntry> calendars;
  for (const Member& member : map.members) {
    if (member.value.kind != Node::Kind::map) continue;
    check_key_name(member, "calendars", report);
    calendars.push_back(CalendarReader(member, table, report).read());
  }
  return calendars;
}

std::vector<FreezeSpec> freezes_of(std::string_view runbook,
                                   const std::vector<CalendarEntry>& calendars) {
  std::vector<FreezeSpec> freezes;
  for (const CalendarEntry& calendar : calendars) {
    const bool is_meant = calendar.runbooks.empty() || has(calendar.runbooks, runbook);
    if (is_meant && !has(calendar.except, runbook)) freezes.push_back(calendar.freeze);
  }
  return freezes;
}

}  // namespace rung::runbooks

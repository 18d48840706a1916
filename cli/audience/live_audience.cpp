#include "cli/audience/live_audience.h"

#include "cli/audience/line_audience.h"
#include "cli/screen/need_screen.h"
#include "cli/screen/run_screen.h"
#include "service/logs.h"

namespace rung::cli {

using service::Joined;
using service::RunView;
using service::StepStatus;
using service::Wish;

namespace {

constexpr char kEscape = 27;
constexpr char kDelete = 127;
constexpr std::size_t kLongestNote = 500;
constexpr std::size_t kLogLines = 8;

void add_lines(std::vector<std::string>& lines, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

LiveAudience::LiveAudience(const Console& console, service::StorePlace store)
    : console_(console), store_(std::move(store)) {}

LiveAudience::~LiveAudience() {
  erase();
}

void LiveAudience::erase() {
  if (drawn_ == 0) return;
  console_.err_as_it_is("\033[" + std::to_string(drawn_) + "A\r\033[J");
  drawn_ = 0;
}

void LiveAudience::print_above(const std::string& text) {
  erase();
  console_.err(text);
  draw();
}

void LiveAudience::joined(const Joined& joined, const RunView* run) {
  is_owner_ = joined.as == Joined::As::owner;
  if (run != nullptr) run_ = *run;
  print_above(joined_text(console_.err_style(), joined, run));
}

void LiveAudience::changed(const RunView& run) {
  if (run_ && run_->id != run.id && !run_->is_over())
    return;  // one picture: the first run that goes on
  run_ = run;
  draw();
}

void LiveAudience::tick(TimePoint) {
  draw();
}

void LiveAudience::store_changed(const std::string& why) {
  print_above(store_text(why) + "\n");
}

void LiveAudience::say(const std::string& line) {
  print_above(line + "\n");
}

std::string LiveAudience::last_line() const {
  switch (asks_) {
    case Asks::how_to_end:
      return paint(console_.err_style(), Tone::asks, "Ctrl-C:") +
             " [s]top the engine (running commands go on)  [d]etach (the run goes on)  [c]ancel "
             "the run  [b]ack";
    case Asks::note: return paint(console_.err_style(), Tone::asks, "note: ") + note_ + "_";
    case Asks::nothing: break;
  }
  const bool is_paused = run_ && run_->has_need(service::NeedKind::paused);
  const std::string keys =
      std::string(is_paused ? "[p] goes on" : "[p]ause") + "  [l]ogs  [w]hy  [n]ote  [d]etach ";
  return keys + (is_owner_ ? "(the run goes on)  Ctrl-C" : "  (another engine drives)");
}

void LiveAudience::draw() {
  if (!run_) return;
  const ScreenSize size = screen_size();
  Style style = console_.err_style();
  style.width = size.width;
  const TimePoint now = SystemClock().now().utc;
  std::vector<std::string> extra;
  for (service::StepView& step : run_->steps) {
    if (step.status != StepStatus::running || step.kind != service::StepKind::action) continue;
    const auto tail = service::tail_of_running(store_, run_->id, step, shows_logs_ ? kLogLines : 1);
    step.progress = tail.empty() ? "" : tail.back();
    for (const std::string& line : tail) {
      if (shows_logs_) extra.push_back("  | " + one_line(line));
    }
  }
  if (shows_why_) add_lines(extra, why_screen(style, *run_, now));
  const std::size_t room = size.height > extra.size() + 8 ? size.height - 1 - extra.size() : 8;
  auto lines = live_screen(style, *run_, now, room, "");
  lines.pop_back();
  lines.insert(lines.end(), extra.begin(), extra.end());
  lines.push_back(last_line());
  if (lines.size() > size.height - 1)
    lines.erase(lines.begin() + 1,
                lines.begin() + 1 + static_cast<std::ptrdiff_t>(lines.size() - (size.height - 1)));
  std::string picture = drawn_ == 0 ? "\r" : "\033[" + std::to_string(drawn_) + "A\r";
  for (const std::string& line : lines) {
    picture += clipped(screen_text(console_.err_style(), line), size.width - 1) + "\033[K\n";
  }
  console_.err_as_it_is(picture + "\033[J");
  drawn_ = lines.size();
}

Wish LiveAudience::interrupted(bool is_owner) {
  if (!is_owner || asks_ == Asks::how_to_end) return {Wish::For::stop};
  asks_ = Asks::how_to_end;
  draw();
  return {};
}

Wish LiveAudience::key(char key) {
  if (asks_ == Asks::how_to_end) return answered(key);
  if (asks_ == Asks::note) return typed(key);
  switch (key) {
    case 'p': return {Wish::For::pause};
    case 'd': return {Wish::For::detach};
    case 'w': shows_why_ = !shows_why_; break;
    case 'l': shows_logs_ = !shows_logs_; break;
    case 'n':
      asks_ = Asks::note;
      note_.clear();
      break;
    case '?':
      print_above(
          "p pauses or goes on, l shows what the running step prints, w what the run waits for, n "
          "writes a note,\n"
          "d leaves this terminal, Ctrl-C asks how to end. Everything else: another terminal and "
          "`rung help`.\n");
      return {};
    default: return {};
  }
  draw();
  return {};
}

Wish LiveAudience::answered(char key) {
  asks_ = Asks::nothing;
  draw();
  switch (key) {
    case 's': return {Wish::For::stop};
    case 'd': return {Wish::For::detach};
    case 'c': return {Wish::For::cancel};
    default: return {};
  }
}

Wish LiveAudience::typed(char key) {
  const bool is_end = key == '\n' || key == '\r';
  if (is_end || key == kEscape) {
    asks_ = Asks::nothing;
    draw();
    return is_end && !note_.empty() ? Wish{Wish::For::note, note_} : Wish{};
  }
  if (key == kDelete || key == '\b') {
    while (!note_.empty() && (static_cast<unsigned char>(note_.back()) & 0xC0) == 0x80)
      note_.pop_back();
    if (!note_.empty()) note_.pop_back();
  } else if (note_.size() < kLongestNote) {
    note_ += key;
  }
  draw();
  return {};
}

}  // namespace rung::cli

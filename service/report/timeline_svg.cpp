#include "service/report/timeline_svg.h"

#include "service/plan_graph.h"
#include "service/report/condense.h"
#include "service/report/document.h"
#include "service/spoken_time.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace rung::service {
namespace {

using namespace std::chrono_literals;

constexpr double kLabels = 240;  // pixels for addresses
constexpr double kBars = 720;
constexpr double kRow = 20;
constexpr double kHead = 30;
constexpr std::size_t kMostSpans = 60;  // of one bar; beyond it is drawn whole

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// A round distance, so that at most eight marks fit.
Duration tick_of(Duration whole) {
  static constexpr Duration kRound[] = {10ms, 50ms, 100ms, 500ms, 1s,   2s,    5s,
                                        10s,  30s,  1min,  2min,  5min, 10min, 30min,
                                        1h,   2h,   6h,    12h,   24h,  48h,   168h};
  for (const Duration tick : kRound) {
    if (whole / tick <= 8) return tick;
  }
  return whole / 8;
}

class TimelineDrawing {
 public:
  explicit TimelineDrawing(const Report& report) : report_(report) {
    for (const StepView& step : report.run.steps) statuses_.emplace(step.address, step.status);
    for (const PartPiece& piece : report.path) path_[piece.step].push_back(&piece);
    choose();
  }

  std::string draw() {
    const std::size_t rows = shown_.size() + (others_.empty() ? 0 : 1);
    height_ = kHead + kRow * static_cast<double>(rows) + 24;
    out_ =
        "<svg class=\"timeline\" role=\"img\" aria-label=\"The steps over time\" viewBox=\"0 0 " +
        number(kLabels + kBars + 10) + " " + number(height_) + "\">\n";
    draw_grid();
    for (const Life* life : shown_) draw_row(*life);
    if (!others_.empty()) draw_others();
    draw_marks();
    return out_ + "</svg>\n";
  }

 private:
  // Steps that did more than to succeed at once, and the longest.
  void choose() {
    std::vector<const Life*> order;
    for (const Life& life : report_.lives) order.push_back(&life);
    const auto key = [&](const Life* life) {
      return std::pair(life->spans.size() > 1 || has_failed(*life), life->to() - life->from());
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](const Life* a, const Life* b) { return key(a) > key(b); });
    const std::size_t most = std::min(order.size(), kMostBars);
    shown_.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most));
    others_.assign(order.begin() + static_cast<std::ptrdiff_t>(most), order.end());
    std::sort(shown_.begin(), shown_.end(),
              [](const Life* a, const Life* b) { return a->began < b->began; });
  }
  bool has_failed(const Life& life) const { return status_of(life) == StepStatus::failed; }
  StepStatus status_of(const Life& life) const {
    const auto found = statuses_.find(life.address);
    return found == statuses_.end() ? StepStatus::succeeded : found->second;
  }

  double x(TimePoint at) const {
    if (report_.took <= Duration::zero()) return kLabels;
    const double part = static_cast<double>((at - report_.run.created_at).count()) /
                        static_cast<double>(report_.took.count());
    return kLabels + kBars * std::clamp(part, 0.0, 1.0);
  }

  void draw_grid() {
    if (report_.took <= Duration::zero()) return;
    const Duration tick = tick_of(report_.took);
    for (Duration at{}; at <= report_.took; at += tick) {
      const std::string position = number(x(report_.run.created_at + at));
      out_ += "<line class=\"grid\" x1=\"" + position + "\" x2=\"" + position + "\" y1=\"" +
              number(kHead - 6) + "\" y2=\"" + number(height_ - 20) +
              "\"/><text class=\"tick\" x=\"" + position + "\" y=\"" + number(kHead - 12) + "\">" +
              brief(at) + "</text>\n";
    }
  }

  void draw_label(const std::string& text) {
    out_ += "<text x=\"0\" y=\"" + number(y_ + 13) + "\">" + escaped_markup(in_one_line(text, 34)) +
            "</text>\n";
  }
  void draw_bar(const std::string& style, TimePoint from, TimePoint to, const std::string& title) {
    const double left = x(from);
    out_ += "<rect " + style + " x=\"" + number(left) + "\" y=\"" + number(y_ + 3) + "\" width=\"" +
            number(std::max(1.5, x(to) - left)) + "\" height=\"11\"><title>" +
            escaped_markup(title) + "</title></rect>\n";
  }

  void draw_row(const Life& life) {
    draw_label(life.address);
    if (life.spans.size() > kMostSpans) {
      draw_span(life, {Doing::working, life.from(), life.to()});
    } else {
      for (const Span& span : life.spans) draw_span(life, span);
    }
    if (const auto critical = path_.find(life.address); critical != path_.end()) {
      for (const PartPiece* piece : critical->second) draw_critical(*piece);
    }
    y_ += kRow;
  }
  void draw_span(const Life& life, const Span& span) {
    const std::string times = clock_time(span.from) + ", " + brief(span.to - span.from);
    const auto bar = [&](const std::string& style, const std::string& what) {
      draw_bar(style, span.from, span.to, life.address + ": " + what + ", " + times);
    };
    switch (span.doing) {
      case Doing::asking: return bar("class=\"people\"", "waits for people");
      case Doing::doubted: return bar("class=\"doubt\"", "in doubt");
      case Doing::delayed: return bar("class=\"delay\"", "waits for the next try");
      case Doing::waiting: return bar("class=\"delay\"", "waits");
      case Doing::working: break;
    }
    const StepStatus status = status_of(life);
    const bool is_last = &span == &life.spans.back() || life.spans.size() > kMostSpans;
    // Tries before the last one did not end well.
    const StepStatus shown = is_last ? status : StepStatus::failed;
    bar("class=\"work\" fill=\"" + std::string(colour_of(shown)) + "\"",
        is_last ? std::string(engine::name_of(shown)) : "an earlier try");
  }
  void draw_critical(const PartPiece& piece) {
    out_ += "<line class=\"critical\" x1=\"" + number(x(piece.from)) + "\" x2=\"" +
            number(std::max(x(piece.from) + 1.5, x(piece.to))) + "\" y1=\"" + number(y_ + 16.5) +
            "\" y2=\"" + number(y_ + 16.5) + "\"/>\n";
  }

  // All other steps in one row: where at least one of them went on.
  void draw_others() {
    draw_label(std::to_string(others_.size()) + " other steps");
    std::set<std::pair<long, long>> drawn;
    for (const Life* life : others_) {
      const auto column = [&](TimePoint at) { return static_cast<long>(x(at) / 2); };
      if (!drawn.emplace(column(life->from()), column(life->to())).second) continue;
      if (drawn.size() > 500) break;
      draw_bar("class=\"others\"", life->from(), life->to(), "other steps");
    }
    y_ += kRow;
  }

  void draw_mark(TimePoint at, const std::string& style, const std::string& text) {
    const std::string position = number(x(at));
    out_ += "<line class=\"" + style + "\" x1=\"" + position + "\" x2=\"" + position + "\" y1=\"" +
            number(kHead - 6) + "\" y2=\"" + number(height_ - 16) +
            "\"/><text class=\"mark\" x=\"" + position + "\" y=\"" + number(height_ - 4) + "\">" +
            escaped_markup(text) + "</text>\n";
  }
  void draw_marks() {
    constexpr std::size_t kMostMarks = 12;
    std::size_t marks = 0;
    for (const EngineView& engine : report_.run.engines) {
      if (engine.is_takeover && engine.was_interrupted && ++marks <= kMostMarks)
        draw_mark(engine.at, "takeover", "new engine");
    }
    if (report_.run.no_return) draw_mark(report_.run.no_return->at, "noreturn", "no return");
    const Duration rto = report_.run.rto;
    if (rto > Duration::zero() && rto < report_.took)
      draw_mark(report_.run.created_at + rto, "noreturn", "RTO");
  }

  const Report& report_;
  std::map<std::string, StepStatus, std::less<>> statuses_;
  std::map<std::string, std::vector<const PartPiece*>, std::less<>> path_;
  std::vector<const Life*> shown_;
  std::vector<const Life*> others_;
  double y_ = kHead;
  double height_ = 0;
  std::string out_;
};

}  // namespace

std::string escaped_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string draw_timeline(const Report& report) {
  return TimelineDrawing(report).draw();
}

}  // namespace rung::service

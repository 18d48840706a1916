#include "service/rehearsal/coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace rung::service {
namespace {

using runbooks::Step;
using runbooks::StepKind;

// Each thing that can be shown of a step, by a short word.
constexpr std::string_view kRan = "ran";
constexpr std::string_view kSkipped = "skipped";
constexpr std::string_view kRejected = "rejected";
constexpr std::string_view kTimedOut = "timed out";
constexpr std::string_view kFailed = "failed";
constexpr std::string_view kHeld = "held";

std::string key_of(const Step& step, std::string_view word) {
  return step.address + " " + std::string(word);
}

class Collector {
 public:
  explicit Collector(const runbooks::Plan& plan) : plan_(plan) {}

  std::vector<CoverageItem> run() {
    for (const Step& step : plan_.steps) {
      if (step.undoes)
        add(CoverageKind::handler, step, kRan, "never undone");
      else if (step.guard)
        add(CoverageKind::handler, step, kHeld, "never ended a run");
      else if (step.parent)
        add_ordinary(step);
    }
    return std::move(items_);
  }

 private:
  void add(CoverageKind kind, const Step& step, std::string_view word, std::string what) {
    const std::string& named = step.undoes ? plan_.step(*step.undoes).address : step.address;
    items_.push_back({kind, named, std::move(what), key_of(step, word), false});
  }

  void add_ordinary(const Step& step) {
    const bool is_branch = plan_.step(*step.parent).is_choice;
    if (is_branch)
      add(CoverageKind::branch, step, kRan, "never taken");
    else if (!holds_steps(step) || step.script)
      add(CoverageKind::step, step, kRan, "never ran");
    if (!step.when.text.empty() && !is_branch)
      add(CoverageKind::branch, step, kSkipped, "never skipped: its `when` always held");
    if (step.tolerate) add(CoverageKind::handler, step, kFailed, "never failed (tolerated)");
    if (step.kind == StepKind::approve)
      add(CoverageKind::handler, step, kRejected, "never rejected");
    const bool is_person = step.kind == StepKind::approve || step.kind == StepKind::manual;
    if (is_person && step.timeout > Duration::zero())
      add(CoverageKind::handler, step, kTimedOut, "nobody was ever too late");
    if (step.kind != StepKind::decide) return;
    for (const auto& [name, meaning] : step.decide.options)
      add(CoverageKind::branch, step, name, name + " was never chosen");
  }

  const runbooks::Plan& plan_;
  std::vector<CoverageItem> items_;
};

// What the journal of one run shows of its steps.
class Showing {
 public:
  void add(state::Event event) {
    if (std::holds_alternative<state::LoopOpened>(event.payload)) loops_.insert(event.step);
    event.step = planned(event.step);
    if (const auto* opened = std::get_if<state::StepOpened>(&event.payload)) {
      mark_ran(event.step);
      if (opened->due) due_[event.step] = *opened->due;
    } else if (const auto* done = std::get_if<state::StepSucceeded>(&event.payload)) {
      mark_end(event);
      mark(event.step, kHeld);
      const auto choice = done->outputs.find("choice");
      if (choice != done->outputs.end()) mark(event.step, to_text(choice->second));
    } else if (std::holds_alternative<state::StepFailed>(event.payload)) {
      mark_end(event);
      mark(event.step, kFailed);
    } else if (const auto* skipped = std::get_if<state::StepSkipped>(&event.payload)) {
      if (skipped->reason == "when") mark(event.step, kSkipped);
    } else if (const auto* vote = std::get_if<state::Voted>(&event.payload)) {
      if (!vote->approve) mark(event.step, kRejected);
    } else if (std::holds_alternative<state::StepStarted>(event.payload) ||
               std::holds_alternative<state::LoopOpened>(event.payload) ||
               std::holds_alternative<state::ChildOpened>(event.payload)) {
      mark_ran(event.step);
    }
  }

  bool has(const std::string& key) const { return shown_.contains(key); }

 private:
  // What one item shows counts for the loop: "tiers/cloud/put" as "tiers/*/put".
  std::string planned(const std::string& address) const {
    std::string out;
    std::size_t from = 0;
    while (from < address.size()) {
      const std::size_t end = std::min(address.find('/', from), address.size());
      const bool is_key = from > 0 && loops_.contains(address.substr(0, from - 1));
      out += (out.empty() ? "" : "/") + (is_key ? "*" : address.substr(from, end - from));
      from = end + 1;
    }
    return out;
  }

  void mark(const std::string& step, std::string_view word) {
    shown_.insert(step + " " + std::string(word));
  }

  // A group runs with the first step in it.
  void mark_ran(const std::string& step) {
    mark(step, kRan);
    for (auto slash = step.rfind('/'); slash != std::string::npos && slash > 0;
         slash = step.rfind('/', slash - 1)) {
      mark(step.substr(0, slash), kRan);
    }
  }

  void mark_end(const state::Event& event) {
    mark_ran(event.step);
    const auto due = due_.find(event.step);
    if (due != due_.end() && event.at >= due->second) mark(event.step, kTimedOut);
  }

  std::set<std::string> loops_;  // that opened
  std::set<std::string> shown_;
  std::map<std::string, TimePoint> due_;
};

}  // namespace

std::vector<CoverageItem> coverage_items(const runbooks::Plan& plan) {
  return Collector(plan).run();
}

void cover(std::vector<CoverageItem>& items, const Rehearsed& ended) {
  Showing shown;
  for (const state::Event& event : ended.events) shown.add(event);
  for (CoverageItem& item : items) item.is_covered = item.is_covered || shown.has(item.key);
}

}  // namespace rung::service

#include "service/rehearsal/judge.h"

#include "base/json.h"
#include "engine/core/resolve.h"

#include <algorithm>
#include <utility>

namespace rung::service {
namespace {

using engine::RunState;
using engine::StepState;
using engine::StepStatus;
using runbooks::Expectation;
using Of = Expectation::Of;

std::string shown(const Value& value) {
  return to_plain_json(value);
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

bool begins_step(const state::Event& event) {
  return std::holds_alternative<state::StepStarted>(event.payload) ||
         std::holds_alternative<state::StepOpened>(event.payload) ||
         std::holds_alternative<state::StepSucceeded>(event.payload) ||
         std::holds_alternative<state::StepFailed>(event.payload);
}

// Steps in the order in which they began. A group begins with its first step.
std::vector<std::string> began(const std::vector<state::Event>& events) {
  std::vector<std::string> order;
  const auto add = [&](const std::string& step) {
    if (std::find(order.begin(), order.end(), step) == order.end()) order.push_back(step);
  };
  for (const state::Event& event : events) {
    if (event.step.empty() || !begins_step(event)) continue;
    for (auto slash = event.step.find('/'); slash != std::string::npos;
         slash = event.step.find('/', slash + 1)) {
      add(event.step.substr(0, slash));
    }
    add(event.step);
  }
  return order;
}

class Judge {
 public:
  Judge(const runbooks::TestCase& test, const Rehearsed& ended, const Stage& stage)
      : test_(test), ended_(ended), stage_(stage), began_(began(ended.events)) {}

  std::vector<Difference> run() {
    const auto expects = [&](Of of) {
      return std::any_of(test_.expectations.begin(), test_.expectations.end(),
                         [&](const Expectation& e) { return e.of == of; });
    };
    if (!ended_.run) {
      if (!expects(Of::refused)) {
        add(test_.at, "no run was created: " + ended_.refusal, "", "");
        return std::move(findings_);
      }
    } else if (!expects(Of::status) && !expects(Of::refused)) {
      Expectation succeeded;
      succeeded.at = test_.at;
      succeeded.value = {Value("succeeded")};
      judge(succeeded);
    }
    for (const Expectation& expectation : test_.expectations) {
      if (ended_.run || expectation.of == Of::refused) judge(expectation);
    }
    return std::move(findings_);
  }

 private:
  const RunState& state() const { return *ended_.run; }
  engine::StepTree tree() const { return {*stage_.graph, state().loops}; }

  void add(Position at, std::string what, std::string expected, std::string got) {
    findings_.push_back({at, std::move(what), std::move(expected), std::move(got), ""});
  }

  // Of a step: nullptr where the run does not have it.
  const StepState* step(const std::string& address) const {
    const auto found = tree().find(address);
    return found ? &state().at(*found) : nullptr;
  }

  // What is written, with its expressions in the run as it ended. Empty: that was found wrong.
  std::optional<Value> written(const Expectation& e) {
    const RunState none;
    const engine::RunScope scope(*stage_.graph, ended_.run ? *ended_.run : none);
    auto value = engine::resolve(e.value, *stage_.evaluator, scope);
    if (value) return std::move(value).value();
    add(e.at, "the expectation cannot be computed: " + value.error().message(), "", "");
    return std::nullopt;
  }

  // long: a flat switch over everything that can be expected
  void judge(const Expectation& e) {
    switch (e.of) {
      case Of::status: return judge_status(e);
      case Of::reason: return contains(e, "reason", reason());
      case Of::refused: return judge_refused(e);
      case Of::order: return judge_order(e);
      case Of::ran: return each(e, "ran", [&](const auto& s) { return has_begun(s); });
      case Of::not_run: return each(e, "not_run", [&](const auto& s) { return !has_begun(s); });
      case Of::skipped: return each_status(e, "skipped", StepStatus::skipped);
      case Of::undone: return each_status(e, "undone", StepStatus::undone);
      case Of::failed: return each_status(e, "failed", StepStatus::failed);
      case Of::output: return judge_output(e);
      case Of::step_status:
        return equals(e, e.step + ".status", Value(std::string(name_of(step(e.step)->status))));
      case Of::step_attempts: return equals(e, e.step + ".attempts", Value(step(e.step)->attempts));
      case Of::step_error: return judge_error(e);
      case Of::step_message:
        return contains(e, e.step + ".message",
                        step(e.step)->error ? step(e.step)->error->message : "no error");
      case Of::step_output: return member_equals(e, e.step + "." + e.name, step(e.step)->outputs);
      case Of::that: return judge_that(e);
      case Of::received: return judge_received(e);
      case Of::asked_text: return judge_text(e);
      case Of::asked_of: return judge_asked_of(e);
      case Of::asked_show: return judge_shown(e);
      case Of::took: return judge_took(e, took() == duration(e), "");
      case Of::took_at_least: return judge_took(e, took() >= duration(e), "at least ");
      case Of::took_at_most: return judge_took(e, took() <= duration(e), "at most ");
    }
  }

  // --- the run

  std::string reason() const {
    if (state().finished) return state().finished->reason;
    return state().paused ? state().paused->detail : "";
  }

  // What it waits for or why it ended, for who expected otherwise.
  std::string with_reason(std::string status) const {
    std::string open;
    for (const auto i : state().active) {
      const std::string address = tree().address(i);
      open += (open.empty() ? "" : ", ") + address + " is " +
              std::string(name_of(state().at(i).status));
    }
    const std::string why = reason().empty() ? open : reason();
    return why.empty() ? status : status + " (" + why + ")";
  }

  void judge_status(const Expectation& e) {
    const auto expected = written(e);
    if (!expected) return;
    const std::string status(state::name_of(engine::status_of(state())));
    if (to_text(*expected) != status) add(e.at, "status", to_text(*expected), with_reason(status));
  }

  void judge_refused(const Expectation& e) {
    if (!ended_.run) return contains(e, "refused", ended_.refusal);
    const std::string status(state::name_of(engine::status_of(state())));
    add(e.at, "refused", "that no run begins", "a run, " + with_reason(status));
  }

  Duration took() const {
    const bool is_over = state().phase == engine::RunPhase::finished;
    return (is_over ? state().finished_at : state().last_at) - state().created_at;
  }
  Duration duration(const Expectation& e) const {
    return *runbooks::constant_value(e.value).get_if<Duration>();
  }
  void judge_took(const Expectation& e, bool is_so, const std::string& bound) {
    if (!is_so) add(e.at, "took", bound + to_string(duration(e)), to_string(took()));
  }

  // --- lists of steps

  bool has_begun(const std::string& address) const {
    return std::find(began_.begin(), began_.end(), address) != began_.end();
  }

  template <class IsSo>
  void each(const Expectation& e, const std::string& what, IsSo is_so) {
    for (const std::string& address : e.steps) {
      if (is_so(address)) continue;
      const StepState* state = step(address);
      add(e.at, what, address,
          address + " is " + (state == nullptr ? "unknown" : std::string(name_of(state->status))));
    }
  }
  void each_status(const Expectation& e, const std::string& what, StepStatus status) {
    each(e, what, [&](const std::string& address) {
      const StepState* state = step(address);
      return state != nullptr && state->status == status;
    });
  }

  void judge_order(const Expectation& e) {
    std::vector<std::string> got;
    for (const std::string& address : began_) {
      if (std::find(e.steps.begin(), e.steps.end(), address) != e.steps.end())
        got.push_back(address);
    }
    if (got != e.steps) add(e.at, "order", listed(e.steps), listed(got));
  }

  // --- values

  void equals(const Expectation& e, const std::string& what, const Value& actual) {
    const auto expected = written(e);
    if (expected && !fits(*expected, actual)) add(e.at, what, shown(*expected), shown(actual));
  }

  void contains(const Expectation& e, const std::string& what, const std::string& actual) {
    const auto expected = written(e);
    if (!expected || actual.find(to_text(*expected)) != std::string::npos) return;
    add(e.at, what, "... " + to_text(*expected) + " ...", actual.empty() ? "nothing" : actual);
  }

  void member_equals(const Expectation& e, const std::string& what, const Value::Map& all) {
    const auto found = all.find(e.name);
    if (found != all.end()) return equals(e, what, found->second);
    const auto expected = written(e);
    if (expected && !expected->is_null()) add(e.at, what, shown(*expected), "there is none");
  }

  void judge_output(const Expectation& e) {
    member_equals(e, "outputs." + e.name,
                  state().finished ? state().finished->outputs : Value::Map());
  }

  void judge_error(const Expectation& e) {
    const auto& error = step(e.step)->error;
    const auto expected = written(e);
    const std::string got = error ? std::string(name_of(error->error_class)) : "no error";
    if (expected && to_text(*expected) != got)
      add(e.at, e.step + ".error", to_text(*expected), error ? got + ": " + error->message : got);
  }

  void judge_that(const Expectation& e) {
    const engine::RunScope scope(*stage_.graph, state());
    const auto value = stage_.evaluator->evaluate(e.name, scope);
    if (!value) return add(e.at, "that: " + e.name, "true", "an error: " + value.error().message());
    const bool* holds = value.value().boolean();
    if (holds == nullptr || !*holds) add(e.at, "that: " + e.name, "true", shown(value.value()));
  }

  void judge_received(const Expectation& e) {
    const auto found = ended_.received.find(e.step);
    if (found == ended_.received.end())
      return add(e.at, "received." + e.step + "." + e.name, "that it begins", "it never began");
    member_equals(e, "received." + e.step + "." + e.name, found->second.back());
  }

  // --- people

  // What was shown when the step was opened; empty where it never was.
  const Value::Map* opened(const Expectation& e) {
    for (const state::Event& event : ended_.events) {
      const auto* opened = std::get_if<state::StepOpened>(&event.payload);
      if (opened != nullptr && event.step == e.step) return &opened->shown;
    }
    add(e.at, "asked." + e.step, "that it is asked", "it never was");
    return nullptr;
  }

  void judge_text(const Expectation& e) {
    const Value::Map* all = opened(e);
    if (all == nullptr) return;
    const auto ask = all->find("ask");
    const auto found = ask != all->end() ? ask : all->find("do");
    equals(e, "asked." + e.step + ".text", found == all->end() ? Value() : found->second);
  }

  void judge_asked_of(const Expectation& e) {
    if (opened(e) == nullptr) return;
    const runbooks::Step& step = tree().step(*tree().find(e.step));
    const auto& by = step.kind == runbooks::StepKind::approve  ? step.approve.by
                     : step.kind == runbooks::StepKind::manual ? step.manual.by
                                                               : step.decide.by;
    equals(e, "asked." + e.step + ".of", Value(Value::List(by.begin(), by.end())));
  }

  void judge_shown(const Expectation& e) {
    const Value::Map* all = opened(e);
    if (all == nullptr) return;
    const auto show = all->find("show");
    const Value::Map* facts = show == all->end() ? nullptr : show->second.map();
    member_equals(e, "asked." + e.step + ".show." + e.name,
                  facts == nullptr ? Value::Map() : *facts);
  }

  const runbooks::TestCase& test_;
  const Rehearsed& ended_;
  const Stage& stage_;
  const std::vector<std::string> began_;
  std::vector<Difference> findings_;
};

std::optional<double> number_of(const Value& value) {
  if (const auto* whole = value.integer()) return static_cast<double>(*whole);
  if (const auto* number = value.number()) return *number;
  return std::nullopt;
}

bool list_fits(const Value::List& written, const Value::List& actual) {
  return std::equal(written.begin(), written.end(), actual.begin(), actual.end(), fits);
}

bool map_fits(const Value::Map& written, const Value::Map& actual) {
  return std::all_of(written.begin(), written.end(), [&](const auto& member) {
    const auto found = actual.find(member.first);
    return found != actual.end() && fits(member.second, found->second);
  });
}

}  // namespace

bool fits(const Value& written, const Value& actual) {
  if (written == actual) return true;
  if (written.list() != nullptr && actual.list() != nullptr)
    return list_fits(*written.list(), *actual.list());
  if (written.map() != nullptr && actual.map() != nullptr)
    return map_fits(*written.map(), *actual.map());
  if (number_of(written) && number_of(actual)) return *number_of(written) == *number_of(actual);
  // 90s and 1m30s, 16MB and 16000000B are one value in two spellings.
  const auto* text = written.string();
  if (text == nullptr || actual.is_null() || actual.list() != nullptr || actual.map() != nullptr)
    return false;
  switch (actual.kind()) {
    case Value::Kind::duration: {
      const auto value = parse_duration(*text);
      return value && Value(value.value()) == actual;
    }
    case Value::Kind::size: {
      const auto value = parse_size(*text);
      return value && Value(value.value()) == actual;
    }
    case Value::Kind::percent: {
      const auto value = parse_percent(*text);
      return value && Value(value.value()) == actual;
    }
    case Value::Kind::time: {
      const auto value = parse_time(*text);
      return value && Value(value.value()) == actual;
    }
    case Value::Kind::null:
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::number:
    case Value::Kind::string:
    case Value::Kind::list:
    case Value::Kind::map: return false;
  }
  return false;
}

std::vector<Difference> judge(const runbooks::TestCase& test, const Rehearsed& ended,
                              const Stage& stage) {
  return Judge(test, ended, stage).run();
}

}  // namespace rung::service

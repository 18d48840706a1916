#include "base/words.h"
#include "engine/core/scripts.h"
#include "runbooks/http_words.h"

#include <algorithm>

namespace rung::engine {
namespace {

using runbooks::Retry;
using runbooks::Step;
using runbooks::StepKind;
using runbooks::Template;

Error wrong(std::string what) {
  return {ErrorCode::invalid, std::move(what)};
}

// A table of options that a call has. Whoever read them all asks whether there were others.
class Options {
 public:
  Options(const Value* table, std::string_view what) : what_(what) {
    if (table == nullptr || table->is_null()) return;
    if (table->map() == nullptr)
      fail("is a table");
    else
      table_ = table->map();
  }

  const Value* value(std::string_view name) {
    known_.push_back(name);
    if (table_ == nullptr) return nullptr;
    const auto found = table_->find(name);
    return found == table_->end() ? nullptr : &found->second;
  }

  std::string text(std::string_view name) {
    const Value* found = value(name);
    if (found == nullptr) return "";
    if (found->string() != nullptr) return *found->string();
    fail("`" + std::string(name) + "` is a text");
    return "";
  }

  std::optional<Duration> duration(std::string_view name) {
    const Value* found = value(name);
    if (found == nullptr) return std::nullopt;
    auto typed = coerce(Type::duration, *found);
    if (typed) return *typed.value().get_if<Duration>();
    fail("`" + std::string(name) + "`: " + typed.error().message());
    return std::nullopt;
  }

  std::optional<std::int32_t> count(std::string_view name) {
    const Value* found = value(name);
    if (found == nullptr) return std::nullopt;
    constexpr std::int64_t kMost = 1'000'000;
    const auto* number = found->integer();
    if (number != nullptr && *number >= 1 && *number <= kMost)
      return static_cast<std::int32_t>(*number);
    fail("`" + std::string(name) + "` is a whole number from 1");
    return std::nullopt;
  }

  std::string choice(std::string_view name, const std::vector<std::string_view>& choices) {
    std::string given = text(name);
    const bool is_known = std::find(choices.begin(), choices.end(), given) != choices.end();
    if (!given.empty() && !is_known)
      fail("`" + std::string(name) + "` is one of " + joined(choices, ", "));
    return given;
  }

  void fail(std::string what) {
    if (problem_.empty()) problem_ = what_ + ": " + std::move(what);
  }

  Result<void> done() {
    if (table_ != nullptr) {
      for (const auto& [name, value] : *table_) {
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
          fail("there is no option `" + name + "`; there are " + joined(known_, ", "));
      }
    }
    if (!problem_.empty()) return wrong(problem_);
    return success();
  }

 private:
  std::string what_;
  const Value::Map* table_ = nullptr;
  std::vector<std::string_view> known_;
  std::string problem_;
};

Result<Template::Map> fields_of(const Value* with) {
  if (with == nullptr) return Template::Map{};
  if (with->map() == nullptr) return wrong("its inputs are a table such as {url = ...}");
  Template::Map fields;
  for (const auto& [name, value] : *with->map()) {
    TRY(auto field, runbooks::template_from_value(value));
    fields.emplace(name, std::move(field));
  }
  return fields;
}

Result<void> set_use(runbooks::ActionUse& use, const std::string& uses, const Value* with) {
  TRY(use.with, fields_of(with));
  const std::string_view method = runbooks::http_method_of(uses);
  use.uses = method.empty() ? uses : "http.request";
  if (!method.empty()) use.with.insert_or_assign("method", Template{Value(method)});
  return success();
}

std::optional<Retry> retry_of(Options& options) {
  const Value* given = options.value("retry");
  if (given == nullptr) return std::nullopt;
  Options inner(given, "`retry`");
  Retry retry{3, std::chrono::seconds(1), std::chrono::seconds(30), {}};
  retry.attempts = inner.count("attempts").value_or(retry.attempts);
  retry.delay = inner.duration("delay").value_or(retry.delay);
  retry.max_delay = inner.duration("max_delay").value_or(std::max(retry.max_delay, retry.delay));
  if (const Value* errors = inner.value("errors"); errors != nullptr && errors->list() != nullptr) {
    for (const Value& name : *errors->list()) {
      const auto error_class = parse_error_class(to_text(name));
      if (error_class) retry.errors.push_back(*error_class);
      if (!error_class) inner.fail("there is no class of error `" + to_text(name) + "`");
    }
  }
  if (auto done = inner.done(); !done) options.fail(done.error().message());
  return retry;
}

// What a call's step has of the script around it.
Step begin(const state::ScriptCalled& call, const Step& around) {
  Step step;
  step.module = around.module;
  step.phase = around.phase;
  step.at = {static_cast<int>(call.line), 1};
  step.timeout = around.timeout;
  step.leftovers = around.leftovers;
  step.pinned = around.pinned;
  step.is_unpinned = around.is_unpinned;
  return step;
}

void read_tolerance(Options& options, Step& step) {
  const std::string reason = options.text("tolerate");
  if (!reason.empty()) step.tolerate = reason;
}

void read_policy(Options& options, Step& step) {
  step.title = options.text("title");
  step.timeout = options.duration("timeout").value_or(step.timeout);
  step.step_timeout = options.duration("step_timeout").value_or(step.step_timeout);
  step.retry = retry_of(options);
  const std::string in_doubt = options.choice("in_doubt", {"retry", "ask"});
  if (in_doubt == "retry") step.in_doubt = runbooks::InDoubt::retry;
  if (in_doubt == "ask") step.in_doubt = runbooks::InDoubt::ask;
  step.how_to_tell = options.text("how_to_tell");
  const std::string no_return = options.text("point_of_no_return");
  if (!no_return.empty()) step.point_of_no_return = no_return;
  const std::string leftovers = options.choice("leftovers", {"allow", "kill", "fail"});
  if (!leftovers.empty()) step.leftovers = leftovers;
}

void read_outputs(Options& options, Step& step) {
  const Value* given = options.value("outputs");
  if (given == nullptr) return;
  if (given->map() == nullptr) return options.fail("`outputs` is a table such as {size = \"int\"}");
  for (const auto& [name, type] : *given->map()) {
    const auto parsed = parse_type(to_text(type));
    if (!parsed) options.fail("`outputs`: there is no type `" + to_text(type) + "`");
    step.action.outputs.emplace(name, parsed.value_or(Type::any));
  }
}

Result<Step> action_step(const state::ScriptCalled& call, const Step& around) {
  const Value arguments(call.arguments);
  const Value* uses = arguments.member("uses");
  if (uses == nullptr || uses->string() == nullptr) return wrong("it names no action");
  Step step = begin(call, around);
  step.kind = StepKind::action;
  TRY(set_use(step.action, *uses->string(), arguments.member("with")));
  step.action.gives = call.gives;
  Options options(arguments.member("options"), "its options");
  read_tolerance(options, step);
  read_policy(options, step);
  read_outputs(options, step);
  const std::string target = options.text("target");
  if (!target.empty()) step.action.target = Template{Value(target)};
  const Value* undo = options.value("undo");
  step.undo_none = undo != nullptr && undo->string() != nullptr && *undo->string() == "none";
  if (undo != nullptr && !step.undo_none && undo->map() == nullptr)
    options.fail("`undo` is \"none\" or a table such as {uses = \"http.delete\", with = {...}}");
  TRY(options.done());
  return step;
}

Result<Step> wait_step(const state::ScriptCalled& call, const Step& around) {
  const Value arguments(call.arguments);
  Step step = begin(call, around);
  step.kind = StepKind::wait;
  step.timeout = Duration::zero();
  if (const Value* duration = arguments.member("duration")) {
    step.wait.duration = Template{*duration};
    return step;
  }
  const Value* signal = arguments.member("signal");
  if (signal == nullptr || signal->string() == nullptr) return wrong("it waits for nothing");
  step.wait.signal = *signal->string();
  Options options(arguments.member("options"), "its options");
  read_tolerance(options, step);
  step.timeout = options.duration("timeout").value_or(Duration::zero());
  TRY(options.done());
  return step;
}

}  // namespace

Result<Step> step_of_call(const state::ScriptCalled& call, const Step& around) {
  if (call.kind == "action") return action_step(call, around);
  if (call.kind == "sleep" || call.kind == "signal") return wait_step(call, around);
  if (call.kind != "step") return Error(ErrorCode::corrupt, "scripts make no call " + call.kind);
  Step step = begin(call, around);
  step.kind = StepKind::group;
  step.pinned.clear();
  return step;
}

Result<std::optional<Step>> undo_of_call(const state::ScriptCalled& call, const Step& around) {
  const Value arguments(call.arguments);
  const Value* given = arguments.member("options");
  const Value* table = given == nullptr ? nullptr : given->member("undo");
  if (table == nullptr || table->map() == nullptr) return std::optional<Step>();
  Step undo = begin(call, around);
  undo.kind = StepKind::action;
  undo.undoes = runbooks::StepIndex{};
  Options options(table, "`undo`");
  const std::string uses = options.text("uses");
  if (uses.empty()) options.fail("it names no action: uses = \"...\"");
  TRY(set_use(undo.action, uses, options.value("with")));
  read_policy(options, undo);
  const std::string target = options.text("target");
  if (!target.empty()) undo.action.target = Template{Value(target)};
  TRY(options.done());
  return std::optional(std::move(undo));
}

}  // namespace rung::engine

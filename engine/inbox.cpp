#include "engine/inbox.h"

namespace rung::engine {
namespace {

// --- from a command to a row

void put_by(state::Command& row, const By& by) {
  row.who = by.who;
  if (!by.say.empty()) row.args.emplace("say", by.say);
  if (by.groups.empty()) return;
  row.args.emplace("groups", Value::List(by.groups.begin(), by.groups.end()));
}

void put_step(state::Command& row, const std::string& step) {
  if (!step.empty()) row.args.emplace("step", step);
}

void put_outputs(state::Command& row, const Value::Map& outputs) {
  if (!outputs.empty()) row.args.emplace("outputs", outputs);
}

struct Encode {
  state::Command& row;

  void operator()(const Vote& c) const {
    row.kind = c.approve ? "approve" : "reject";
    if (!c.plan.empty()) row.args.emplace("plan", c.plan);
    put_step(row, c.step);
    put_by(row, c.by);
  }
  void operator()(const FinishManual& c) const { with_step("done", c.step, c.outputs, c.by); }
  void operator()(const SkipStep& c) const { with_step("skip", c.step, c.outputs, c.by); }
  void operator()(const RetryStep& c) const {
    with_step("retry", c.step, {}, c.by);
    if (!c.with.empty()) row.args.emplace("with", c.with);
  }
  void operator()(const Resolve& c) const {
    with_step("resolve", c.step, c.outputs, c.by);
    row.args.emplace("as", Value(name_of(c.as)));
  }
  void operator()(const SendSignal& c) const {
    row.kind = "signal";
    row.args.emplace("name", c.name);
    if (!c.payload.is_null()) row.args.emplace("payload", c.payload);
    put_by(row, c.by);
  }
  void operator()(const PickOption& c) const {
    with_step("decide", c.step, {}, c.by);
    row.args.emplace("option", c.option);
  }
  void operator()(const Note& c) const {
    row.kind = "note";
    row.args.emplace("text", c.text);
    put_by(row, c.by);
  }
  void operator()(const Pause& c) const { plain("pause", c.by); }
  void operator()(const Continue& c) const { plain("resume", c.by); }
  void operator()(const Undo& c) const { plain("undo", c.by); }
  void operator()(const TakeCommand& c) const { plain("take", c.by); }
  void operator()(const HandCommand& c) const {
    plain("hand", c.by);
    row.args.emplace("to", c.to.who);
    row.args.emplace("to_groups", Value::List(c.to.groups.begin(), c.to.groups.end()));
  }
  void operator()(const SwitchMode& c) const {
    plain("mode", c.by);
    row.args.emplace("mode", c.mode);
  }
  void operator()(const Cancel& c) const {
    plain("cancel", c.by);
    if (c.running == CancelRunning::kill) row.args.emplace("kill", true);
  }
  // The engine's own commands never travel.
  void operator()(const Claim&) const {}
  void operator()(const Release&) const {}
  void operator()(const FinishAttempt&) const {}
  void operator()(const FinishProbe&) const {}
  void operator()(const FinishLook&) const {}
  void operator()(const PassTime&) const {}
  void operator()(const Go&) const {}
  void operator()(const TakeLocks&) const {}

  void plain(const char* kind, const By& by) const {
    row.kind = kind;
    put_by(row, by);
  }
  void with_step(const char* kind, const std::string& step, const Value::Map& outputs,
                 const By& by) const {
    row.kind = kind;
    put_step(row, step);
    put_outputs(row, outputs);
    put_by(row, by);
  }
};

// --- from a row to a command

std::string text_of(const state::Command& row, const char* name) {
  const auto found = row.args.find(name);
  if (found == row.args.end() || found->second.string() == nullptr) return "";
  return *found->second.string();
}

Value::Map map_of(const state::Command& row, const char* name) {
  const auto found = row.args.find(name);
  if (found == row.args.end() || found->second.map() == nullptr) return {};
  return *found->second.map();
}

std::vector<std::string> texts_of(const state::Command& row, const char* name) {
  std::vector<std::string> texts;
  const auto found = row.args.find(name);
  if (found == row.args.end() || found->second.list() == nullptr) return texts;
  for (const Value& text : *found->second.list()) {
    if (text.string() != nullptr) texts.push_back(*text.string());
  }
  return texts;
}

By by_of(const state::Command& row) {
  return {row.who, texts_of(row, "groups"), text_of(row, "say")};
}
By receiver_of(const state::Command& row) {
  return {text_of(row, "to"), texts_of(row, "to_groups"), ""};
}

Result<Request> decode_start(const state::Command& row) {
  auto plan = runbooks::plan_from_json(text_of(row, "plan"));
  if (!plan) return std::move(plan).error().with_context("the plan of this start");
  StartRequest request;
  request.plan = std::make_shared<const runbooks::Plan>(std::move(plan).value());
  request.inputs = map_of(row, "inputs");
  request.mode = text_of(row, "mode");
  request.dedupe = text_of(row, "dedupe");
  request.by = by_of(row);
  request.origin.commit = text_of(row, "commit");
  request.origin.is_modified = text_of(row, "modified") == "yes";
  request.breaks_glass = text_of(row, "break_glass") == "yes";
  return Request(std::move(request));
}

Result<Request> decode_freeze(const state::Command& row) {
  FreezeRequest request;
  request.runbook = text_of(row, "runbook");
  request.lifts = row.kind == "unfreeze";
  request.by = by_of(row);
  if (const std::string until = text_of(row, "until"); !until.empty()) {
    TRY(request.until, parse_time(until));
  }
  return Request(std::move(request));
}

Result<Request> decode_resolve(const state::Command& row) {
  Resolve command{text_of(row, "step"), ResolveAs::done, map_of(row, "outputs"), by_of(row)};
  const std::string word = text_of(row, "as");
  const auto as = parse_resolve_as(word);
  if (!as) {
    return Error(ErrorCode::invalid,
                 "resolve --as " + word +
                     ": it is done, not-done or failed; of a participant committed or rolled-back");
  }
  command.as = *as;
  return Request(Command(std::move(command)));
}

}  // namespace

state::Command encode_start(const StartRequest& request, CommandId id, TimePoint at) {
  state::Command row;
  row.id = id;
  row.at = at;
  row.kind = "start";
  row.args.emplace("plan", runbooks::to_json(*request.plan));
  row.args.emplace("inputs", request.inputs);
  row.args.emplace("mode", request.mode);
  if (!request.origin.commit.empty()) row.args.emplace("commit", request.origin.commit);
  if (request.origin.is_modified) row.args.emplace("modified", "yes");
  if (!request.dedupe.empty()) row.args.emplace("dedupe", request.dedupe);
  if (request.breaks_glass) row.args.emplace("break_glass", "yes");
  put_by(row, request.by);
  return row;
}

state::Command encode_freeze(const FreezeRequest& request, CommandId id, TimePoint at) {
  state::Command row;
  row.id = id;
  row.at = at;
  row.kind = request.lifts ? "unfreeze" : "freeze";
  row.args.emplace("runbook", request.runbook);
  if (request.until) row.args.emplace("until", to_string(*request.until));
  put_by(row, request.by);
  return row;
}

state::Command encode(RunId run, const Command& command, CommandId id, TimePoint at) {
  state::Command row;
  row.id = id;
  row.at = at;
  row.run = run;
  std::visit(Encode{row}, command);
  return row;
}

state::CommandResult answer_row(const CommandId& id, const Reply& reply) {
  state::CommandResult row;
  row.id = id;
  row.is_applied = reply.is_applied;
  row.result.emplace("message", reply.message);
  row.result.emplace("run", reply.run.number);
  row.result.emplace("run_name", reply.run_name);
  if (!reply.is_applied) row.result.emplace("code", Value(name_of(reply.code)));
  return row;
}

// long: one line for each verb.
Result<Request> decode(const state::Command& row) {
  if (row.kind == "start") return decode_start(row);
  if (row.kind == "freeze" || row.kind == "unfreeze") return decode_freeze(row);
  if (!row.run) return Error(ErrorCode::invalid, "the command " + row.kind + " names no run");
  const By by = by_of(row);
  const std::string step = text_of(row, "step");
  const std::string& kind = row.kind;
  if (kind == "approve" || kind == "reject")
    return Request(Command(Vote{step, kind == "approve", by, text_of(row, "plan")}));
  if (kind == "done") return Request(Command(FinishManual{step, map_of(row, "outputs"), by}));
  if (kind == "skip") return Request(Command(SkipStep{step, map_of(row, "outputs"), by}));
  if (kind == "retry") return Request(Command(RetryStep{step, by, map_of(row, "with")}));
  if (kind == "resolve") return decode_resolve(row);
  if (kind == "decide") return Request(Command(PickOption{step, text_of(row, "option"), by}));
  if (kind == "note") return Request(Command(Note{text_of(row, "text"), by}));
  if (kind == "pause") return Request(Command(Pause{by}));
  if (kind == "resume") return Request(Command(Continue{by}));
  if (kind == "take") return Request(Command(TakeCommand{by}));
  if (kind == "hand") return Request(Command(HandCommand{receiver_of(row), by}));
  if (kind == "mode") return Request(Command(SwitchMode{text_of(row, "mode"), by}));
  if (kind == "undo") return Request(Command(Undo{by}));
  if (kind == "cancel") {
    const bool kills = row.args.contains("kill");
    return Request(Command(Cancel{kills ? CancelRunning::kill : CancelRunning::drain, by}));
  }
  if (kind == "signal") {
    const auto payload = row.args.find("payload");
    return Request(Command(SendSignal{text_of(row, "name"),
                                      payload == row.args.end() ? Value() : payload->second, by}));
  }
  return Error(ErrorCode::invalid, "this rung does not know the command " + kind);
}

}  // namespace rung::engine

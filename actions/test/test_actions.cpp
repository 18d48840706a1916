#include "actions/test/test_actions.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace rung::actions {
namespace {

std::vector<std::string> class_names() {
  return {"read", "idempotent", "keyed", "probe", "once"};
}

EffectClass class_in(const Value::Map& with) {
  const auto found = with.find("class");
  const auto* name = found == with.end() ? nullptr : found->second.string();
  return name == nullptr ? EffectClass::once
                         : parse_effect_class(*name).value_or(EffectClass::once);
}

class Noop final : public Action {
 public:
  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map& with) const override { return class_in(with); }
  std::vector<std::string> check(const Value::Map&, const Target*) const override { return {}; }

  awaitable<Outcome> run(RunRequest request) override {
    Done done;
    auto result = request.with.extract("result");
    if (!result.empty()) done.outputs.emplace("result", std::move(result.mapped()));
    co_return done;
  }

 private:
  static ActionSpec make_spec() {
    ActionSpec spec;
    spec.name = "test.noop";
    spec.doc = "Does nothing. For tests and benchmarks.";
    spec.inputs = {
        {"class", Type::enumeration, FieldKind::data, false, "Its effect class.", class_names()},
        {"result", Type::any, FieldKind::secretive, false, "What it yields."}};
    spec.outputs = {{"result", Type::any, "The input of that name."}};
    return spec;
  }
  ActionSpec spec_ = make_spec();
};

std::string text_in(const Value::Map& with, std::string_view name) {
  const auto found = with.find(name);
  return found == with.end() ? std::string() : reveal(found->second);
}

// One write with O_APPEND: whole or not at all, also where several processes write.
Result<void> append_line(const std::string& path, const std::string& line) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return Error(ErrorCode::unavailable, path + ": " + strerrordesc_np(errno));
  const auto written = ::write(fd, line.data(), line.size());
  const int why = errno;
  ::close(fd);
  if (written == static_cast<ssize_t>(line.size())) return success();
  return Error(ErrorCode::unavailable, path + ": " + strerrordesc_np(why));
}

bool witness_has(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + " ")) return true;
  }
  return false;
}

class Effect final : public Action, private Probe {
 public:
  const ActionSpec& spec() const override { return spec_; }
  EffectClass effect_class(const Value::Map& with) const override { return class_in(with); }
  std::vector<std::string> check(const Value::Map&, const Target*) const override { return {}; }
  Probe* probe() override { return this; }

  awaitable<Outcome> run(RunRequest request) override {
    const auto fail = text_in(request.with, "fail");
    const auto failures = request.with.find("failures");
    const auto* count = failures == request.with.end() ? nullptr : failures->second.integer();
    const bool fails = !fail.empty() && request.attempt <= (count == nullptr ? 1 : *count);
    const ActionError error{ErrorClass::unavailable,
                            "asked to fail at attempt " + std::to_string(request.attempt)};
    if (fails && fail == "failed") co_return Failed{error};
    if (fails && fail == "not_done") co_return NotDone{error};
    const auto line = to_string(request.key) + " " + request.address + " " +
                      std::to_string(request.attempt) + "\n";
    const auto appended = append_line(text_in(request.with, "witness"), line);
    if (!appended) co_return NotDone{{ErrorClass::unavailable, appended.error().message()}};
    if (fails) co_return Unknown{error};
    co_return Done{{{"key", Value(to_string(request.key))}}};
  }

 private:
  awaitable<ProbeAnswer> probe(RunRequest request) override {
    if (witness_has(text_in(request.with, "witness"), to_string(request.key))) {
      co_return Done{{{"key", Value(to_string(request.key))}}, true};
    }
    co_return NotDone{{ErrorClass::not_found, "the witness file does not hold the key"}};
  }

  static ActionSpec make_spec() {
    ActionSpec spec;
    spec.name = "test.effect";
    spec.doc = "Appends a line with its key to a witness file. For tests.";
    spec.inputs = {
        {"witness", Type::string, FieldKind::data, true, "Path of the witness file."},
        {"class", Type::enumeration, FieldKind::data, false, "Its effect class.", class_names()},
        {"fail",
         Type::enumeration,
         FieldKind::data,
         false,
         "What the first attempts answer.",
         {"failed", "not_done", "unknown"}},
        {"failures", Type::integer, FieldKind::data, false, "How many attempts fail; 1."}};
    spec.outputs = {{"key", Type::string, "Its idempotency key."}};
    spec.has_probe = true;
    return spec;
  }
  ActionSpec spec_ = make_spec();
};

}  // namespace

Result<void> register_test_actions(Registry& registry) {
  TRY(registry.add(std::make_unique<Noop>()));
  TRY(registry.add(std::make_unique<Effect>()));
  return success();
}

}  // namespace rung::actions

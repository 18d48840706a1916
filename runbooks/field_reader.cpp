#include "runbooks/plan_fields.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

const Value::Map& no_fields() {
  static const Value::Map none;
  return none;
}

}  // namespace

FieldReader::FieldReader(const Value& value, std::string what)
    : FieldReader(value, std::move(what), std::make_shared<std::string>()) {}

FieldReader::FieldReader(const Value& value, std::string what, std::shared_ptr<std::string> why)
    : map_(value.map()), what_(std::move(what)), why_(std::move(why)) {
  if (map_ != nullptr) return;
  map_ = &no_fields();
  fail("", "is no map");
}

FieldReader FieldReader::inner(const Value& value, std::string what) const {
  return {value, what_ + "." + what, why_};
}

void FieldReader::fail(std::string_view field, std::string_view what) {
  if (!why_->empty()) return;
  *why_ = what_ + (field.empty() ? "" : ".") + std::string(field) + " " + std::string(what);
}

const Value* FieldReader::value(std::string_view field) {
  const auto found = map_->find(field);
  if (found == map_->end()) return nullptr;
  read_.push_back(&found->second);
  return &found->second;
}

std::int64_t FieldReader::integer(std::string_view field, std::int64_t otherwise) {
  const Value* found = value(field);
  if (found == nullptr) return otherwise;
  if (const auto* number = found->integer()) return *number;
  fail(field, "is no integer");
  return otherwise;
}

bool FieldReader::boolean(std::string_view field) {
  const Value* found = value(field);
  if (found == nullptr) return false;
  if (const auto* b = found->boolean()) return *b;
  fail(field, "is no bool");
  return false;
}

std::string FieldReader::text(std::string_view field) {
  return text_or(field, "");
}

std::string FieldReader::text_or(std::string_view field, std::string otherwise) {
  const Value* found = value(field);
  if (found == nullptr) return otherwise;
  if (const auto* text = found->string()) return *text;
  fail(field, "is no text");
  return otherwise;
}

Duration FieldReader::duration(std::string_view field) {
  const Value* found = value(field);
  if (found == nullptr) return {};
  if (const auto* duration = found->get_if<Duration>()) return *duration;
  fail(field, "is no duration");
  return {};
}

void FieldReader::each_item(std::string_view field,
                            const std::function<void(const Value&)>& visit) {
  const Value* found = value(field);
  if (found == nullptr) return;
  if (found->list() == nullptr) return fail(field, "is no list");
  for (const auto& item : *found->list()) visit(item);
}

void FieldReader::each_member(std::string_view field,
                              const std::function<void(const std::string&, const Value&)>& visit) {
  const Value* found = value(field);
  if (found == nullptr) return;
  if (found->map() == nullptr) return fail(field, "is no map");
  for (const auto& [key, member] : *found->map()) visit(key, member);
}

void FieldReader::refuse_others() {
  for (const auto& [key, member] : *map_) {
    if (std::find(read_.begin(), read_.end(), &member) == read_.end()) fail(key, "is unknown");
  }
}

}  // namespace rung::runbooks

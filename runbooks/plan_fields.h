#pragma once

#include "runbooks/plan.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rung::runbooks {

// A plan as the map that is stored: every field that differs from its default, by its name.
Value::Map fields_of(const Plan& plan);

// Reads such a map back. The first thing that is wrong is remembered and later calls give
// defaults, so that a reader is written without a check after each field. A field that nobody
// asked for is wrong too: a later version knows it, we do not.
class FieldReader {
 public:
  FieldReader(const Value& value, std::string what);

  bool is_good() const { return why_->empty(); }
  const std::string& why() const { return *why_; }
  void fail(std::string_view field, std::string_view what);

  std::int64_t integer(std::string_view field, std::int64_t otherwise);
  bool boolean(std::string_view field);
  std::string text(std::string_view field);
  std::string text_or(std::string_view field, std::string otherwise);
  Duration duration(std::string_view field);
  // nullptr: it is not there.
  const Value* value(std::string_view field);
  void each_item(std::string_view field, const std::function<void(const Value&)>& visit);
  void each_member(std::string_view field,
                   const std::function<void(const std::string&, const Value&)>& visit);
  // A reader of a map inside, which shares the memory of what is wrong.
  FieldReader inner(const Value& value, std::string what) const;
  // Once all is read.
  void refuse_others();

 private:
  FieldReader(const Value& value, std::string what, std::shared_ptr<std::string> why);

  const Value::Map* map_;
  std::string what_;
  std::shared_ptr<std::string> why_;
  std::vector<const Value*> read_;  // few: what is not there needs no memory
};

Plan read_plan(FieldReader& reader);

}  // namespace rung::runbooks

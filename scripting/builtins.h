#pragma once

#include "scripting/function.h"

#include <string>

// What the functions of the language do, by theme; functions.cpp gives them their names.
namespace rung::scripting {

// The arguments by type. problem: the argument has another type; it names the type that it has.
Computed<const std::string*> text_argument(const Call& call, std::size_t i);
Computed<const Value::List*> list_argument(const Call& call, std::size_t i);
Computed<const Value::Map*> map_argument(const Call& call, std::size_t i);
Computed<double> number_argument(const Call& call, std::size_t i);
Computed<std::int64_t> int_argument(const Call& call, std::size_t i);
// As std::string_view::find, but every byte that is compared counts.
Computed<std::size_t> find_text(std::string_view text, std::string_view part, Meter& meter);
Problem wrong_type(const Call& call, std::size_t i, std::string_view expected);

namespace texts {
Computed<Value> starts_with(const Call& call);
Computed<Value> ends_with(const Call& call);
Computed<Value> upper(const Call& call);
Computed<Value> lower(const Call& call);
Computed<Value> trim(const Call& call);
Computed<Value> split(const Call& call);
Computed<Value> join(const Call& call);
Computed<Value> replace(const Call& call);
Computed<Value> sub(const Call& call);
Computed<Value> matches(const Call& call);
Computed<Value> capture(const Call& call);
Computed<Value> format(const Call& call);
Computed<Value> json(const Call& call);
Computed<Value> parse_json(const Call& call);
Computed<Value> base64(const Call& call);
Computed<Value> url_encode(const Call& call);
}  // namespace texts

namespace lists {
Computed<Value> first(const Call& call);
Computed<Value> last(const Call& call);
Computed<Value> len(const Call& call);
Computed<Value> keys(const Call& call);
Computed<Value> values(const Call& call);
Computed<Value> get(const Call& call);
Computed<Value> pluck(const Call& call);
Computed<Value> contains(const Call& call);
Computed<Value> any(const Call& call);
Computed<Value> all(const Call& call);
Computed<Value> sum(const Call& call);
Computed<Value> avg(const Call& call);
Computed<Value> percentile(const Call& call);
Computed<Value> p50(const Call& call);
Computed<Value> p90(const Call& call);
Computed<Value> p95(const Call& call);
Computed<Value> p99(const Call& call);
Computed<Value> min(const Call& call);
Computed<Value> max(const Call& call);
Computed<Value> sort(const Call& call);
Computed<Value> unique(const Call& call);
}  // namespace lists

namespace conversions {
Computed<Value> to_int(const Call& call);
Computed<Value> to_number(const Call& call);
Computed<Value> to_string(const Call& call);
Computed<Value> to_bool(const Call& call);
Computed<Value> to_duration(const Call& call);
Computed<Value> to_size(const Call& call);
Computed<Value> to_percent(const Call& call);
Computed<Value> to_time(const Call& call);
Computed<Value> format_time(const Call& call);
Computed<Value> default_value(const Call& call);
Computed<Value> abs(const Call& call);
Computed<Value> floor(const Call& call);
Computed<Value> ceil(const Call& call);
Computed<Value> round(const Call& call);
}  // namespace conversions

}  // namespace rung::scripting

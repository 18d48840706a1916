#include "runbooks/loop_reader.h"

#include "runbooks/value_reader.h"

#include <utility>

namespace rung::runbooks {
namespace {

bool is_taken(std::string_view name) {
  static constexpr std::string_view kNames[] = {"inputs", "vars",    "steps", "run",  "mode",
                                                "sites",  "secrets", "self",  "alert"};
  for (const auto taken : kNames) {
    if (name == taken) return true;
  }
  return false;
}

std::string read_item(const Fields& fields, Report& report) {
  const std::string name = fields.text("item");
  if (is_taken(name)) {
    report.error(fields.place("item"), "`" + name + "` is a name of the language",
                 "call the item something else, such as " + name + "_item");
  }
  return name;
}

// What goes through one item: the group as it was written.
DraftStep body_of(DraftStep& loop) {
  DraftStep body;
  body.label = "*";
  body.node = loop.node;
  body.place = loop.place;
  body.kind_bit = loop.kind_bit;
  body.step.kind = StepKind::group;
  body.step.at = loop.step.at;
  body.step.is_parallel = std::exchange(loop.step.is_parallel, false);
  body.step.cancel_others = std::exchange(loop.step.cancel_others, false);
  body.children = std::exchange(loop.children, {});
  body.finally = std::exchange(loop.finally, {});
  body.step.child = std::exchange(loop.step.child, std::nullopt);
  body.child = std::exchange(loop.child, {});
  return body;
}

}  // namespace

void read_loop(const Node& node, const Table& table, Report& report, DraftStep& draft) {
  const Fields fields(node, table, report);
  DraftStep body = body_of(draft);
  LoopSpec loop;
  loop.item = read_item(fields, report);
  ValueReader of_loop(report, draft.uses);
  if (const Node* in = fields.get("in")) {
    loop.in = of_loop.read(*in, {"in", {}});
    const bool is_plain = in->kind == Node::Kind::scalar && is_constant(loop.in);
    if (is_plain) {
      report.error(place_of(*in), "`in` must be a list or a map, and this is text",
                   "write  in: \"{{ inputs." + in->text + " }}\"  or  in: [one, two]");
    }
  }
  ValueReader of_item(report, body.uses);
  if (const Node* key = fields.get("key")) loop.key = of_item.read(*key, {"key", {}, Type::string});
  if (const Node* wanted = fields.get("only_if"))
    body.step.when = of_item.condition(*wanted, "only_if", {});
  loop.max_parallel = static_cast<std::int32_t>(fields.integer("max_parallel").value_or(1));
  loop.tolerate = static_cast<std::int32_t>(fields.integer("tolerate").value_or(0));
  draft.step.loop = std::move(loop);
  draft.children.push_back(std::move(body));
}

}  // namespace rung::runbooks

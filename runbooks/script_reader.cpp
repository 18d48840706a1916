#include "runbooks/script_reader.h"

#include "runbooks/expression_use.h"
#include "runbooks/http_words.h"

#include <algorithm>

namespace rung::runbooks {
namespace {

class ScriptReader {
 public:
  ScriptReader(const Node& node, const Fields& fields, const Reading& reading, DraftStep& draft)
      : node_(node), fields_(fields), reading_(reading), draft_(draft) {}

  void read() {
    draft_.step.kind = StepKind::group;
    draft_.step.script = ScriptSpec{node_.text, place_in(report().source(), node_, 0).line, false};
    Names names;
    names.secrets = true;
    use_ = {node_.text, &node_, 0, "lua", names, false};
    const auto analysis = scripting::analyse_script(node_.text);
    for (const auto& found : analysis.diagnostics) report_moved(use_, found, report());
    draft_.is_flawed = has_errors(analysis.diagnostics);
    for (const auto& action : analysis.actions) check_action(action);
    for (const auto& text : analysis.texts) check_text(text);
    read_outputs_of(analysis);
    draft_.script = ScriptUse{use_, analysis};
  }

 private:
  Report& report() const { return reading_.report; }

  Report::Place place(const scripting::ScriptText& text) const {
    const auto line_end = node_.text.find('\n', static_cast<std::size_t>(text.offset));
    const auto on_line =
        line_end == std::string::npos ? text.length : static_cast<int>(line_end) - text.offset;
    return {place_in(report().source(), node_, static_cast<std::size_t>(text.offset)),
            std::min(text.length, on_line)};
  }

  void check_action(const scripting::ScriptText& action) {
    const bool is_known =
        reading_.catalog.find(action.content) != nullptr || !http_method_of(action.content).empty();
    if (is_known) return;
    auto names = reading_.catalog.names();
    for (const auto& word : kHttpWords) names.push_back(word.action);
    const auto near = nearest(action.content, names);
    report().error(
        place(action), "there is no action `" + action.content + "`",
        near.empty() ? "`rung actions` lists them" : "did you mean " + std::string(near) + "?");
  }

  void check_text(const scripting::ScriptText& text) {
    const auto open = text.content.find("{{");
    const auto close = text.content.find("}}", open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return;
    report().error(place(text), "{{ }} inside a script is not computed (values are data)",
                   "write the value as Lua: \"...\" .. inputs.region");
  }

  // As the author declared them; else the names in `return {name = ...}`.
  void read_outputs_of(const scripting::ScriptAnalysis& analysis) {
    if (const Node* outputs = fields_.get("outputs")) {
      draft_.step.action.outputs = read_outputs(*outputs, report());
      return;
    }
    draft_.step.script->has_open_outputs = !analysis.are_all_outputs;
    for (const std::string& name : analysis.outputs) {
      if (is_engine_member(name)) {
        report().error(place_of(node_),
                       "the script returns `" + name +
                           "`, which belongs to the engine in "
                           "`steps.<id>`",
                       "call the output something else, such as my_" + name);
        continue;
      }
      draft_.step.action.gives.push_back(name);
    }
  }

  const Node& node_;
  const Fields& fields_;
  const Reading& reading_;
  DraftStep& draft_;
  ExpressionUse use_;
};

}  // namespace

void read_script(const Node& node, const Fields& fields, const Reading& reading, DraftStep& draft) {
  ScriptReader(node, fields, reading, draft).read();
}

}  // namespace rung::runbooks

#include "service/plan_graph.h"

#include "runbooks/plan_words.h"
#include "service/plan_view.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace rung::service {
namespace {

using engine::StepStatus;
using runbooks::kind_text;
using runbooks::Plan;
using runbooks::Step;
using runbooks::StepIndex;
using runbooks::StepKind;

std::string node(StepIndex i) {
  return "s" + std::to_string(i.number);
}

enum class Shape : std::uint8_t { box, person, time };
Shape shape_of(const Step& step) {
  switch (step.kind) {
    case StepKind::approve:
    case StepKind::manual:
    case StepKind::decide: return Shape::person;
    case StepKind::wait: return Shape::time;
    case StepKind::action:
    case StepKind::set:
    case StepKind::fail:
    case StepKind::group:
    case StepKind::two_phase:
    case StepKind::participant: break;
  }
  return Shape::box;
}

// Whether it is drawn as a frame around what is in it. Nobody knows before a run what is in a
// script.
bool is_frame(const Step& step) {
  return holds_steps(step) && !step.script;
}

std::string name_of(const Step& step) {
  if (!step.id.empty()) return step.id;
  const std::size_t slash = step.address.rfind('/');
  return slash == std::string::npos ? step.address : step.address.substr(slash + 1);
}

// The lines of a step's box, or the one of a group's frame.
std::vector<std::string> label_of(const Plan& plan, const Step& step) {
  const bool is_branch = step.parent && plan.step(*step.parent).is_choice;
  if (is_branch && step.when.text.empty()) return {"otherwise"};
  if (is_branch) return {"when " + step.when.text};
  if (is_frame(step)) {
    std::string line = name_of(step) + ": " + std::string(kind_text(step));
    if (step.child) line += " " + plan.modules[step.child->module - 1].file;
    if (step.loop) line += " " + step.loop->item + " in " + source_of(step.loop->in);
    if (!step.when.text.empty()) line += ", when " + step.when.text;
    for (const runbooks::LockSpec& lock : step.locks) line += ", lock " + source_of(lock.name);
    return {line};
  }
  std::vector<std::string> lines{name_of(step), std::string(kind_text(step))};
  if (!step.when.text.empty()) lines.push_back("when " + step.when.text);
  if (step.point_of_no_return) lines.emplace_back("NO RETURN");
  return lines;
}

struct Colour {
  StepStatus status;
  std::string_view fill;
};
constexpr std::array kColours = {
    Colour{StepStatus::running, "#cfe2ff"},  Colour{StepStatus::backing_off, "#ffe8a3"},
    Colour{StepStatus::in_doubt, "#ffd0a8"}, Colour{StepStatus::succeeded, "#cdeccf"},
    Colour{StepStatus::failed, "#f6c6c6"},   Colour{StepStatus::skipped, "#ececec"},
    Colour{StepStatus::undone, "#e3d5f5"},
};

// What both ways of drawing have in common: walks over groups, and finds the arrows.
class Drawing {
 public:
  Drawing(const Plan& plan, const StepStatuses& statuses) : plan_(plan), statuses_(statuses) {}
  virtual ~Drawing() = default;

  std::string draw() {
    begin();
    walk(plan_.root, 1);
    if (!plan_.step(plan_.finally).children.empty()) {
      open(plan_.finally, {"finally"}, 1);
      walk(plan_.finally, 2);
      close(1);
    }
    draw_guards();
    for (const auto& [from, to] : arrows_) arrow(from, to);
    end();
    return std::move(out_);
  }

 protected:
  virtual void begin() = 0;
  virtual void open(StepIndex group, const std::vector<std::string>& label, std::size_t depth) = 0;
  virtual void close(std::size_t depth) = 0;
  virtual void box(StepIndex i, const std::vector<std::string>& label, std::size_t depth) = 0;
  virtual void arrow(StepIndex from, StepIndex to) = 0;
  virtual void end() = 0;

  void line(std::size_t depth, const std::string& text) {
    out_ += std::string(2 * depth, ' ') + text + "\n";
  }
  const Step& step(StepIndex i) const { return plan_.step(i); }
  std::optional<StepStatus> status_of(StepIndex i) const {
    const auto found = statuses_.find(step(i).address);
    return found == statuses_.end() ? std::nullopt : std::optional(found->second);
  }
  const Plan& plan() const { return plan_; }

 private:
  void draw_guards() {
    for (std::uint32_t n = 0; n < plan_.steps.size(); ++n) {
      const Step& guard = plan_.steps[n];
      if (guard.guard) box({n}, {guard.address, guard.watch->until.text}, 1);
    }
  }

  void walk(StepIndex group, std::size_t depth) {
    if (step(group).loop) group = step(group).children.front();
    for (const StepIndex child : step(group).children) {
      const auto label = label_of(plan_, step(child));
      if (!step(group).is_choice) {
        for (const StepIndex need : step(child).needs) arrows_.emplace_back(need, child);
      }
      if (!is_frame(step(child))) {
        box(child, label, depth);
        continue;
      }
      open(child, label, depth);
      walk(child, depth + 1);
      close(depth);
    }
  }

  const Plan& plan_;
  const StepStatuses& statuses_;
  std::vector<std::pair<StepIndex, StepIndex>> arrows_;
  std::string out_;
};

std::string joined(const std::vector<std::string>& lines, std::string_view by,
                   std::string (*escape)(std::string_view)) {
  std::string out;
  for (const std::string& text : lines) out += (out.empty() ? "" : std::string(by)) + escape(text);
  return out;
}

class MermaidDrawing final : public Drawing {
 public:
  using Drawing::Drawing;

 private:
  static std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
      switch (c) {
        case '"': out += "#quot;"; break;
        case '#': out += "#35;"; break;
        case '<': out += "#lt;"; break;
        case '>': out += "#gt;"; break;
        case '&': out += "#amp;"; break;
        case '\n': out += ' '; break;
        default: out += c;
      }
    }
    return out;
  }
  static std::string quoted(const std::vector<std::string>& label) {
    return "\"" + joined(label, "<br/>", escape) + "\"";
  }

  void begin() override { line(0, "flowchart TD"); }
  void open(StepIndex group, const std::vector<std::string>& label, std::size_t depth) override {
    line(depth, "subgraph " + node(group) + "[" + quoted(label) + "]");
  }
  void close(std::size_t depth) override { line(depth, "end"); }
  void box(StepIndex i, const std::vector<std::string>& label, std::size_t depth) override {
    const Shape shape = shape_of(step(i));
    const std::string text = shape == Shape::person ? "{{" + quoted(label) + "}}"
                             : shape == Shape::time ? "([" + quoted(label) + "])"
                                                    : "[" + quoted(label) + "]";
    const auto status = status_of(i);
    line(depth, node(i) + text + (status ? ":::" + std::string(engine::name_of(*status)) : ""));
  }
  void arrow(StepIndex from, StepIndex to) override { line(1, node(from) + " --> " + node(to)); }
  void end() override {
    for (const Colour& colour : kColours) {
      line(1, "classDef " + std::string(engine::name_of(colour.status)) +
                  " fill:" + std::string(colour.fill) + ",color:#000");
    }
  }
};

class DotDrawing final : public Drawing {
 public:
  using Drawing::Drawing;

 private:
  static std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    return out;
  }
  static std::string quoted(const std::vector<std::string>& label) {
    return "\"" + joined(label, "\\n", escape) + "\"";
  }

  void begin() override {
    line(0, "digraph \"" + escape(plan().runbook) + "\" {");
    line(1, "compound=true; rankdir=TB;");
    line(1,
         "node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", "
         "fontname=\"sans-serif\"];");
    line(1, "graph [fontname=\"sans-serif\", style=rounded];");
  }
  void open(StepIndex group, const std::vector<std::string>& label, std::size_t depth) override {
    line(depth, "subgraph cluster_" + node(group) + " { label=" + quoted(label) + ";");
  }
  void close(std::size_t depth) override { line(depth, "}"); }
  void box(StepIndex i, const std::vector<std::string>& label, std::size_t depth) override {
    const Shape shape = shape_of(step(i));
    std::string more;
    if (shape == Shape::person) more += ", shape=hexagon, style=filled";
    if (shape == Shape::time) more += ", shape=ellipse, style=filled";
    if (const auto status = status_of(i))
      more += ", fillcolor=\"" + std::string(colour_of(*status)) + "\"";
    line(depth, node(i) + " [label=" + quoted(label) + more + "];");
  }
  // Graphviz draws arrows between boxes only, and cuts them at the frames that are named.
  void arrow(StepIndex from, StepIndex to) override {
    std::string cut;
    if (is_frame(step(from))) cut += "ltail=cluster_" + node(from);
    if (is_frame(step(to))) cut += (cut.empty() ? "" : ", ") + ("lhead=cluster_" + node(to));
    line(1, node(leaf(from, Side::last)) + " -> " + node(leaf(to, Side::first)) +
                (cut.empty() ? "" : " [" + cut + "]") + ";");
  }
  void end() override { line(0, "}"); }

  enum class Side : std::uint8_t { first, last };
  StepIndex leaf(StepIndex i, Side side) const {
    while (holds_steps(step(i)) && !step(i).children.empty()) {
      i = side == Side::first ? step(i).children.front() : step(i).children.back();
    }
    return i;
  }
};

}  // namespace

std::string_view colour_of(StepStatus status) {
  for (const Colour& colour : kColours) {
    if (colour.status == status) return colour.fill;
  }
  return "#ffffff";
}

std::string draw_graph(const Plan& plan, const StepStatuses& statuses, GraphFormat format) {
  if (format == GraphFormat::dot) return DotDrawing(plan, statuses).draw();
  return MermaidDrawing(plan, statuses).draw();
}

}  // namespace rung::service

#include "runbooks/pinning.h"

#include "base/durable_file.h"
#include "base/hash.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

namespace rung::runbooks {
namespace {

constexpr std::size_t kMaxPinnedBytes = 64u << 20;
constexpr std::size_t kMaxFilesInScript = 100;

bool is_relative(std::string_view path) {
  return path.starts_with("./") || path.starts_with("../");
}

// Programs whose first argument is the script that they run.
bool is_interpreter(std::string_view program) {
  static constexpr std::string_view kPrograms[] = {"bash", "sh",   "dash", "python3", "python",
                                                   "perl", "ruby", "node", "lua"};
  const auto slash = program.rfind('/');
  if (slash != std::string_view::npos) program.remove_prefix(slash + 1);
  return std::find(std::begin(kPrograms), std::end(kPrograms), program) != std::end(kPrograms);
}

struct CommandFile {
  std::string path;
  bool is_program = false;
};

// The program and, for an interpreter, its script.
std::vector<CommandFile> files_of_command(const Template& argv) {
  std::vector<std::string> words;
  if (const auto* value = std::get_if<Value>(&argv.node);
      value != nullptr && value->list() != nullptr) {
    for (const auto& item : *value->list()) words.push_back(to_text(item));
  } else if (const auto* list = std::get_if<Template::List>(&argv.node)) {
    for (const auto& item : *list)
      words.push_back(is_constant(item) ? to_text(constant_value(item)) : "");
  }
  std::vector<CommandFile> files;
  if (!words.empty() && is_relative(words[0])) files.push_back({words[0], true});
  if (words.size() > 1 && is_interpreter(words[0]) && is_relative(words[1]))
    files.push_back({words[1], false});
  return files;
}

bool is_path_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-/+").find(c) != std::string_view::npos;
}

// Whether a command of the shell begins at `at`: after a line's start, an operator or an
// interpreter.
bool is_command_position(std::string_view script, std::size_t at) {
  const auto before = script.substr(0, at);
  const auto last = before.find_last_not_of(" \t");
  if (last == std::string_view::npos) return true;
  if (std::string_view("\n;&|({`").find(before[last]) != std::string_view::npos) return true;
  auto begin = last;
  while (begin > 0 && is_path_part(before[begin - 1])) --begin;
  const auto word = before.substr(begin, last - begin + 1);
  static constexpr std::string_view kWords[] = {"if",    "then", "else", "elif", "do",     "while",
                                                "until", "exec", "time", ".",    "source", "!"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords) ||
         is_interpreter(word);
}

struct NamedFile {
  std::string path;
  std::size_t offset = 0;
};

std::vector<NamedFile> files_of_script(std::string_view script) {
  std::vector<NamedFile> files;
  for (auto at = script.find("./");
       at != std::string_view::npos && files.size() < kMaxFilesInScript;
       at = script.find("./", at)) {
    auto begin = at;
    if (begin > 0 && script[begin - 1] == '.') --begin;
    auto end = at;
    while (end < script.size() && is_path_part(script[end])) ++end;
    const bool is_whole = begin == 0 || std::string_view(" \t\n;&|(`").find(script[begin - 1]) !=
                                            std::string_view::npos;
    const bool is_fixed = end == script.size() || script[end] != '$';
    if (is_whole && is_fixed && is_command_position(script, begin)) {
      files.push_back({std::string(script.substr(begin, end - begin)), begin});
    }
    at = end;
  }
  return files;
}

class Pinning {
 public:
  Pinning(const std::string& folder, Report& report) : folder_(folder), report_(report) {}

  // What a script hands to a command begins with ./ as everywhere: it is the script's to say which.
  void pin_script(Step& step, const DraftStep& draft) {
    for (const auto& text : draft.script->analysis.texts) {
      const auto& path = text.content;
      const bool is_path = is_relative(path) && std::all_of(path.begin(), path.end(), is_path_part);
      if (!is_path) continue;
      const auto place = place_of_text(draft, path);
      if (::access((folder_ + "/" + path).c_str(), F_OK) == 0) {
        note(step, path, place);
      } else {
        report_.warning(
            place, "there is no file " + path + " yet (looked for " + folder_ + "/" + path + ")",
            "create it, or correct the path: it begins at the runbook's folder");
      }
    }
  }

  void pin(Step& step, const DraftStep& draft) {
    pin_use(step, step.action, draft);
    if (step.probe) pin_use(step, *step.probe, draft);
  }

 private:
  void pin_use(Step& step, const ActionUse& use, const DraftStep& draft) {
    if (const auto argv = use.with.find("argv"); use.uses == "command" && argv != use.with.end()) {
      for (const auto& file : files_of_command(argv->second)) pin_command(step, file, draft);
    }
    const auto script = use.with.find("script");
    if (use.uses != "shell" || script == use.with.end() || use.with.contains("interpreter")) return;
    const auto text = to_text(constant_value(script->second));
    const bool moves =
        text.find("cd ") != std::string::npos || text.find("pushd ") != std::string::npos;
    for (const auto& file : files_of_script(text)) pin_script_word(step, file, {draft, moves});
  }

  void pin_command(Step& step, const CommandFile& file, const DraftStep& draft) {
    const auto& path = file.path;
    const auto full = folder_ + "/" + path;
    const auto place = place_of_text(draft, path);
    if (::access(full.c_str(), F_OK) != 0) {
      report_.error(place, "there is no file " + path + " (looked for " + full + ")",
                    "create it, or correct the path: it begins at the runbook's folder");
      return;
    }
    if (file.is_program && ::access(full.c_str(), X_OK) != 0) {
      report_.warning(place, path + " is not executable", "run  chmod +x " + full);
    }
    note(step, path, place);
  }

  struct InScript {
    const DraftStep& draft;
    bool moves;  // it changes its folder, so the path may begin elsewhere
  };

  void pin_script_word(Step& step, const NamedFile& file, const InScript& script) {
    const auto full = folder_ + "/" + file.path;
    const auto place = place_of_text(script.draft, file.path);
    if (::access(full.c_str(), F_OK) == 0) return note(step, file.path, place);
    if (script.moves) return;
    report_.warning(place, "there is no file " + file.path + " yet (looked for " + full + ")",
                    "create it, or correct the path: the script begins in the runbook's folder");
  }

  void note(Step& step, const std::string& path, Report::Place place) {
    if (step.is_unpinned) return;
    const auto content = read_file(folder_ + "/" + path, kMaxPinnedBytes);
    if (content) {
      step.pinned.insert_or_assign(path, to_hex(sha256({content.value()})));
      return;
    }
    report_.error(place,
                  "cannot read " + path + " in order to pin it: " + content.error().message(),
                  "make it a readable file of at most 64 MiB, or say  unpinned: true");
  }

  // The scalar of the step that holds `text`; the step itself where none does.
  Report::Place place_of_text(const DraftStep& draft, const std::string& text) const {
    if (const auto found = find_in(*draft.node, text))
      return {*found, static_cast<int>(text.size())};
    return draft.place;
  }

  std::optional<Position> find_in(const Node& node, const std::string& text) const {
    if (node.kind == Node::Kind::scalar) {
      const auto offset = node.text.find(text);
      if (offset == std::string::npos) return std::nullopt;
      return place_in(report_.source(), node, offset);
    }
    for (const auto& item : node.items) {
      if (const auto found = find_in(item, text)) return found;
    }
    for (const auto& member : node.members) {
      if (const auto found = find_in(member.value, text)) return found;
    }
    return std::nullopt;
  }

  const std::string& folder_;
  Report& report_;
};

}  // namespace

void pin_files(Unfolded& unfolded, const std::string& folder, Report& report) {
  Pinning pinning(folder, report);
  for (std::size_t i = 0; i < unfolded.steps.size(); ++i) {
    if (unfolded.drafts[i] == nullptr) continue;
    if (unfolded.steps[i].kind == StepKind::action || unfolded.steps[i].watch)
      pinning.pin(unfolded.steps[i], *unfolded.drafts[i]);
    if (unfolded.drafts[i]->script) pinning.pin_script(unfolded.steps[i], *unfolded.drafts[i]);
  }
}

}  // namespace rung::runbooks

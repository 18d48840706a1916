#include "scripting/lua_lexer.h"
#include "scripting/lua_space.h"
#include "scripting/script.h"
#include "scripting/script_words.h"
#include "scripting/syntax.h"

#include <algorithm>
#include <set>

namespace rung::scripting {
namespace {

using Kind = LuaToken::Kind;

// Looks over the tokens of a script that compiles. Scopes are not followed: a name that is declared
// anywhere in the script counts as declared everywhere.
class ScriptReader {
 public:
  ScriptReader(std::string_view text, ScriptAnalysis& into)
      : text_(text), tokens_(lua_tokens(text)), into_(into) {}

  void read() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) declare();
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      follow_brackets();
      follow_blocks();
      if (now().kind == Kind::text) note_text();
      if (now().kind == Kind::name) read_name();
      if (now().is("return")) read_return();
    }
  }

 private:
  const LuaToken& now() const { return tokens_[at_]; }
  // A symbol that is nowhere where there is no such token.
  const LuaToken& token(std::size_t i) const {
    static const LuaToken none;
    return i < tokens_.size() ? tokens_[i] : none;
  }

  static ScriptText mention(const LuaToken& token) {
    return {content_of(token), static_cast<int>(token.offset), static_cast<int>(token.text.size())};
  }

  void error(const LuaToken& at, std::string message, std::string fix) {
    into_.diagnostics.push_back(
        {Severity::error, "", position_of(text_, static_cast<int>(at.offset)),
         static_cast<int>(at.text.size()), std::move(message), std::move(fix)});
  }

  // --- names that the script declares itself

  void declare() {
    if (now().is("local") && token(at_ + 1).is("function")) return declare_name(at_ + 2);
    if (now().is("local")) return static_cast<void>(declare_names(at_ + 1));
    if (now().is("for")) return static_cast<void>(declare_names(at_ + 1));
    if (!now().is("function")) return;
    std::size_t open = at_ + 1;
    while (open < tokens_.size() && !token(open).is("(")) ++open;
    declare_names(open + 1);
  }

  // name, name <attribute>, ...
  void declare_names(std::size_t i) {
    while (token(i).kind == Kind::name) {
      declare_name(i++);
      if (token(i).is("<")) {
        attributes_.insert(i + 1);
        i += 3;
      }
      if (!token(i).is(",")) return;
      ++i;
    }
  }

  void declare_name(std::size_t i) {
    const std::string_view name = token(i).text;
    declared_.insert(name);
    if (!is_script_root(name) && !is_script_call(name)) return;
    error(token(i), "`" + std::string(name) + "` is a name of the language",
          "call it something else, such as my_" + std::string(name));
  }

  // --- names that it reads

  void follow_brackets() {
    if (now().is("{") || now().is("(") || now().is("[")) open_.push_back(now().text.front());
    const bool closes = now().is("}") || now().is(")") || now().is("]");
    if (closes && !open_.empty()) open_.pop_back();
  }

  // `while` and `for` have their own `do`.
  void follow_blocks() {
    const bool is_function = now().is("function");
    if (is_function || now().is("if") || now().is("do") || now().is("repeat")) {
      blocks_.push_back(is_function);
      functions_ += is_function ? 1 : 0;
    } else if ((now().is("end") || now().is("until")) && !blocks_.empty()) {
      functions_ -= blocks_.back() ? 1 : 0;
      blocks_.pop_back();
    }
  }

  bool is_key() const {
    if (open_.empty() || open_.back() != '{' || !token(at_ + 1).is("=")) return false;
    const LuaToken& before = token(at_ - 1);
    return before.is("{") || before.is(",") || before.is(";");
  }

  void read_name() {
    const LuaToken& before = at_ == 0 ? token(tokens_.size()) : token(at_ - 1);
    const bool is_member = before.is(".") || before.is(":");
    if (is_member || before.is("goto") || before.is("::") || is_key()) return;
    if (attributes_.contains(at_)) return;
    if (declared_.contains(now().text)) return;
    if (now().is("string") && token(at_ + 1).is(".")) return refuse_string_library();
    if (now().is("action")) note_action();
    if (is_script_builtin(now().text)) return;
    if (!check_foreign()) return;
    note_reference();
  }

  // False: the name belongs to Lua and not to scripts, which was reported.
  bool check_foreign() {
    const std::string what = what_instead(now().text);
    if (what.empty()) return true;
    error(now(), "`" + std::string(now().text) + "` is not part of scripts", what);
    return false;
  }

  void refuse_string_library() {
    error(now(), "`string." + std::string(token(at_ + 2).text) + "` is not part of scripts",
          "use the functions of expressions: format(...), sub(x, 1, 3), upper(x), split(x, \",\"), "
          "matches(x, ...)");
  }

  void note_reference() {
    Reference reference;
    reference.root = now().text;
    reference.offset = static_cast<int>(now().offset);
    std::size_t end = at_ + 1;
    while (is_script_root(reference.root)) {
      if (token(end).is(".") && token(end + 1).kind == Kind::name) {
        reference.path.emplace_back(token(end + 1).text);
        end += 2;
      } else if (token(end).is("[") && token(end + 1).kind == Kind::text &&
                 token(end + 2).is("]")) {
        reference.path.push_back(content_of(token(end + 1)));
        end += 3;
      } else {
        break;
      }
    }
    const LuaToken& last = token(end - 1);
    reference.length = static_cast<int>(last.offset + last.text.size() - now().offset);
    into_.references.push_back(std::move(reference));
  }

  void note_action() {
    const std::size_t first = token(at_ + 1).is("(") ? at_ + 2 : at_ + 1;
    if (token(first).kind != Kind::text || token(first + 1).is("..")) return;
    into_.actions.push_back(mention(token(first)));
  }

  void note_text() { into_.texts.push_back(mention(now())); }

  // --- what it gives

  void read_return() {
    const LuaToken& next = token(at_ + 1);
    const bool is_empty = at_ + 1 == tokens_.size() || next.is("end") || next.is(";") ||
                          next.is("else") || next.is("elseif") || next.is("until");
    if (is_empty) return;
    if (!next.is("{")) {
      if (is_outermost()) into_.are_all_outputs = false;
      return;
    }
    if (is_outermost()) read_returned_names(at_ + 2);
  }

  // Whether the `return` ends the script and no function in it.
  bool is_outermost() const { return functions_ == 0; }

  void read_returned_names(std::size_t i) {
    int depth = 1;
    for (; i < tokens_.size() && depth > 0; ++i) {
      const LuaToken& t = tokens_[i];
      if (t.is("{") || t.is("(") || t.is("[")) depth += 1;
      if (t.is("}") || t.is(")") || t.is("]")) depth -= 1;
      const LuaToken& before = tokens_[i - 1];
      const bool begins = before.is("{") || before.is(",") || before.is(";");
      if (depth != 1 || !begins || t.is("}")) continue;
      if (t.kind == Kind::name && token(i + 1).is("=")) {
        into_.outputs.emplace_back(t.text);
      } else {
        into_.are_all_outputs = false;
      }
    }
  }

  std::string_view text_;
  std::vector<LuaToken> tokens_;
  ScriptAnalysis& into_;
  std::size_t at_ = 0;
  std::set<std::string_view> declared_;
  std::set<std::size_t> attributes_;  // tokens: `const` of  local x <const>
  std::vector<char> open_;            // brackets
  std::vector<bool> blocks_;          // up to their `end`; each: is it a function's
  int functions_ = 0;                 // among them
};

}  // namespace

ScriptAnalysis analyse_script(std::string_view text) {
  ScriptAnalysis analysis;
  if (auto wrong = compile_error(text)) {
    analysis.diagnostics.push_back(std::move(*wrong));
    return analysis;
  }
  ScriptReader(text, analysis).read();
  auto& outputs = analysis.outputs;
  std::sort(outputs.begin(), outputs.end());
  outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());
  return analysis;
}

}  // namespace rung::scripting

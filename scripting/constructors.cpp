#include "scripting/constructors.h"

#include "scripting/lua_lexer.h"

namespace rung::scripting {
namespace {

using Kind = LuaToken::Kind;

class Marking {
 public:
  Marking(std::string_view text, std::string_view name)
      : text_(text), name_(name), tokens_(lua_tokens(text)) {}

  Marked mark() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      note_field();
      follow_blocks();
      if (now().is("{")) {
        open();
      } else if (now().is("}") && !open_.empty() && open_.back().number >= 0) {
        close();
      } else if (now().is("(") || now().is("[")) {
        open_.push_back({-1, blocks_, false, false});
      } else if ((now().is(")") || now().is("]")) && !open_.empty()) {
        open_.pop_back();
      }
    }
    out_.text += text_.substr(copied_);
    return std::move(out_);
  }

 private:
  struct Open {
    int number;  // of the constructor; -1 for another bracket
    int blocks;  // that were open when it began
    bool is_argument;
    bool is_field_next;
  };

  const LuaToken& now() const { return tokens_[at_]; }
  const LuaToken& token(std::size_t i) const {
    static const LuaToken none;
    return i < tokens_.size() ? tokens_[i] : none;
  }

  void follow_blocks() {
    const LuaToken& t = now();
    if (t.is("function") || t.is("if") || t.is("do") || t.is("repeat")) blocks_ += 1;
    if (t.is("end") || t.is("until")) blocks_ -= 1;
  }

  void insert_before(std::size_t offset, std::string_view what) {
    out_.text += text_.substr(copied_, offset - copied_);
    out_.text += what;
    copied_ = offset;
  }

  // f{...} is a call: its argument gets the parentheses that it was written without.
  bool is_argument() const {
    if (at_ == 0) return false;
    const LuaToken& before = tokens_[at_ - 1];
    return before.kind == Kind::name || before.kind == Kind::text || before.is(")") ||
           before.is("]");
  }

  void open() {
    const auto number = static_cast<int>(out_.constructors.size());
    const bool argument = is_argument();
    insert_before(now().offset, std::string(argument ? "(" : "") + std::string(name_) + "(" +
                                    std::to_string(number) + ",");
    out_.constructors.push_back({now().offset, {}, {}, {}});
    open_.push_back({number, blocks_, argument, true});
  }

  void close() {
    insert_before(now().offset + 1, open_.back().is_argument ? "))" : ")");
    open_.pop_back();
  }

  // A field begins behind the brace, a comma or a semicolon of the constructor itself.
  void note_field() {
    if (open_.empty() || open_.back().number < 0 || blocks_ != open_.back().blocks) return;
    Open& around = open_.back();
    if (now().is(",") || now().is(";")) {
      around.is_field_next = true;
      return;
    }
    if (!around.is_field_next || now().is("}")) return;
    around.is_field_next = false;
    auto& made = out_.constructors[static_cast<std::size_t>(around.number)];
    if (now().kind == Kind::name && token(at_ + 1).is("=")) {
      note_named(made, std::string(now().text), token(at_ + 2).offset);
    } else if (now().is("[") && token(at_ + 1).kind == Kind::text && token(at_ + 2).is("]")) {
      note_named(made, content_of(token(at_ + 1)), token(at_ + 4).offset);
    } else if (!now().is("[")) {
      made.listed.push_back(now().offset);
    }
  }

  void note_named(Constructor& made, const std::string& key, std::size_t value) {
    const bool is_new = made.named.emplace(key, Constructor::Field{now().offset, value}).second;
    if (!is_new) made.twice.emplace_back(key, now().offset);
  }

  std::string_view text_;
  std::string_view name_;
  std::vector<LuaToken> tokens_;
  Marked out_;
  std::size_t copied_ = 0;
  std::size_t at_ = 0;
  int blocks_ = 0;
  std::vector<Open> open_;
};

}  // namespace

Marked mark_constructors(std::string_view text, std::string_view name) {
  return Marking(text, name).mark();
}

}  // namespace rung::scripting

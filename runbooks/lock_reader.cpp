#include "runbooks/lock_reader.h"

#include "runbooks/fields.h"
#include "runbooks/keys.h"
#include "runbooks/value_reader.h"

#include <algorithm>

namespace rung::runbooks {
namespace {

constexpr std::size_t kMost = 32;

void refuse_repeated(const Node& list, const std::vector<LockSpec>& locks, Report& report) {
  for (std::size_t i = 0; i < locks.size(); ++i) {
    if (locks[i].name == Template{}) continue;  // was reported
    const auto same = [&](const LockSpec& other) { return other.name == locks[i].name; };
    const auto end = locks.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find_if(locks.begin(), end, same) == end) continue;
    report.error(place_of(list.items[i]), "this lock is in the list already", "remove one");
  }
}

// A lock of a group against those that are held around it.
class LockOrder {
 public:
  LockOrder(const Plan& plan, const Unfolded& unfolded, Report& report)
      : plan_(plan), report_(report) {
    for (std::size_t i = 0; i < unfolded.steps.size(); ++i)
      drafts_.emplace(unfolded.steps[i].address, unfolded.drafts[i]);
  }

  void check() {
    for (const Step& group : plan_.steps) {
      for (const LockSpec& lock : group.locks) {
        if (is_constant(lock.name)) check(group, lock);
      }
    }
  }

 private:
  void check(const Step& group, const LockSpec& lock) {
    const std::vector<Around> around = locks_around(group);
    const std::string name = to_text(constant_value(lock.name));
    for (const Around& one : around) {
      if (one.name != name) continue;
      if (one.is_shared && !lock.is_shared) refuse_alone(group, name, one);
      return;
    }
    for (const Around& one : around) {
      if (one.name > name) return refuse_order(group, name, one);
    }
  }

  struct Around {
    std::string name;
    bool is_shared = false;
    std::string by;  // address of the group; "": the run
  };
  std::vector<Around> locks_around(const Step& group) const {
    std::vector<Around> all;
    add(all, plan_.locks, "");
    for (auto up = group.parent; up; up = plan_.step(*up).parent)
      add(all, plan_.step(*up).locks, plan_.step(*up).address);
    return all;
  }
  static void add(std::vector<Around>& all, const std::vector<LockSpec>& locks,
                  const std::string& by) {
    for (const LockSpec& lock : locks) {
      if (is_constant(lock.name))
        all.push_back({to_text(constant_value(lock.name)), lock.is_shared, by});
    }
  }

  void refuse_alone(const Step& group, const std::string& name, const Around& outer) {
    report_.error(
        place_of_lock(group, name),
        "`" + name + "` is taken for this group alone, and " + holder(outer) + " holds it shared",
        "write it there without `shared`");
  }
  void refuse_order(const Step& group, const std::string& name, const Around& outer) {
    report_.error(place_of_lock(group, name),
                  "this group would wait for `" + name + "` while " + holder(outer) + " holds `" +
                      outer.name +
                      "`: locks are taken in the order of their names, so that no two runs wait "
                      "for each other",
                  "take both at one place: write  locks: [\"" + outer.name + "\", \"" + name +
                      "\"]  there, or give this one a name that comes after \"" + outer.name +
                      "\"");
  }
  static std::string holder(const Around& outer) {
    return outer.by.empty() ? "the run" : "the group `" + outer.by + "`";
  }

  // Of one in another file the place where that is used.
  Report::Place place_of_lock(const Step& group, const std::string& name) const {
    std::string address = group.address;
    auto found = drafts_.find(address);
    while (found == drafts_.end() && address.find('/') != std::string::npos) {
      address.resize(address.rfind('/'));
      found = drafts_.find(address);
    }
    if (found == drafts_.end() || found->second == nullptr) return {group.at};
    const DraftStep& draft = *found->second;
    const Member* member = draft.node == nullptr ? nullptr : draft.node->member("locks");
    if (address == group.address && member != nullptr) {
      for (const Node& item : member->value.items) {
        const Member* text = item.member("name");
        if ((text == nullptr ? item : text->value).text == name) return place_of(item);
      }
    }
    return draft.child.text.empty() ? draft.place : draft.child.place;
  }

  const Plan& plan_;
  Report& report_;
  std::map<std::string, const DraftStep*, std::less<>> drafts_;
};

}  // namespace

Template read_lock_name(const Node& node, const std::string& field, Report& report,
                        ExpressionUses& uses) {
  if (node.text.find_first_not_of(" \t\n") == std::string::npos) {
    report.error(place_of(node), "a lock needs a name",
                 "write what is locked, such as  \"pg:orders\"");
  }
  Names names;
  names.steps = false;
  return ValueReader(report, uses).read(node, {field, names, Type::string, true});
}

std::vector<LockSpec> read_locks(const Node& list, Report& report, ExpressionUses& uses) {
  if (list.items.size() > kMost) {
    report.error(place_of(list), "at most 32 locks are taken at one place",
                 "name what the steps have in common, such as their site");
  }
  std::vector<LockSpec> locks;
  for (const Node& item : list.items) {
    LockSpec& lock = locks.emplace_back();
    if (item.kind == Node::Kind::scalar) lock.name = read_lock_name(item, "locks", report, uses);
    if (item.kind != Node::Kind::map) continue;
    const Fields fields(item, lock_table(), report);
    if (const Node* name = fields.get("name"))
      lock.name = read_lock_name(*name, "locks", report, uses);
    lock.is_shared = fields.boolean("shared");
  }
  refuse_repeated(list, locks, report);
  return locks;
}

void check_locks_of_child(const DraftStep& draft, const Plan& child, Report& report) {
  const auto refuse_computed = [&](const std::vector<LockSpec>& locks) {
    for (const LockSpec& lock : locks) {
      if (is_constant(lock.name)) continue;
      std::string read;
      each_expression(lock.name, [&](const Expression& e) { read = e.text; });
      report.error(draft.child.place,
                   child.runbook + " computes the name of a lock from " + read +
                       ", which is known only when it begins here; the names of locks are known "
                       "when the run is created",
                   "write it there as plain text; or remove it there, and take it on this step:  "
                   "locks: [...]");
    }
  };
  refuse_computed(child.locks);
  for (const Step& step : child.steps) refuse_computed(step.locks);
}

void check_lock_order(const Plan& plan, const Unfolded& unfolded, Report& report) {
  LockOrder(plan, unfolded, report).check();
}

}  // namespace rung::runbooks

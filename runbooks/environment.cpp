#include "runbooks/environment.h"

#include "runbooks/fields.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

Member* find(Node& map, std::string_view key) {
  const auto found = std::find_if(map.members.begin(), map.members.end(),
                                  [&](const Member& m) { return m.key == key; });
  return found == map.members.end() ? nullptr : &*found;
}

void put(Node& map, const Member& member) {
  if (Member* there = find(map, member.key))
    *there = member;
  else
    map.members.push_back(member);
}

std::vector<std::string_view> keys_of(const Node& map) {
  std::vector<std::string_view> keys;
  for (const auto& member : map.members) keys.emplace_back(member.key);
  return keys;
}

class Overlay {
 public:
  Overlay(Node root, const Member& environment, Report& report)
      : root_(std::move(root)), environment_(environment), report_(report) {}

  Node take() {
    for (const auto& section : environment_.value.members) {
      if (section.value.kind != Node::Kind::map) continue;
      if (section.key == "connections")
        each(section, [&](Member& of, const Member& by) { change_connection(of, by); });
      if (section.key == "sites")
        each(section, [&](Member& of, const Member& by) { change_site(of, by); });
      if (section.key == "secrets") each(section, [](Member& of, const Member& by) { of = by; });
      if (section.key == "defaults") change_defaults(section);
    }
    return std::move(root_);
  }

 private:
  std::string name() const { return "the environment `" + environment_.key + "`"; }

  template <class Change>
  void each(const Member& section, Change change) {
    static const Node kNothing;
    Member* all = find(root_, section.key);
    const std::string one = section.key.substr(0, section.key.size() - 1);
    for (const auto& member : section.value.members) {
      Member* there = all == nullptr ? nullptr : find(all->value, member.key);
      if (there == nullptr) {
        report_nothing(member, one, all == nullptr ? kNothing : all->value);
      } else if (member.value.kind != Node::Kind::map) {
        report_.error(place_of(member), "`" + member.key + "` must be a map of what is different",
                      "write  " + member.key + ": {field: value}");
      } else if (there->value.kind == Node::Kind::map) {
        change(*there, member);
      }
    }
  }

  void report_nothing(const Member& member, const std::string& one, const Node& all) {
    const auto near = nearest(member.key, keys_of(all));
    report_.error(place_of(member),
                  name() + " changes the " + one + " `" + member.key + "`, which is not there",
                  near.empty() ? "add it above, under  " + one +
                                     "s:  (an environment changes what "
                                     "the project has)"
                               : "did you mean " + std::string(near) + ":?");
  }

  void change_connection(Member& connection, const Member& by) {
    for (const auto& field : by.value.members) {
      if (field.key != "uses") {
        put(connection.value, field);
        continue;
      }
      report_.error(place_of(field),
                    name() + " changes the kind of the connection `" + by.key + "`",
                    "remove `uses`; another kind is another connection");
    }
  }

  void change_site(Member& site, const Member& by) {
    for (const auto& field : by.value.members) {
      if (find(site.value, field.key) != nullptr) {
        put(site.value, field);
        continue;
      }
      const auto near = nearest(field.key, keys_of(site.value));
      report_.error(place_of(field),
                    "the site `" + by.key + "` has no `" + field.key + "` to change",
                    near.empty() ? "add it to the site above, under  sites:"
                                 : "did you mean " + std::string(near) + ":?");
    }
  }

  void change_defaults(const Member& section) {
    Member* defaults = find(root_, "defaults");
    if (defaults == nullptr || defaults->value.kind != Node::Kind::map) return put(root_, section);
    for (const auto& of : section.value.members) {
      Member* there = find(defaults->value, of.key);
      if (there == nullptr || there->value.kind != Node::Kind::map) {
        put(defaults->value, of);
        continue;
      }
      for (const auto& field : of.value.members) put(there->value, field);
    }
  }

  Node root_;
  const Member& environment_;
  Report& report_;
};

}  // namespace

Node in_environment(Node root, const Member& environment, Report& report) {
  return Overlay(std::move(root), environment, report).take();
}

}  // namespace rung::runbooks

#include "runbooks/check_targets.h"

#include "base/words.h"
#include "runbooks/closed_set.h"
#include "runbooks/fields.h"
#include "runbooks/spec_field.h"
#include "runbooks/step_reader.h"

#include <algorithm>
#include <utility>

namespace rung::runbooks {
namespace {

class TargetCheck {
 public:
  TargetCheck(const Draft& draft, Checking checking, const Project& project)
      : draft_(draft), checking_(checking), project_(project) {}

  void check(const DraftStep& step) {
    for (const auto& target : step.targets) {
      const ActionUse& use = target.is_probe ? *step.step.probe : step.step.action;
      const ActionSpec* spec = checking_.catalog.find(use.uses);
      if (spec == nullptr) continue;
      if (target.node == nullptr)
        check_absence(*spec, target);
      else
        check_use({use, *spec, target, step.is_flawed});
    }
  }

 private:
  struct Use {
    const ActionUse& use;
    const ActionSpec& spec;
    const TargetUse& target;
    bool is_flawed;
  };
  // The environment that is looked at.
  struct Place {
    const Surroundings& around;
    std::string name;  // "" for the one that was asked for
  };

  Report& report() { return checking_.report; }
  static std::string in(const Place& place) {
    return place.name.empty() ? "" : " (in the environment `" + place.name + "`)";
  }

  void check_absence(const ActionSpec& spec, const TargetUse& target) {
    if (!spec.target.required) return;
    std::string one;
    for (const auto& [name, connection] : project_.here.connections) {
      const auto& kinds = spec.target.kinds;
      const bool fits = std::find(kinds.begin(), kinds.end(), connection.uses) != kinds.end();
      if (one.empty() && fits) one = name;
    }
    report().error(target.place, spec.name + " needs a target: the connection that it works on",
                   !one.empty() ? "add  target: " + one
                                : "define it in rung.yaml  connections: {db: {uses: " +
                                      spec.target.kinds.front() + ", ...}}  and add  target: db");
  }

  void check_use(const Use& use) {
    if (use.spec.target.kinds.empty()) {
      report().error(place_of(*use.target.node), use.spec.name + " takes no target", "remove it");
      return;
    }
    // What is wrong with the expression itself was said there.
    const auto length = static_cast<int>(use.target.node->text.size()) + 2;
    if (report().has_error_in({use.target.node->at, length})) return;
    const auto before = errors_;
    check_in(use, {project_.here, ""});
    // What is wrong here is said once, not again for each environment.
    for (const auto& [name, around] : project_.elsewhere) {
      if (errors_ == before) check_in(use, {around, name});
    }
  }

  void check_in(const Use& use, const Place& place) {
    const auto set = closed_set(use.use.target, {draft_.plan, place.around.sites});
    if (!set.open.empty()) return report_open(use, set.open);
    if (set.error) {
      return error(use,
                   "target cannot be computed" +
                       (set.error_where.empty() ? "" : " for " + set.error_where) + in(place) +
                       ": " + set.error->message(),
                   "each of its values must name a connection of rung.yaml");
    }
    for (const auto& member : set.members) check_member(use, place, member);
  }

  void report_open(const Use& use, const std::string& open) {
    error(
        use,
        "target may be anything, since `" + open +
            "` may: a target comes from a closed set, so that every member is checked",
        "make it an input of type site or enum, and write  target: \"{{ sites[inputs.to].db }}\"");
  }

  void check_member(const Use& use, const Place& place, const ClosedSet::Member& member) {
    const std::string where = member.where.empty() ? "" : " for " + member.where;
    const auto* name = member.value.string();
    if (name == nullptr) {
      return error(use,
                   "target is " + std::string(name_of(member.value.kind())) + where + in(place) +
                       ", and must be the name of a connection",
                   "write a name of `connections:` of rung.yaml");
    }
    const auto& connections = place.around.connections;
    const auto found = connections.find(*name);
    if (found == connections.end()) return report_missing(use, place, *name, where);
    const auto& kinds = use.spec.target.kinds;
    const auto& kind = found->second.uses;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      return error(use,
                   "`" + *name + "`" + where + in(place) + " is a connection of the kind " + kind +
                       ", and " + use.spec.name + " works on " + joined(kinds, " or "),
                   fitting(connections, kinds));
    }
    if (use.is_flawed || !is_decided(use.use, use.spec)) return;
    const Target target{*name, kind, constants_of(found->second.fields)};
    for (const auto& what :
         checking_.catalog.check(use.use.uses, constants_of(use.use.with), &target)) {
      report().error(use.target.place, what,
                     "`rung actions " + use.use.uses + "` shows what it takes");
    }
  }

  static std::string fitting(const std::map<std::string, Connection, std::less<>>& connections,
                             const std::vector<std::string>& kinds) {
    std::vector<std::string> fits;
    for (const auto& [name, connection] : connections) {
      if (std::find(kinds.begin(), kinds.end(), connection.uses) != kinds.end())
        fits.push_back(name);
    }
    if (fits.empty()) return "define one in rung.yaml, under  connections:";
    return "name one of " + joined(fits);
  }

  void report_missing(const Use& use, const Place& place, const std::string& name,
                      const std::string& where) {
    const auto& connections = place.around.connections;
    std::vector<std::string_view> known;
    for (const auto& [other, connection] : connections) known.push_back(other);
    const auto near = nearest(name, known);
    error(use, "there is no connection `" + name + "`" + where + in(place),
          !near.empty() ? "did you mean " + std::string(near) + "?"
                        : "add to rung.yaml  connections: {" + name +
                              ": {uses: " + use.spec.target.kinds.front() + ", ...}}");
  }

  void error(const Use& use, std::string message, std::string fix) {
    ++errors_;
    report().error(place_of(*use.target.node), std::move(message), std::move(fix));
  }

  const Draft& draft_;
  Checking checking_;
  const Project& project_;
  std::size_t errors_ = 0;
};

}  // namespace

void check_targets(const Draft& draft, const Unfolded& unfolded, Checking checking,
                   const Project& project) {
  TargetCheck check(draft, checking, project);
  for (const auto* step : unfolded.drafts) {
    if (step != nullptr) check.check(*step);
  }
}

}  // namespace rung::runbooks

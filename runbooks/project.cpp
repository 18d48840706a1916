#include "runbooks/project.h"

#include "base/words.h"
#include "runbooks/connection_reader.h"
#include "runbooks/environment.h"
#include "runbooks/fields.h"
#include "runbooks/value_reader.h"

#include <utility>

namespace rung::runbooks {
namespace {

SecretSource read_secret(const Member& member, const Table& table, Report& report) {
  const Fields fields(member.value, table, report);
  SecretSource source{fields.text("env"), fields.text("file")};
  if (fields.has("env") == fields.has("file")) {
    report.error(place_of(member), "secret `" + member.key + "` needs one of `env` and `file`",
                 "write  " + member.key + ": {file: /run/credentials/rung/" + member.key + "}");
  }
  return source;
}

// Reads the root of a project file, as it is in one environment or in none.
class ProjectReader {
 public:
  ProjectReader(const Node& root, const ProjectReading& reading)
      : reading_(reading), file_(root, project_table(), reading.report) {}

  Project read() {
    project_.name = file_.text("project");
    project_.secrets = read_secrets(file_, report());
    read_sites();
    const Node* connections = file_.get("connections");
    if (connections != nullptr) {
      project_.here.connections =
          read_connections(*connections, *file_.table().find("connections")->table,
                           connection_kinds(reading_.catalog), reading_, project_.secrets);
    }
    read_notify();
    read_people();
    read_freezes();
    read_defaults();
    return std::move(project_);
  }

 private:
  Report& report() const { return reading_.report; }

  void read_sites() {
    const Node* sites = file_.get("sites");
    if (sites == nullptr) return;
    for (const auto& site : sites->members) {
      check_key_name(site, "sites", report());
      if (site.value.kind != Node::Kind::map) {
        if (!site.value.is_broken) {
          report().error(place_of(site), "a site is a map of what is there",
                         "write  " + site.key + ": {db: db_" + site.key + "}");
        }
        continue;
      }
      project_.here.sites.emplace(site.key, read_site(site));
    }
  }

  Value read_site(const Member& site) {
    Names names;
    names.steps = false;
    Value::Map values;
    for (const auto& member : site.value.members) {
      check_key_name(member, "sites." + site.key, report());
      ExpressionUses uses;
      const auto value =
          ValueReader(report(), uses).read(member.value, {site.key + "." + member.key, names});
      if (!uses.empty()) {
        report().error(place_of(member), "what a site has is constant and takes no {{ }}",
                       "write the value itself; computed values are `vars:` of a runbook");
      }
      values.emplace(member.key, constant_value(value));
    }
    return values;
  }

  void read_notify() {
    const Node* node = file_.get("notify");
    if (node == nullptr) return;
    const Fields notify(*node, *file_.table().find("notify")->table, report());
    project_.notify.events = notify.texts("events");
    if (const Node* channels = notify.get("channels")) {
      project_.notify.channels =
          read_connections(*channels, *notify.table().find("channels")->table, channel_kinds(),
                           reading_, project_.secrets);
    }
  }

  void read_people() {
    const Node* node = file_.get("people");
    if (node == nullptr) return;
    for (const auto& member : node->members) {
      if (member.value.kind != Node::Kind::map) continue;
      const Fields fields(member.value, *file_.table().find("people")->table, report());
      Person person{fields.texts("users"), fields.texts("groups"), fields.texts("notify")};
      if (person.users.empty() && person.groups.empty()) {
        report().error(
            place_of(member), "nobody is `" + member.key + "`",
            "write  " + member.key + ": {users: [ana]}  or  " + member.key + ": {groups: [dba]}");
      }
      if (const Node* channels = fields.get("notify")) check_channels(*channels);
      project_.people.emplace(member.key, std::move(person));
    }
  }

  void read_freezes() {
    if (const Node* calendars = file_.get("calendars")) {
      project_.calendars =
          read_calendars(*calendars, *file_.table().find("calendars")->table, report());
    }
    project_.break_glass = file_.texts("break_glass");
    const Node* names = file_.get("break_glass");
    if (names == nullptr) return;
    std::vector<std::string_view> known;
    for (const auto& [name, person] : project_.people) known.push_back(name);
    for (const Node& name : names->items) {
      if (project_.people.contains(name.text)) continue;
      const auto near = nearest(name.text, known);
      report().error(place_of(name), "there is nobody called `" + name.text + "` in `people`",
                     near.empty() ? "add  people: {" + name.text + ": {users: [...]}}"
                                  : "did you mean " + std::string(near) + "?");
    }
  }

  void check_channels(const Node& list) {
    std::vector<std::string_view> known;
    for (const auto& [name, channel] : project_.notify.channels) known.push_back(name);
    for (const auto& item : list.items) {
      if (project_.notify.channels.contains(item.text)) continue;
      const auto near = nearest(item.text, known);
      report().error(place_of(item), "there is no channel `" + item.text + "`",
                     near.empty() ? "add  notify: {channels: {" + item.text +
                                        ": {uses: slack, url: \"{{ secrets.slack }}\"}}}"
                                  : "did you mean " + std::string(near) + "?");
    }
  }

  void read_defaults() {
    const Node* defaults = file_.get("defaults");
    if (defaults == nullptr) return;
    const Fields all(*defaults, *file_.table().find("defaults")->table, report());
    const Node* node = all.get("step");
    if (node == nullptr) return;
    const Fields step(*node, *all.table().find("step")->table, report());
    project_.timeout = step.duration("timeout");
    project_.step_timeout = step.duration("step_timeout");
    project_.leftovers = step.text("leftovers");
  }

  const ProjectReading& reading_;
  Fields file_;
  Project project_;
};

// The connections that an environment puts in the place of the real ones.
void mark_changed(Project& project, const Node& environment) {
  const Member* connections = environment.member("connections");
  if (connections == nullptr) return;
  for (const auto& member : connections->value.members) {
    const auto found = project.here.connections.find(member.key);
    if (found != project.here.connections.end()) found->second.is_of_environment = true;
  }
}

const Member* find_environment(const Node& root, const ProjectReading& reading) {
  const Member* all = root.member("environments");
  std::vector<std::string_view> known;
  if (all != nullptr) {
    for (const auto& member : all->value.members) {
      if (member.key == reading.environment) return &member;
      known.emplace_back(member.key);
    }
  }
  const auto near = nearest(reading.environment, known);
  reading.report.error(all == nullptr ? Report::Place{root.at} : place_of(*all),
                       "the project has no environment `" + reading.environment + "`",
                       !near.empty()   ? "did you mean  --env " + std::string(near) + "?"
                       : known.empty() ? "add  environments: {" + reading.environment +
                                             ": {connections: {...}}}  or leave out --env"
                                       : "its environments are " + joined(known));
  return nullptr;
}

}  // namespace

std::map<std::string, SecretSource, std::less<>> read_secrets(const Fields& file, Report& report) {
  std::map<std::string, SecretSource, std::less<>> secrets;
  const Node* node = file.get("secrets");
  if (node == nullptr) return secrets;
  for (const auto& member : node->members) {
    if (member.value.kind != Node::Kind::map) continue;
    check_key_name(member, "secrets", report);
    secrets.emplace(member.key, read_secret(member, *file.table().find("secrets")->table, report));
  }
  return secrets;
}

Project read_project(const ProjectReading& reading) {
  const auto root = parse_yaml(reading.report);
  if (!root || root->is_broken) return {};
  if (root->kind != Node::Kind::map) {
    reading.report.error({root->at}, "rung.yaml must be a map", "begin with  rung: v1");
    return {};
  }
  Project project = ProjectReader(*root, reading).read();
  const Member* environments = root->member("environments");
  if (environments != nullptr) {
    for (const auto& environment : environments->value.members) {
      if (environment.value.kind != Node::Kind::map) continue;
      check_key_name(environment, "environments", reading.report);
      const Fields keys(environment.value, *project_table().find("environments")->table,
                        reading.report);
      // Each is read, whichever is asked for: a mistake in it must not wait for the day it is used.
      const Node changed = in_environment(*root, environment, reading.report);
      Project other = ProjectReader(changed, reading).read();
      if (environment.key == reading.environment) {
        other.environment = environment.key;
        mark_changed(other, environment.value);
        other.elsewhere = std::move(project.elsewhere);
        project = std::move(other);
      } else {
        project.elsewhere.emplace(environment.key, std::move(other.here));
      }
    }
  }
  if (!reading.environment.empty()) find_environment(*root, reading);
  return project;
}

}  // namespace rung::runbooks

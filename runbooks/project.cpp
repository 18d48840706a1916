#include "runbooks/project.h"

#include "runbooks/fields.h"

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

std::map<std::string, Person, std::less<>> read_people(const Fields& file, Report& report) {
  std::map<std::string, Person, std::less<>> people;
  const Node* node = file.get("people");
  if (node == nullptr) return people;
  for (const auto& member : node->members) {
    if (member.value.kind != Node::Kind::map) continue;
    const Fields fields(member.value, *file.table().find("people")->table, report);
    Person person{fields.texts("users"), fields.texts("groups")};
    if (person.users.empty() && person.groups.empty()) {
      report.error(
          place_of(member), "nobody is `" + member.key + "`",
          "write  " + member.key + ": {users: [ana]}  or  " + member.key + ": {groups: [dba]}");
    }
    people.emplace(member.key, std::move(person));
  }
  return people;
}

}  // namespace

std::map<std::string, SecretSource, std::less<>> read_secrets(const Fields& file, Report& report) {
  std::map<std::string, SecretSource, std::less<>> secrets;
  const Node* node = file.get("secrets");
  if (node == nullptr) return secrets;
  for (const auto& member : node->members) {
    if (member.value.kind != Node::Kind::map) continue;
    Node name;
    name.kind = Node::Kind::scalar;
    name.text = member.key;
    name.at = member.at;
    check_name(name, "secrets", report);
    secrets.emplace(member.key, read_secret(member, *file.table().find("secrets")->table, report));
  }
  return secrets;
}

Project read_project(Report& report) {
  Project project;
  const auto root = parse_yaml(report);
  if (!root || root->is_broken) return project;
  if (root->kind != Node::Kind::map) {
    report.error({root->at}, "rung.yaml must be a map", "begin with  rung: v1");
    return project;
  }
  const Fields file(*root, project_table(), report);
  project.name = file.text("project");
  project.secrets = read_secrets(file, report);
  project.people = read_people(file, report);
  const Node* defaults = file.get("defaults");
  if (defaults == nullptr) return project;
  const Fields all(*defaults, *file.table().find("defaults")->table, report);
  if (const Node* node = all.get("step")) {
    const Fields step(*node, *all.table().find("step")->table, report);
    project.timeout = step.duration("timeout");
    project.step_timeout = step.duration("step_timeout");
    project.leftovers = step.text("leftovers");
  }
  return project;
}

}  // namespace rung::runbooks

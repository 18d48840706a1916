#pragma once

#include "runbooks/fields.h"
#include "runbooks/project.h"

#include <functional>

namespace rung::runbooks {

// The kinds of a list of connections or channels, and what more is to be said of one.
struct Kinds {
  std::string_view what;  // "connection", "channel"
  std::function<const ConnectionSpec*(std::string_view name)> find;
  std::vector<std::string_view> names;
  std::function<std::vector<std::string>(std::string_view kind, const Value::Map& constants)> check;
};
Kinds connection_kinds(const Catalog& catalog);
Kinds channel_kinds();

// A map of name -> {uses, fields of that kind}. Fields are constant or read `secrets`.
std::map<std::string, Connection, std::less<>> read_connections(
    const Node& map, const Table& table, const Kinds& kinds, const ProjectReading& reading,
    const std::map<std::string, SecretSource, std::less<>>& secrets);

}  // namespace rung::runbooks

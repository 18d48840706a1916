#include "service/person.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <array>
#include <vector>

namespace rung::service {
namespace {

constexpr std::size_t kEntryBytes = 16384;  // a group of a directory service may have many members

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, kEntryBytes> buffer{};
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr)
    return found->pw_name;
  return "uid " + std::to_string(::getuid());
}

std::string group_name(gid_t id) {
  group entry{};
  group* found = nullptr;
  std::array<char, kEntryBytes> buffer{};
  const int failed = ::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return failed == 0 && found != nullptr ? found->gr_name : "";
}

std::vector<std::string> names_of(const gid_t* ids, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    std::string name = group_name(ids[i]);
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

constexpr int kMostGroups = 256;

std::vector<std::string> own_groups() {
  std::array<gid_t, kMostGroups> ids{};
  return names_of(ids.data(), ::getgroups(kMostGroups, ids.data()));
}

}  // namespace

engine::By this_person(std::string say) {
  return {user_name(), own_groups(), std::move(say)};
}

Result<engine::By> person_named(const std::string& user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, kEntryBytes> buffer{};
  const int failed = ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (failed != 0 || found == nullptr)
    return Error(ErrorCode::not_found, "this machine has no user " + user);
  std::array<gid_t, kMostGroups> ids{};
  int count = kMostGroups;
  if (::getgrouplist(user.c_str(), found->pw_gid, ids.data(), &count) < 0) count = kMostGroups;
  return engine::By{user, names_of(ids.data(), count), ""};
}

}  // namespace rung::service

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

std::vector<std::string> group_names() {
  constexpr int kMostGroups = 256;
  std::array<gid_t, kMostGroups> ids{};
  const int count = ::getgroups(kMostGroups, ids.data());
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    group entry{};
    group* found = nullptr;
    std::array<char, kEntryBytes> buffer{};
    const int failed = ::getgrgid_r(ids[static_cast<std::size_t>(i)], &entry, buffer.data(),
                                    buffer.size(), &found);
    if (failed == 0 && found != nullptr) names.emplace_back(found->gr_name);
  }
  return names;
}

}  // namespace

engine::By this_person(std::string say) {
  return {user_name(), group_names(), std::move(say)};
}

}  // namespace rung::service

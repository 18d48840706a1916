#include "engine/supervisor/verdict.h"

namespace rung::engine::supervisor {
namespace {

template <class T, std::size_t N>
std::string words(std::uint8_t set, const std::array<T, N>& values) {
  std::string text;
  std::size_t count = 0;
  for (T value : values) {
    if (!has(set, value)) continue;
    if (!text.empty()) text += ", ";
    text += name_of(value);
    ++count;
  }
  return count == N ? "any" : text;
}

}  // namespace

std::string_view name_of(Boot value) {
  switch (value) {
    case Boot::same: return "same";
    case Boot::other: return "other";
  }
  return "?";
}

std::string_view name_of(RecordState value) {
  switch (value) {
    case RecordState::absent: return "absent";
    case RecordState::empty: return "empty";
    case RecordState::claimed: return "claimed";
    case RecordState::released: return "released";
    case RecordState::exited: return "exited";
    case RecordState::voided: return "voided";
    case RecordState::damaged: return "damaged";
  }
  return "?";
}

std::string_view name_of(Lock value) {
  switch (value) {
    case Lock::free: return "free";
    case Lock::held: return "held";
  }
  return "?";
}

std::string_view name_of(Namespace value) {
  switch (value) {
    case Namespace::same: return "same";
    case Namespace::other: return "other";
  }
  return "?";
}

std::string_view name_of(Children value) {
  switch (value) {
    case Children::gone: return "gone";
    case Children::alive: return "alive";
  }
  return "?";
}

std::string_view name_of(Verdict value) {
  switch (value) {
    case Verdict::not_done: return "not done";
    case Verdict::voids_first: return "void it, then not done";
    case Verdict::running: return "running: adopt";
    case Verdict::running_beyond: return "running: watch";
    case Verdict::ended: return "ended: journal it";
    case Verdict::orphaned: return "watch or kill, then unknown";
    case Verdict::unknown: return "unknown";
  }
  return "?";
}

std::string recovery_table_as_markdown() {
  std::string text =
      "| boot | record | lock | pid namespace | processes | verdict | because |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Row& row : kRecoveryTable) {
    text += "| " + std::string(name_of(row.boot));
    text += " | " + words(row.records, kRecordStates);
    text += " | " + words(row.locks, kLocks);
    text += " | " + words(row.namespaces, kNamespaces);
    text += " | " + words(row.children, kChildren);
    text += " | " + std::string(name_of(row.verdict));
    text += " | " + std::string(row.reason) + " |\n";
  }
  return text;
}

}  // namespace rung::engine::supervisor

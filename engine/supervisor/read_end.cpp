// What a finished attempt left in its folder.
#include "engine/supervisor/adopt.h"
#include "engine/supervisor/read_output_file.h"

#include "base/hash.h"

#include <algorithm>

namespace rung::engine::supervisor {
namespace {

bool matches(const std::string& content, const KeptFile& kept) {
  return content.size() == kept.size && (kept.size == 0 || sha256({content}) == kept.sha256);
}

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// What is shown: the bytes before `head`, and those from `tail` on.
struct Cut {
  std::size_t head = 0, tail = 0;
};

Cut where_to_cut(std::string_view text, const KeptFile& kept, std::size_t limit_bytes) {
  const bool is_cut = kept.dropped > 0;
  const std::size_t cut_at = is_cut ? std::min<std::size_t>(kept.head, text.size()) : text.size();
  if (text.size() <= limit_bytes) return {cut_at, cut_at};
  const bool has_tail = !is_cut || cut_at < text.size();
  Cut cut;
  cut.head = std::min(cut_at, has_tail ? limit_bytes / 2 : limit_bytes);
  cut.tail = std::max(is_cut ? cut_at : cut.head, text.size() - (limit_bytes - cut.head));
  while (cut.head > 0 && is_inside_character(text, cut.head)) --cut.head;
  while (is_inside_character(text, cut.tail)) ++cut.tail;
  return cut;
}

}  // namespace

Result<std::string> read_output_file(const std::string& folder, const KeptFile& kept) {
  if (kept.size == 0) return std::string();
  if (kept.size > kOutputFileLimit) {
    return Error(ErrorCode::exhausted, "the command wrote " + std::to_string(kept.size) +
                                           " bytes to $RUNG_OUTPUT_FILE; at most " +
                                           std::to_string(kOutputFileLimit) + " are allowed");
  }
  TRY(const DurableFile file, DurableFile::open(folder + "/output"));
  std::string content(kept.size, '\0');
  TRY(const std::size_t size,
      file.read_at(0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()}));
  content.resize(size);
  if (matches(content, kept)) return content;
  return Error(ErrorCode::corrupt, folder + "/output is not what the command had written");
}

Result<Ending> read_exit(const std::string& folder) {
  TRY(const DurableFile file, DurableFile::open(folder + "/record"));
  TRY(const Record record, read_record(file));
  if (state_of(record) != RecordState::exited) {
    return Error(ErrorCode::not_found, "the record in " + folder + " holds no end");
  }
  Ending ending;
  ending.exited = *record.exited;
  TRY(ending.output, read_output_file(folder, ending.exited.output));
  return ending;
}

std::string read_stream(const std::string& folder, std::string_view name, const KeptFile& kept,
                        std::size_t limit_bytes) {
  constexpr std::size_t kFileLimit = 64U << 20U;
  Result<std::string> content = read_file(folder + '/' + std::string(name), kFileLimit);
  std::string text = content ? std::move(content).value() : std::string();
  const Cut cut = where_to_cut(text, kept, limit_bytes);
  const std::uint64_t missing = kept.dropped + (cut.tail - cut.head);
  if (missing == 0) return text;
  return text.substr(0, cut.head) + "\n[rung: " + std::to_string(missing) +
         " bytes left out here]\n" + text.substr(cut.tail);
}

std::vector<std::string> read_leftovers(const std::string& folder) {
  const Result<std::string> text = read_file(folder + "/leftovers", 1U << 20U);
  std::vector<std::string> leftovers;
  if (!text) return leftovers;
  std::string_view rest = text.value();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t pid_end = std::min(line.find(' '), line.size());
    const std::size_t name = std::min(line.find(' ', pid_end + 1), line.size());
    leftovers.push_back(std::string(line.substr(0, pid_end)) + std::string(line.substr(name)));
  }
  return leftovers;
}

}  // namespace rung::engine::supervisor

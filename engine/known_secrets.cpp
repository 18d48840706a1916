#include "engine/known_secrets.h"

#include <algorithm>
#include <numeric>

namespace rung::engine {
namespace {

constexpr std::size_t kMostRuns = 1000;
constexpr std::size_t kMostOfRun = 256;
constexpr std::size_t kMostBytesOfRun = 128u << 10;

std::size_t bytes_of(const std::deque<std::string>& texts) {
  return std::accumulate(
      texts.begin(), texts.end(), std::size_t{0},
      [](std::size_t sum, const std::string& text) { return sum + text.size(); });
}

bool has(const std::deque<std::string>& known, const std::string& text) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

}  // namespace

void KnownSecrets::complete(RunId run, std::vector<std::string>& secrets) {
  const auto found = runs_.find(run);
  if (found == runs_.end() && secrets.empty()) return;
  auto& known = found == runs_.end() ? runs_[run] : found->second;
  learn(known, secrets);
  for (const std::string& text : known) {
    if (std::find(secrets.begin(), secrets.end(), text) == secrets.end()) secrets.push_back(text);
  }
  if (runs_.size() > kMostRuns)
    runs_.erase(runs_.begin()->first == run ? std::next(runs_.begin()) : runs_.begin());
}

void KnownSecrets::learn(std::deque<std::string>& known, const std::vector<std::string>& secrets) {
  bool is_new = false;
  for (const std::string& text : secrets) {
    if (has(known, text)) continue;
    known.push_back(text);
    is_new = true;
  }
  if (!is_new) return;
  std::size_t bytes = bytes_of(known);
  while (known.size() > kMostOfRun || bytes > kMostBytesOfRun) {
    bytes -= known.front().size();
    known.pop_front();
  }
}

}  // namespace rung::engine

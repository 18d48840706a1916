#include "engine/supervisor/masking.h"

#include <algorithm>
#include <cstring>

namespace rung::engine::supervisor {
namespace {

// The length of the longest end of `text` that is the beginning, but not the whole, of `secret`.
std::size_t begun(std::string_view text, std::string_view secret) {
  std::size_t from = text.size() - std::min(text.size(), secret.size() - 1);
  while ((from = text.find(secret.front(), from)) != std::string_view::npos) {
    if (secret.starts_with(text.substr(from))) return text.size() - from;
    ++from;
  }
  return 0;
}

}  // namespace

Masking::Masking(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const std::string& s) { return s.size() < kShortestSecret; });
}

void Masking::feed(std::string_view bytes, std::string& out) {
  if (secrets_.empty()) {
    out += bytes;
    return;
  }
  held_ += bytes;
  is_secret_.resize(held_.size(), 0);
  mark_secrets();
  emit(decided(), out);
}

void Masking::finish(std::string& out) {
  emit(held_.size(), out);
}

void Masking::mark_secrets() {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = held_.find(secret); at != std::string::npos;
         at = held_.find(secret, at + 1)) {
      std::memset(is_secret_.data() + at, 1, secret.size());
    }
  }
}

// A secret that starts before this place lies wholly in `held_` and is marked.
std::size_t Masking::decided() const {
  std::size_t undecided = 0;
  for (const std::string& secret : secrets_) undecided = std::max(undecided, begun(held_, secret));
  return held_.size() - undecided;
}

void Masking::emit(std::size_t count, std::string& out) {
  std::size_t at = 0;
  while (at < count) {
    const bool is_secret = is_secret_[at] != 0;
    const std::size_t end = std::min(is_secret_.find(is_secret ? '\0' : '\1', at), count);
    if (!is_secret) out.append(held_, at, end - at);
    if (is_secret && !in_mask_) out += kMask;
    in_mask_ = is_secret;
    at = end;
  }
  held_.erase(0, count);
  is_secret_.erase(0, count);
}

}  // namespace rung::engine::supervisor

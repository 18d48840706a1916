#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rung::engine::supervisor {

// Replaces secrets in a stream by `***`, wherever the stream is cut into reads. Touching and
// overlapping secrets become one mask. What may still become a secret is held back until it is
// decided, so output that looks like no secret is never late.
//
// Only whole values are found: not a secret in base64, nor one printed a line at a time. Values
// shorter than 4 bytes are not masked, because "no" or "1" would make every output unreadable.
class Masking {
 public:
  static constexpr std::size_t kShortestSecret = 4;
  static constexpr std::string_view kMask = "***";

  explicit Masking(std::vector<std::string> secrets);

  // Appends to `out` what is decided of all that came so far.
  void feed(std::string_view bytes, std::string& out);
  // The stream ended: the rest.
  void finish(std::string& out);

 private:
  void mark_secrets();
  std::size_t decided() const;
  void emit(std::size_t count, std::string& out);

  std::vector<std::string> secrets_;
  std::string held_;       // not yet emitted
  std::string is_secret_;  // of each byte in `held_`
  bool in_mask_ = false;   // the last byte emitted was of a secret
};

}  // namespace rung::engine::supervisor

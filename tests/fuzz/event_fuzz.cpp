#include "base/ensure.h"
#include "state/codec.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Any bytes as the payload of any event: decoded, it is written in one way only, which means the
// same; or it is refused with a message.

using namespace rung;
using namespace rung::state;

namespace {

EncodedEvent event_from(std::string_view bytes) {
  const auto formats = event_formats();
  const auto first = static_cast<unsigned char>(bytes[0]);
  EncodedEvent event;
  // The last choice is a type that there is not.
  event.type = first < formats.size() ? formats[first].type : first;
  event.version = static_cast<unsigned char>(bytes[1]) % 3;
  event.step = "items[3].copy";
  event.payload = bytes.substr(2);
  return event;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto decoded = decode(event_from({reinterpret_cast<const char*>(data), size}));
  if (!decoded) {
    ENSURE(!decoded.error().message().empty(), "a refusal says why");
    return 0;
  }
  const EncodedEvent written = encode(decoded.value());
  const auto again = decode(written);
  ENSURE(again.has_value(), "what was written is read");
  ENSURE(again.value() == decoded.value(), "what is read is what was written");
  ENSURE(encode(again.value()) == written, "there is one spelling");
  return 0;
}

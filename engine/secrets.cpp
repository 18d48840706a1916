#include "engine/secrets.h"

#include "base/durable_file.h"

#include <cstdlib>

namespace rung::engine {

Result<std::string> SystemSecrets::read(const std::string& name,
                                        const runbooks::SecretSource& source) {
  if (!source.env.empty()) {
    const char* content = std::getenv(source.env.c_str());
    if (content != nullptr && *content != '\0') return std::string(content);
    return Error(ErrorCode::not_found, "the secret " + name +
                                           " comes from the environment variable " + source.env +
                                           ", which is not set where this engine runs");
  }
  auto content = read_file(source.file, 64u << 10);
  if (!content) {
    return std::move(content).error().with_context("the secret " + name + " comes from the file " +
                                                   source.file);
  }
  std::string text = std::move(content).value();
  if (text.ends_with('\n')) text.pop_back();
  if (text.empty())
    return Error(ErrorCode::not_found,
                 "the secret " + name + ": the file " + source.file + " is empty");
  return text;
}

}  // namespace rung::engine

#include "actions/command/command_inputs.h"

#include "actions/secrets.h"
#include "actions/text.h"

#include <array>
#include <cstdlib>

namespace rung::actions {
namespace {

// The kernel's bound for one argument or one NAME=value, with its terminating NUL.
constexpr std::size_t kLimitBytes = 128 * 1024;
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

constexpr std::array<const char*, 38> kInherited = {"PATH",
                                                    "HOME",
                                                    "USER",
                                                    "LOGNAME",
                                                    "SHELL",
                                                    "LANG",
                                                    "LANGUAGE",
                                                    "LC_ALL",
                                                    "LC_CTYPE",
                                                    "LC_COLLATE",
                                                    "LC_MESSAGES",
                                                    "LC_MONETARY",
                                                    "LC_NUMERIC",
                                                    "LC_TIME",
                                                    "TZ",
                                                    "TMPDIR",
                                                    "SSH_AUTH_SOCK",
                                                    "KRB5CCNAME",
                                                    "KRB5_CONFIG",
                                                    "GNUPGHOME",
                                                    "http_proxy",
                                                    "https_proxy",
                                                    "ftp_proxy",
                                                    "all_proxy",
                                                    "no_proxy",
                                                    "HTTP_PROXY",
                                                    "HTTPS_PROXY",
                                                    "ALL_PROXY",
                                                    "NO_PROXY",
                                                    "SSL_CERT_FILE",
                                                    "SSL_CERT_DIR",
                                                    "CURL_CA_BUNDLE",
                                                    "KUBECONFIG",
                                                    "REQUESTS_CA_BUNDLE",
                                                    "XDG_RUNTIME_DIR",
                                                    "XDG_CONFIG_HOME",
                                                    "DBUS_SESSION_BUS_ADDRESS",
                                                    "CONTAINER_HOST"};

const Value* given(const Value::Map& with, std::string_view name) {
  const auto found = with.find(name);
  return found == with.end() || found->second.is_null() ? nullptr : &found->second;
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

Error refused(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

Result<void> add_variable(CommandLine& line, const std::string& name, const Value& value) {
  if (value.is_null()) {
    line.environment.erase(name);
    return success();
  }
  auto text = reveal(value);
  if (has_nul(text)) {
    return refused("env." + name + " holds a NUL byte, which no environment can carry; pass it " +
                   "by `stdin:` or `files:`");
  }
  if (name.size() + text.size() + 2 > kLimitBytes) {
    return refused("env." + name + " is over 128 KiB, the kernel's bound for one variable; pass " +
                   "it by `stdin:` or `files:`");
  }
  line.environment.insert_or_assign(name, std::move(text));
  return success();
}

std::string absolute(const std::string& folder, const std::string& path) {
  if (path.empty()) return folder;
  return path.front() == '/' ? path : folder + "/" + path;
}

void check_names(const Value::Map& with, const char* field, std::vector<std::string>& wrong) {
  const auto* value = given(with, field);
  if (value == nullptr || value->map() == nullptr) return;
  for (const auto& [name, item] : *value->map()) {
    const auto where = std::string(field) + "." + name;
    if (!is_variable_name(name)) {
      wrong.push_back(where + " is no name for a variable: letters, digits and _ only, no digit " +
                      "first");
    } else if (name.starts_with("RUNG_")) {
      wrong.push_back(where + ": names that begin with RUNG_ are the engine's; choose another");
    }
  }
}

}  // namespace

std::vector<FieldSpec> command_fields() {
  using K = FieldKind;
  return {
      {"env", Type::map, K::secretive, false,
       "Variables by name. A list or map arrives as JSON; null leaves the variable unset."},
      {"stdin", Type::any, K::secretive, false,
       "What it reads from standard input; a list or map as JSON. Default: nothing."},
      {"files", Type::map, K::secretive, false,
       "Content by variable name: written to a private file whose path is in that variable."},
      {"cwd", Type::string, K::data, false,
       "Working directory; a relative one starts at the runbook's folder, which is the default."},
  };
}

std::vector<OutputSpec> command_outputs() {
  return {
      {"exit_code", Type::integer, "Its exit status."},
      {"stdout", Type::string,
       "What it printed, secrets masked, without the last newline; over 64 KiB head and tail."},
      {"stderr", Type::string, "The same for standard error."},
  };
}

std::vector<std::string> check_command_fields(const Value::Map& with) {
  std::vector<std::string> wrong;
  check_names(with, "env", wrong);
  check_names(with, "files", wrong);
  const auto* env = given(with, "env");
  const auto* files = given(with, "files");
  if (env == nullptr || files == nullptr || files->map() == nullptr) return wrong;
  for (const auto& [name, item] : *files->map()) {
    if (env->member(name) != nullptr) wrong.push_back(name + " is given in both env and files");
  }
  return wrong;
}

Result<CommandLine> command_line_from(const RunRequest& request) {
  const auto wrong = check_command_fields(request.with);
  if (!wrong.empty()) return refused(wrong.front());
  CommandLine line;
  line.environment = inherited_environment();
  const auto* cwd = given(request.with, "cwd");
  line.folder = absolute(request.folder, cwd == nullptr ? "" : reveal(*cwd));
  if (has_nul(line.folder)) return refused("cwd holds a NUL byte");
  const auto* env = given(request.with, "env");
  if (env != nullptr && env->map() != nullptr) {
    for (const auto& [name, value] : *env->map()) {
      TRY(add_variable(line, name, value));
    }
  }
  if (const auto* input = given(request.with, "stdin")) line.stdin_text = reveal(*input);
  const auto* files = given(request.with, "files");
  if (files != nullptr && files->map() != nullptr) {
    for (const auto& [name, value] : *files->map()) line.files.push_back({name, reveal(value)});
  }
  line.secrets = secret_contents(request.with);
  return line;
}

Result<std::string> argument_from(const Value& value, const std::string& what) {
  if (value.is_secret()) {
    return refused(what + " holds a secret, and arguments are visible to every user of the " +
                   "machine; pass it by `files:` or `env:`");
  }
  if (value.is_null()) return refused(what + " is null");
  auto text = to_text(value);
  if (has_nul(text)) {
    return refused(what + " holds a NUL byte, which no argument can carry; pass it by `stdin:` " +
                   "or `files:`");
  }
  if (text.size() + 1 > kLimitBytes) {
    return refused(what + " is over 128 KiB, the kernel's bound for one argument; pass it by " +
                   "`stdin:` or `files:`");
  }
  return text;
}

std::map<std::string, std::string> inherited_environment() {
  std::map<std::string, std::string> out = {{"PATH", std::string(kDefaultPath)}};
  for (const auto* name : kInherited) {
    if (const char* value = std::getenv(name)) out.insert_or_assign(name, value);
  }
  return out;
}

}  // namespace rung::actions

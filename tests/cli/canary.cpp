#include "tests/cli/canary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace rung::cli {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Every ASCII sign that stands for itself where a shell quotes with $'...'.
constexpr std::string_view kPrinted = " !\"#$%&()*+,-./:;<=>?@[]^_`{|}~";

std::string base64(const std::string& text, std::string_view digits) {
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char c : text) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += digits[bits >> (have - 6) & 63U];
  }
  return out;
}

std::string printed(const std::string& text, const char* format) {
  std::string out;
  for (const char c : text) {
    std::array<char, 8> part{};
    std::snprintf(part.data(), part.size(), format, static_cast<unsigned char>(c));
    out += part.data();
  }
  return out;
}

std::string escaped(const std::string& text, const char* format, std::string_view kept) {
  std::string out;
  for (const char c : text) {
    const bool is_plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || kept.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : printed(std::string(1, c), format);
  }
  return out;
}

std::string in_json(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool is_process(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string> forms_of(const std::string& secret) {
  std::set<std::string> forms = {secret,
                                 in_json(secret),
                                 printed(secret, "%02x"),
                                 printed(secret, "%02X"),
                                 printed(secret, "%02x "),
                                 printed(secret, "%%%02x"),
                                 escaped(secret, "%%%02X", "-._~"),
                                 escaped(secret, "%%%02x", "-._~"),
                                 escaped(secret, "%%%02X", "-_.!~*'()"),
                                 printed(secret, "%%%02X"),
                                 escaped(secret, "\\%03o", kPrinted)};
  for (const std::string before : {"", "1", "12"}) {
    for (const std::string_view digits : {kStandard, kUrlSafe}) {
      // Without the digits that depend on what stands before and behind.
      forms.insert(base64(before + secret, digits).substr(before.size() + 1));
    }
  }
  std::istringstream lines(secret);
  for (std::string line; std::getline(lines, line);) forms.insert(line);
  std::string with_plus = escaped(secret, "%%%02X", "-._~ ");
  std::replace(with_plus.begin(), with_plus.end(), ' ', '+');
  forms.insert(with_plus);
  return {forms.begin(), forms.end()};
}

std::vector<std::string> found_in(const std::string& where, const std::string& text,
                                  const std::vector<std::string>& forms) {
  std::vector<std::string> found;
  for (const std::string& form : forms) {
    // A half of it would be too much.
    const std::string half = form.substr(0, std::max<std::size_t>(form.size() / 2, 8));
    const auto at = text.find(half);
    if (at == std::string::npos) continue;
    const auto begin = at < 60 ? 0 : at - 60;
    found.push_back(where + " shows " + half + ": ..." + text.substr(begin, 160) + "...");
  }
  return found;
}

std::vector<std::string> found_below(const std::string& folder,
                                     const std::vector<std::string>& forms) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    for (auto& one : found_in(entry.path(), content_of(entry.path()), forms)) {
      found.push_back(std::move(one));
    }
  }
  return found;
}

ProcessListWatch::ProcessListWatch(std::vector<std::string> forms)
    : forms_(std::move(forms)), thread_([this] {
        while (!is_over_) {
          look();
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
      }) {}

ProcessListWatch::~ProcessListWatch() {
  is_over_ = true;
  if (thread_.joinable()) thread_.join();
}

void ProcessListWatch::look() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    if (!is_process(entry.path())) continue;
    const std::string line = content_of(entry.path() / "cmdline");
    const std::lock_guard lock(mutex_);
    for (auto& one : found_in("a process", line, forms_)) found_.push_back(std::move(one));
    if (line.find("rung") != std::string::npos) seen_ += line + '\n';
  }
}

std::vector<std::string> ProcessListWatch::end() {
  is_over_ = true;
  thread_.join();
  return found_;
}

bool ProcessListWatch::saw(const std::string& witness) {
  const std::lock_guard lock(mutex_);
  return seen_.find(witness) != std::string::npos;
}

}  // namespace rung::cli

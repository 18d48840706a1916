#include "engine/supervisor/job.h"

#include "engine/supervisor/wire.h"

namespace rung::engine::supervisor {
namespace {

constexpr std::uint32_t kMagic = 0x424f4a52;  // "RJOB"
constexpr std::uint32_t kJobVersion = 1;

void put(WireWriter& out, const std::vector<std::string>& texts) {
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> get_texts(WireReader& in) {
  std::vector<std::string> texts;
  const std::uint32_t count = in.count(kJobItemsLimit);
  texts.reserve(count);
  for (std::uint32_t i = 0; i < count && in.is_good(); ++i) texts.push_back(in.text(kJobTextLimit));
  return texts;
}

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message)};
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

std::string_view variable_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

Result<void> check_argv(const Job& job) {
  if (job.argv.empty() || job.argv.front().empty()) {
    return invalid("the command is empty: its first word must name a program");
  }
  for (std::size_t i = 0; i < job.argv.size(); ++i) {
    const std::string where = "argument " + std::to_string(i) + " of the command";
    if (has_nul(job.argv[i])) {
      return invalid(where + " holds a NUL byte: pass it by `stdin:` or `files:`");
    }
    if (job.argv[i].size() >= kArgumentLimit) {
      return invalid(where + " is longer than 128 KiB: pass it by `stdin:` or `files:`");
    }
  }
  return success();
}

// Names the variable, never its value.
Result<void> check_environment(const Job& job) {
  for (const std::string& entry : job.environment) {
    const std::string_view name = variable_of(entry);
    if (name.empty() || name.size() == entry.size() || has_nul(name)) {
      return invalid("the environment has an entry that is not NAME=value");
    }
    const std::string where = "the environment variable " + std::string(name);
    if (has_nul(entry)) {
      return invalid(where + " holds a NUL byte: pass it by `stdin:` or `files:`");
    }
    if (entry.size() >= kArgumentLimit) {
      return invalid(where + " is longer than 128 KiB: pass it by `stdin:` or `files:`");
    }
  }
  return success();
}

Result<void> check_files(const Job& job) {
  if (!job.files.empty() && job.files_folder.empty()) {
    return invalid("the job has files but no folder for them");
  }
  for (const JobFile& file : job.files) {
    const bool is_component = !file.name.empty() && file.name != "." && file.name != ".." &&
                              file.name.size() <= 255 && !has_nul(file.name) &&
                              file.name.find('/') == std::string::npos;
    if (!is_component) {
      return invalid("the file name \"" + file.name +
                     "\" must be one plain name of at most 255 bytes, without a slash");
    }
    if (file.variable.empty() || has_nul(file.variable) ||
        file.variable.find('=') != std::string::npos) {
      return invalid("the variable for the path of the file " + file.name + " has no valid name");
    }
  }
  return success();
}

}  // namespace

Result<void> check(const Job& job) {
  TRY(check_argv(job));
  TRY(check_environment(job));
  TRY(check_files(job));
  for (const std::string* path : {&job.folder, &job.cwd}) {
    if (!path->starts_with('/') || has_nul(*path)) {
      return invalid("the folder \"" + *path + "\" of the command must be an absolute path");
    }
  }
  std::size_t total = job.stdin_bytes.size();
  for (const auto* texts : {&job.argv, &job.environment, &job.secrets}) {
    if (texts->size() > kJobItemsLimit) {
      return Error(ErrorCode::exhausted, "the command has over 65,536 arguments or variables");
    }
    for (const std::string& text : *texts) total += text.size() + 4;
  }
  for (const JobFile& file : job.files) total += file.content.size() + file.name.size() + 16;
  if (job.files.size() > kJobItemsLimit || total > kJobTextLimit) {
    return Error(ErrorCode::exhausted,
                 "what the command is given (arguments, environment, stdin, files) is over 32 MiB: "
                 "let it read large content from a file of its own");
  }
  return success();
}

std::vector<std::uint8_t> encode(const Job& job) {
  WireWriter out;
  out.u32(kMagic);
  out.u32(kJobVersion);
  for (const std::string* text :
       {&job.attempt_id, &job.label, &job.folder, &job.boot_id, &job.pid_namespace, &job.cwd,
        &job.files_folder, &job.cgroup, &job.stdin_bytes}) {
    out.text(*text);
  }
  out.u8(job.has_stdin ? 1 : 0);
  put(out, job.argv);
  put(out, job.environment);
  put(out, job.secrets);
  out.u32(static_cast<std::uint32_t>(job.files.size()));
  for (const JobFile& file : job.files) {
    for (const std::string* text : {&file.variable, &file.name, &file.content}) out.text(*text);
  }
  out.i64(job.deadline_boot_ns);
  out.i64(job.grace_ns);
  out.u64(job.output_cap_bytes);
  out.u8(static_cast<std::uint8_t>(job.leftovers));
  return out.take();
}

Result<Job> decode_job(std::span<const std::uint8_t> bytes) {
  WireReader in(bytes);
  const bool is_ours = in.u32() == kMagic && in.u32() == kJobVersion;
  if (!is_ours) return Error(ErrorCode::corrupt, "these bytes are not a job of this version");
  Job job;
  for (std::string* text :
       {&job.attempt_id, &job.label, &job.folder, &job.boot_id, &job.pid_namespace, &job.cwd,
        &job.files_folder, &job.cgroup, &job.stdin_bytes}) {
    *text = in.text(kJobTextLimit);
  }
  job.has_stdin = in.u8() != 0;
  job.argv = get_texts(in);
  job.environment = get_texts(in);
  job.secrets = get_texts(in);
  const std::uint32_t files = in.count(kJobItemsLimit);
  for (std::uint32_t i = 0; i < files && in.is_good(); ++i) {
    JobFile& file = job.files.emplace_back();
    for (std::string* text : {&file.variable, &file.name, &file.content}) {
      *text = in.text(kJobTextLimit);
    }
  }
  job.deadline_boot_ns = in.i64();
  job.grace_ns = in.i64();
  job.output_cap_bytes = in.u64();
  const std::uint8_t leftovers = in.u8();
  const bool is_whole =
      in.is_good() && in.is_at_end() && leftovers <= static_cast<std::uint8_t>(Leftovers::fail);
  if (!is_whole) return Error(ErrorCode::corrupt, "the job is damaged");
  job.leftovers = static_cast<Leftovers>(leftovers);
  return job;
}

}  // namespace rung::engine::supervisor

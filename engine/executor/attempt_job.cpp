#include "engine/executor/attempt_job.h"

namespace rung::engine {
namespace {

void add(std::map<std::string, std::string>& variables, const char* name, std::string value) {
  variables.insert_or_assign(name, std::move(value));
}

std::vector<std::string> environment_of(const actions::RunRequest& request,
                                        std::map<std::string, std::string> variables) {
  add(variables, "RUNG_RUN_ID", request.run);
  add(variables, "RUNG_STEP", request.address);
  add(variables, "RUNG_ATTEMPT", std::to_string(request.attempt));
  add(variables, "RUNG_IDEMPOTENCY_KEY", to_string(request.key));
  add(variables, "RUNG_MODE", request.mode);
  std::vector<std::string> environment;
  environment.reserve(variables.size());
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace

actions::RunRequest request_for(Attempt& attempt) {
  actions::RunRequest request;
  request.run = std::move(attempt.run_name);
  request.address = attempt.id.address;
  request.attempt = attempt.id.attempt;
  request.key = attempt.key;
  request.mode = std::move(attempt.mode);
  request.folder = std::move(attempt.folder);
  request.target = std::move(attempt.target);
  request.with = std::move(attempt.with);
  request.secrets = std::move(attempt.secrets);
  request.outputs = std::move(attempt.outputs);
  request.deadline = attempt.deadline;
  request.transaction = std::move(attempt.transaction);
  request.receipt = std::move(attempt.receipt);
  return request;
}

supervisor::Job job_from(const CommandSite& site, const AttemptId& id,
                         const actions::RunRequest& request, actions::CommandLine line) {
  auto job = supervisor::job_for(site.store_folder, site.store, id, site.host);
  job.argv = std::move(line.argv);
  job.environment = environment_of(request, std::move(line.environment));
  job.has_stdin = !line.stdin_text.empty();
  job.stdin_bytes = std::move(line.stdin_text);
  job.cwd = std::move(line.folder);
  for (auto& file : line.files) {
    job.files.push_back({file.variable, file.variable, std::move(file.content)});
  }
  job.deadline_boot_ns = request.deadline.boot.count();
  job.output_cap_bytes = kOutputCapBytes;
  job.secrets = std::move(line.secrets);
  return job;
}

supervisor::Leftovers leftovers_from(const std::string& word) {
  if (word == "kill") return supervisor::Leftovers::kill;
  if (word == "fail") return supervisor::Leftovers::fail;
  return supervisor::Leftovers::allow;
}

}  // namespace rung::engine

#include "tests/campaign/scene.h"

#include "base/json.h"
#include "state/codec.h"
#include "state/owner.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace rung::campaign {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using service::NeedKind;
using service::RunView;
using namespace std::chrono_literals;

constexpr auto kBound = 60s;     // from a crash to the run's end
constexpr auto kLook = 10ms;     // between two looks at the run
constexpr auto kPatience = 2s;   // before the same is said again
constexpr auto kLeftovers = 5s;  // for supervisors that are about to exit

// A tmpfs where there is one: SIGKILL loses nothing of what was written, synced or not.
std::string new_folder() {
  const bool has_memory = ::access("/dev/shm", W_OK | X_OK) == 0;
  std::string name =
      (has_memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "rung-campaign-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  // The folders whose names are parts of failpoints are called the same each time.
  fs::create_directories(name + "/campaign/scene");
  return name + "/campaign/scene";
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Below `folder`, deepest last.
std::vector<std::string> all_below(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    found.push_back(it->path().string());
  }
  return found;
}

}  // namespace

bool Shift::has_reached(const std::string& id) const {
  return std::find(reached.begin(), reached.end(), id) != reached.end();
}

std::string to_string(const Ending& ending) {
  std::string text = ending.status + " " + ending.outputs;
  for (const auto& [address, status] : ending.steps) text += " " + address + "=" + status;
  return text;
}

// Who answers for the run: looks at it again and again, and says what is needed, once for each
// state of the run.
struct Scene::Person {
  explicit Person(const Scene& s, Environment e) : scene(s), environment(std::move(e)) {}

  void look() {
    const auto run = scene.view();
    if (!run) return;
    for (const auto& need : run->needs) answer(*run, need);
  }

  void answer(const RunView& run, const service::Need& need) {
    auto words = words_for(need);
    if (words.empty()) return;
    const auto now = Clock::now();
    auto& said = said_[{need.kind, need.step}];
    if (said.events == run.events && now < said.again) return;
    said = {run.events, now + kPatience};
    words.insert(words.begin(), RUNG_BINARY);
    Program command({words, scene.folder_, environment, scene.talk()});
    if (!command.wait(now + 20s).is_killed) return;
    // The person tries again, in peace.
    was_killed = true;
    said = {};
    environment = scene.environment({});
  }

  std::vector<std::string> words_for(const service::Need& need) const {
    switch (need.kind) {
      case NeedKind::approval: return {"approve", "1", need.step};
      case NeedKind::decision: return {"decide", "1", need.step, "onward"};
      case NeedKind::signal: return {"signal", "1", "ready"};
      case NeedKind::doubt: return resolution(need.step);
      case NeedKind::failure:
      case NeedKind::stuck: return {"retry", "1", need.step};
      case NeedKind::paused: return {"resume", "1", "--timeout", "1s"};
      case NeedKind::engine:
      case NeedKind::room:
      case NeedKind::lock:
      case NeedKind::task:
      case NeedKind::timer:
      case NeedKind::condition:
      case NeedKind::delay:
      case NeedKind::running: break;
    }
    return {};
  }

  // The truth is outside: what the witness saw is done.
  std::vector<std::string> resolution(const std::string& step) const {
    std::vector<std::string> words = {"resolve", "1", step, "--say", "looked", "--as"};
    if (!scene.witness_->has_seen(step)) {
      words.push_back("not-done");
      return words;
    }
    words.push_back("done");
    const auto output = scene.scenario_.outputs.find(step);
    if (output != scene.scenario_.outputs.end()) words.insert(words.end(), {"-s", output->second});
    return words;
  }

  struct Said {
    std::int64_t events = -1;
    Clock::time_point again;
  };
  const Scene& scene;
  Environment environment;
  bool was_killed = false;
  std::map<std::pair<NeedKind, std::string>, Said> said_;
};

Scene::Scene(const Scenario& scenario) : scenario_(scenario), folder_(new_folder()) {
  fs::create_directories(folder_ + "/runtime");
  fs::permissions(folder_ + "/runtime", fs::perms::owner_all);
  std::ofstream(folder_ + "/runbook.yaml") << scenario.yaml;
  place_ = {.path = folder_ + "/state/rung.db", .is_default = false, .rung = "rung"};
  witness_ = std::make_unique<Witness>(folder_ + "/witness");
}

Scene::~Scene() {
  for (const pid_t pid : processes_of(folder_)) ::kill(pid, SIGKILL);
  std::error_code error;
  fs::remove_all(fs::path(folder_).parent_path().parent_path(), error);
}

std::string Scene::talk() const {
  return folder_ + "/talk";
}

Environment Scene::environment(const Faults& faults) const {
  Environment all{{"PATH", "/usr/bin:/bin"},
                  {"HOME", folder_},
                  {"USER", "root"},
                  {"RUNG_STORE", place_.path},
                  {"XDG_RUNTIME_DIR", folder_ + "/runtime"},
                  {"NO_COLOR", "1"},
                  {"TZ", "UTC"},
                  {"RUNG_FAILPOINT_ONCE", record() + ".once"},
                  {"RUNG_FAILPOINT_RECORD", record()}};
  if (!faults.rule.empty()) all["RUNG_FAILPOINT"] = faults.rule;
  return all;
}

std::unique_ptr<Program> Scene::begin_engine(const Environment& environment) const {
  std::vector<std::string> words = {RUNG_BINARY, "resume", "--all", "--wait"};
  if (!has_run()) {
    words = {RUNG_BINARY, "run", "runbook.yaml", "-i", "url=" + witness_->url(), "--wait"};
  }
  return std::make_unique<Program>(Program::Call{words, folder_, environment, talk()});
}

Shift Scene::work(const Faults& faults) {
  std::error_code error;
  fs::remove(record(), error);
  fs::remove(record() + ".once", error);
  const std::string id = faults.rule.substr(0, faults.rule.rfind('='));
  const auto until = Clock::now() + kBound;
  Shift shift;
  const auto engine = begin_engine(environment(faults));
  Person person(*this, environment(faults));
  while (!engine->end() && Clock::now() < until) {
    person.look();
    std::this_thread::sleep_for(kLook);
    shift.reached = lines_of(record());
    if (!faults.takes_both || !shift.has_reached(id)) continue;
    kill_both(*engine);
    shift.was_stopped = true;
    break;
  }
  shift.engine = engine->wait(until);
  shift.was_client_killed = person.was_killed;
  shift.reached = lines_of(record());
  return shift;
}

// The supervisor stands at its failpoint.
void Scene::kill_both(Program& engine) const {
  const auto until = Clock::now() + 5s;
  while (Clock::now() < until) {
    for (const pid_t pid : processes_of(folder_)) {
      if (!is_stopped(pid)) continue;
      engine.kill();
      ::kill(pid, SIGKILL);
      return;
    }
    std::this_thread::sleep_for(1ms);
  }
  ADD_FAILURE() << "no process stands at the failpoint";
}

void Scene::work_for(std::chrono::microseconds time, bool and_supervisors) {
  const auto until = Clock::now() + time;
  const auto engine = begin_engine(environment({}));
  Person person(*this, environment({}));
  while (!engine->end() && Clock::now() < until) {
    person.look();
    std::this_thread::sleep_for(std::min<Clock::duration>(kLook, until - Clock::now()));
  }
  engine->kill();
  if (!and_supervisors) return;
  for (const pid_t pid : processes_of(folder_)) {
    std::error_code error;
    const auto program = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).string();
    if (program.find("rung-step") != std::string::npos) ::kill(pid, SIGKILL);
  }
}

std::optional<std::string> Scene::finish() {
  const auto until = Clock::now() + kBound;
  do {
    const Shift shift = work({});
    if (shift.engine.is_killed) return "an engine did not end within a minute";
    if (is_over()) return std::nullopt;
  } while (Clock::now() < until);
  const auto run = view();
  return "the run did not reach its end within a minute: " +
         (run ? std::string(state::name_of(run->status)) + " " + run->reason : "there is none");
}

// --- what can be seen of the run

std::optional<RunView> Scene::view() const {
  if (::access(place_.path.c_str(), F_OK) != 0) return std::nullopt;
  auto archive = service::Archive::open(place_);
  if (!archive) return std::nullopt;
  auto run = archive.value().view(RunId{1}, {.who = "root", .groups = {}});
  if (!run) return std::nullopt;
  return std::move(run).value();
}

bool Scene::has_run() const {
  return view().has_value();
}

bool Scene::is_over() const {
  const auto run = view();
  return run && run->is_over();
}

Ending Scene::ending() const {
  Ending ending;
  const auto run = view();
  if (!run) return ending;
  ending.status = state::name_of(run->status);
  ending.outputs = to_plain_json(Value(run->outputs));
  for (const auto& step : run->steps) ending.steps[step.address] = name_of(step.status);
  return ending;
}

std::int64_t Scene::doubts() const {
  const auto run = view();
  return run ? run->doubts : 0;
}
std::int64_t Scene::repeated() const {
  const auto run = view();
  return run ? run->repeated : 0;
}

std::string Scene::journal() const {
  std::string text;
  auto archive = service::Archive::open(place_);
  if (!archive) return text;
  auto journal = archive.value().reader().events(RunId{1}, Seq{0}, 10'000);
  if (!journal) return text;
  for (const auto& event : journal.value()) {
    text += event.event.step + "/" + std::string(state::name_of(event.event.payload)) + "\n";
  }
  for (const auto& path : all_below(place_.folder() + "/attempts")) {
    const auto bytes = fs::path(path).filename() == "record" ? text_of(path) : std::string();
    text += path.substr(folder_.size()) + " " +
            (bytes.find_first_not_of('\0') == std::string::npos ? "empty" : "written") + "\n";
  }
  return text;
}

std::optional<std::string> Scene::leftover() const {
  const auto until = Clock::now() + kLeftovers;
  auto processes = processes_of(folder_);
  while (!processes.empty() && Clock::now() < until) {
    std::this_thread::sleep_for(kLook);
    processes = processes_of(folder_);
  }
  if (!processes.empty()) return "process " + std::to_string(processes.front()) + " runs on";
  const auto attempts = all_below(place_.folder() + "/attempts");
  if (!attempts.empty()) return "this was left: " + attempts.front();
  const auto secrets = all_below(folder_ + "/runtime");
  if (!secrets.empty()) return "this was left: " + secrets.front();
  const auto lock = state::OwnerLock::try_take(place_.path, {});
  if (!lock || !lock.value()) return "the lock of the store is held";
  return std::nullopt;
}

std::optional<std::string> Scene::complaint(const Ending& expected) const {
  auto wrong = broken_promise(scenario_, witness_->effects());
  if (const auto reached = ending(); !wrong && reached != expected) {
    wrong = "the end is " + to_string(reached) + "\n  instead of " + to_string(expected);
  }
  if (!wrong) wrong = leftover();
  if (!wrong) return std::nullopt;
  return *wrong + "\nwitness:\n" + text_of(folder_ + "/witness") + "what was said:\n" +
         text_of(talk());
}

}  // namespace rung::campaign

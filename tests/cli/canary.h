#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rung::cli {

// Every text by which a secret may be known: as it is, line by line, and as the usual programs
// encode it. Made without the code under test.
std::vector<std::string> forms_of(const std::string& secret);

// Where forms stand in `text`, one sentence each, with what stands around them.
std::vector<std::string> found_in(const std::string& where, const std::string& text,
                                  const std::vector<std::string>& forms);
// The same of every file below `folder`, read as bytes.
std::vector<std::string> found_below(const std::string& folder,
                                     const std::vector<std::string>& forms);

// Reads the command lines of all processes, again and again until it ends: what `ps` would show to
// any user of the machine.
class ProcessListWatch {
 public:
  explicit ProcessListWatch(std::vector<std::string> forms);
  ~ProcessListWatch();
  ProcessListWatch(const ProcessListWatch&) = delete;
  ProcessListWatch& operator=(const ProcessListWatch&) = delete;

  // Requires: called once. What was seen; and that the watch saw `witness` shows that it looked.
  std::vector<std::string> end();
  bool saw(const std::string& witness);

 private:
  void look();

  const std::vector<std::string> forms_;
  std::atomic<bool> is_over_ = false;
  std::mutex mutex_;
  std::vector<std::string> found_;
  std::string seen_;
  std::thread thread_;
};

}  // namespace rung::cli

#pragma once

#include "base/diagnostic.h"
#include "runbooks/catalog.h"
#include "runbooks/plan.h"

#include <map>
#include <memory>
#include <string>

namespace rung::runbooks {

// The texts that were read, under the names that diagnostics use.
class Sources {
 public:
  void add(std::string file, std::string text) {
    texts_.insert_or_assign(std::move(file), std::move(text));
  }
  std::string_view text_of(const std::string& file) const;
  // For `render`; refers to this object.
  TextOf lookup() const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

// What came of loading a runbook. With an error among the diagnostics there is no plan.
struct Loaded {
  std::shared_ptr<const Plan> plan;
  Diagnostics diagnostics;
  Sources texts;
};

struct LoadOptions {
  bool is_strict = false;        // warnings are errors
  std::string environment = {};  // of the project, as `--env` names it; "" for none
};

// Reads the runbook and the rung.yaml found by walking up from its folder, checks everything at
// once, unfolds and pins. Blocking file I/O on the caller's thread; no exception leaves.
Loaded load_runbook(const std::string& path, const Catalog& catalog, LoadOptions options = {});

// The same from texts in memory, for tests, fuzzing and editors: no file is read but those that
// steps name, from `folder`.
struct RunbookText {
  std::string file = "runbook.yaml";
  std::string text;
  std::string project;  // content of rung.yaml; "" for none
  std::string folder;   // absolute; "": files that steps name are not looked for
};
Loaded load_text(const RunbookText& runbook, const Catalog& catalog, LoadOptions options = {});

}  // namespace rung::runbooks

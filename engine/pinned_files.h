#pragma once

#include "engine/core/decide.h"

namespace rung::engine {

// Looks at the files themselves, under the plan's folder. Blocking reads of at most 64 MiB each,
// right before the step that names them begins.
class FilesOnDisk final : public PinnedFiles {
 public:
  std::string changed(const Plan& plan, const runbooks::Step& step) const override;
};

}  // namespace rung::engine

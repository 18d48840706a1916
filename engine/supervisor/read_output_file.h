#pragma once

#include "base/result.h"
#include "engine/supervisor/record.h"

#include <string>

namespace rung::engine::supervisor {

// What $RUNG_OUTPUT_FILE held when the command ended; later additions of a daemon are cut off.
// exhausted: more than kOutputFileLimit. corrupt, not_found: it is not what it was.
Result<std::string> read_output_file(const std::string& folder, const KeptFile& kept);

}  // namespace rung::engine::supervisor

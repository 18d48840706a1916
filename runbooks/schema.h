#pragma once

#include "runbooks/catalog.h"

#include <string>

namespace rung::runbooks {

enum class SchemaOf : unsigned char { runbook, project, test };

// The JSON Schema (draft-07) of a runbook, of rung.yaml or of test.yaml, for editors; written from
// the tables by which files are read. With a catalog it knows each action's inputs. It accepts
// every file that the loader accepts; what spans several places (references, graphs, files) only
// the loader sees.
std::string json_schema(SchemaOf of = SchemaOf::runbook, const Catalog* catalog = nullptr);

}  // namespace rung::runbooks

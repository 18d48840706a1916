#pragma once

#include "cli/screen/style.h"
#include "service/report/document.h"

#include <string>

namespace rung::cli {

// A report as text: headings, and tables in columns.
std::string document_screen(const Style& style, const service::Document& document);

}  // namespace rung::cli

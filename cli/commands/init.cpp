#include "base/diagnostic.h"
#include "base/durable_file.h"
#include "base/words.h"
#include "cli/command.h"
#include "cli/examples.h"

#include <unistd.h>
#include <algorithm>

namespace rung::cli {
namespace {

std::vector<std::string_view> example_names() {
  std::vector<std::string_view> names;
  for (const ExampleFile& file : example_files()) {
    if (std::find(names.begin(), names.end(), file.example) == names.end())
      names.push_back(file.example);
  }
  return names;
}

ExitCode refuse_example(const std::string& name, const Console& console) {
  const std::string_view meant = nearest(name, example_names());
  return console.refuse(Error(ErrorCode::invalid, "there is no example '" + name +
                                                      "'; there are: " + joined(example_names())),
                        "did you mean:  rung init --example " +
                            std::string(meant.empty() ? example_names().front() : meant));
}

Result<void> write_all(const std::vector<ExampleFile>& files, const std::string& folder) {
  TRY(make_durable_folder(folder));
  for (const ExampleFile& file : files) {
    const std::string path = folder + "/" + std::string(file.file);
    const std::size_t slash = path.rfind('/');
    TRY(make_durable_folder(path.substr(0, slash)));
    TRY(replace_file(path, file.text, file.is_executable ? 0755 : 0644));
  }
  return success();
}

}  // namespace

ExitCode init(const Arguments& arguments, const Console& console) {
  const std::string example = arguments.example.empty() ? "hello" : arguments.example;
  const std::string folder = arguments.file.empty() ? "." : arguments.file;
  std::vector<ExampleFile> files;
  std::vector<std::string_view> names;
  for (const ExampleFile& file : example_files()) {
    if (file.example != example) continue;
    files.push_back(file);
    names.push_back(file.file);
  }
  if (files.empty()) return refuse_example(example, console);
  for (const std::string_view name : names) {
    const std::string path = folder + "/" + std::string(name);
    if (::access(path.c_str(), F_OK) != 0) continue;
    return console.refuse(
        Error(ErrorCode::conflict, path + " is there already, and `rung init` overwrites nothing"),
        "choose another folder:  rung init --example " + example + " FOLDER");
  }
  if (auto written = write_all(files, folder); !written) {
    return console.refuse(std::move(written).error().with_context("while writing into " + folder));
  }
  if (!console.is_table()) {
    Value::List list;
    for (const std::string_view name : names) list.emplace_back(name);
    console.value(Value::Map{{"folder", folder}, {"files", std::move(list)}});
    return ExitCode::succeeded;
  }
  console.out("Created " + joined(names) + ". Nothing runs until you say so.\n");
  console.hint("next: " + (folder == "." ? "" : "cd " + folder + " && ") + "rung plan\n");
  return ExitCode::succeeded;
}

}  // namespace rung::cli

# A source file that holds other files as text, so that the program needs nothing beside itself.
# Called at build time: cmake -DOUTPUT=... -DFOLDER=... -DNAMES=hello/runbook.yaml,... -P EmbedFiles.cmake
set(source "#include \"cli/examples.h\"\n\nnamespace rung::cli {\n\nconst std::vector<ExampleFile>& example_files() {\n")
string(APPEND source "  static const std::vector<ExampleFile> kFiles = {\n")
string(REPLACE "," ";" names "${NAMES}")
foreach(name IN LISTS names)
  string(REGEX REPLACE "^[^/]+/shared/" "shared/" path "${name}")    # what they share goes into each
  file(READ "${FOLDER}/${path}" text)
  string(REGEX MATCH "^[^/]+" example "${name}")
  string(REGEX REPLACE "^[^/]+/(.*)$" "\\1" file "${name}")
  execute_process(COMMAND test -x "${FOLDER}/${path}" RESULT_VARIABLE is_plain)
  set(executable true)
  if(is_plain)
    set(executable false)
  endif()
  string(APPEND source "      {\"${example}\", \"${file}\", ${executable}, R\"RUNG_FILE(${text})RUNG_FILE\"},\n")
endforeach()
string(APPEND source "  };\n  return kFiles;\n}\n\n}  // namespace rung::cli\n")
file(WRITE "${OUTPUT}" "${source}")

# The compiler options that every target of ours shares, and nothing that a third-party header would see.
add_library(rung_options INTERFACE)
target_compile_features(rung_options INTERFACE cxx_std_20)
target_compile_options(rung_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -fno-omit-frame-pointer)
# GCC 12 sees uninitialised and overlapping memory in std::variant and std::string once it inlines them (its
# bugs 105562 and 105651). clang's warnings and the sanitizers look for the real ones.
target_compile_options(rung_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-mismatched-new-delete>)
# No compiler extension has a say in what a header means: the include root is the project root.
target_include_directories(rung_options INTERFACE ${CMAKE_SOURCE_DIR})
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# One library per folder. Sources are listed by the caller; PUBLIC what a public header includes, PRIVATE the rest.
function(rung_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  string(REPLACE "rung_" "" alias ${name})
  add_library(rung::${alias} ALIAS ${name})
  target_link_libraries(${name} PUBLIC rung_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

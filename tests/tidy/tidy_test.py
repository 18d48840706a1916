"""Each rule of tidy.py finds what it looks for, in a small tree made for it."""

import pathlib
import tempfile
import unittest

import tidy


class Rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(setattr, tidy, "ROOT", tidy.ROOT)
        tidy.ROOT = pathlib.Path(folder.name)

    def breaches(self, rule, **tree):
        """What `rule` says of a tree given as path=text, with __ for / and the ending after ___."""
        for name, text in tree.items():
            path = tidy.ROOT / name.replace("___", ".").replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        tidy.files.cache_clear()
        tidy.text.cache_clear()
        return list(tidy.RULES[rule]())

    def finds(self, rule, **tree):
        self.assertEqual(len(self.breaches(rule, **tree)), 1)

    def accepts(self, rule, **tree):
        self.assertEqual(self.breaches(rule, **tree), [])

    def test_an_arrow_that_points_up_is_found(self):
        self.finds("includes", engine__run___h="", base__id___h='#include "engine/run.h"\n')

    def test_an_arrow_that_points_down_is_accepted(self):
        self.accepts("includes", base__id___h="", engine__run___h='#include "base/id.h"\n')

    def test_the_core_has_a_matrix_of_its_own(self):
        self.finds("includes", state__store___h="", engine__core__decide___h='#include "state/store.h"\n')

    def test_an_include_that_is_no_file_is_found(self):
        self.finds("includes", base__id___h='#include "id.h"\n')

    def test_a_third_party_header_outside_its_folder_is_found(self):
        self.finds("third_party", cli__main___cpp="#include <sqlite3.h>\n")

    def test_a_third_party_header_in_a_header_of_its_folder_is_found(self):
        self.finds("third_party", state__db___h="#include <sqlite3.h>\n")

    def test_a_third_party_header_of_no_list_is_found(self):
        self.finds("third_party", cli__main___cpp="#include <fmt/core.h>\n")

    def test_standard_and_platform_headers_are_accepted(self):
        self.accepts("third_party", cli__main___cpp="#include <vector>\n#include <sys/stat.h>\n")

    def test_a_thread_in_the_core_is_found(self):
        self.finds("pure_core", engine__core__apply___cpp="#include <thread>\n")

    def test_a_cpp_that_does_not_begin_with_its_header_is_found(self):
        self.finds("own_header_first", base__id___h="", base__id___cpp='#include <map>\n#include "base/id.h"\n')

    def test_a_header_without_pragma_once_is_found(self):
        self.finds("pragma_once", base__id___h="int f();\n")

    def test_a_file_over_the_cap_is_found(self):
        self.finds("file_size", base__id___cpp="\n" * 801)

    def function(self, before="", head="int f(int a)", lines=70):
        return f"namespace rung {{\n{before}{head} {{\n" + "  g();\n" * lines + "}\n}\n"

    def test_a_long_function_is_found(self):
        self.finds("function_size", base__id___cpp=self.function())

    def test_a_long_method_is_found(self):
        code = "class A {\n public:\n  void f() const {\n" + "g({1}, '{');\n" * 70 + "}\n};\n"
        self.finds("function_size", base__id___h=code)

    def test_a_long_function_is_found_after_braces_in_strings_and_comments(self):
        self.finds("function_size", base__id___cpp='auto a = "{{";  // {\nauto b = R"({)";\n' + self.function())

    def test_a_long_function_with_an_initialiser_list_is_found(self):
        self.finds("function_size", base__id___cpp=self.function(head="A::A(int a) : b_{a}, c_(a)"))

    def test_a_long_function_with_a_reason_is_accepted(self):
        self.accepts("function_size", base__id___cpp=self.function(before="// long: a flat switch.\n"))

    def test_short_functions_in_a_long_namespace_are_accepted(self):
        self.accepts("function_size", base__id___cpp="namespace {\n" + "int f() {\n  return 1;\n}\n" * 60 + "}\n")

    def test_a_long_table_is_accepted(self):
        self.accepts("function_size", base__id___cpp="constexpr int k[] = {\n" + "f(1),\n" * 100 + "};\n")

    def test_a_folder_without_an_idea_is_found(self):
        self.finds("names", base__util__x___h="")

    def test_a_stray_entry_at_the_top_is_found(self):
        self.finds("top_level", notes___txt="")

    def test_left_overs_are_found(self):
        self.finds("left_overs", base__id___cpp="// TO" "DO: more\n")

    def test_machine_paths_are_found(self):
        self.finds("machine_paths", docs__a___md="see /ho" "me/ana/rung\n")

    def test_registry_hosts_are_found(self):
        self.finds("registries", cmake__get___cmake="https://reg" "istry.example.org/simple\n")

    def test_a_test_that_no_list_names_is_found(self):
        self.finds("tests_registered", tests__base__CMakeLists___txt="rung_test(base SOURCES a_test.cpp)\n",
                   tests__base__a_test___cpp="", tests__base__b_test___cpp="")

    def test_a_link_to_nowhere_is_found(self):
        self.finds("docs_links", docs__a___md="[b](b.md)\n")

    def test_a_link_to_a_heading_that_is_not_there_is_found(self):
        self.finds("docs_links", docs__a___md="[b](b.md#two)\n", docs__b___md="# One\n")

    def test_links_that_lead_somewhere_are_accepted(self):
        self.accepts("docs_links", docs__a___md="[b](b.md#one-thing) [w](https://x.org)\n",
                     docs__b___md="# One thing\n")


if __name__ == "__main__":
    unittest.main()

"""Rules about the tree that no compiler checks. `tidy.py RULE` prints each breach with its cure.

The rules' data is at the top: who may include whom, sizes, names. docs/style.md gives the reasons.
"""

import functools
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest knows as "could not be checked here"

# ---- Data ------------------------------------------------------------------------------------

# Which project headers each folder may include besides its own. A pattern is a path in which `*`
# stands for anything. The longest folder name that fits a file decides.
MAY_INCLUDE = {
    "base": [],
    "scripting": ["base/*"],
    "state": ["base/*"],
    "runbooks": [
        "base/*", "scripting/evaluator.h", "scripting/lua_evaluator.h", "scripting/program.h",
        "scripting/script.h",
    ],
    "actions": ["base/*"],
    "engine/core": [
        "base/*", "runbooks/http_words.h", "runbooks/inputs.h", "runbooks/plan.h",
        "runbooks/template.h", "state/event.h", "state/lock.h",
        "state/run_summary.h",
        "scripting/evaluator.h", "scripting/script.h",
    ],
    "engine/supervisor": ["base/*", "engine/executor.h"],
    "engine": [
        "base/*", "runbooks/plan.h", "runbooks/secret_names.h", "runbooks/template.h", "scripting/evaluator.h",
        "actions/action.h", "actions/registry.h", "actions/secrets.h",
        "state/event.h", "state/freeze.h", "state/lock.h", "state/run_summary.h", "state/codec.h", "state/owner.h", "state/reader.h", "state/store.h",
    ],
    "service": ["base/*", "runbooks/*", "scripting/*", "state/*", "actions/*", "engine/*"],
    "cli": ["base/*", "runbooks/*", "service/*"],
    "tests": ["*"],
}

# engine/core sees no time, no I/O and no threads: the standard headers it must not name.
NOT_IN_CORE = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "random",
    "fstream", "iostream", "filesystem", "cstdio", "ctime",
}

# Each third-party header, by its beginning, and the files that may include it.
THIRD_PARTY = {
    "boost/outcome/": ["base/result.h"],
    "boost/json": ["base/*.cpp", "service/*.cpp", "tests/*"],
    "boost/asio/awaitable.hpp": ["base/async.h", "engine/*", "actions/*", "service/*", "tests/*"],
    "boost/asio": ["engine/*", "actions/*", "service/*", "tests/*"],
    "boost/system": ["engine/*", "actions/*", "service/*", "tests/*"],
    "date/": ["runbooks/calendar.cpp", "service/calendar.cpp"],
    "yaml-cpp/": ["runbooks/*.cpp"],
    "lua": ["scripting/*.cpp"],
    "lauxlib.h": ["scripting/*.cpp"],
    "sqlite3": ["state/*.cpp", "tests/state/*", "tests/bench/*"],
    "curl/": ["actions/http/*"],  # internal headers too: the function table has its types
    "libpq-fe.h": ["actions/postgres/*"],
    "mysql.h": ["actions/mysql/*"],
    "openssl/": ["base/hash.cpp", "tests/actions/*"],
    "CLI/": ["cli/*.cpp"],
    "gtest/": ["tests/*"],
    "gmock/": ["tests/*"],
    "rapidcheck": ["tests/*"],
}

STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal
cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution
filesystem format forward_list fstream functional future initializer_list iomanip ios iosfwd iostream
istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric
optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex
source_location span sstream stack stdexcept stop_token streambuf string string_view syncstream
system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
variant vector version cxxabi.h
""".split())

# The C library and the kernel.
PLATFORM = re.compile(
    r"(sys|linux|arpa|netinet|net|asm|bits)/.+"
    r"|(dirent|dlfcn|elf|err|errno|fcntl|ftw|getopt|glob|grp|ifaddrs|inttypes|limits|link|locale"
    r"|malloc|mntent|netdb|paths|poll|pthread|pty|pwd|sched|setjmp|signal|spawn|stdalign|stdarg"
    r"|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|syscall|sysexits|syslog"
    r"|termios|time|uchar|ucontext|unistd|utmp|wait|wchar)\.h")

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "CHANGELOG.md",
    "CONTRIBUTING.md", "SECURITY.md", "dev", "packaging", "cmake", "base", "engine", "runbooks",
    "actions", "scripting", "state", "service", "cli", "tests", "examples", "docs",
}

FILE_LINES = 800
FUNCTION_LINES = 70
FOLDER_NAMES = {"util", "utils", "common", "helper", "helpers", "misc"}

# Written in pieces, so that this file keeps its own rules.
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?:^|[^.\w/-])/(?:home|root|work|farm|Users)/[A-Za-z]")
REGISTRY = re.compile(
    r"\b((?:registry|deb|security|proxy|index)\.[\w-]+\.(?:org|com|io|net)"
    r"|[\w.-]*(?:artifactory|nexus|verdaccio)[\w-]*\.[\w.-]+)\b")

# ---- The tree --------------------------------------------------------------------------------


@functools.cache
def files():
    """Every file of the tree, as paths from its root: what git knows or would add."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        names = sorted(set(filter(None, listed.stdout.split("\0"))))
        return [name for name in names if (ROOT / name).is_file()]
    found = []  # An unpacked release, without git.
    for path in ROOT.rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and not name.startswith(("build/", ".git/", ".cache/")):
            found.append(name)
    return sorted(found)


def sources(*endings):
    return [name for name in files() if name.endswith(endings or (".h", ".cpp", ".c"))]


@functools.cache
def text(name):
    """The text of a file; empty for one that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def fits(name, patterns):
    return any(re.fullmatch(".*".join(map(re.escape, p.split("*"))), name) for p in patterns)


def search_lines(pattern, cure, but=()):
    for name in files():
        if not fits(name, but):
            for number, line in enumerate(text(name).splitlines(), 1):
                if found := pattern.search(line):
                    yield f"{name}:{number}: '{found.group().strip()}': {cure}"


# ---- Includes --------------------------------------------------------------------------------

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def includes(name):
    """(line, header, is quoted) of each #include of a file."""
    for found in INCLUDE.finditer(text(name)):
        yield text(name).count("\n", 0, found.start(2)) + 1, found.group(2), found.group(1) == '"'


def folder_of(name):
    """The entry of MAY_INCLUDE that governs a file."""
    governing = [folder for folder in MAY_INCLUDE if name.startswith(folder + "/")]
    return max(governing, key=len, default=None)


def rule_includes():
    """Who may include whom: the arrows of docs/architecture.md point down only."""
    for name in sources():
        folder = folder_of(name)
        if folder is None:
            continue
        for line, header, quoted in includes(name):
            if not quoted:
                continue
            at = f"{name}:{line}: "
            if not (ROOT / header).is_file():
                if not header.startswith("generated/"):
                    yield at + f'"{header}" is no file: write the path from the root of the project'
            elif not header.startswith(folder + "/") and not fits(header, MAY_INCLUDE[folder]):
                yield at + (f'{folder}/ may not include "{header}": move a value type down, or pass an '
                            "interface in; the matrix is MAY_INCLUDE in tests/tidy/tidy.py")


def rule_third_party():
    """Third-party headers stay in the folder that owns them."""
    for name in sources():
        for line, header, quoted in includes(name):
            if quoted or header in STANDARD or PLATFORM.fullmatch(header):
                continue
            owners = [p for p in THIRD_PARTY if header.startswith(p)]
            at = f"{name}:{line}: <{header}> "
            if not owners:
                yield at + ("is in no list: enter it in THIRD_PARTY (tests/tidy/tidy.py) with the one "
                            "folder that owns it")
            elif not fits(name, THIRD_PARTY[max(owners, key=len)]):
                allowed = ", ".join(THIRD_PARTY[max(owners, key=len)])
                yield at + f"belongs to {allowed}: hide it behind a type of ours there"


def rule_pure_core():
    """engine/core: data in, data out."""
    for name in sources():
        if name.startswith("engine/core/"):
            for line, header, quoted in includes(name):
                if not quoted and (header in NOT_IN_CORE or header not in STANDARD):
                    yield (f"{name}:{line}: <{header}> in engine/core: time, I/O and randomness enter "
                           "as values; do it in engine/")


def rule_own_header_first():
    """X.cpp includes X.h first: so each header is known to stand by itself."""
    for name in sources(".cpp"):
        header = name.removesuffix(".cpp") + ".h"
        first = next(includes(name), None)
        if (ROOT / header).is_file() and first and first[1] != header:
            yield f'{name}:{first[0]}: write #include "{header}" before all others'


def rule_pragma_once():
    for name in sources(".h"):
        if "#pragma once" not in text(name).splitlines()[:3]:
            yield f"{name}:1: begin the header with #pragma once"


# ---- Sizes -----------------------------------------------------------------------------------


def rule_file_size():
    for name in sources(".h", ".cpp", ".c", ".py", ".lua", ".sh", ".js", "dev"):
        lines = text(name).count("\n")
        if lines > FILE_LINES:
            yield f"{name}: {lines} lines, at most {FILE_LINES}: it holds more than one idea; split it"


def blanked(code):
    """The code with comments, strings and preprocessor lines turned to spaces, line by line kept."""
    pattern = re.compile(
        r'R"([^(\s]*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\''
        r"|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)


def functions(code):
    """(first line, last line) of each function body found by its braces. Rough, and good enough."""
    code = blanked(code)
    stack, start = [], 0
    for at, mark in ((m.start(), m.group()) for m in re.finditer("[{};]", code)):
        if mark == "{":
            before = code[start:at]
            outer = stack[-1][0] if stack else "scope"
            if outer != "scope":
                kind = "block"
            elif re.search(r"\b(namespace|extern)\b", before) or not before.strip():
                kind = "scope"
            elif ")" in before and not re.search(r"=\s*$", before):
                kind = "function"
            elif re.search(r"\b(class|struct|union)\b", before):
                kind = "scope"
            else:
                kind = "block"
            stack.append((kind, start + len(before) - len(before.lstrip())))
        elif mark == "}" and stack:
            kind, begun = stack.pop()
            if kind == "function":
                yield code.count("\n", 0, begun) + 1, code.count("\n", 0, at) + 1
        start = at + 1


def rule_function_size():
    for name in sources():
        lines = text(name).splitlines()
        for first, last in functions(text(name)):
            noted = first > 1 and re.match(r"\s*// long: \w", lines[first - 2])
            if last - first + 1 > FUNCTION_LINES and not noted:
                yield (f"{name}:{first}: a function of {last - first + 1} lines, at most {FUNCTION_LINES}: let "
                       "it decide and its children compute; for a table or a flat switch write "
                       "`// long: why` on the line before it")


# ---- Names, left-overs, tests, docs -----------------------------------------------------------


def rule_names():
    for name in files():
        path = pathlib.PurePosixPath(name)
        if FOLDER_NAMES & set(path.parts[:-1]) or path.stem in FOLDER_NAMES:
            yield f"{name}: says nothing of what is inside: name it by its one idea"


def rule_top_level():
    for entry in sorted({name.split("/")[0] for name in files()}):
        if not entry.startswith(".") and entry not in TOP_LEVEL:
            yield f"{entry}: is not part of the layout (CONTRIBUTING.md): move it into a folder"


def rule_left_overs():
    return search_lines(LEFT_OVER, "do it now, or open an issue and say here what is true today")


def rule_machine_paths():
    return search_lines(MACHINE_PATH, "exists on one machine only: derive it, or use a temporary folder")


def rule_registries():
    return search_lines(REGISTRY, "nothing is fetched but Debian packages, by apt and its own settings")


def rule_tests_registered():
    """A test that ctest does not know does not exist."""
    for name in sources("_test.cpp", "_fuzz.cpp"):
        folder = pathlib.PurePosixPath(name).parent
        if folder.parts[0] != "tests":
            yield f"{name}: tests live in tests/<folder>/"
            continue
        lists = [p / "CMakeLists.txt" for p in (folder, *folder.parents) if len(p.parts) > 1]
        named = {str(pathlib.PurePosixPath(name).relative_to(p.parent)) for p in lists}
        words = {w for p in lists if (ROOT / p).is_file() for w in re.split(r"[\s()]+", text(str(p)))}
        if not named & words:
            yield f"{name}: name it in {lists[0]}, or it never runs"


def anchors(name):
    for heading in re.findall(r"^#+\s+(.+?)\s*$", re.sub(r"```.*?```", "", text(name), flags=re.S), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def rule_docs_links():
    for name in sources(".md"):
        prose = re.sub(r"```.*?```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m.group()),
                       text(name), flags=re.S)
        for found in re.finditer(r"\]\(([^()\s]+)\)", prose):
            target, _, anchor = found.group(1).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            at = f"{name}:{prose.count(chr(10), 0, found.start()) + 1}: "
            path = (ROOT / name).parent / target if target else ROOT / name
            if not path.exists():
                yield at + f"links to {target}, which is not there"
            elif anchor and path.suffix == ".md":
                if anchor not in anchors(path.resolve().relative_to(ROOT).as_posix()):
                    yield at + f"{target or name} has no heading #{anchor}"


def rule_format():
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = program and subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    if not version or "version 14." not in version:
        print("clang-format 14 is not here (apt-get install clang-format)")
        sys.exit(SKIPPED)
    checked = subprocess.run([program, "--dry-run", "--Werror", *sources()], cwd=ROOT,
                             capture_output=True, text=True)
    badly = re.findall(r"^(?:\./)?(\S+?):\d+:\d+: error:", checked.stderr, re.M)
    for name in sorted({str(pathlib.Path(n)) for n in badly}):
        yield f"{name}: run  clang-format -i {name}"


# ---- Running ---------------------------------------------------------------------------------

RULES = {name.removeprefix("rule_"): rule for name, rule in globals().items() if name.startswith("rule_")}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(RULES))
        return 0
    if not arguments or set(arguments) - set(RULES):
        print(f"usage: tidy.py --list | RULE...   rules: {' '.join(RULES)}", file=sys.stderr)
        return 2
    breaches = [breach for rule in arguments for breach in RULES[rule]()]
    print("\n".join(breaches))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

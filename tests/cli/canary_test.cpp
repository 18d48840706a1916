// A project with secrets that its commands and servers give away in every form they can. Whatever
// Rung then keeps, prints or starts is searched for them.
#include "tests/cli/canary.h"
#include "scripting/function.h"
#include "tests/actions/http_server.h"
#include "tests/cli/rung_process.h"

#include <gmock/gmock.h>

#include <signal.h>

namespace rung::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kToken = "zEbra-7/Qx+9 w&k?\"Rv\\1\xC3\xB1=env%41;";
const std::string kKeyFile = "zebra-File-line-0ne-4711\n  zebra-File-line-Tw0-4712\n";

// What each function of the language takes to work on the token; the rest works on any value.
const std::map<std::string_view, std::string>& special_calls() {
  static const std::map<std::string_view, std::string> kCalls = {
      {"avg", "avg({len(secrets.token), 5000000})"},
      {"abs", "abs(len(secrets.token) * 100003)"},
      {"all", "all({secrets.token == 'x'})"},
      {"any", "any({secrets.token == 'x'})"},
      {"bool", "bool(string(secrets.token == 'x'))"},
      {"capture", "capture(secrets.token, 'z(.+)')"},
      {"ceil", "ceil(len(secrets.token) / 2)"},
      {"contains", "contains(secrets.token, 'x')"},
      {"default", "default(secrets.token, 'x')"},
      {"duration", "duration(len(secrets.token) .. 's')"},
      {"ends_with", "ends_with(secrets.token, 'x')"},
      {"first", "first({secrets.token})"},
      {"floor", "floor(len(secrets.token) / 2)"},
      {"format", "format('<%s>', secrets.token)"},
      {"format_time", "format_time(run.created_at, '%F') .. secrets.token"},
      {"get", "get({a = secrets.token}, 'a', 'x')"},
      {"int", "int(string(len(secrets.token)))"},
      {"join", "join({'a', secrets.token}, ',')"},
      {"json", "json({secrets.token})"},
      {"keys", "join(keys({[secrets.token] = 1}), ',')"},
      {"last", "last({'a', secrets.token})"},
      {"matches", "matches(secrets.token, '^z')"},
      {"max", "max('a', secrets.token)"},
      {"min", "min('zz', secrets.token)"},
      {"number", "number(string(len(secrets.token)))"},
      {"p50", "p50({len(secrets.token), 5000000})"},
      {"p90", "p90({len(secrets.token), 5000000})"},
      {"p95", "p95({len(secrets.token), 5000000})"},
      {"p99", "p99({len(secrets.token), 5000000})"},
      {"parse_json", "parse_json(json({secrets.token}))[1]"},
      {"percent", "percent(len(secrets.token))"},
      {"percentile", "percentile({len(secrets.token), 5000000}, 50)"},
      {"pluck", "pluck({ {a = secrets.token} }, 'a')[1]"},
      {"replace", "replace(secrets.token, 'Q', 'QQ')"},
      {"round", "round(len(secrets.token) / 3)"},
      {"size", "size(len(secrets.token) .. 'MB')"},
      {"sort", "sort({secrets.token, 'a'})"},
      {"split", "split(secrets.token, ' ')[1]"},
      {"starts_with", "starts_with(secrets.token, 'z')"},
      {"sub", "sub(secrets.token, 1, 20)"},
      {"sum", "sum({len(secrets.token), 5000000})"},
      {"time", "time('2026-03-27T03:13:20Z') + duration(len(secrets.token) .. 's')"},
      {"unique", "unique({secrets.token})"},
      {"values", "values({a = secrets.token})[1]"},
  };
  return kCalls;
}

std::string every_function_in_env() {
  std::string lines;
  for (const auto& function : scripting::functions()) {
    const auto special = special_calls().find(function.name);
    const std::string call = special != special_calls().end()
                                 ? special->second
                                 : std::string(function.name) + "(secrets.token)";
    lines += "      F_" + std::string(function.name) + ": |-\n        {{ " + call + " }}\n";
  }
  return lines;
}

// Prints $1, the name of a variable, in every form that a shell makes.
constexpr std::string_view kGiveAway = R"sh(
give_away() {
  v="${!1}"
  printf '%s\n' "$v"; echo "pass=$v;"
  printf %s "$v" | base64 -w0; echo
  printf %s "$v" | base64 -w0 | tr '+/' '-_' | tr -d =; echo
  printf 'u:%s' "$v" | base64 -w 16
  printf 'user:%s\n' "$v" | base64
  printf %s "$v" | od -An -v -tx1; printf %s "$v" | od -An -v -tx1 | tr -d ' \n'; echo
  hex="$(printf %s "$v" | od -An -v -tx1 | tr -d '\n')"
  echo "${hex// /%}"; echo "${hex^^}" | tr ' ' '%'
  u="${v//%/%25}"; u="${u//+/%2B}"; u="${u// /+}"; u="${u//\//%2F}"; u="${u//&/%26}"; u="${u//\"/%22}"; echo "$u"
  j="${v//\\/\\\\}"; j="${j//\"/\\\"}"; printf '{"k": "%s"}\n' "$j"
  printf '%q\n' "$v"
  for ((i = 0; i < ${#v}; ++i)); do printf %s "${v:i:1}"; sleep 0.002; done; echo
}
)sh";

std::string indented(std::string_view script) {
  std::string out = "      ";
  for (const char c : script) out += c == '\n' ? "\n      " : std::string(1, c);
  return out + "\n";
}

class CanaryTest : public testing::Test {
 protected:
  CanaryTest() {
    box.set("CANARY", kToken);
    box.write("key.txt", kKeyFile);
    box.write("rung.yaml",
              "rung: v1\nproject: zoo\nsecrets:\n  token: {env: CANARY}\n  key: {file: " +
                  box.folder() + "/key.txt}\n");
    for (const std::string& secret : {kToken, kKeyFile, kKeyFile.substr(0, kKeyFile.size() - 1)}) {
      for (auto& form : forms_of(secret)) forms.push_back(std::move(form));
    }
  }

  void expect_nothing_kept() {
    EXPECT_THAT(found_below(box.folder() + "/state", forms), IsEmpty());
  }
  void expect_nothing_in(const std::string& what, const Ended& ended) {
    EXPECT_THAT(found_in(what, ended.out + ended.err, forms), IsEmpty());
  }
  void expect_nothing_shown() {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"show", "1"},
                                               {"show", "1", "-o", "json"},
                                               {"show", "1", "-o", "yaml"},
                                               {"logs", "1"},
                                               {"logs", "1", "-o", "json"},
                                               {"why", "1"},
                                               {"why", "1", "-o", "json"},
                                               {"report", "1"},
                                               {"report", "1", "--format", "html"},
                                               {"report", "1", "-o", "json"},
                                               {"graph", "1"},
                                               {"graph", "1", "--format", "dot"},
                                               {"ls", "--all", "-o", "json"},
                                               {"watch", "1", "-o", "json", "--timeout", "1s"},
                                               {"plan", "zoo.yaml"},
                                               {"plan", "zoo.yaml", "-o", "json"},
                                               {"validate", "zoo.yaml"},
                                               {"doctor"}}) {
      expect_nothing_in(testing::PrintToString(words), box.rung(words));
    }
  }

  Sandbox box;
  std::vector<std::string> forms;
};

TEST_F(CanaryTest, TheSearchFindsEachForm) {
  const Ended ended = box.shell(std::string(kGiveAway) + "give_away CANARY");
  EXPECT_GE(found_in("the shell", ended.out, forms).size(), 8U) << ended.out << ended.err;
}

TEST_F(CanaryTest, NoSecretLeavesThroughAnythingThatCommandsPrint) {
  box.write(
      "zoo.yaml",
      "rung: v1\nname: zoo\non_failure: fail\nsteps:\n"
      "  - id: in_env\n    env:\n      TOKEN: \"{{ secrets.token }}\"\n" +
          every_function_in_env() +
          "    outputs: {plain: string, b64: string, back: string}\n    in_doubt: retry\n"
          "    undo: none\n    shell: |\n" +
          indented(kGiveAway) + indented(R"sh(
give_away TOKEN; give_away TOKEN >&2; env; env | base64; env | base64 >&2; sleep 0.3
echo "plain=$TOKEN" >> "$RUNG_OUTPUT_FILE"
echo "b64=$(printf %s "$TOKEN" | base64 -w0)" >> "$RUNG_OUTPUT_FILE"
echo "back=$F_upper" >> "$RUNG_OUTPUT_FILE")sh") +
          "  - id: in_files\n    files: {KEY: \"{{ secrets.key }}\"}\n    in_doubt: retry\n"
          "    undo: none\n    shell: |\n" +
          indented(R"sh(
cat "$KEY"; base64 "$KEY"; base64 -w 20 "$KEY" >&2; od -An -tx1 "$KEY"
while read -r line; do echo "> $line"; done < "$KEY")sh") +
          "  - id: in_stdin\n    stdin: {deep: [\"{{ secrets.token }}\"]}\n    in_doubt: retry\n"
          "    undo: none\n    command: [cat]\n"
          "  - {id: after, set: {copy: \"{{ steps.in_env.plain .. steps.in_env.b64 }}\"}}\n"
          "  - id: fails\n    env: {TOKEN: \"{{ secrets.token }}\"}\n    in_doubt: retry\n"
          "    undo: none\n    shell: |\n" +
          indented(kGiveAway) + indented("give_away TOKEN >&2; exit 3"));
  ProcessListWatch watch(forms);
  const Ended ended = box.rung({"run", "zoo.yaml", "-o", "json"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("exited with 3")) << ended.err;
  expect_nothing_in("rung run", ended);
  EXPECT_TRUE(watch.saw("rung-step"));
  EXPECT_THAT(watch.end(), IsEmpty());
  expect_nothing_kept();
  expect_nothing_shown();
}

TEST_F(CanaryTest, NoSecretLeavesThroughWhatAServerSendsBack) {
  test::HttpServer server([](const test::ReceivedRequest& request, test::ServerConnection& to) {
    std::string echo = "{\"target\": \"" + request.target + "\"}\n" + request.body + "\n";
    for (const auto& [name, value] : request.headers) echo += name + ": " + value + "\n";
    const bool is_refused = request.target.find("refuse") != std::string::npos;
    const std::string type =
        request.target.find("json") != std::string::npos ? "application/json" : "text/plain";
    if (type != "text/plain") echo = request.body;
    to.send("HTTP/1.1 " + std::string(is_refused ? "500 No" : "200 OK") +
            "\r\nX-Echo: " + request.target + "\r\nContent-Type: " + type +
            "\r\nContent-Length: " + std::to_string(echo.size()) + "\r\n\r\n" + echo);
    return true;
  });
  const std::string with = R"(
      query: {q: "{{ secrets.token }}"}
      headers: {Authorization: "Basic {{ base64('u:' .. secrets.token) }}", X-Key: "{{ url_encode(secrets.token) }}"}
)";
  const std::string body =
      "      body: {k: \"{{ secrets.token }}\", \"n\": [\"{{ secrets.key }}\"], raw: "
      "\"{{ base64(secrets.key) }}\"}\n";
  box.write("zoo.yaml",
            "rung: v1\nname: zoo\non_failure: fail\nsteps:\n"
            "  - id: echo\n    undo: none\n    in_doubt: retry\n    uses: http.post\n    with:\n   "
            "   url: " +
                server.url("/echo") + with + body +
                "  - id: json\n    undo: none\n    in_doubt: retry\n    uses: http.post\n    "
                "with:\n      url: " +
                server.url("/json") + with + body +
                "  - id: form\n    undo: none\n    in_doubt: retry\n    uses: http.post\n    "
                "with:\n      url: " +
                server.url("/form/{{ secrets.token }}") + with +
                "      form: {a: \"{{ secrets.token }}\"}\n"
                "  - id: refused\n    undo: none\n    in_doubt: retry\n    uses: http.post\n    "
                "with:\n      url: " +
                server.url("/refuse") + with + body +
                "    retry: {attempts: 2, delay: 10ms, errors: [unavailable]}\n");
  const Ended ended = box.rung({"run", "zoo.yaml", "-o", "json"});
  EXPECT_EQ(ended.code, 1) << ended.err << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("the reply is 500")) << ended.err;
  EXPECT_GE(server.requests().size(), 4U);
  expect_nothing_in("rung run", ended);
  expect_nothing_kept();
  expect_nothing_shown();
}

TEST_F(CanaryTest, NoSecretIsLeftByAnEngineThatIsKilledHalfWay) {
  box.write("zoo.yaml",
            "rung: v1\nname: zoo\nsteps:\n  - id: half\n    env: {TOKEN: \"{{ secrets.token }}\"}\n"
            "    files: {KEY: \"{{ secrets.key }}\"}\n    outputs: {plain: string}\n"
            "    in_doubt: retry\n    undo: none\n    shell: |\n" +
                indented(kGiveAway) +
                indented("give_away TOKEN; cat \"$KEY\"; base64 \"$KEY\" >&2; echo shown > shown\n"
                         "while [ ! -e go ]; do sleep 0.02; done\n"
                         "echo \"plain=$TOKEN\" >> \"$RUNG_OUTPUT_FILE\"; give_away TOKEN"));
  ProcessListWatch watch(forms);
  Process engine = box.start({"run", "zoo.yaml", "-o", "json"});
  EXPECT_EQ(
      box.shell("for i in $(seq 500); do test -e shown && exit 0; sleep 0.02; done; exit 1").code,
      0);
  ::kill(engine.pid(), SIGKILL);
  expect_nothing_in("the killed engine", engine.wait());
  expect_nothing_kept();
  expect_nothing_shown();
  box.write("go", "");
  // The supervisor ends without an engine; what it leaves is searched before anybody reads it.
  EXPECT_EQ(
      box.shell("for i in $(seq 500); do grep -aq plain= state/rung.db.d/attempts/1/*/output && "
                "! ls -l /proc/[0-9]*/cwd 2> /dev/null | grep -q $PWD/state && exit 0; sleep 0.02; "
                "done; exit 1")
          .code,
      0);
  expect_nothing_kept();
  // What was running needs its secrets no more, and is adopted without them.
  box.set("CANARY", "another since then");
  box.shell("rm key.txt");
  const Ended resumed = box.rung({"resume", "1", "-o", "json"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("\"adopted\": 1"));
  expect_nothing_in("rung resume", resumed);
  EXPECT_THAT(watch.end(), IsEmpty());
  expect_nothing_kept();
  expect_nothing_shown();
}

}  // namespace
}  // namespace rung::cli

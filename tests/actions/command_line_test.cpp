#include "actions/builtin.h"
#include "actions/registry.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace rung::actions {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() { EXPECT_TRUE(register_builtin_actions(registry_)); }

  Result<CommandLine> line(const std::string& action, Value::Map with) {
    RunRequest request;
    request.folder = "/runbooks";
    request.with = std::move(with);
    return registry_.find(action)->command()->command_line(request);
  }
  std::string refusal(const std::string& action, Value::Map with) {
    const auto result = line(action, std::move(with));
    return result ? "accepted" : result.error().message();
  }

  Registry registry_;
};

Value argv(Value::List words) {
  return Value(std::move(words));
}

TEST_F(CommandLineTest, StartsARelativeProgramAtTheRunbooksFolder) {
  const auto made = line("command", {{"argv", argv({"./warm.sh", "--region", "a b"})}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().argv, ElementsAre("/runbooks/./warm.sh", "--region", "a b"));
  EXPECT_EQ(made.value().folder, "/runbooks");
}

TEST_F(CommandLineTest, LeavesABareProgramNameToThePath) {
  const auto made = line("command", {{"argv", argv({"true", 7, Bytes{16'000'000}})}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().argv, ElementsAre("true", "7", "16MB"));
}

TEST_F(CommandLineTest, RefusesASecretArgument) {
  EXPECT_THAT(refusal("command", {{"argv", argv({"login", Value("hunter2").as_secret()})}}),
              HasSubstr("argv[1] holds a secret"));
}

TEST_F(CommandLineTest, RefusesAnArgumentOver128KiB) {
  EXPECT_THAT(refusal("command", {{"argv", argv({"echo", std::string(131072, 'x')})}}),
              HasSubstr("argv[1] is over 128 KiB"));
}

TEST_F(CommandLineTest, RefusesAnArgumentWithANulByte) {
  EXPECT_THAT(refusal("command", {{"argv", argv({"echo", std::string("a\0b", 3)})}}),
              HasSubstr("NUL byte"));
}

TEST_F(CommandLineTest, PassesListsAndMapsInTheEnvironmentAsJson) {
  const Value::Map env = {{"HOSTS", Value(Value::List{"a", "b"})}};
  const auto made = line("command", {{"argv", argv({"true"})}, {"env", Value(env)}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().environment, Contains(Pair("HOSTS", R"(["a","b"])")));
}

TEST_F(CommandLineTest, RevealsASecretInTheEnvironmentAndHasItMasked) {
  const Value::Map env = {{"TOKEN", Value("hunter2").as_secret()}};
  const auto made = line("command", {{"argv", argv({"true"})}, {"env", Value(env)}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().environment, Contains(Pair("TOKEN", "hunter2")));
  EXPECT_THAT(made.value().secrets, ElementsAre("hunter2"));
}

TEST_F(CommandLineTest, RefusesAVariableOver128KiBAndPointsToFiles) {
  const Value::Map env = {{"BIG", std::string(131072, 'x')}};
  EXPECT_THAT(refusal("command", {{"argv", argv({"true"})}, {"env", Value(env)}}),
              HasSubstr("pass it by `stdin:` or `files:`"));
}

TEST_F(CommandLineTest, RefusesTheEnginesOwnVariableNames) {
  const Value::Map env = {{"RUNG_RUN_ID", "1"}};
  EXPECT_THAT(refusal("command", {{"argv", argv({"true"})}, {"env", Value(env)}}),
              HasSubstr("names that begin with RUNG_"));
}

TEST_F(CommandLineTest, RefusesAVariableThatIsNoName) {
  const Value::Map env = {{"A-B", "1"}};
  EXPECT_THAT(refusal("command", {{"argv", argv({"true"})}, {"env", Value(env)}}),
              HasSubstr("env.A-B is no name"));
}

TEST_F(CommandLineTest, InheritsWhereProgramsAreAndNoOtherVariableOfTheEngine) {
  ::setenv("LEAKED_BY_THE_ENGINE", "1", 1);
  const auto made = line("command", {{"argv", argv({"true"})}});
  ::unsetenv("LEAKED_BY_THE_ENGINE");
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().environment, Contains(Pair("PATH", testing::_)));
  EXPECT_THAT(made.value().environment, Not(Contains(Pair("LEAKED_BY_THE_ENGINE", testing::_))));
}

TEST_F(CommandLineTest, StartsARelativeCwdAtTheRunbooksFolder) {
  const auto made = line("command", {{"argv", argv({"./x"})}, {"cwd", "sub"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made.value().folder, "/runbooks/sub");
  EXPECT_THAT(made.value().argv, ElementsAre("/runbooks/./x"));
}

TEST_F(CommandLineTest, KeepsAScriptOutOfTheArguments) {
  const auto made = line("shell", {{"script", "echo my-own-business"}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().argv, Not(Contains(HasSubstr("my-own-business"))));
  ASSERT_EQ(made.value().files.size(), 1U);
  EXPECT_EQ(made.value().files[0].content, "echo my-own-business");
}

TEST_F(CommandLineTest, GivesAnotherInterpreterTheScriptAsItsLastArgument) {
  const auto made = line("shell", {{"script", "print(1)"}, {"interpreter", "python3 -u"}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made.value().argv,
              ElementsAre("sh", "-c", "exec \"$@\" \"$RUNG_SCRIPT\"", "sh", "python3", "-u"));
}

TEST_F(CommandLineTest, ChecksThatAScriptDoesSomething) {
  EXPECT_THAT(registry_.find("shell")->check({{"script", " \n"}}, nullptr),
              ElementsAre(HasSubstr("script is empty")));
}

TEST_F(CommandLineTest, ChecksThatAVariableIsNotGivenTwice) {
  const Value::Map both = {{"A", "1"}};
  const Value::Map with = {{"argv", argv({"true"})}, {"env", Value(both)}, {"files", Value(both)}};
  EXPECT_THAT(registry_.find("command")->check(with, nullptr),
              ElementsAre(HasSubstr("A is given in both env and files")));
}

}  // namespace
}  // namespace rung::actions

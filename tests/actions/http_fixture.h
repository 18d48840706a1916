#pragma once

#include "actions/builtin.h"
#include "base/clock.h"
#include "tests/actions/http_server.h"

#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

namespace rung::test {

// Sends requests by http.request, as an engine would, on a loop of its own.
class HttpTest : public testing::Test {
 protected:
  HttpTest() {
    EXPECT_TRUE(actions::register_builtin_actions(registry_));
    ::setenv("no_proxy", "127.0.0.1,localhost", 1);
  }

  static actions::RunRequest a_request(Value::Map with) {
    static const SystemClock clock;
    actions::RunRequest request;
    request.folder = testing::TempDir();
    request.key.bytes[0] = 9;
    request.with = std::move(with);
    request.clock = &clock;
    return request;
  }

  void start(actions::RunRequest request, boost::asio::cancellation_slot slot = {}) {
    auto work = registry_.find("http.request")->run(std::move(request));
    boost::asio::co_spawn(context_, std::move(work),
                          boost::asio::bind_cancellation_slot(
                              slot, [this](std::exception_ptr failure, Outcome outcome) {
                                EXPECT_EQ(failure, nullptr);
                                outcomes_.push_back(std::move(outcome));
                              }));
  }

  // Runs the loop until so many requests have ended.
  void run_until(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    context_.restart();
    while (outcomes_.size() < count && std::chrono::steady_clock::now() < end) {
      context_.run_one_for(std::chrono::milliseconds(100));
      context_.restart();
    }
    ASSERT_EQ(outcomes_.size(), count) << "requests did not end in time";
  }

  Outcome send(actions::RunRequest request) {
    outcomes_.clear();
    start(std::move(request));
    run_until(1);
    return outcomes_.empty() ? Outcome{} : outcomes_.front();
  }
  Outcome sent(Value::Map with) { return send(a_request(std::move(with))); }

  Value::Map outputs(Value::Map with) {
    const auto outcome = sent(std::move(with));
    const auto* done = std::get_if<Done>(&outcome);
    EXPECT_NE(done, nullptr) << (done == nullptr ? error_of(outcome)->message : "");
    return done == nullptr ? Value::Map{} : done->outputs;
  }

  boost::asio::io_context context_{1};
  actions::Registry registry_;
  std::vector<Outcome> outcomes_;
};

template <class Kind>
ActionError error_in(const Outcome& outcome) {
  const auto* kind = std::get_if<Kind>(&outcome);
  const auto* error = error_of(outcome);
  EXPECT_NE(kind, nullptr) << "outcome " << outcome.index() << ": "
                           << (error == nullptr ? "done" : error->message);
  return kind == nullptr ? ActionError{} : kind->error;
}

}  // namespace rung::test

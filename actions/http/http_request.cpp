#include "actions/http/http_request.h"

#include "actions/conform.h"
#include "actions/http/curl_loop.h"
#include "actions/http/http_connection.h"
#include "actions/http/http_inputs.h"
#include "actions/http/http_outcome.h"
#include "actions/http/redirect.h"
#include "actions/secrets.h"
#include "base/json.h"

#include <boost/asio/this_coro.hpp>

namespace rung::actions {
namespace asio = boost::asio;
namespace {

ActionSpec make_spec(std::string name, const std::string& fixed_method) {
  ActionSpec spec;
  spec.name = std::move(name);
  if (fixed_method.empty()) {
    spec.doc = "Sends an HTTP request and reads the reply.";
    spec.inputs = {{"method",
                    Type::enumeration,
                    FieldKind::data,
                    false,
                    "Default: GET.",
                    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}}};
  } else {
    spec.doc = "Sends an HTTP " + fixed_method + " request and reads the reply.";
  }
  for (auto& field : http_fields()) spec.inputs.push_back(std::move(field));
  spec.outputs = http_outputs();
  spec.target.kinds = {"http"};
  return spec;
}

// What is left until the deadline; zero: no limit. The caller has seen that it has not passed.
Duration left_until_deadline(const RunRequest& request) {
  if (request.deadline == Instant{} || request.clock == nullptr) return Duration::zero();
  return request.deadline.boot - request.clock->now().boot;
}

bool is_past_deadline(const RunRequest& request) {
  return request.deadline != Instant{} && request.clock != nullptr &&
         left_until_deadline(request) <= Duration::zero();
}

NotDone not_sent(ErrorClass error_class, std::string message) {
  return NotDone{{error_class, std::move(message)}};
}

// One use on its way through redirects.
struct Journey {
  RunRequest request;
  HttpUse use;
  HttpExchange exchange;
  bool follows = false;
};

Outcome refused_redirect(const Journey& journey, const HttpReply& reply, std::string why) {
  const ActionError error{ErrorClass::refused, mask(journey.use.shown + ": the reply is " +
                                                        std::to_string(reply.status) + ": " + why,
                                                    journey.use.secrets)};
  if (journey.use.has_acted) return Unknown{error};
  return Failed{error};
}

awaitable<Outcome> travel(Journey journey) {
  auto& use = journey.use;
  const auto executor = co_await asio::this_coro::executor;
  auto& loop = CurlLoop::of(executor);
  const auto begin = std::chrono::steady_clock::now();
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    if (is_past_deadline(journey.request)) {
      ActionError late{ErrorClass::timeout, use.shown + ": the step's timeout passed"};
      if (use.has_acted) co_return Unknown{std::move(late)};
      co_return NotDone{std::move(late)};
    }
    journey.exchange.total_timeout = left_until_deadline(journey.request);
    HttpExchange exchange = journey.exchange;
    HttpReply reply = co_await loop.perform(std::move(exchange));
    use.elapsed = std::chrono::steady_clock::now() - begin;
    if (!journey.follows || !is_redirect(reply)) co_return outcome_of(use, std::move(reply));
    const bool was_acting = use.effect_class != EffectClass::read;
    auto next = redirected(journey.exchange, reply, use.secrets);
    const bool acts_no_more = next && next.value().method == "GET" && was_acting;
    use.has_acted = use.has_acted || (acts_no_more && journey.exchange.method != "GET");
    if (!next) co_return refused_redirect(journey, reply, next.error().message());
    journey.exchange = std::move(next).value();
  }
  ActionError endless{ErrorClass::refused,
                      use.shown + ": more than " + std::to_string(kMaxRedirects) + " redirects"};
  if (use.has_acted) co_return Unknown{std::move(endless)};
  co_return Failed{std::move(endless)};
}

// What is to be sent, and how the reply is judged. invalid: the inputs make no request.
Result<Journey> prepare(const ActionSpec& spec, const std::string& fixed_method,
                        RunRequest request) {
  if (request.target) {
    TRY(request.with, through(*request.target, std::move(request.with)));
  }
  TRY(request.with, conform(spec, std::move(request.with)));
  const auto method = http_method(fixed_method, request.with);
  auto secrets = secret_contents(request.with);
  secrets.insert(secrets.end(), request.secrets.begin(), request.secrets.end());
  auto exchange = exchange_from(method, request);
  if (!exchange) return Error(ErrorCode::invalid, mask(exchange.error().message(), secrets));
  HttpUse use;
  use.shown = mask(request_for_people(method, request.with), secrets);
  use.effect_class = http_effect_class(method, request.with);
  use.expected = expected_statuses(request.with);
  use.secrets = secrets;
  const bool follows = follows_redirects(method, request.with);
  return Journey{std::move(request), std::move(use), std::move(exchange).value(), follows};
}

// The reply that gives these outputs.
HttpReply reply_of(const Value::Map& outputs, int usual_status) {
  HttpReply reply;
  reply.end = HttpEnd::answered;
  reply.was_sent = true;
  reply.status = usual_status;
  const Value all(outputs);
  if (const Value* code = all.member("code"); code != nullptr && code->integer() != nullptr)
    reply.status = static_cast<int>(*code->integer());
  if (const Value* headers = all.member("headers"); headers != nullptr && headers->map() != nullptr)
    for (const auto& [name, value] : *headers->map())
      reply.headers.emplace_back(name, to_text(value));
  if (const Value* json = all.member("json"); json != nullptr && !json->is_null()) {
    reply.body = to_plain_json(*json);
    reply.headers.emplace_back("content-type", "application/json");
  }
  if (const Value* body = all.member("body"); body != nullptr && body->string() != nullptr)
    reply.body = *body->string();
  return reply;
}

}  // namespace

HttpRequest::HttpRequest(std::string name, std::string fixed_method)
    : fixed_method_(std::move(fixed_method)), spec_(make_spec(std::move(name), fixed_method_)) {}

EffectClass HttpRequest::effect_class(const Value::Map& with) const {
  return http_effect_class(http_method(fixed_method_, with), with);
}

std::vector<std::string> HttpRequest::check(const Value::Map& with, const Target* target) const {
  const auto method = http_method(fixed_method_, with);
  if (target == nullptr) return check_http(method, with);
  const auto all = through(*target, with);
  if (!all) return {all.error().message()};
  return check_http(method, all.value());
}

awaitable<Outcome> HttpRequest::run(RunRequest request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto journey = prepare(spec_, fixed_method_, std::move(request));
  if (!journey) co_return not_sent(ErrorClass::invalid, journey.error().message());
  Outcome outcome = co_await travel(std::move(journey).value());
  co_return outcome;
}

Outcome HttpRequest::outcome_of_reply(RunRequest request, const Value::Map& reply) const {
  auto journey = prepare(spec_, fixed_method_, std::move(request));
  if (!journey) return not_sent(ErrorClass::invalid, journey.error().message());
  HttpUse& use = journey.value().use;
  const auto elapsed = reply.find("elapsed");
  if (elapsed != reply.end() && elapsed->second.get_if<Duration>() != nullptr)
    use.elapsed = *elapsed->second.get_if<Duration>();
  return outcome_of(use, reply_of(reply, use.expected.empty() ? 200 : use.expected.front()));
}

}  // namespace rung::actions

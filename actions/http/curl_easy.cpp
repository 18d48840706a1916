#include "actions/http/curl_easy.h"

#include "base/ensure.h"

#include <algorithm>
#include <cctype>

namespace rung::actions {
namespace {

long milliseconds(Duration duration) {
  return static_cast<long>(std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()));
}

HttpEnd end_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HttpEnd::resolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED: return HttpEnd::connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED: return HttpEnd::tls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return HttpEnd::untrusted;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return HttpEnd::invalid;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return HttpEnd::connection_lost;
    case CURLE_OPERATION_TIMEDOUT: return HttpEnd::timeout;
    default: return HttpEnd::other;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

std::string HttpReply::header(std::string_view name) const {
  std::string out;
  for (const auto& [key, value] : headers) {
    if (key == name) out += (out.empty() ? "" : ", ") + value;
  }
  return out;
}

CurlEasy::CurlEasy(const CurlLibrary& curl, HttpExchange exchange)
    : curl_(curl),
      exchange_(std::move(exchange)),
      handle_(curl.easy_init()),
      last_activity_(std::chrono::steady_clock::now()) {
  ENSURE(handle_ != nullptr, "libcurl makes a handle or memory is exhausted");
  set_target();
  set_method_and_body();
  set_headers();
  set_tls();
  set_limits();
}

CurlEasy::~CurlEasy() {
  curl_.easy_cleanup(handle_);
  curl_.slist_free_all(header_lines_);
}

// An option that the installed libcurl does not know is left at its default: all that matter for
// safety are older than the oldest libcurl that loads.
template <class Value>
void CurlEasy::set(CURLoption option, Value value) {
  curl_.easy_setopt(handle_, option, value);
}

void CurlEasy::set_target() {
  set(CURLOPT_URL, exchange_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);  // http.request follows by itself: it knows what is secret
  set(CURLOPT_PATH_AS_IS, 1L);
  const bool is_fresh = exchange_.connection == Connection::must_be_fresh;
  set(CURLOPT_FRESH_CONNECT, is_fresh ? 1L : 0L);
  set(CURLOPT_ERRORBUFFER, error_text_.data());
}

void CurlEasy::set_method_and_body() {
  const bool has_body =
      exchange_.has_body || exchange_.method == "POST" || exchange_.method == "PUT";
  if (has_body) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange_.body.size()));
    set(CURLOPT_POSTFIELDS, exchange_.body.c_str());
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  if (exchange_.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  set(CURLOPT_CUSTOMREQUEST, exchange_.method.c_str());
}

void CurlEasy::set_headers() {
  const auto add = [this](const std::string& line) {
    header_lines_ = curl_.slist_append(header_lines_, line.c_str());
  };
  // Without these two libcurl would wait for "100 Continue", and invent a content type.
  add("Expect:");
  bool has_type = false;
  for (const auto& [name, value] : exchange_.headers) {
    has_type = has_type || lower(name) == "content-type";
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!has_type) add("Content-Type:");
  set(CURLOPT_HTTPHEADER, header_lines_);
  set(CURLOPT_USERAGENT, "rung");
}

void CurlEasy::set_tls() {
  if (!exchange_.ca_file.empty()) set(CURLOPT_CAINFO, exchange_.ca_file.c_str());
  if (!exchange_.client_cert.empty()) set(CURLOPT_SSLCERT, exchange_.client_cert.c_str());
  if (!exchange_.client_key.empty()) set(CURLOPT_SSLKEY, exchange_.client_key.c_str());
}

void CurlEasy::set_limits() {
  set(CURLOPT_NOSIGNAL, 1L);
  // Ending a transfer must not wait for the thread that still resolves its host.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(exchange_.connect_timeout));
  set(CURLOPT_HEADERFUNCTION, &CurlEasy::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlEasy::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &CurlEasy::on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
}

bool CurlEasy::was_sent() const {
  long sent_bytes = 0;
  curl_.easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &sent_bytes);
  return sent_bytes > 0;
}

HttpReply CurlEasy::reply(CURLcode code) {
  reply_.was_sent = was_sent();
  // Ending the transfer at the limit is our own doing, after a status that stands.
  const bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && reply_.is_truncated);
  reply_.end = is_answered ? HttpEnd::answered : end_of(code);
  long status = 0;
  curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  const char* redirect = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) reply_.redirect_url = redirect;
  reply_.why = error_text_[0] != '\0' ? error_text_.data() : curl_.easy_strerror(code);
  return std::move(reply_);
}

HttpReply CurlEasy::reply_at_abort(HttpEnd end, std::string why) {
  reply_.was_sent = was_sent();
  reply_.end = end;
  reply_.why = std::move(why);
  return std::move(reply_);
}

std::size_t CurlEasy::on_header(char* line, std::size_t size, std::size_t count, void* self) {
  static_cast<CurlEasy*>(self)->take_header(std::string_view(line, size * count));
  return size * count;
}

void CurlEasy::take_header(std::string_view line) {
  last_activity_ = std::chrono::steady_clock::now();
  if (line.starts_with("HTTP/")) {  // after a 1xx reply the real one begins
    reply_.headers.clear();
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  reply_.headers.emplace_back(lower(line.substr(0, colon)),
                              std::string(trimmed(line.substr(colon + 1))));
}

std::size_t CurlEasy::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& easy = *static_cast<CurlEasy*>(self);
  easy.last_activity_ = std::chrono::steady_clock::now();
  auto& reply = easy.reply_;
  const auto room = easy.exchange_.limit_bytes - reply.body.size();
  const auto taken = std::min(room, size * count);
  reply.body.append(bytes, taken);
  reply.is_truncated = taken < size * count;
  return taken;
}

int CurlEasy::on_progress(void* self, curl_off_t, curl_off_t came, curl_off_t, curl_off_t gone) {
  auto& easy = *static_cast<CurlEasy*>(self);
  if (came + gone != easy.moved_bytes_) easy.last_activity_ = std::chrono::steady_clock::now();
  easy.moved_bytes_ = came + gone;
  return 0;
}

}  // namespace rung::actions

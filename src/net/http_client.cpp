#include "net/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>
#include <stdexcept>

namespace spm::net {
namespace {

using CurlPtr = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr std::size_t kMaxIdleHandles = 16;
constexpr long kMaxSilentSeconds = 60;  // of a live answer

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

// For messages: without user information and without the query, either of which can hold a secret.
std::string public_url(const std::string& url) {
  const std::string base = url.substr(0, url.find_first_of("?#"));
  const auto scheme = base.find("://");
  const auto start = scheme == std::string::npos ? 0 : scheme + 3;
  const auto path = base.find('/', start);
  const auto at = base.rfind('@', path);
  return at == std::string::npos || at < start ? base : base.substr(0, start) + base.substr(at + 1);
}

// What the callbacks of one exchange fill.
struct Exchange {
  HttpAnswer answer;
  std::size_t max_bytes = 0;
  bool too_large = false;
  CURL* handle = nullptr;
  const std::function<bool(std::string_view)>* on_piece = nullptr;  // of a live answer
  bool has_enough = false;
  const AddressPolicy* policy = nullptr;
  std::string refusal;  // by the policy
};

bool is_live(const Exchange& exchange) {
  long status = 0;
  if (exchange.on_piece != nullptr) curl_easy_getinfo(exchange.handle, CURLINFO_RESPONSE_CODE, &status);
  return status == 200;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  if (is_live(exchange)) {
    exchange.has_enough = !(*exchange.on_piece)(std::string_view(data, size * count));
    return exchange.has_enough ? 0 : size * count;
  }
  if (exchange.answer.body.size() + size * count > exchange.max_bytes) {
    exchange.too_large = true;
    return 0;
  }
  exchange.answer.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
  auto& headers = static_cast<Exchange*>(target)->answer.headers;
  const std::string_view line(data, size * count);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // an interim answer came before
  } else if (colon != std::string_view::npos) {
    headers.emplace_back(std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))));
  }
  return size * count;
}

int ends_when_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw std::runtime_error(fmt::format("libcurl refused option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
  }
}

// libcurl asks for a socket with the address that it is about to connect to: what is refused here is never connected to.
curl_socket_t open_allowed(void* exchange_pointer, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(exchange_pointer);
  const auto ip = ip_of(&address->addr);
  const auto refusal = ip ? exchange.policy->refusal(*ip) : std::optional<std::string>("it is no IP address");
  if (!refusal) return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  exchange.refusal = *refusal;
  return CURL_SOCKET_BAD;
}

void set_policy(CURL* handle, const HttpClientOptions& options, Exchange& exchange) {
  if (options.address_policy == nullptr) return;
  exchange.policy = options.address_policy;
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_allowed);
  set(handle, CURLOPT_OPENSOCKETDATA, &exchange);
}

void set_connection(CURL* handle, const HttpClientOptions& options) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROXY, "");  // the environment's proxy variables are not for connections to our own upstreams
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  // A second answer on a kept connection, as a confused proxy sends, would be taken for the answer to the next question (seen with libcurl
  // 7.88); and on one that dies at once libcurl sends again. TLS sessions are resumed, so a connection of its own costs little.
  set(handle, CURLOPT_FRESH_CONNECT, 1L);
  set(handle, CURLOPT_FORBID_REUSE, 1L);
  set(handle, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  set(handle, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  if (!options.ca_file.empty()) set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
}

void set_request(CURL* handle, const HttpRequest& request) {
  set(handle, CURLOPT_URL, request.url.c_str());
  if (request.body || request.method == "POST") {
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body ? request.body->size() : 0));
    set(handle, CURLOPT_POSTFIELDS, request.body ? request.body->data() : "");
  }
  if (request.method == "HEAD") {
    set(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method != (request.body ? "POST" : "GET")) {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list(nullptr, &curl_slist_free_all);
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  };
  append("Expect:");  // no extra round trip before the body
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      throw std::invalid_argument("a header cannot hold a line break");
    append(value.empty() ? name + ";" : name + ": " + value);
  }
  return list;
}

bool was_sent(CURL* handle) {
  long bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

UpstreamFailure failure_of(CURLcode code, bool sent) {
  switch (code) {
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return UpstreamFailure::BadAnswer;
    case CURLE_UNSUPPORTED_PROTOCOL: return sent ? UpstreamFailure::BadAnswer : UpstreamFailure::Unreachable;  // sent: not HTTP/1
    default: return sent ? UpstreamFailure::OutcomeUnknown : UpstreamFailure::Unreachable;
  }
}

std::string_view advice_for(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION: return "; give the CA that signed the server's certificate, and use the name that stands in it";
    case CURLE_SSL_CACERT_BADFILE: return "; check that the CA file exists and is readable";
    case CURLE_COULDNT_RESOLVE_HOST: return "; check the host name";
    case CURLE_COULDNT_CONNECT: return "; check that the service runs and that no firewall is between";
    default: return "";
  }
}

std::string explanation(CURLcode code, const Exchange& exchange, const char* detail) {
  if (!exchange.refusal.empty()) return "not asked: " + exchange.refusal;
  if (exchange.too_large || code == CURLE_FILESIZE_EXCEEDED) return fmt::format("the answer is larger than {} bytes", exchange.max_bytes);
  return fmt::format("{}{}", *detail != '\0' ? detail : curl_easy_strerror(code), advice_for(code));
}

}  // namespace

std::optional<std::string> HttpAnswer::header(std::string_view name) const {
  const std::string wanted = lower(name);
  for (const auto& [key, value] : headers) {
    if (lower(key) == wanted) return value;
  }
  return std::nullopt;
}

// Easy handles at rest, each with its TLS sessions. A call takes one out and puts it back.
struct HttpClient::Handles {
  std::mutex mutex;
  std::vector<CurlPtr> idle;

  CurlPtr take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        CurlPtr handle = std::move(idle.back());
        idle.pop_back();
        return handle;
      }
    }
    CurlPtr handle(curl_easy_init(), &curl_easy_cleanup);
    if (!handle) throw std::bad_alloc();
    return handle;
  }

  void give_back(CurlPtr handle) {
    curl_easy_reset(handle.get());  // keeps TLS sessions
    const std::lock_guard lock(mutex);
    if (idle.size() < kMaxIdleHandles) idle.push_back(std::move(handle));
  }
};

HttpClient::HttpClient(HttpClientOptions options) : options_(std::move(options)), handles_(std::make_unique<Handles>()) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::send(const HttpRequest& request, ErrorCode code) const {
  Exchange exchange;
  exchange.max_bytes = options_.max_answer_bytes;
  std::array<char, CURL_ERROR_SIZE> detail{};
  const HeaderList headers = header_list(request);
  CurlPtr handle = handles_->take();
  set_connection(handle.get(), options_);
  set_request(handle.get(), request);
  set_policy(handle.get(), options_, exchange);
  set(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.value_or(options_.total_timeout).count()));
  set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  set(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  set(handle.get(), CURLOPT_WRITEFUNCTION, &take_body);
  set(handle.get(), CURLOPT_WRITEDATA, &exchange);
  set(handle.get(), CURLOPT_HEADERFUNCTION, &take_header);
  set(handle.get(), CURLOPT_HEADERDATA, &exchange);
  if (request.stop.stop_possible()) {
    set(handle.get(), CURLOPT_NOPROGRESS, 0L);
    set(handle.get(), CURLOPT_XFERINFOFUNCTION, &ends_when_stopped);
    set(handle.get(), CURLOPT_XFERINFODATA, &request.stop);
  }
  if (request.on_piece) {
    exchange.handle = handle.get();
    exchange.on_piece = &request.on_piece;
    set(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle.get(), CURLOPT_LOW_SPEED_TIME, kMaxSilentSeconds);
  } else {
    set(handle.get(), CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.max_answer_bytes));
  }

  const auto begin = std::chrono::steady_clock::now();
  const CURLcode ended = curl_easy_perform(handle.get());
  exchange.answer.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  const bool sent = was_sent(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  handles_->give_back(std::move(handle));

  if (ended != CURLE_OK && !exchange.has_enough) {
    return fail_upstream(code, failure_of(ended, sent),
                         fmt::format("{} {}: {}", request.method, public_url(request.url), explanation(ended, exchange, detail.data())));
  }
  exchange.answer.status = static_cast<int>(status);
  exchange.answer.content_type = exchange.answer.header("Content-Type").value_or("");
  return std::move(exchange.answer);
}

Result<void> HttpClient::connect(const std::string& host, int port, std::chrono::milliseconds timeout, ErrorCode code) const {
  Exchange exchange;
  std::array<char, CURL_ERROR_SIZE> detail{};
  const auto name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  const auto url = fmt::format("http://{}:{}/", name, port);
  const CurlPtr handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) throw std::bad_alloc();
  set_connection(handle.get(), options_);
  set_policy(handle.get(), options_, exchange);
  set(handle.get(), CURLOPT_URL, url.c_str());
  set(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  set(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  set(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(handle.get(), CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode ended = curl_easy_perform(handle.get());
  if (ended == CURLE_OK) return {};
  return fail_upstream(code, UpstreamFailure::Unreachable,
                       fmt::format("{}:{}: {}", host, port, explanation(ended, exchange, detail.data())));
}

}  // namespace spm::net

#include "spmctl/api_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/json_access.hpp"

namespace spm::spmctl {
namespace {

tl::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::ValidationError, std::move(message)); }

Result<json::value> body_value(const Field& field, const std::vector<std::string>& words) {
  if (!field.is_list) return value_of(field, words.back());
  json::array items;
  for (const auto& word : words) {
    auto item = value_of(field, word);
    if (!item) return item;
    items.push_back(std::move(*item));
  }
  return json::value(std::move(items));
}

void put_in_path(std::string& path, const Field& field, const std::string& word) {
  const auto placeholder = "{" + field.name + "}";
  const auto at = path.find(placeholder);
  if (at != std::string::npos) path.replace(at, placeholder.size(), url_encode(word));
}

}  // namespace

Result<json::value> read_data(const std::string& data) {
  std::string text = data;
  if (data == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else if (data.starts_with('@')) {
    std::ifstream file(data.substr(1), std::ios::binary);
    if (!file) return wrong(fmt::format("the file {} cannot be read", data.substr(1)));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  auto value = parse_json(text);
  if (!value) return wrong("--data is not JSON: " + value.error().message);
  return value;
}

Result<ApiCall> call_of(const Command& command, const Given& given, const std::string& data) {
  ApiCall call{.method = command.method, .path = command.path};
  json::value body = json::object();
  if (!data.empty()) {
    auto read = read_data(data);
    if (!read) return tl::unexpected<Error>(read.error());
    body = std::move(*read);
  }
  bool has_body = !data.empty();
  for (const auto& field : command.fields) {
    const auto words = given.find(field.name);
    if (words == given.end() || words->second.empty()) continue;
    switch (field.place) {
      case Place::Path: put_in_path(call.path, field, words->second.back()); break;
      case Place::Query:
        for (const auto& word : words->second) call.query.emplace_back(field.name, word);
        break;
      case Place::Header: call.headers.emplace_back(field.name, words->second.back()); break;
      case Place::Body:
        if (!body.is_object()) return wrong(fmt::format("{} cannot be put over a --data that is no object", field.option));
        auto value = body_value(field, words->second);
        if (!value) return tl::unexpected<Error>(value.error());
        body.as_object()[field.name] = std::move(*value);
        has_body = true;
        break;
    }
  }
  if (has_body) call.body = std::move(body);
  return call;
}

Result<ApiCall> raw_call(const std::string& method, const std::string& path, const std::vector<std::string>& query,
                         const std::string& data) {
  const bool is_clean = std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!path.starts_with('/') || !is_clean) return wrong("a path starts with '/', and other characters than ASCII are written as %XX");
  const bool is_whole = path.starts_with("/api/") || path == "/metrics";
  ApiCall call{.method = method, .path = is_whole ? path : "/api/v1" + path};
  for (const auto& pair : query) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return wrong(fmt::format("--query is NAME=VALUE, not '{}'", pair));
    call.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  if (!data.empty()) {
    auto body = read_data(data);
    if (!body) return tl::unexpected<Error>(body.error());
    call.body = std::move(*body);
  }
  return call;
}

}  // namespace spm::spmctl

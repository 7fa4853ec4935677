#include "integrations/uyuni/fields.hpp"

#include <fmt/format.h>

#include <charconv>

#include "net/utf8.hpp"

namespace spm::uyuni {
namespace {

const xmlrpc::Value* member(const xmlrpc::Struct& members, std::string_view name) {
  const auto found = members.find(std::string(name));
  return found == members.end() ? nullptr : &found->second;
}

}  // namespace

std::string text_of(const xmlrpc::Struct& members, std::string_view name, std::size_t max_bytes) {
  const xmlrpc::Value* value = member(members, name);
  const std::string* text = value == nullptr ? nullptr : value->string();
  if (text == nullptr) return {};
  std::string_view cut = std::string_view(*text).substr(0, max_bytes);
  while (cut.size() < text->size() && !cut.empty() && (static_cast<unsigned char>((*text)[cut.size()]) & 0xC0U) == 0x80U)
    cut.remove_suffix(1);
  return net::to_text(cut);
}

std::optional<std::int64_t> integer_of(const xmlrpc::Struct& members, std::string_view name) {
  const xmlrpc::Value* value = member(members, name);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->integer()) return *number;
  const std::string* text = value->string();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

bool flag_of(const xmlrpc::Struct& members, std::string_view name) {
  const xmlrpc::Value* value = member(members, name);
  const bool* flag = value == nullptr ? nullptr : value->boolean();
  return flag != nullptr && *flag;
}

const xmlrpc::LocalDateTime* date_of(const xmlrpc::Struct& members, std::string_view name) {
  const xmlrpc::Value* value = member(members, name);
  return value == nullptr ? nullptr : value->date();
}

const xmlrpc::Array* array_of(const xmlrpc::Struct& members, std::string_view name) {
  const xmlrpc::Value* value = member(members, name);
  return value == nullptr ? nullptr : value->array();
}

tl::unexpected<Error> bad_answer(std::string_view method, std::string_view what) {
  return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::BadAnswer,
                       fmt::format("UYUNI's answer to {} makes no sense: {}", method, what));
}

Result<const xmlrpc::Array*> as_list(const xmlrpc::Value& answer, std::string_view method, std::size_t max) {
  const xmlrpc::Array* list = answer.array();
  if (list == nullptr) return bad_answer(method, "it is not a list");
  if (list->size() > max) return bad_answer(method, fmt::format("it holds {} entries, more than {}", list->size(), max));
  return list;
}

Result<const xmlrpc::Struct*> as_struct(const xmlrpc::Value& answer, std::string_view method) {
  if (const xmlrpc::Struct* members = answer.structure()) return members;
  return bad_answer(method, "it is not a struct");
}

Result<std::int64_t> as_id(const xmlrpc::Value& answer, std::string_view method) {
  const std::int64_t* id = answer.integer();
  if (id == nullptr || *id <= 0) return bad_answer(method, "it is not an id");
  return *id;
}

}  // namespace spm::uyuni

#pragma once
// Reading UYUNI's structs: members can be missing, types differ from call to call, unknown members are ignored. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/xmlrpc.hpp"

namespace spm::uyuni {

// A member's text, cut to `max_bytes` at a whole character; empty when it is absent or of another type.
[[nodiscard]] std::string text_of(const xmlrpc::Struct& members, std::string_view name, std::size_t max_bytes = 1024);
// An integer, or a string that holds one ("system_id" of the bulk calls); nullopt when absent or something else.
[[nodiscard]] std::optional<std::int64_t> integer_of(const xmlrpc::Struct& members, std::string_view name);
[[nodiscard]] bool flag_of(const xmlrpc::Struct& members, std::string_view name);  // absent: false
[[nodiscard]] const xmlrpc::LocalDateTime* date_of(const xmlrpc::Struct& members, std::string_view name);
[[nodiscard]] const xmlrpc::Array* array_of(const xmlrpc::Struct& members, std::string_view name);

[[nodiscard]] tl::unexpected<Error> bad_answer(std::string_view method, std::string_view what);
// The answer's own shape: a list of at most `max` entries, a struct, or an id greater than 0.
[[nodiscard]] Result<const xmlrpc::Array*> as_list(const xmlrpc::Value& answer, std::string_view method, std::size_t max = 200'000);
[[nodiscard]] Result<const xmlrpc::Struct*> as_struct(const xmlrpc::Value& answer, std::string_view method);
[[nodiscard]] Result<std::int64_t> as_id(const xmlrpc::Value& answer, std::string_view method);

}  // namespace spm::uyuni

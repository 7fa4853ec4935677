#pragma once
// What a person sees of an answer: on stdout what was asked for, on stderr what went wrong. One thread.

#include "base/error.hpp"
#include "net/http_client.hpp"
#include "spmctl/exit_codes.hpp"

namespace spm::spmctl {

enum class Output { Table, Json };

[[nodiscard]] Exit print_answer(const net::HttpAnswer& answer, Output output);
// An answer that is no success: its message, its fields, its request id.
[[nodiscard]] Exit print_problem(const net::HttpAnswer& answer);
// No answer, or an argument that makes no sense.
[[nodiscard]] Exit print_error(const Error& error);

}  // namespace spm::spmctl

#pragma once
// From a command of the contract and the words given for it to the call. Pure but for --data @FILE.

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spmctl/client.hpp"
#include "spmctl/contract_commands.hpp"

namespace spm::spmctl {

// The words given for each field, by its name in the contract.
using Given = std::map<std::string, std::vector<std::string>>;

// `data`: "", JSON, "@FILE", or "-" for stdin; single fields are put over it.
[[nodiscard]] Result<ApiCall> call_of(const Command& command, const Given& given, const std::string& data);

// The body that --data names.
[[nodiscard]] Result<json::value> read_data(const std::string& data);

// "spmctl api": "/queue" is "/api/v1/queue"; a query is "name=value".
[[nodiscard]] Result<ApiCall> raw_call(const std::string& method, const std::string& path, const std::vector<std::string>& query,
                                       const std::string& data);

}  // namespace spm::spmctl

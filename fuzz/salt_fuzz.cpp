// Answers of the Salt API: a job's return, the outputs between the markers of the script, error pages.
// Laws: a batch that is done has one output for each command, and they are text that a database can hold.

#include <string>

#include "base/json_access.hpp"
#include "fuzz/law.hpp"
#include "integrations/salt/commands.hpp"
#include "net/remote_script.hpp"
#include "net/utf8.hpp"

namespace {

using namespace spm;
using fuzz::law;

void check_outputs(const std::vector<ports::CommandOutput>& outputs, std::size_t expected) {
  law(outputs.size() == expected, "one output for each command");
  for (const auto& output : outputs) {
    law(net::is_utf8(output.output) && output.output.find('\0') == std::string::npos, "an output is text");
    law(output.exit_status >= 0 && output.exit_status <= 255, "an exit status is one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ports::CommandBatch batch{{SystemId{1}, "minion"}, {{{"true"}}, {{"false"}}}, "7", Time{}};
  const auto text = fuzz::text_of(data, size);
  if (const auto outputs = net::parse_script_output(text, "7", 2)) check_outputs(*outputs, 2);
  law(salt::read_error_page(text).size() <= 300, "an error page is shortened");
  (void)salt::read_denial(text);
  const auto returned = parse_json(text);
  if (!returned) return 0;
  const auto report = salt::read_return(batch, *returned);
  if (report && report->state == ports::BatchState::Done) check_outputs(report->outputs, batch.commands.size());
  return 0;
}

// XML-RPC documents from UYUNI, and what is read from them.
// Laws: what was understood can be written, and means the same then; packages and CVEs that come out fit their grammar.

#include "base/package_grammar.hpp"
#include "fuzz/law.hpp"
#include "integrations/uyuni/advisory_details.hpp"
#include "integrations/uyuni/faults.hpp"
#include "net/xmlrpc.hpp"

namespace {

using namespace spm;
using fuzz::law;

void check_meaning(const xmlrpc::Value& value) {
  if (const auto cves = uyuni::parse_cves(value)) {
    for (const auto& cve : *cves) law(is_cve(cve), "a CVE id is one");
  }
  (void)uyuni::parse_packages(value, AdvisoryName{"USN-1-1"});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (const auto answer = xmlrpc::parse_answer(text)) {
    const auto written = xmlrpc::write_answer(*answer);
    const auto again = xmlrpc::parse_answer(written);
    law(again.has_value(), "what was read can be written and read again");
    law(xmlrpc::write_answer(*again) == written, "an answer means the same when it was written");
    if (const auto* value = std::get_if<xmlrpc::Value>(&*answer)) check_meaning(*value);
    if (const auto* fault = std::get_if<xmlrpc::Fault>(&*answer))
      law(uyuni::fault_code(uyuni::error_of(*fault, "method", "user")) == fault->code, "a fault keeps its code");
  }
  if (const auto call = xmlrpc::parse_call(text)) {
    const auto written = xmlrpc::write_call(*call);
    const auto again = xmlrpc::parse_call(written);
    law(again.has_value(), "a call that was read can be written and read again");
    law(xmlrpc::write_call(*again) == written, "a call means the same when it was written");
  }
  return 0;
}

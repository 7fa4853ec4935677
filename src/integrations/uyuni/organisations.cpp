#include "integrations/uyuni/organisations.hpp"

#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using ports::Organisation;

std::optional<Organisation> parse_organisation(const xmlrpc::Value& entry) {
  const xmlrpc::Struct* members = entry.structure();
  if (members == nullptr) return std::nullopt;
  Organisation organisation{integer_of(*members, "id").value_or(0), text_of(*members, "name", 256)};
  return organisation.id <= 0 || organisation.name.empty() ? std::nullopt : std::optional(std::move(organisation));
}

bool may_not_ask(const Error& error) { return error.upstream == UpstreamFailure::Refused; }

}  // namespace

// user.getDetails tells the organisation of whoever asks.
Result<std::optional<Organisation>> own_organisation(UyuniClient& client) {
  const std::string method = "user.getDetails";
  const auto answer = client.call(method, {client.options().user}, Repeat::Safe);
  if (!answer && may_not_ask(answer.error())) return std::optional<Organisation>();
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto members = as_struct(*answer, method);
  if (!members) return tl::unexpected<Error>(members.error());
  Organisation own{integer_of(**members, "org_id").value_or(0), text_of(**members, "org_name", 256)};
  if (own.id <= 0) return std::optional<Organisation>();
  if (own.name.empty()) own.name = "organisation " + std::to_string(own.id);
  return std::optional(std::move(own));
}

Result<std::vector<Organisation>> list_organisations(UyuniClient& client) {
  const std::string method = "org.listOrgs";
  const auto answer = client.call(method, {}, Repeat::Safe);
  if (!answer && may_not_ask(answer.error())) {
    auto own = own_organisation(client);
    if (!own) return tl::unexpected<Error>(own.error());
    return *own ? std::vector<Organisation>{std::move(**own)} : std::vector<Organisation>();
  }
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method, 10'000);
  if (!list) return tl::unexpected<Error>(list.error());
  std::vector<Organisation> organisations;
  net::SkipCount skipped;
  for (const xmlrpc::Value& entry : **list) {
    if (auto organisation = parse_organisation(entry)) {
      organisations.push_back(std::move(*organisation));
    } else {
      skipped.add("an organisation has no id or no name");
    }
  }
  skipped.tell(client.options().on_skipped, "uyuni", method);
  return organisations;
}

}  // namespace spm::uyuni

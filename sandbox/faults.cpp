#include "sandbox/faults.hpp"

namespace spm::sandbox {
namespace {

constexpr std::size_t kHugeBytes = 50'000'000;

http::Reply bad_gateway() {
  http::Reply reply;
  reply.response = http::text_response(502,
                                       "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>502 Proxy "
                                       "Error</title>\n</head><body>\n<h1>Proxy Error</h1>\n"
                                       "<p>The proxy server received an invalid response from an upstream server.</p>\n</body></html>\n",
                                       "text/html; charset=iso-8859-1");
  return reply;
}

std::string huge_body(Dialect dialect) {
  const std::string filler(kHugeBytes, 'x');
  if (dialect == Dialect::XmlRpc)
    return "<?xml version=\"1.0\"?><methodResponse><params><param><value><string>" + filler +
           "</string></value></param></params></methodResponse>";
  if (dialect == Dialect::Json) return "{\"return\": [\"" + filler + "\"]}";
  return "# " + filler + "\n";
}

std::string wrong_body(Dialect dialect) {
  if (dialect == Dialect::XmlRpc)
    return "<?xml version=\"1.0\"?><methodResponse><params><param><value><double>3.14</double></value></param></params></methodResponse>";
  if (dialect == Dialect::Json) return "\"it works\"";
  return "<html><body>It works!</body></html>\n";
}

}  // namespace

void Faults::set(const FaultPlan& plan) {
  const std::scoped_lock lock(mutex_);
  plan_ = plan;
  random_.seed(plan.seed);
}

FaultPlan Faults::plan() const {
  const std::scoped_lock lock(mutex_);
  return plan_;
}

double Faults::roll() {
  const std::scoped_lock lock(mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

http::Reply Faults::apply(http::Request& request, const http::Handler& handler) {
  const FaultPlan plan = this->plan();
  const bool fails = plan.error_rate > 0 && roll() < plan.error_rate;
  http::Reply reply = fails ? bad_gateway() : handler(request);
  reply.delay += plan.latency;
  if (plan.hang) reply.delay = std::chrono::hours(1);
  if (plan.huge) reply.response.body = huge_body(dialect_);
  if (plan.wrong_type) reply.response.body = wrong_body(dialect_);
  if (plan.never_end)
    reply.delivery = http::Delivery::NeverEnd;
  else if (plan.drop_rate > 0 && roll() < plan.drop_rate)
    reply.delivery = http::Delivery::DropConnection;
  else if (plan.truncate_rate > 0 && roll() < plan.truncate_rate)
    reply.delivery = http::Delivery::TruncateBody;
  else if (plan.duplicate_rate > 0 && roll() < plan.duplicate_rate)
    reply.delivery = http::Delivery::Twice;
  return reply;
}

}  // namespace spm::sandbox

#include "spmctl/exit_codes.hpp"

namespace spm::spmctl {

Exit exit_for_status(int http_status) {
  switch (http_status) {
    case 207: return Exit::Negative;
    case 400:
    case 405:
    case 413:
    case 431: return Exit::Usage;
    case 401:
    case 403: return Exit::Denied;
    case 404: return Exit::NotFound;
    case 409: return Exit::Conflict;
    default: return http_status >= 200 && http_status < 300 ? Exit::Ok : Exit::Unavailable;
  }
}

}  // namespace spm::spmctl

#pragma once
// Collects what is wrong with the fields of a request, so that the caller hears of everything at once. A value; one thread at a time.

#include <cstddef>
#include <map>
#include <string>

#include "base/error.hpp"

namespace spm::http {

class FieldErrors {
 public:
  // `field` as the caller wrote it ("errata_ids[3]", "test_config.cpu_threshold"); `problem` completes it to a sentence ("must be a
  // string").
  void add(std::string field, const std::string& problem);
  [[nodiscard]] bool empty() const { return problems_.empty(); }
  [[nodiscard]] const std::map<std::string, std::string>& problems() const { return problems_; }

  // One validation_error with details.fields.
  [[nodiscard]] Error to_error() const;

 private:
  std::map<std::string, std::string> problems_;
};

}  // namespace spm::http

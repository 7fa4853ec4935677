#include "scoring/scoring.hpp"

namespace spm::scoring {

Weights load_weights(db::Tx& tx, const Weights& defaults) {
  configuration::Document document;
  document.score = defaults;
  return configuration::current(tx, std::move(document)).score;
}

}  // namespace spm::scoring

#include "transport/turns.h"

namespace entente::http {
namespace {

// More often, and who stands in line stands longer; less often, and less work is taken on.
constexpr std::uint64_t newest_every = 4;

}  // namespace

// Where nobody is being served the turn is had at once.
Turns::Place::Place(Turns& turns, Step call) : turns_(turns), call_(std::move(call)) {
  if (turns_.is_serving_) {
    at_ = turns_.line_.insert(turns_.line_.end(), this);
    in_line_ = true;
    return;
  }
  turns_.is_serving_ = true;
  turns_.later_([&line = turns_] { line.call_next(); });
}

Turns::Place::~Place() {
  if (in_line_) turns_.line_.erase(at_);
}

void Turns::call_next() {
  if (line_.empty()) {
    is_serving_ = false;
    return;
  }
  const bool is_newest_next = ++calls_ % newest_every == 0;
  Place& next = is_newest_next ? *line_.back() : *line_.front();
  line_.erase(next.at_);
  next.in_line_ = false;
  next.call_();
  later_([this] { call_next(); });
}

}  // namespace entente::http

// Who is called when, with an event loop made of a queue.

#include "transport/turns.h"
#include "catch.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

using namespace entente::http;

namespace {

class Line {
 public:
  // Stands in line under this name, or is served at once.
  void come(char name) {
    const auto at = places_.insert(places_.end(), nullptr);
    *at = std::make_unique<Turns::Place>(turns_, [this, name] { served += name; });
    if (!(*at)->must_wait()) served += name;
  }
  void leave(std::size_t nth) { places_[nth].reset(); }
  bool step() {
    if (steps_.empty()) return false;
    const Turns::Step step = std::move(steps_.front());
    steps_.pop_front();
    step();
    return true;
  }
  void run() {
    while (step()) {
    }
  }

  std::string served;

 private:
  std::deque<Turns::Step> steps_;
  Turns turns_{[this](Turns::Step step) { steps_.push_back(std::move(step)); }};
  std::vector<std::unique_ptr<Turns::Place>> places_;
};

}  // namespace

TEST_CASE("who comes alone has its turn at once", "[transport][turns]") {
  Line line;
  for (const char name : std::string("abc")) {
    line.come(name);
    CHECK(line.served.back() == name);
    line.run();
  }
  CHECK(line.served == "abc");
}

TEST_CASE("of many the oldest is called, and each fourth time the newest", "[transport][turns]") {
  Line line;
  for (const char name : std::string("abcdefg")) line.come(name);
  CHECK(line.served == "a");
  line.run();
  CHECK(line.served == "abcdgef");
  line.come('h');
  CHECK(line.served == "abcdgefh");
}

TEST_CASE("who comes between two calls is the newest", "[transport][turns]") {
  Line line;
  for (const char name : std::string("abcdef")) line.come(name);
  for (int i = 0; i < 3; ++i) CHECK(line.step());
  line.come('g');
  line.run();
  CHECK(line.served == "abcdgef");
}

TEST_CASE("who leaves the line is not called, and nobody is forgotten for it",
          "[transport][turns][negative]") {
  for (std::size_t leaving = 0; leaving < 5; ++leaving) {
    Line line;
    for (const char name : std::string("abcde")) line.come(name);
    line.leave(leaving);
    line.run();
    std::string expected = "abcde";
    if (leaving > 0) std::erase(expected, static_cast<char>('a' + leaving));
    CHECK(line.served.size() == expected.size());
    for (const char name : expected) CHECK(line.served.contains(name));
    line.come('z');
    CHECK(line.served.back() == 'z');
  }
}

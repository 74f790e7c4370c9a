#pragma once
// Whose request is read next, on one I/O thread. Connections that have something to read stand in
// line and are called one at a time, the oldest first, but each fourth time the newest; between two
// calls the thread looks who else has come. So while more comes in than it can serve, a fourth of
// what it serves has hardly waited, however long the line; the others know how long they have, and
// can be sent away for less than it takes to serve them.
//
//     Turns::Place place(turns, [this] { wake(); });
//     if (place.must_wait()) ...   // until woken, by the call or by whoever wants it to give up

#include <cstdint>
#include <functional>
#include <list>

namespace entente::http {

class Turns {
 public:
  using Step = std::function<void()>;

  // `later` runs a step behind everything that is ready to run now, on the same thread.
  explicit Turns(std::function<void(Step)> later) : later_(std::move(later)) {}

  // In line from when it is made until it is called, or gone.
  class Place {
   public:
    Place(Turns& turns, Step call);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool must_wait() const { return in_line_; }

   private:
    friend class Turns;

    Turns& turns_;
    const Step call_;
    std::list<Place*>::iterator at_;
    bool in_line_ = false;
  };

 private:
  void call_next();

  const std::function<void(Step)> later_;
  std::list<Place*> line_;  // the oldest first
  bool is_serving_ = false;
  std::uint64_t calls_ = 0;
};

}  // namespace entente::http

#include "transport/connection.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace entente::http {
namespace {

constexpr std::size_t receive_bytes_max = std::size_t{16} * 1024;
constexpr std::size_t read_ahead_bytes_max =
    std::size_t{64} * 1024;  // of a next request, while one waits
constexpr std::size_t linger_bytes_max = std::size_t{256} * 1024;
constexpr std::int64_t linger_ms = 1'000;
constexpr std::size_t free_answer_bytes = std::size_t{16} * 1024;

// The refusal of one who is not there any more: nothing is sent.
constexpr Refusal silence{0, "gone"};

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

HttpResponse refusal_of(const Refusal& refusal) {
  HttpResponse answer{.status = refusal.status};
  if (refusal.retry_after_s > 0) {
    answer.headers.push_back({"retry-after", std::to_string(refusal.retry_after_s)});
  }
  return answer;
}

class Abandon {
 public:
  explicit Abandon(ReplySlot& slot) : slot_(slot) {}
  ~Abandon() { slot_.abandon(); }
  Abandon(const Abandon&) = delete;
  Abandon& operator=(const Abandon&) = delete;

 private:
  ReplySlot& slot_;
};

class Raised {
 public:
  explicit Raised(std::atomic<std::uint64_t>& count) : count_(count) { ++count_; }
  ~Raised() { --count_; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

}  // namespace

Connection::Connection(Site& site, Turns& turns, Socket socket, Guest peer)
    : site_(site),
      turns_(turns),
      socket_(std::move(socket)),
      channel_(socket_.native_handle(),
               site.is_plain() ? nullptr : site.tls.accept(socket_.native_handle())),
      wake_(socket_.get_executor(), Instant::max()),
      peer_(std::move(peer)) {}

Task<void> Connection::run() {
  const Raised open(site_.counters.open);
  if (!site_.is_plain() && !co_await shake_hands()) {
    ++site_.counters.handshake_failures;
    co_return;
  }
  while (co_await serve_one()) {
  }
}

Task<bool> Connection::shake_hands() {
  enter(Phase::handshake, site_.options.limits.handshake_ms);
  if (channel_.is_plain()) co_return false;  // no memory for a session: never fall back to plain
  while (true) {
    const auto attempt = channel_.handshake();
    if (attempt.progress == Progress::done) co_return true;
    if (!co_await wait_for(attempt.progress)) co_return false;
  }
}

// One request and its answer. False when the connection is over.
Task<bool> Connection::serve_one() {
  AnswerContext context{.closes = true};
  std::optional<HttpResponse> answer;
  auto head = co_await read_head();
  if (head) {
    if (const auto admitted = admit(head->request); !admitted) {
      head = std::unexpected(admitted.error());
    }
  }
  auto room = site_.gate.body(place_);  // until the answer is written: the handler may hold it
  if (head) {
    auto body = co_await read_body(*head, room);
    if (body) {
      head->request.body = std::move(*body);
    } else {
      head = std::unexpected(body.error());
    }
  }
  if (head) {
    ++requests_;
    ++site_.counters.requests;
    context.head_only = head->request.method == "HEAD";
    head->request.is_last = is_draining();
    head->request.waited_ms = waited_.count();
    answer = co_await ask_handler(std::move(head->request));
    if (!answer) co_return false;
    // Whoever does not read its answer makes us hold it, as whoever sends a body does. A receipt
    // is let through: nobody who asks for a person waits for those who do not read.
    const std::size_t held = answer->body.size();
    if (held > free_answer_bytes && !room.grow(held)) answer = refusal_of({503, "bodies", 1});
    context.closes = !head->keep_alive || is_wait_over_ || !may_keep_alive();
  } else {
    if (head.error().status == 0) co_return false;
    ++site_.counters.bad_requests;
    answer = refusal_of(head.error());
  }
  std::string bytes = write_answer(*answer, context);
  answer.reset();
  const bool written = co_await write(std::move(bytes));
  if (!written || !context.closes) co_return written;
  co_await linger();
  co_return false;
}

Task<std::expected<Head, Refusal>> Connection::read_head() {
  const auto& limits = site_.options.limits;
  HeadScanner scanner;
  enter(Phase::idle, requests_ == 0 ? limits.request_ms : limits.idle_ms);
  if (is_draining() && input_.empty()) co_return std::unexpected(silence);
  if (!co_await take_turn()) co_return std::unexpected(silence);
  while (true) {
    if (!input_.empty()) {
      const auto size = scanner.scan(text_of(input_), limits);
      if (!size) co_return std::unexpected(size.error());
      if (*size > 0) {
        auto head = parse_head(text_of(input_).substr(0, *size), limits);
        take_input(*size);
        co_return head;
      }
    }
    if (!co_await read_more()) co_return std::unexpected(silence);
  }
}

// Waits until there is something to read, and then until this connection may read it.
Task<bool> Connection::take_turn() {
  const bool is_here = !input_.empty() || channel_.has_pending();
  if (!is_here && !co_await wait_for(Progress::want_read)) co_return false;
  if (requests_ > 0) enter(Phase::request, site_.options.limits.request_ms);
  phase_ = Phase::request;
  const auto since = SteadyClock::now();
  const Turns::Place place(turns_, [this] { wake_.cancel(); });
  if (place.must_wait()) co_await wake_.async_wait(as_value);
  waited_ = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - since);
  co_return !is_cut_;
}

// Before a byte of the body is read: who asks, whom, and how often.
std::expected<void, Refusal> Connection::admit(HttpRequest& request) {
  if (!host_allowed(request.host, site_.options.allowed_hosts)) {
    return std::unexpected(Refusal{421, "host"});
  }
  const auto client = site_.proxies.client_of(request.headers, peer_.address);
  if (!client) return std::unexpected(client.error());
  place_ = place_of(*client);
  const auto retry_after_s = site_.gate.take_request(place_, SteadyClock::now());
  if (retry_after_s > 0) {
    ++site_.counters.throttled;
    return std::unexpected(Refusal{429, "rate", retry_after_s});
  }
  request.remote_address = write_address(*client);
  return {};
}

Task<std::expected<Bytes, Refusal>> Connection::read_body(const Head& head, Share& room) {
  if (head.body_bytes > 0) {
    enter(Phase::request, site_.options.limits.request_ms, head.body_bytes);
  }
  if (head.expects_continue && input_.size() < head.body_bytes) {
    const auto deadline = deadline_;
    if (!co_await write(std::string(continue_line))) co_return std::unexpected(silence);
    phase_ = Phase::request;
    deadline_ = deadline;
  }
  while (input_.size() < head.body_bytes) {
    if (!co_await read_more()) co_return std::unexpected(silence);
    // Charged as bytes arrive, not as announced: an announcement costs the peer nothing.
    const auto grown = std::min(input_.size(), head.body_bytes) - room.amount();
    if (!room.grow(grown)) co_return std::unexpected(Refusal{503, "bodies", 1});
  }
  co_return take_input(head.body_bytes);
}

Task<std::optional<HttpResponse>> Connection::ask_handler(HttpRequest request) {
  const auto slot = std::make_shared<ReplySlot>();
  const Abandon abandon(*slot);
  call_handler(std::move(request), slot);
  auto answer = slot->take();
  if (!answer && !slot->park(make_wake())) answer = slot->take();
  if (!answer) answer = co_await wait_for_reply(*slot);
  if (answer && !is_sendable(*answer)) {
    ++site_.counters.handler_failures;
    answer = HttpResponse{.status = 500};
  }
  co_return answer;
}

void Connection::call_handler(HttpRequest request, const std::shared_ptr<ReplySlot>& slot) {
  try {
    site_.handler(std::move(request), make_reply(slot));
  } catch (...) {  // what it says is not for strangers
    ++site_.counters.handler_failures;
    slot->deliver({.status = 500});
  }
}

// Parked: no buffer is held, and the peer is watched, since nobody else would notice it leave.
Task<std::optional<HttpResponse>> Connection::wait_for_reply(ReplySlot& slot) {
  const Raised parked(site_.counters.parked);
  const auto& limits = site_.options.limits;
  const auto leave = site_.gate.park(place_);
  enter(Phase::waiting, leave ? limits.wait_ms : std::min(limits.wait_ms, limits.wait_crowded_ms));
  if (input_.empty()) Bytes().swap(input_);
  watch_peer();
  auto answer = slot.take();
  while (!answer && !is_peer_gone_ && !is_wait_over_) {
    co_await wake_.async_wait(as_value);
    answer = slot.take();
  }
  ++watch_;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  if (answer) co_return answer;
  if (is_peer_gone_) {
    ++site_.counters.peers_gone;
    co_return std::nullopt;
  }
  co_return refusal_of({503, "wait", 1});
}

// Runs on the thread that replies, under the slot's lock; the slot forgets it before this
// connection or its I/O context can go.
std::function<void()> Connection::make_wake() {
  return [weak = weak_from_this(), executor = socket_.get_executor()] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->wake_.cancel();
    });
  };
}

void Connection::watch_peer() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this(),
                                         watch = watch_](const boost::system::error_code& error) {
    if (!error && watch == self->watch_) self->hear_peer();
  });
}

// Readable while parked: the peer has left, or sends its next request early.
void Connection::hear_peer() {
  while (input_.size() < read_ahead_bytes_max) {
    switch (receive().progress) {
      case Progress::done:
        continue;
      case Progress::want_read:
        watch_peer();
        return;
      case Progress::want_write:
        return;
      case Progress::ended:
      case Progress::failed:
        is_peer_gone_ = true;
        wake_.cancel();
        return;
    }
  }
}

Task<bool> Connection::write(std::string bytes) {
  enter(Phase::writing, site_.options.limits.write_ms, bytes.size());
  auto rest = view(bytes);
  while (!rest.empty()) {
    const auto attempt = channel_.write(rest);
    if (attempt.progress == Progress::done) {
      rest = rest.subspan(attempt.bytes);
    } else if (!co_await wait_for(attempt.progress)) {
      co_return false;
    }
  }
  co_return true;
}

// Closing a socket with unread input makes the kernel send a reset, which may overtake the answer:
// so what the peer still sends is taken for a moment, and thrown away.
Task<void> Connection::linger() {
  channel_.end_writing();
  enter(Phase::closing, linger_ms);
  std::size_t drained = 0;
  while (drained < linger_bytes_max) {
    input_.clear();
    if (!co_await read_more()) break;
    drained += input_.size();
  }
}

Task<bool> Connection::read_more() {
  while (true) {
    const auto attempt = receive();
    if (attempt.progress == Progress::done) co_return true;
    if (!co_await wait_for(attempt.progress)) co_return false;
  }
}

Task<bool> Connection::wait_for(Progress progress) {
  if (is_cut_) co_return false;
  if (progress != Progress::want_read && progress != Progress::want_write) co_return false;
  const auto readiness = progress == Progress::want_read ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await socket_.async_wait(readiness, as_value);
  co_return !error && !is_cut_;
}

// Not a coroutine: the buffer lives on the stack, so that an idle connection holds none.
Attempt Connection::receive() {
  std::array<std::uint8_t, receive_bytes_max> buffer;
  const auto attempt = channel_.read(buffer);
  if (attempt.progress == Progress::done) append(input_, std::span(buffer).first(attempt.bytes));
  return attempt;
}

Bytes Connection::take_input(std::size_t size) {
  if (size == input_.size()) return std::exchange(input_, {});
  const auto end = input_.begin() + static_cast<std::ptrdiff_t>(size);
  Bytes taken(input_.begin(), end);
  input_.erase(input_.begin(), end);
  return taken;
}

void Connection::enter(Phase phase, std::int64_t budget_ms, std::size_t bytes) {
  const auto speed = std::max<std::size_t>(1, site_.options.limits.bytes_per_s_min);
  const auto more_ms = static_cast<std::int64_t>(bytes * 1'000 / speed);
  phase_ = phase;
  deadline_ =
      std::min(drain_until_, SteadyClock::now() + std::chrono::milliseconds(budget_ms + more_ms));
}

void Connection::sweep(Instant now) {
  if (now < deadline_) return;
  deadline_ = Instant::max();
  if (phase_ != Phase::idle && phase_ != Phase::closing) ++site_.counters.expired;
  if (phase_ == Phase::waiting) {
    is_wait_over_ = true;
    wake_.cancel();
  } else {
    cut();
  }
}

void Connection::drain(Instant until) {
  drain_until_ = until;
  deadline_ = std::min(deadline_, until);
  if (phase_ == Phase::idle || phase_ == Phase::handshake) cut();
}

// Ends all waiting without closing the descriptor, which the session may still use.
void Connection::cut() {
  is_cut_ = true;
  wake_.cancel();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  socket_.shutdown(Socket::shutdown_both, ignored);
}

bool Connection::may_keep_alive() const {
  const auto& limits = site_.options.limits;
  return !is_draining() && requests_ < limits.requests_per_connection_max &&
         SteadyClock::now() - since_ < std::chrono::milliseconds(limits.connection_age_ms_max);
}

}  // namespace entente::http

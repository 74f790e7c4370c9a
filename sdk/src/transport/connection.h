#pragma once
// One connection from its first byte to its last: a coroutine on one I/O thread. Everything here
// runs on that thread, so there is no lock; only a reply comes from elsewhere, through ReplySlot.

#include "transport/channel.h"
#include "transport/http_answer.h"
#include "transport/http_head.h"
#include "transport/reply_slot.h"
#include "transport/site.h"
#include "transport/turns.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace entente::http {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;
using Instant = SteadyClock::time_point;
template <class T>
using Task = asio::awaitable<T, Executor>;
// Errors of the network are values here, not exceptions.
inline constexpr auto as_value = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// Who is at the other end, and the leave it has to be there.
struct Guest {
  Address address{};
  Share share;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Site& site, Turns& turns, Socket socket, Guest peer);

  Task<void> run();
  // Ends what is past its deadline. Asked a few times a second: one timer serves all connections.
  void sweep(Instant now);
  // The server stops: an idle connection ends now, a request in flight until then.
  void drain(Instant until);

 private:
  enum class Phase : std::uint8_t { handshake, idle, request, waiting, writing, closing };

  Task<bool> shake_hands();
  Task<bool> serve_one();
  Task<std::expected<Head, Refusal>> read_head();
  Task<bool> take_turn();
  std::expected<void, Refusal> admit(HttpRequest& request);
  Task<std::expected<Bytes, Refusal>> read_body(const Head& head, Share& room);
  Task<std::optional<HttpResponse>> ask_handler(HttpRequest request);
  Task<std::optional<HttpResponse>> wait_for_reply(ReplySlot& slot);
  Task<bool> write(std::string bytes);
  Task<void> linger();

  Task<bool> read_more();
  Task<bool> wait_for(Progress progress);
  Attempt receive();
  Bytes take_input(std::size_t size);
  void call_handler(HttpRequest request, const std::shared_ptr<ReplySlot>& slot);
  void watch_peer();
  void hear_peer();
  std::function<void()> make_wake();

  void enter(Phase phase, std::int64_t budget_ms, std::size_t bytes = 0);
  void cut();
  bool may_keep_alive() const;
  bool is_draining() const { return drain_until_ != Instant::max(); }

  Site& site_;
  Turns& turns_;
  Socket socket_;
  Channel channel_;  // after the socket: a session must not outlive its descriptor
  Timer wake_;       // never expires; cancelled when who waits for something should look again
  const Guest peer_;
  const Instant since_ = SteadyClock::now();

  Bytes input_;  // received, not yet consumed
  Phase phase_ = Phase::handshake;
  Instant deadline_ = Instant::max();
  Instant drain_until_ = Instant::max();
  std::size_t requests_ = 0;
  std::chrono::milliseconds waited_{};  // for the turn of the present request
  Place place_ = 0;                     // of who sent the present request
  unsigned watch_ = 0;                  // tells a late answer of an old watch from the present one
  bool is_cut_ = false;
  bool is_wait_over_ = false;
  bool is_peer_gone_ = false;
};

}  // namespace entente::http

#include "transport/worker.h"

#include "transport/connection.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>

#include <list>
#include <thread>

namespace entente::http {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using namespace std::chrono_literals;

constexpr auto sweep_interval = 250ms;
constexpr auto drain_interval = 10ms;
constexpr auto pause_without_descriptor = 10ms;
constexpr auto pause_without_memory = 50ms;

// A session writes to its socket itself, so a peer that left raises SIGPIPE here; and a signal
// meant for the program should find a thread of the program's.
void block_signals() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&blocked, signal);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

Address bytes_of(const asio::ip::address& address) {
  const auto v6 = address.is_v6() ? address.to_v6()
                                  : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  return v6.to_bytes();
}

Result<Acceptor> bind_to(asio::io_context& context, const Listening& where) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(where.address, error);
  if (error) return fail(ErrorCode::config_invalid, "no numeric address: " + where.address);
  const asio::ip::tcp::endpoint endpoint(address, where.port);
  Acceptor acceptor(context.get_executor());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && where.shared) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) return acceptor;
  return fail(ErrorCode::config_invalid,
              where.address + " port " + std::to_string(where.port) + ": " + error.message());
}

Result<Acceptor> take_over(asio::io_context& context, const Listening& where) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(where.address, error);
  Acceptor acceptor(context.get_executor());
  const auto protocol = address.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  if (!error) acceptor.assign(protocol, *where.socket, error);
  if (!error) return acceptor;
  ::close(*where.socket);
  return fail(ErrorCode::config_invalid, where.address + ": " + error.message());
}

// A descriptor kept back: when none is left, giving it up lets the waiting peer be told to go.
class Spare {
 public:
  Spare() { open(); }
  ~Spare() { close(); }
  Spare(const Spare&) = delete;
  Spare& operator=(const Spare&) = delete;

  void turn_one_away(int listener) {
    close();
    const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer >= 0) ::close(peer);
    open();
  }

 private:
  void open() { descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  int descriptor_ = -1;
};

}  // namespace

class Worker::Loop {
 public:
  explicit Loop(Site& site) : site_(site) {}

  Result<std::uint16_t> listen(const Listening& where);
  std::optional<int> copy_listener();
  void start();
  void drain();
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run();
  Task<void> accept_all();
  Task<void> sweep_all();
  Task<void> survive(boost::system::error_code error);
  void admit(Socket socket);

  Site& site_;
  Turns turns_{[this](Turns::Step step) { asio::post(context_, std::move(step)); }};
  asio::io_context context_{1};  // goes first, with the connections that stand in line
  Acceptor acceptor_{context_.get_executor()};
  Timer sweep_timer_{context_.get_executor()};
  Timer pause_timer_{context_.get_executor()};
  Spare spare_;
  std::list<Connection*> connections_;
  bool is_draining_ = false;
  std::thread thread_;
};

Result<std::uint16_t> Worker::Loop::listen(const Listening& where) {
  ENTENTE_LET(acceptor, where.socket ? take_over(context_, where) : bind_to(context_, where));
  boost::system::error_code error;
  if (!where.socket) acceptor.listen(asio::socket_base::max_listen_connections, error);
  const auto endpoint = error ? asio::ip::tcp::endpoint{} : acceptor.local_endpoint(error);
  if (error) return fail(ErrorCode::config_invalid, where.address + ": " + error.message());
  acceptor_ = std::move(acceptor);
  return endpoint.port();
}

std::optional<int> Worker::Loop::copy_listener() {
  const int copy = ::fcntl(acceptor_.native_handle(), F_DUPFD_CLOEXEC, 0);
  return copy < 0 ? std::nullopt : std::optional(copy);
}

void Worker::Loop::start() {
  asio::co_spawn(context_, accept_all(), [](const std::exception_ptr&) {});
  asio::co_spawn(context_, sweep_all(), [](const std::exception_ptr&) {});
  thread_ = std::thread([this] { run(); });
}

void Worker::Loop::run() {
  block_signals();
  while (true) {
    try {
      context_.run();
      return;
    } catch (...) {  // NOLINT(bugprone-empty-catch): one connection's failure is not ours
    }
  }
}

Task<void> Worker::Loop::accept_all() {
  while (!is_draining_) {
    auto [error, socket] = co_await acceptor_.async_accept(as_value);
    if (is_draining_) break;
    if (error) {
      co_await survive(error);
      continue;
    }
    try {
      admit(std::move(socket));
    } catch (const std::exception&) {  // no memory for one more
      ++site_.counters.accept_failures;
    }
  }
}

// Peers that gave up while they waited are nothing; a system without resources needs a pause, or
// this loop would take all of the processor.
Task<void> Worker::Loop::survive(boost::system::error_code error) {
  const int code = error.value();
  if (code == ECONNABORTED || code == EPROTO || code == ECONNRESET || code == EINTR) co_return;
  ++site_.counters.accept_failures;
  const bool no_descriptor = code == EMFILE || code == ENFILE;
  if (no_descriptor) spare_.turn_one_away(acceptor_.native_handle());
  pause_timer_.expires_after(no_descriptor ? pause_without_descriptor : pause_without_memory);
  co_await pause_timer_.async_wait(as_value);
}

void Worker::Loop::admit(Socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const auto address = bytes_of(peer.address());
  const auto place =
      site_.proxies.trusts(address) ? std::nullopt : std::optional(place_of(address));
  auto share = site_.gate.enter(place, SteadyClock::now());
  if (!share) {
    ++site_.counters.refused;
    return;
  }
  ++site_.counters.accepted;
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  const auto connection = std::make_shared<Connection>(site_, turns_, std::move(socket),
                                                       Guest{address, std::move(*share)});
  const auto at = connections_.insert(connections_.end(), connection.get());
  try {
    asio::co_spawn(context_, connection->run(),
                   [this, at, connection](const std::exception_ptr&) { connections_.erase(at); });
  } catch (...) {
    connections_.erase(at);
    throw;
  }
}

Task<void> Worker::Loop::sweep_all() {
  while (!is_draining_ || !connections_.empty()) {
    if (is_draining_) {
      sweep_timer_.expires_after(drain_interval);
    } else {
      sweep_timer_.expires_after(sweep_interval);
    }
    co_await sweep_timer_.async_wait(as_value);
    const auto now = SteadyClock::now();
    for (auto* connection : connections_) connection->sweep(now);
  }
}

void Worker::Loop::drain() {
  asio::post(context_, [this] {
    const auto until =
        SteadyClock::now() + std::chrono::milliseconds(site_.options.limits.drain_ms);
    is_draining_ = true;
    boost::system::error_code ignored;
    // Where the socket is held for the next server, closing would not take it from this loop.
    const int listener = acceptor_.release(ignored);
    if (!ignored) ::close(listener);
    pause_timer_.cancel();
    sweep_timer_.cancel();
    for (auto* connection : connections_) connection->drain(until);
  });
}

Worker::Worker(Site& site) : loop_(std::make_unique<Loop>(site)) {}
Worker::~Worker() = default;
Result<std::uint16_t> Worker::listen(const Listening& where) { return loop_->listen(where); }
std::optional<int> Worker::copy_listener() const { return loop_->copy_listener(); }
void Worker::start() { loop_->start(); }
void Worker::drain() { loop_->drain(); }
void Worker::join() { loop_->join(); }

Status require_free(const Listening& where) {
  asio::io_context context;
  ENTENTE_TRY(bind_to(context, {where.address, where.port, false}));
  return {};
}

}  // namespace entente::http

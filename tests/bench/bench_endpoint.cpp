#include "bench_endpoint.h"

#include <entente/agent/brand_connection.h>
#include <entente/endpoint.h>
#include <entente/transport/certificate.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <fstream>

#include "measure.h"

namespace entente::bench {
namespace {

constexpr std::string_view parcel_type = "application/vnd.entente.parcel+capnp";
constexpr const char* held = "?wait=10000";

class LateShop final : public BackOffice {
 public:
  Result<std::vector<Fact>> facts(const FactsQuery&) override {
    return std::vector<Fact>{{"order.late", Scalar(true)}};
  }
  Performance execute(const Order&) override {
    return {.state = Performance::State::done, .reference = "ref", .code = {}};
  }
  Performance lookup(const Digest&) override { return {}; }
  std::optional<std::string> find_account(const AccountProof&) override { return std::nullopt; }
  bool answers_at_once() const override { return true; }
};

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::filesystem::path with_certificate(const std::filesystem::path& directory) {
  const TestAuthority made = must(make_test_authority({"kettle.example"}, SystemClock().now_ms()));
  write_file(directory / "ca.pem", made.ca_pem);
  write_file(directory / "certificate.pem", made.certificate_pem);
  write_file(directory / "key.pem", made.key_pem);
  return directory;
}

}  // namespace

int serve_endpoint(const std::vector<std::string>& arguments) {
  const std::filesystem::path directory = arguments.at(0);
  const tests::Brand brand = tests::make_brand(1, std::stoll(arguments.at(1)));
  const bool tls = arguments.at(2) == "tls";
  LateShop shop;
  EndpointOptions options{.directory = directory / "brand",
                          .policy = ladder_policy(ladder_steps),
                          .card = brand.card,
                          .message_key = &brand.message,
                          .log_key = &brand.log,
                          .back_office = &shop};
  if (tls) {
    options.server.certificate_file = (directory / "certificate.pem").string();
    options.server.key_file = (directory / "key.pem").string();
  }
  // All its clients come from one address, which would be a crowd to fend off.
  options.load.openings_per_network = {};
  options.server.limits.connections_per_address = {};
  options.server.limits.requests_per_address = {};
  options.server.limits.parked_max = 1'000'000;
  options.server.limits.parked_per_address_max = 1'000'000;
  options.server.limits.connections_max = 1'000'000;  // what descriptors allow
  options.server.limits.connections_per_address_max = 1'000'000;
  options.server.limits.requests_per_connection_max = 1'000'000;
  options.server.limits.connection_age_ms_max = 3'600'000;
  options.server.limits.idle_ms = 3'600'000;  // while others are measured
  options.server.limits.request_ms = 3'600'000;
  auto endpoint = must(Endpoint::start(std::move(options)));
  std::printf("%u\n", endpoint->port());
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  endpoint->stop();
  return 0;
}

BenchEndpoint::BenchEndpoint(bool tls, const std::filesystem::path& kept)
    : root_(kept.empty() ? own_.path() : kept),
      tls_(tls),
      now_ms_(SystemClock().now_ms()),
      brand_(now_ms_),
      process_({"/proc/self/exe", "--serve", with_certificate(root_).string(),
                std::to_string(now_ms_), tls ? "tls" : "plain"}) {}

Target BenchEndpoint::target() const {
  return {.port = process_.port(), .ca_file = tls_ ? (root_ / "ca.pem").string() : std::string()};
}

Crowd::Crowd(BenchEndpoint& endpoint, std::size_t shoppers)
    : endpoint_(endpoint), target_(endpoint.target()), client_(target_, shoppers) {}

void Crowd::open_cases() {
  shoppers_.clear();
  for (std::size_t i = 0; i < client_.size(); ++i) {
    shoppers_.push_back(std::make_unique<Shopper>(endpoint_.brand(), entropy_));
    client_.send(i, http_post(target_, std::string("/entente/v1/cases") + held, parcel_type,
                              shoppers_.back()->open()));
  }
  client_.run([&](std::size_t i, const Answer& answer) { hear(i, answer); });
}

void Crowd::close_cases() {
  const auto post = [&](std::size_t i, const Bytes& parcel) {
    client_.send(i, http_post(target_, shoppers_[i]->case_path() + held, parcel_type, parcel));
  };
  for (std::size_t i = 0; i < size(); ++i) post(i, shoppers_[i]->accept());
  std::vector<bool> accepted(size(), false);
  client_.run([&](std::size_t i, const Answer& answer) {
    if (answer.status != 200) give_up("status " + std::to_string(answer.status));
    if (accepted[i]) return shoppers_[i]->hear_closed(answer.body);
    shoppers_[i]->hear(answer.body, Verb::close);
    accepted[i] = true;
    post(i, shoppers_[i]->close());
  });
}

void Crowd::post_proposal(std::size_t shopper) {
  client_.send(shopper, http_post(target_, shoppers_[shopper]->case_path() + held, parcel_type,
                                  shoppers_[shopper]->propose()));
}

void Crowd::hear(std::size_t shopper, const Answer& answer) {
  if (answer.status != 200) give_up("status " + std::to_string(answer.status));
  shoppers_[shopper]->hear(answer.body);
}

void Crowd::propose(int times) {
  std::vector<int> left(size(), times);
  for (std::size_t i = 0; i < size(); ++i) post_proposal(i);
  client_.run([&](std::size_t i, const Answer& answer) {
    hear(i, answer);
    if (--left[i] > 0) post_proposal(i);
  });
}

double Crowd::cpu_seconds_each(int times, int turns) {
  double spent = 0;
  for (int turn = 0; turn < turns; ++turn) {
    open_cases();
    const double before = cpu_seconds_of(endpoint_.process().id());
    propose(times);
    spent += cpu_seconds_of(endpoint_.process().id()) - before;
  }
  return spent / (times * turns * static_cast<double>(size()));
}

std::vector<double> Crowd::propose_at(double per_second, int count) {
  using Clock = std::chrono::steady_clock;
  const auto step =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / per_second));
  std::vector<double> took;
  std::vector<Clock::time_point> since(size());
  std::deque<std::size_t> idle;
  for (std::size_t i = 0; i < size(); ++i) idle.push_back(i);
  const auto on_answer = [&](std::size_t i, const Answer& answer) {
    took.push_back(std::chrono::duration<double>(Clock::now() - since[i]).count());
    hear(i, answer);
    idle.push_back(i);
  };
  auto next = Clock::now();
  for (int sent = 0; sent < count; ++sent, next += step) {
    while (Clock::now() < next || idle.empty()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now());
      client_.poll(static_cast<int>(std::max<std::int64_t>(0, left.count())), on_answer);
    }
    since[idle.front()] = Clock::now();
    post_proposal(idle.front());
    idle.pop_front();
  }
  client_.run(on_answer);
  return took;
}

}  // namespace entente::bench

#pragma once
// The endpoint that is measured: real TLS, a durable store, a YAML policy with a long ladder, and a
// back office that answers from memory.

#include "load_client.h"
#include "server_process.h"
#include "shopper.h"

namespace entente::bench {

using tests::Answer;
using tests::http_get;
using tests::http_post;
using tests::LoadClient;
using tests::Target;

inline constexpr int ladder_steps = 12;

// What the server process does: serves until its standard input ends. Arguments: a directory, the
// instant the brand is made from, "tls" or "plain".
int serve_endpoint(const std::vector<std::string>& arguments);

class BenchEndpoint {
 public:
  // The store lies in a directory of its own, or in `kept`, which outlives this.
  explicit BenchEndpoint(bool tls, const std::filesystem::path& kept = {});

  Target target() const;
  const ServerProcess& process() const { return process_; }
  Counterpart& brand() { return brand_; }
  std::filesystem::path store() const { return root_ / "brand"; }

 private:
  tests::TemporaryDirectory own_;
  std::filesystem::path root_;
  bool tls_;
  std::int64_t now_ms_;
  Counterpart brand_;
  ServerProcess process_;
};

// Shoppers on connections of their own, one each.
class Crowd {
 public:
  Crowd(BenchEndpoint& endpoint, std::size_t shoppers);

  // Every shopper opens a new case and hears the first offer.
  void open_cases();
  // Every shopper accepts, hears that it was carried out, and closes its case.
  void close_cases();
  // Hands over those of open_cases().
  std::vector<std::unique_ptr<Shopper>> take_shoppers() { return std::exchange(shoppers_, {}); }
  // Every shopper proposes this often, waiting for each answer. Requires fewer in one case than the
  // ladder has steps.
  void propose(int times);
  // What a proposal takes of the server's processor, in some turns of new cases.
  double cpu_seconds_each(int times, int turns);
  // As propose(), at this many a second, whoever is free: how long each answer took.
  std::vector<double> propose_at(double per_second, int count);

  std::size_t size() const { return shoppers_.size(); }
  std::size_t signed_bytes() const { return shoppers_.front()->signed_bytes(); }

 private:
  void post_proposal(std::size_t shopper);
  void hear(std::size_t shopper, const Answer& answer);

  BenchEndpoint& endpoint_;
  Target target_;
  SystemEntropy entropy_;
  LoadClient client_;
  std::vector<std::unique_ptr<Shopper>> shoppers_;
};

}  // namespace entente::bench

#pragma once
// A witness on the web (c2sp.org/tlog-witness): what `entente witness serve` runs, and what an
// endpoint answers below /entente/v1/witness for the logs it is told to watch.
//
//     WitnessSite site(std::move(*Witness::open(...)));
//     HttpServer server(options, [&](HttpRequest request, const HttpReply& reply) {
//       site.serve(request.path, std::move(request), reply);
//     });
//
// protocol/spec/11-transport.md.

#include <entente/journal/witness.h>
#include <entente/transport/http.h>

namespace entente {

class Workers;

class WitnessSite {
 public:
  explicit WitnessSite(std::unique_ptr<Witness> witness);
  ~WitnessSite();  // finishes what is in hand

  // `path` is what follows the witness's address: "/add-checkpoint", or "/<log>/checkpoint". From
  // any thread, at once: what is cosigned is written down by a thread of its own.
  void serve(std::string_view path, const HttpRequest& request, const HttpReply& reply);

 private:
  std::shared_ptr<Witness> witness_;
  std::unique_ptr<Workers> writer_;
};

}  // namespace entente

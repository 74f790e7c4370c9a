#include "negotiated.h"

#include <entente/auditor.h>

#include "agent/auditor_source.h"
#include "kettle.h"
#include "shared_data.h"
#include "told_log.h"

namespace fs = std::filesystem;

namespace entente::fuzz {
namespace {

using namespace tests;

template <class T>
T must(Result<T> result) {
  if (!result) throw Broken(describe(result.error()));
  return std::move(*result);
}

void must(const Status& status) {
  if (!status) throw Broken(describe(status.error()));
}

CaseId negotiate(const fs::path& directory, const Brand& brand) {
  KettleShop shop;
  const auto endpoint = must(Endpoint::start(kettle_endpoint(directory / "brand", brand, shop)));
  LocalBrand connection(*endpoint, brand.card);
  const Goal goal = must(Goal::parse(kettle_goal(), "goal.yaml"));
  Agreeable principal(1, shop);
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 101)));
  const auto assistant = must(Assistant::start({.directory = directory / "consumer",
                                                .goal = &goal,
                                                .files = {{"kettle.jpg", to_bytes("a photo")}},
                                                .brand = &connection,
                                                .principal = &principal,
                                                .key = &key}));
  const CaseId case_id = must(assistant->open());
  must(assistant->run(case_id, 60'000));
  must(assistant->poll(case_id, 0));
  endpoint->stop();
  return case_id;
}

Bytes tell(const fs::path& store, std::uint8_t key_number) {
  const auto source = must(open_source(store, {}));
  return write_told(*source, key_number);
}

}  // namespace

Negotiated::Negotiated() {
  constexpr std::uint8_t log_key = 2;
  constexpr std::uint8_t assistant_key = 5;
  const TemporaryDirectory directory;
  const Brand kettle = make_brand(1, SystemClock().now_ms());
  const CaseId case_id = negotiate(directory.path(), kettle);
  brand = tell(directory.path() / "brand", log_key);
  consumer = tell(directory.path() / "consumer", assistant_key);
  const fs::path file = directory.path() / "case.json";
  const Status written =
      export_evidence(directory.path() / "brand", to_hex(case_id), file, {.log_key = &kettle.log});
  require(written.has_value(), "evidence can be exported");
  evidence = read_file(file);
}

}  // namespace entente::fuzz

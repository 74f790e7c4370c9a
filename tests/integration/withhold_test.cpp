// Evidence of a case in which its owner keeps something back: an auditor can tell what is withheld,
// what is erased and what is missing, and a forger cannot pass off one as another.

#include <entente/crypto/hash.h>
#include <entente/text/json.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "catch.h"
#include "forget_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
constexpr JsonLimits file_limits{.bytes_max = 64 * 1024 * 1024, .depth_max = 8};

struct Evidence {
  ForgetWorld world;
  fs::path file = world.directory.path() / "case.evidence.json";

  Status write(const Words& withhold) {
    fs::remove(file);
    return export_evidence(world.brand_store(), to_hex(world.first), file,
                           {.log_key = &world.brand.log, .checkpoint = {}, .withhold = withhold});
  }
  Report audit() const { return world.audit({file}); }
  std::string text() const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Written anew with `edit` applied to its entries or parts, and a digest that fits.
  void forge(const char* list, const std::function<std::vector<Json>(std::vector<Json>)>& edit) {
    Json json = *parse_json(text(), file_limits);
    const auto items = json.find(list)->items();
    Json edited = Json::array(edit({items.begin(), items.end()}));
    std::vector<JsonMember> members(json.members().begin(), json.members().end());
    std::erase_if(members, [](const JsonMember& member) { return member.key == "sha256"; });
    Json forged = Json::object(std::move(members));
    forged.add(list, std::move(edited));
    forged.add("sha256", to_hex(sha256(view(*canonical_json(forged)))));
    std::ofstream(file, std::ios::trunc) << *canonical_json(forged);
  }
};

Json without_content(const Json& item, const char* kind) {
  std::vector<JsonMember> members(item.members().begin(), item.members().end());
  std::erase_if(members, [](const JsonMember& member) {
    return member.key == "salt" || member.key == "content" || member.key == "class" ||
           member.key == "media_type";
  });
  Json left = Json::object(std::move(members));
  left.add("withheld", Json::object({{"kind", kind}, {"why", "its owner keeps it back"}}));
  return left;
}

bool any_ends(const Words& words, const std::string& end) {
  return std::ranges::any_of(words, [&](const std::string& each) { return each.ends_with(end); });
}

}  // namespace

TEST_CASE("what an owner keeps back is withheld, and nothing of it is in the evidence",
          "[withhold]") {
  Evidence evidence;
  const Secrets all =
      evidence.world.secrets_of(evidence.world.first, {"decision", "media", "reference"});
  REQUIRE(evidence.write({"decision", "media"}));
  const Report report = evidence.audit();
  CHECK(sentences(report, Judgement::broken) == Words{});
  const Words open = sentences(report, Judgement::not_checkable);
  CHECK(any_ends(open, " is withheld: its owner keeps it back"));
  CHECK(std::ranges::find(open, "withheld: its owner keeps it back") != open.end());
  const std::string text = evidence.text();
  int shown = 0;
  for (const auto& [name, secret] : all.by_name) {
    CAPTURE(name);
    const bool salt = name.starts_with("salt");
    if (!salt) continue;
    const bool there = text.find(to_hex(to_bytes(secret))) != std::string::npos;
    const bool reference = name.find("reference part") != std::string::npos;
    CHECK(there == reference);
    shown += there ? 1 : 0;
  }
  CHECK(shown > 0);
}

TEST_CASE("one part can be withheld by its digest", "[withhold]") {
  Evidence evidence;
  REQUIRE(evidence.write({}));
  const Json json = *parse_json(evidence.text(), file_limits);
  const std::string digest = *json.get_text({"parts", 0, "digest"});
  REQUIRE(evidence.write({digest.substr(0, 8)}));
  const Words open = sentences(evidence.audit(), Judgement::not_checkable);
  CHECK(std::ranges::count_if(open, [](const std::string& each) {
          return each.ends_with(" is withheld: its owner keeps it back");
        }) == 1);
  CHECK(sentences(evidence.audit(), Judgement::broken) == Words{});
}

TEST_CASE("what was said cannot be kept back, nor what is not there", "[withhold][negative]") {
  Evidence evidence;
  CHECK(evidence.write({"terms"}).error().code == ErrorCode::wrong_use);
  CHECK(evidence.write({"record"}).error().code == ErrorCode::wrong_use);
  CHECK(evidence.write({"abc"}).error().code == ErrorCode::wrong_use);
  CHECK(evidence.write({"contact", std::string(64, 'f')}).error().code == ErrorCode::not_found);
}

TEST_CASE("a message that a forger withholds or calls lost is a broken duty",
          "[withhold][attack]") {
  for (const char* kind : {"undisclosed", "lost"}) {
    Evidence evidence;
    REQUIRE(evidence.write({}));
    evidence.forge("entries", [&](std::vector<Json> entries) {
      for (Json& entry : entries) {
        const bool of_case = !entry.find("case")->is_null() &&
                             *entry.get_text("case") == to_hex(evidence.world.first);
        if (of_case) entry = without_content(entry, kind);
      }
      return entries;
    });
    const Words broken = sentences(evidence.audit(), Judgement::broken);
    CAPTURE(kind);
    CHECK(std::ranges::any_of(broken, [](const std::string& each) {
      return each.starts_with("the content is withheld and no erasure is on record");
    }));
  }
}

TEST_CASE("a part that a forger calls lost or leaves out is missing, not erased",
          "[withhold][attack]") {
  Evidence evidence;
  REQUIRE(evidence.write({}));
  SECTION("lost") {
    evidence.forge("parts", [](std::vector<Json> parts) {
      for (Json& part : parts) part = without_content(part, "lost");
      return parts;
    });
    CHECK(any_ends(sentences(evidence.audit(), Judgement::broken),
                   " is lost and no erasure is on record"));
  }
  SECTION("left out") {
    evidence.forge("parts", [](const std::vector<Json>&) { return std::vector<Json>(); });
    CHECK(any_ends(sentences(evidence.audit(), Judgement::broken),
                   " is missing: it was here and is gone without a word"));
  }
  SECTION("erased, but of another class") {
    {
      auto ledger = *evidence.world.open();
      const ErasureRecord wish = evidence.world.wish({"media"});
      REQUIRE(erase(*ledger, {&wish, 1}));
    }
    REQUIRE(evidence.write({}));
    const Words open = sentences(evidence.audit(), Judgement::not_checkable);
    CHECK(std::ranges::any_of(open, [](const std::string& each) {
      return each.starts_with("part ") && each.find(" is erased (entry ") != std::string::npos;
    }));
    CHECK(sentences(evidence.audit(), Judgement::broken) == Words{});
    evidence.forge("parts", [](const std::vector<Json>&) { return std::vector<Json>(); });
    CHECK(any_ends(sentences(evidence.audit(), Judgement::broken),
                   " is missing: it was here and is gone without a word"));
  }
}

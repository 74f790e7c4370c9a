// The example of the DSSE protocol page; our verdicts are in conformance/verdicts/dsse.txt.
#include <entente/wire/envelope.h>

#include "catch.h"
#include "shared_data.h"
#include "verdicts.h"

using namespace entente;
using namespace entente::tests;

namespace {

// The fenced block under a line of the page.
std::string block_under(const std::string& page, const std::string& line) {
  const std::size_t fence = page.find("```none\n", page.find("\n" + line + "\n"));
  const std::size_t from = page.find('\n', fence) + 1;
  return page.substr(from, page.find("\n```", from) - from);
}

}  // namespace

TEST_CASE("the example of the DSSE page gets the verdicts listed", "[wire][vectors]") {
  auto list = Verdicts::find("dsse");
  if (!list) return;
  const std::string page = read_file(list->data());
  const std::string body = block_under(page, "SERIALIZED_BODY:");
  const std::string type = block_under(page, "PAYLOAD_TYPE:");
  REQUIRE(body.size() + type.size() == 40);
  const std::string ours = to_text(pre_authentication_encoding(type, view(body)));
  list->meet("pae", Theirs::good,
             ours == block_under(page, "PAE:") ? "ok" : name(ErrorCode::not_canonical));
  list->meet("signature", Theirs::good, "outside");
  CHECK(list->complaints() == "");
}

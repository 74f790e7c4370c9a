// The same exchange beside an agent of the A2A SDK for node: over plain HTTP both, each on the
// server's core, by what one second of its processor answers.

#include <entente/text/json.h>

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t connections = 64;
constexpr int rounds = 5;
constexpr int requests_each = 24;
constexpr int hops_of_a_case = 8;
constexpr std::size_t text_bytes = 700;  // about what a proposal's envelope has
constexpr std::string_view jose_header = R"({"alg":"EdDSA"})";

fs::path agent_folder() { return fs::path(ENTENTE_SOURCE_DIR) / "build/bench-a2a"; }

// RFC 4648 section 5, without padding.
std::string to_base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

Bytes from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return must(from_base64(text));
}

// An agent in node and a crowd that talks to it.
class NodeAgent {
 public:
  explicit NodeAgent(bool signs)
      : signs_(signs),
        key_(must(KeyPair::from_seed(Bytes(32, 5)))),
        process_(command(signs)),
        target_{.port = process_.port(), .ca_file = {}, .host = "127.0.0.1"},
        client_(target_, connections) {
    if (!signs_) return;
    client_.send(0, http_get(target_, "/key", ""));
    client_.run([&](std::size_t, const Answer& answer) {
      theirs_ = must(to_public_key(from_base64url(to_text(answer.body))));
    });
  }

  double cpu_seconds_each() {
    std::vector<int> left(connections, requests_each);
    const double before = cpu_seconds_of(process_.id());
    for (std::size_t i = 0; i < connections; ++i) ask(i);
    client_.run([&](std::size_t i, const Answer& answer) {
      check(answer);
      if (--left[i] > 0) ask(i);
    });
    return (cpu_seconds_of(process_.id()) - before) / (connections * requests_each);
  }

 private:
  std::vector<std::string> command(bool signs) const {
    std::vector<std::string> words = {"node", (agent_folder() / "agent.mjs").string()};
    if (signs) words.push_back(to_base64url(key_.public_key()));
    return words;
  }

  std::string make_text() {
    const std::string text(text_bytes, static_cast<char>('a' + ++asked_ % 26));
    if (!signs_) return text;
    const std::string to_sign = to_base64url(view(jose_header)) + "." + to_base64url(view(text));
    return to_sign + "." + to_base64url(must(key_.sign(view(to_sign))));
  }

  void ask(std::size_t connection) {
    const Json part = Json::object({{"text", make_text()}, {"mediaType", "text/plain"}});
    const Json message = Json::object({{"messageId", std::to_string(asked_)},
                                       {"role", "ROLE_USER"},
                                       {"parts", Json::array({part})}});
    const Json call = Json::object(
        {{"jsonrpc", "2.0"},
         {"method", "SendMessage"},
         {"params", Json::object({{"message", message}, {"configuration", Json::object()}})},
         {"id", 1}});
    std::string request =
        http_post(target_, "/rpc", "application/json", view(to_json(call, JsonStyle::compact)));
    request.insert(request.find("\r\n") + 2, "A2A-Version: 1.0\r\n");
    client_.send(connection, request);
  }

  void check(const Answer& answer) const {
    const Json body = must(parse_json(to_text(answer.body)));
    const std::string said(must(body.get_text({"result", "message", "parts", 0, "text"})));
    if (!signs_) {
      if (said.size() != text_bytes) give_up("the agent does not echo");
      return;
    }
    const std::size_t dot = said.rfind('.');
    const std::string_view signed_part = std::string_view(said).substr(0, dot);
    if (!verify(theirs_, view(signed_part), from_base64url(said.substr(dot + 1)))) {
      give_up("not signed by the agent");
    }
  }

  bool signs_;
  KeyPair key_;
  ServerProcess process_;
  Target target_;
  LoadClient client_;
  PublicKey theirs_;
  int asked_ = 0;
};

Figure against(const char* name, double ratio, double goal, const char* what) {
  return {
      .name = name,
      .value = ratio,
      .goal = goal,
      .unit = "x",
      .means = std::string("hops a second of the server's processor, over round trips of ") + what};
}

Figure skip(Figure figure, const std::string& why) {
  figure.skipped = why;
  return figure;
}

}  // namespace

std::vector<Figure> measure_a2a(const BenchOptions&) {
  Figure plain = against("a2a", 0, 4, "the A2A SDK's echo agent in node, unsigned and in memory");
  Figure with_jose = against("a2a.jose", 0, 7, "the same with jose verifying and signing");
  if (!fs::exists(agent_folder() / "node_modules")) {
    const std::string why = "needs npm: ./dev bench installs the packages into build/bench-a2a";
    return {skip(plain, why), skip(with_jose, why)};
  }
  run_on_core(client_core());
  BenchEndpoint endpoint(false);
  Crowd crowd(endpoint, connections);
  NodeAgent echo(false);
  NodeAgent signing(true);
  std::vector<double> plains;
  std::vector<double> signeds;
  for (int round = 0; round <= rounds; ++round) {
    const double ours = crowd.cpu_seconds_each(hops_of_a_case, requests_each / hops_of_a_case);
    const double echoed = echo.cpu_seconds_each();
    const double signed_too = signing.cpu_seconds_each();
    if (round == 0) continue;  // node compiles what it has run a while
    plains.push_back(echoed / ours);
    signeds.push_back(signed_too / ours);
    progress("a2a: " + std::to_string(1 / ours) + ", " + std::to_string(1 / echoed) + ", " +
             std::to_string(1 / signed_too) + " a second");
  }
  plain.value = median(plains);
  with_jose.value = median(signeds);
  return {plain, with_jose};
}

}  // namespace entente::bench

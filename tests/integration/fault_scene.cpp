#include "fault_scene.h"

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/wire/admission.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include "durable_shop.h"

namespace entente::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t card_ms = 1'790'000'000'000;  // the same card in every life of the brand
constexpr int cases_wanted = 3;
constexpr int failures_endured = 4;  // before somebody replaces the disk
constexpr int attempts_max = 400;
constexpr int child_seconds_max = 60;

class Scene {
 public:
  Scene(const fs::path& directory, int output, const Trouble& trouble)
      : directory_(directory),
        output_(output),
        shop_(directory / "writes"),
        disk_(directory / trouble.whose) {
    disk_.fail_at(trouble.call, trouble.fault, trouble.lasting);
  }

  int run() {
    if (!open_doors()) return 3;
    const bool settled = settle_all();
    std::uint64_t messages = 0;
    for (const CaseId& case_id : settled ? customer_->cases() : std::vector<CaseId>()) {
      messages += customer_->find_case(case_id)->next_position();
    }
    say("messages " + std::to_string(messages));
    customer_.reset();
    line_.reset();
    endpoint_.reset();
    say("calls " + std::to_string(disk_.calls()));
    return settled ? 0 : 5;
  }

 private:
  void say(const std::string& text) const {
    const std::string line = text + "\n";
    if (::write(output_, line.data(), line.size()) < 0) std::_Exit(9);
  }

  // An operator whose endpoint does not start reads why, and starts it again.
  bool open_doors() {
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      KettleShop unused;
      EndpointOptions options = kettle_endpoint(directory_ / "brand", brand_, unused);
      options.back_office = &shop_;
      options.policy = lenient(options.policy);
      options.workers = 1;
      options.on_trouble = [this](const std::string& line) { say("operator " + line); };
      auto started = Endpoint::start(std::move(options));
      if (started) {
        endpoint_ = std::move(*started);
        line_ = std::make_unique<LocalBrand>(*endpoint_, brand_.card);
        return true;
      }
      say("operator " + describe(started.error()));
      endure();
    }
    return false;
  }

  bool invite_customer() {
    auto started = Assistant::start({.directory = directory_ / "consumer",
                                     .goal = &goal_,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = line_.get(),
                                     .principal = &principal_,
                                     .key = &key_});
    if (!started) {
      say("customer " + describe(started.error()));
      return false;
    }
    customer_ = std::move(*started);
    return true;
  }

  void endure() {
    if (++failures_ >= failures_endured) disk_.heal();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  bool settle_all() {
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      const bool there = customer_ != nullptr || invite_customer();
      const Status settled = there ? settle_some() : fail(ErrorCode::store_failed);
      if (settled && closed_ >= cases_wanted) return true;
      if (settled) continue;
      // One whose own log failed starts again; the brand goes on by itself.
      if (group(settled.error().code) == "place") customer_.reset();
      endure();
    }
    return false;
  }

  // All cases but the newest are closed.
  void want_kettle(std::size_t number) {
    goal_ = *Goal::parse(knowing_goal(std::max<std::size_t>(1, number)), "goal.yaml");
  }

  Status settle_some() {
    closed_ = 0;
    want_kettle(customer_->cases().size());
    for (const CaseId& case_id : customer_->cases()) {
      const auto ending = customer_->run(case_id, 5'000);
      acknowledge(*customer_->find_case(case_id), told_, output_);
      if (!ending) {
        say("customer " + describe(ending.error()));
        return std::unexpected(ending.error());
      }
      if (ending->kind != Ending::Kind::closed) {
        say("customer waits: " + ending->outcome);
        return fail(ErrorCode::busy);
      }
      ++closed_;
    }
    if (closed_ >= cases_wanted) return {};
    want_kettle(customer_->cases().size() + 1);
    const auto opened = customer_->open();
    if (opened) return {};
    say("customer " + describe(opened.error()));
    return std::unexpected(opened.error());
  }

  fs::path directory_;
  int output_;
  Brand brand_ = make_brand(1, card_ms);
  DurableShop shop_;
  FaultyDisk disk_;
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<LocalBrand> line_;
  KettleShop mailbox_;
  Goal goal_ = *Goal::parse(knowing_goal(1), "goal.yaml");  // of the newest case
  Agreeable principal_{1, mailbox_};
  KeyPair key_ = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  std::unique_ptr<Assistant> customer_;
  std::set<MessageId> told_;
  int closed_ = 0;
  int failures_ = 0;
};

// Everything the child says until it ends, or until it has had its time.
std::string listen(int descriptor, pid_t child, bool& hung) {
  std::string text;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(child_seconds_max);
  char buffer[4096];
  for (;;) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, 1'000);
    if (waiting.revents != 0) {
      const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<std::size_t>(got));
    }
    if (std::chrono::steady_clock::now() < until) continue;
    hung = true;
    ::kill(child, SIGKILL);
    break;
  }
  ::close(descriptor);
  return text;
}

std::string check_log(const fs::path& directory, const std::vector<std::string>& said) {
  const Brand brand = make_brand(1, card_ms);
  SystemEntropy entropy;
  auto ledger = Ledger::open({.directory = directory / "brand", .origin = "kettle.example/log"},
                             brand.log, entropy);
  if (!ledger) return "the log does not open: " + describe(ledger.error());
  std::set<std::string> ids;
  for (std::uint64_t index = 0; index < (*ledger)->size(); ++index) {
    const auto entry = (*ledger)->read(index);
    if (!entry) return "entry " + std::to_string(index) + ": " + describe(entry.error());
    if (entry->leaf.kind != EntryKind::message) continue;
    ids.insert(to_hex(Admission::admit<Message>(entry->content)->id()));
  }
  for (const std::string& line : said) {
    if (line.starts_with("ack ") && !ids.contains(line.substr(4))) return "lost " + line;
  }
  return {};
}

std::string check_deeds(const fs::path& directory) {
  std::set<std::string> done;
  std::ifstream writes(directory / "writes");
  for (std::string key; std::getline(writes, key);) {
    if (!done.insert(key).second) return "carried out twice: " + key;
  }
  const std::size_t wanted = 2 * cases_wanted;
  return done.size() == wanted ? "" : std::to_string(done.size()) + " deeds";
}

std::string check_replay(const fs::path& directory) {
  const std::vector<fs::path> sources = {directory / "brand", directory / "consumer"};
  const auto auditor = Auditor::open(sources);
  if (!auditor) return describe(auditor.error());
  const auto report = auditor->replay();
  if (!report) return describe(report.error());
  return report->broken() == 0 ? "" : to_text(*report);
}

}  // namespace

bool SceneEnd::said_any(std::string_view beginning) const {
  return std::ranges::any_of(said,
                             [&](const std::string& line) { return line.starts_with(beginning); });
}

SceneEnd play(const fs::path& directory, const Trouble& trouble) {
  int ends[2];
  if (::pipe(ends) != 0) return {.code = 99, .said = {}};
  std::fflush(nullptr);  // else the child says it again
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    int code = 0;
    {
      Scene scene(directory, ends[1], trouble);
      code = scene.run();
    }
    std::_Exit(code);
  }
  ::close(ends[1]);
  SceneEnd end;
  const std::string text = listen(ends[0], child, end.hung);
  int status = 0;
  ::waitpid(child, &status, 0);
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  end.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  for (std::size_t at = 0, stop = 0; (stop = text.find('\n', at)) != std::string::npos;
       at = stop + 1) {
    end.said.push_back(text.substr(at, stop - at));
    if (end.said.back().starts_with("messages ")) {
      end.messages = std::stoull(end.said.back().substr(9));
    }
    if (end.said.back().starts_with("calls ")) end.calls = std::stoull(end.said.back().substr(6));
  }
  return end;
}

std::string broken_promises(const fs::path& directory, const std::vector<std::string>& said) {
  std::string wrong = check_log(directory, said);
  if (wrong.empty()) wrong = check_deeds(directory);
  return wrong.empty() ? check_replay(directory) : wrong;
}

}  // namespace entente::tests

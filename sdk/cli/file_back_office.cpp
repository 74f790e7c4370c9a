#include "file_back_office.h"

#include <fcntl.h>
#include <unistd.h>

#include <entente/crypto/hash.h>
#include <entente/text/json.h>

#include <algorithm>
#include <mutex>

#include "facts_file.h"
#include "files.h"
#include "work_file.h"

namespace entente::cli {
namespace {

void override_with(NamedFacts& facts, const NamedFacts& newer) {
  for (const auto& [fact_name, fact] : newer) facts.insert_or_assign(fact_name, fact);
}

// The order that a claim names: the content of a part its items point at.
const KnownOrder* find_order(const FactsFile& file, const FactsQuery& query) {
  for (const Line& line : query.claim.items) {
    const std::string* text = query.parts.find(line.part);
    if (text == nullptr) continue;
    const auto found = file.orders.find(*text);
    if (found != file.orders.end()) return &found->second;
  }
  return nullptr;
}

// Somebody who proved to be a customer hears of that customer's orders only.
bool may_know(const KnownOrder& order, std::string_view account) {
  return account.empty() || order.account.empty() || order.account == account;
}

constexpr std::string_view order_is_theirs = "order.mine";

NamedFacts facts_for(const FactsFile& file, const FactsQuery& query, const Policy& policy) {
  NamedFacts facts = file.everyone;
  if (const auto account = file.accounts.find(query.account); account != file.accounts.end()) {
    override_with(facts, account->second.facts);
  }
  const KnownOrder* order = find_order(file, query);
  if (policy.find_fact(order_is_theirs) != nullptr && !query.account.empty()) {
    const bool theirs = order != nullptr && order->account == query.account;
    facts.insert_or_assign(std::string(order_is_theirs),
                           Fact{std::string(order_is_theirs), Scalar(theirs)});
  }
  if (order == nullptr || !may_know(*order, query.account)) return facts;
  override_with(facts, order->facts);
  for (const Line& line : query.claim.items) {
    const auto known = order->lines.find(line.line);
    if (known != order->lines.end()) override_with(facts, known->second);
  }
  return facts;
}

// Accounts and addresses are of these classes; `terms` is all there is of a case.
bool names_customer(std::span<const std::string> classes) {
  return std::ranges::any_of(classes, [](const std::string& each) {
    return each == "contact" || each == "reference" || each == "terms";
  });
}

// What it held is overwritten before its room is given back.
Status empty_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  if (error || bytes == 0) return {};
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorCode::store_failed, file.string());
  const std::string zeros(bytes, '\0');
  const bool emptied =
      ::pwrite(descriptor, zeros.data(), zeros.size(), 0) == static_cast<ssize_t>(zeros.size()) &&
      ::fsync(descriptor) == 0 && ::ftruncate(descriptor, 0) == 0 && ::fsync(descriptor) == 0;
  ::close(descriptor);
  return emptied ? Status() : fail(ErrorCode::store_failed, file.string());
}

Status append_to(const std::filesystem::path& file, const std::string& line) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::store_failed, file.string());
  const Status appended = append_line(descriptor, line);
  ::close(descriptor);
  return appended;
}

}  // namespace

struct FileBackOffice::State {
  FileBackOfficeOptions options;
  Policy policy;
  std::mutex mutex;  // guards `work` and the outbox
  WorkFile work;

  Result<FactsFile> read() const {
    ENTENTE_LET(text, read_text(options.facts_file));
    return read_facts_file(text, options.facts_file.filename().string(), policy,
                           options.clock->now_ms());
  }
};

FileBackOffice::FileBackOffice(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileBackOffice::~FileBackOffice() = default;

Result<std::unique_ptr<FileBackOffice>> FileBackOffice::open(FileBackOfficeOptions options,
                                                             const Policy& policy) {
  ENTENTE_LET(work, WorkFile::open(options.work_file));
  auto state = std::unique_ptr<State>(new State{
      .options = std::move(options), .policy = policy, .mutex = {}, .work = std::move(work)});
  ENTENTE_LET(readable, state->read());
  static_cast<void>(readable);
  return std::unique_ptr<FileBackOffice>(new FileBackOffice(std::move(state)));
}

Result<std::vector<Fact>> FileBackOffice::facts(const FactsQuery& query) {
  ENTENTE_LET(file, state_->read());
  std::vector<Fact> facts;
  for (const auto& [fact_name, fact] : facts_for(file, query, state_->policy))
    facts.push_back(fact);
  return facts;
}

Performance FileBackOffice::execute(const Order& order) {
  const std::lock_guard lock(state_->mutex);
  if (const Performance* before = state_->work.find(order.key)) return *before;
  const Performance done{Performance::State::done, "w-" + to_hex(ByteView(order.key).first(4)), ""};
  const std::int64_t now_ms = state_->options.clock->now_ms();
  if (!state_->work.add(order, done, now_ms)) return {Performance::State::unknown, "", ""};
  return done;
}

Performance FileBackOffice::lookup(const Digest& key) {
  const std::lock_guard lock(state_->mutex);
  const Performance* before = state_->work.find(key);
  if (before != nullptr) return *before;
  return {state_->work.is_certain() ? Performance::State::absent : Performance::State::unknown, "",
          ""};
}

std::optional<std::string> FileBackOffice::find_account(const AccountProof& proof) {
  const auto file = state_->read();
  if (!file) return std::nullopt;
  const Digest wanted = sha256(view(proof.proof));
  std::optional<std::string> found;
  for (const auto& [id, account] : file->accounts) {
    if (sha256(view(account.knows)) == wanted) found = id;
  }
  return found;
}

void FileBackOffice::deliver_code(const AccountProof& proof, std::string_view code) {
  if (!find_account(proof)) return;
  const Json mail = Json::object({{"to", proof.proof}, {"code", code}});
  const std::lock_guard lock(state_->mutex);
  // A code that does not arrive is asked for again; nobody is waiting for this answer.
  static_cast<void>(append_to(state_->options.outbox_file, to_json(mail) + "\n"));
}

// Who asked, and for what: that a key was used stays, or its term could be carried out twice. Which
// mail was whose nobody wrote down, so that all of it goes: a code can be asked for again.
void FileBackOffice::forget(const CaseId& case_id, std::span<const std::string> classes) {
  if (!names_customer(classes)) return;
  const std::lock_guard lock(state_->mutex);
  static_cast<void>(state_->work.forget(case_id));
  static_cast<void>(empty_file(state_->options.outbox_file));
}

Status forget_work(const std::filesystem::path& data, const CaseId& case_id,
                   std::span<const std::string> classes) {
  if (!names_customer(classes)) return {};
  if (std::filesystem::exists(data / work_file_name)) {
    ENTENTE_LET(work, WorkFile::open(data / work_file_name));
    ENTENTE_TRY(work.forget(case_id));
  }
  return empty_file(data / outbox_file_name);
}

}  // namespace entente::cli

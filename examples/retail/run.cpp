#include "run.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "audit.h"
#include "progress.h"
#include "shopper.h"

namespace fs = std::filesystem;

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

// A directory for the stores, removed unless it is to be kept.
class Stores {
 public:
  static Result<Stores> make(const fs::path& keep) {
    std::error_code failed;
    Stores stores;
    stores.keep_ = !keep.empty();
    stores.root_ = keep;
    if (!stores.keep_) {
      std::string name = (fs::temp_directory_path(failed) / "retail-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) return fail(ErrorCode::file_invalid, name);
      stores.root_ = name;
    }
    for (const char* side : {"brand", "shopper"}) {
      if (fs::exists(stores.root_ / side, failed)) {
        return fail(ErrorCode::wrong_use, (stores.root_ / side).string() + " is there already");
      }
      fs::create_directories(stores.root_ / side, failed);
      if (failed) return fail(ErrorCode::file_invalid, (stores.root_ / side).string());
    }
    return stores;
  }
  Stores(Stores&& other) noexcept : root_(std::exchange(other.root_, {})), keep_(other.keep_) {}
  Stores& operator=(Stores&&) = delete;
  ~Stores() {
    std::error_code ignored;
    if (!keep_ && !root_.empty()) fs::remove_all(root_, ignored);
  }
  fs::path brand() const { return root_ / "brand"; }
  fs::path shopper() const { return root_ / "shopper"; }

 private:
  Stores() = default;
  fs::path root_;
  bool keep_ = false;
};

// Tasks of one customer follow each other, in the order of the file.
std::vector<std::vector<const Task*>> by_customer(const std::vector<Task>& tasks) {
  std::map<std::string, std::vector<const Task*>> groups;
  for (const Task& task : tasks) groups[task.user_id].push_back(&task);
  std::vector<std::vector<const Task*>> queue;
  for (auto& [user_id, group] : groups) queue.push_back(std::move(group));
  // The longest first: otherwise the last customer keeps everybody waiting.
  std::ranges::stable_sort(queue, std::greater(), &std::vector<const Task*>::size);
  return queue;
}

struct Run {
  const ShopData& data;
  const Documents& documents;
  Brand& brand;
  RetailBackOffice& office;
  fs::path stores;
  std::vector<std::vector<const Task*>> queue;
  std::vector<TaskResult> results;
  Progress progress;

  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t done = 0;
  Totals totals;
  std::vector<std::string> wrong;

  void work();
  void run_customer(const std::vector<const Task*>& tasks, entente::HttpBrand& connection);
  void finish(const Task& task, TaskResult result);
};

// What the back office says it carried out, and whether its tables agree.
Status read_writes(const Shop& shop, TaskResult& result) {
  ENTENTE_LET(writes, shop.writes());
  for (const Written& write : writes) {
    const std::size_t brace = write.call.find('{');
    const Json kwargs = Json::parse(write.call.substr(brace), nullptr, false);
    result.executed.push_back({{write.call.substr(0, brace), kwargs}, write.accept});
  }
  return {};
}

void Run::finish(const Task& task, TaskResult result) {
  std::optional<Shop> shop;
  if (!result.case_id.empty()) {
    const auto case_id = to_case_id(result.case_id);
    auto taken = case_id ? office.take(*case_id) : Result<Shop>(fail(ErrorCode::internal));
    if (taken) shop.emplace(std::move(*taken));
    if (!shop || !read_writes(*shop, result)) result.trouble = "no tables to look at";
  }
  const Judged judged = judge(documents, task, result, shop ? &shop->tables() : nullptr);
  const std::scoped_lock lock(mutex);
  totals.add(judged.totals);
  if (!judged.wrong.empty()) {
    wrong.push_back("task " + std::to_string(task.number) + ": " + judged.wrong);
  }
  results[task.number] = std::move(result);
  progress.show(++done, wrong.size());
}

void Run::run_customer(const std::vector<const Task*>& tasks, entente::HttpBrand& connection) {
  const std::string& user_id = tasks.front()->user_id;
  Shopper shopper(stores / user_id, brand, connection);
  for (const Task* task : tasks) finish(*task, shopper.run(*task, data.email_of(user_id)));
}

void Run::work() {
  entente::HttpBrand connection({.url = brand.url(), .client = brand.client()});
  for (std::size_t mine = next++; mine < queue.size(); mine = next++) {
    run_customer(queue[mine], connection);
  }
}

Status write_results(const fs::path& file, const std::vector<TaskResult>& results) {
  std::string text;
  for (const TaskResult& result : results) text += to_line(result);
  return write_text(file, text);
}

void report(const Run& run, double seconds) {
  for (const std::string& line : run.wrong) std::printf("%s\n", line.c_str());
  const double per_second = seconds > 0 ? static_cast<double>(run.totals.tasks) / seconds : 0;
  std::printf("%s, %.1f tasks/s (%.1f s)\n", run.totals.text().c_str(), per_second, seconds);
}

std::size_t shoppers_of(const RunOptions& options) {
  constexpr std::size_t each_core = 12;  // most of the time a shopper waits for the shop or a disk
  if (options.shoppers != 0) return options.shoppers;
  return each_core * std::max(1U, std::thread::hardware_concurrency());
}

void work_all(Run& run, std::size_t shoppers) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < shoppers; ++i) threads.emplace_back([&run] { run.work(); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

Result<bool> run_tasks(const RunOptions& options) {
  ENTENTE_LET(tasks, read_tasks(options.tasks));
  ENTENTE_LET(data, ShopData::load(options.data));
  ENTENTE_LET(documents, read_documents(options.data));
  ENTENTE_LET(stores, Stores::make(options.keep));
  RetailBackOffice office(data);
  ENTENTE_LET(brand, Brand::start({.directory = stores.brand(),
                                   .policy = options.policy,
                                   .back_office = &office,
                                   .link_methods = {"knowledge"}}));
  Run run{.data = data,
          .documents = documents,
          .brand = *brand,
          .office = office,
          .stores = stores.shopper(),
          .queue = by_customer(tasks),
          .results = std::vector<TaskResult>(tasks.size()),
          .progress = Progress(tasks.size())};
  work_all(run, shoppers_of(options));
  const double seconds = run.progress.seconds();
  run.progress.finish();
  brand->stop();
  ENTENTE_TRY(write_results(options.out, run.results));
  report(run, seconds);
  if (!options.keep.empty()) {
    ENTENTE_TRY(write_text(options.keep / "log-key.txt", brand->log_vkey() + "\n"));
  }
  bool clean = true;
  if (options.audit) {
    ENTENTE_LET(replayed, replay_all(stores.brand(), stores.shopper(), brand->log_vkey()));
    clean = replayed;
  }
  return clean && run.totals.right == tasks.size();
}

Result<bool> verify_results(const VerifyOptions& options) {
  ENTENTE_LET(tasks, read_tasks(options.tasks));
  ENTENTE_LET(documents, read_documents(options.data));
  ENTENTE_LET(results, read_results(options.results));
  std::map<std::size_t, const TaskResult*> by_task;
  for (const TaskResult& result : results) {
    if (!by_task.emplace(result.task, &result).second || result.task >= tasks.size()) {
      return fail(ErrorCode::json_invalid, "a task without place: " + std::to_string(result.task));
    }
  }
  Totals totals;
  for (const Task& task : tasks) {
    const auto found = by_task.find(task.number);
    const TaskResult none{.task = task.number, .trouble = "no line"};
    const TaskResult& result = found == by_task.end() ? none : *found->second;
    const Judged judged = judge(documents, task, result, nullptr);
    totals.add(judged.totals);
    if (!judged.wrong.empty()) {
      std::printf("task %zu: %s\n", task.number, judged.wrong.c_str());
    }
  }
  std::printf("%s\n", totals.text().c_str());
  return totals.right == tasks.size();
}

}  // namespace retail
